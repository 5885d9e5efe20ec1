#include "reduce.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "pool.hpp"
#include "reduce_plan.hpp"

namespace strided {
namespace {

constexpr std::int64_t kTile = 4096;        // columns that are summed side by side
constexpr std::int64_t kPlane = kTile + 8;  // words; not a power of two, for the caches' sake
constexpr double kSequential = 256 << 10;   // bytes that are not worth waking a thread
constexpr double kUnitBytes = 1 << 20;      // about what a unit of work should read
constexpr double kUnitsPerThread = 8;
constexpr std::int64_t kExactAtOnce = 1 << 16;  // terms up to which a unit mends its own outputs
constexpr int kExactColumns = 16;               // superaccumulators that fit the nearest cache

// Several outputs that are summed together: neighbouring columns of one turn of the kept loops.
struct Cell {
  std::int64_t turn;
  std::int64_t column;
  std::int64_t count;
};

// The sum of one Reduction. Partial sums of spans of terms go through `Family`, and an output whose
// certificate fails is summed again without any error.
template <class Family>
class Summation {
  using Partial = typename Family::Partial;
  using Element = typename Family::Element;

 public:
  Summation(const Reduction& reduction, const ReducePlan& plan)
      : reduction_(reduction), plan_(plan) {
    // As a float: the elements of a broadcast array may be more than 63 bits count.
    const double bytes = static_cast<double>(plan.outputs) * static_cast<double>(plan.terms) *
                         static_cast<double>(plan.width());
    const double most = static_cast<double>(Pool::instance().threads()) * kUnitsPerThread;
    wanted_units_ = bytes < kSequential
                        ? 1
                        : static_cast<std::int64_t>(std::clamp(bytes / kUnitBytes, 1.0, most));
    tiles_ = (plan.columns + kTile - 1) / kTile;
    if (tiles_ > 1) {
      // As many tiles for each thread, and all of about the same width.
      const std::int64_t threads = Pool::instance().threads();
      tiles_ = (tiles_ + threads - 1) / threads * threads;
    }
    tile_width_ = ((plan.columns + tiles_ - 1) / tiles_ + 7) / 8 * 8;
    tiles_ = (plan.columns + tile_width_ - 1) / tile_width_;
  }

  Status run() {
    fast_pass();
    if (!uncertain_.empty() && !stopped()) exact_pass();
    if (overflow_.load(std::memory_order_relaxed)) return Status::overflow;
    return stopped() ? Status::cancelled : Status::ok;
  }

 private:
  bool stopped() const {
    return reduction_.cancelled != nullptr && reduction_.cancelled->load(std::memory_order_relaxed);
  }

  Cell cell(std::int64_t number) const {
    const std::int64_t column = number % tiles_ * tile_width_;
    return {number / tiles_, column, std::min(tile_width_, plan_.columns - column)};
  }

  std::byte* out(const Cell& cell) const {
    const Walker<3> turn(plan_.kept, cell.turn);
    return plan_.base[kOut] + turn.offset()[kOut] + cell.column * plan_.vector.stride[kOut];
  }

  WalkBase base(const Cell& cell) const {
    const Walker<3> turn(plan_.kept, cell.turn);
    return WalkBase{plan_.base[kIn], plan_.base[kMask]}.moved(turn.offset());
  }

  // Units are cells, or spans of the terms of a cell where there are too few cells for all threads.
  void fast_pass() {
    const std::int64_t cells = plan_.outputs / plan_.columns * tiles_;
    const std::int64_t per_unit = std::max<std::int64_t>(1, cells / wanted_units_);
    std::int64_t spans = cells < wanted_units_ ? (wanted_units_ + cells - 1) / cells : 1;
    spans = std::max(std::min(spans, plan_.terms / 4), (plan_.terms - 1) / kMostTerms + 1);
    if (spans == 1) {
      Pool::instance().run((cells + per_unit - 1) / per_unit, [&](std::int64_t unit) {
        const std::int64_t last = std::min(cells, (unit + 1) * per_unit);
        for (std::int64_t c = unit * per_unit; c < last && !stopped(); ++c) whole_cell(cell(c));
      });
      return;
    }
    std::vector<Partial> totals(static_cast<std::size_t>(plan_.outputs));
    Pool::instance().run(cells * spans, [&](std::int64_t unit) {
      if (!stopped()) part_of_cell(cell(unit / spans), unit % spans, spans, totals);
    });
    for (std::int64_t c = 0; c < cells && !stopped(); ++c) {
      const Cell whole = cell(c);
      const Partial* sums = &totals[static_cast<std::size_t>(output_number(whole))];
      finish_cell(whole, [&](std::int64_t j) -> const Partial& { return sums[j]; });
    }
  }

  std::int64_t output_number(const Cell& cell) const {
    return cell.turn * plan_.columns + cell.column;
  }

  void whole_cell(const Cell& cell) {
    CellSums sums;
    sum_cell(cell, 0, plan_.terms, sums);
    finish_cell(cell, [&](std::int64_t j) { return partial(sums, j); });
  }

  void part_of_cell(const Cell& cell, std::int64_t span, std::int64_t spans,
                    std::vector<Partial>& totals) {
    CellSums sums;
    sum_cell(cell, span_start(span, spans), span_start(span + 1, spans), sums);
    std::lock_guard lock(mutex_);
    Partial* into = &totals[static_cast<std::size_t>(output_number(cell))];
    for (std::int64_t j = 0; j < cell.count; ++j) Family::merge(into[j], partial(sums, j));
  }

  std::int64_t span_start(std::int64_t span, std::int64_t spans) const {
    return static_cast<std::int64_t>(static_cast<int128>(plan_.terms) * span / spans);
  }

  // Partial sums of a cell: of its one output in an inner walk, of columns in an outer walk. Left
  // uninitialised where nothing is written.
  struct CellSums {
    Partial one;
    std::int64_t terms;
    alignas(64) std::int64_t words[kColumnPlanes * kPlane];
  };

  Partial partial(const CellSums& sums, std::int64_t j) const {
    return plan_.inner ? sums.one : Family::from_columns(sums.words + j, kPlane, sums.terms);
  }

  void sum_cell(const Cell& cell, std::int64_t first, std::int64_t last, CellSums& sums) {
    StageBuffer buffer;
    const SumKernels& loops = Family::loops();
    sums.terms = last - first;
    if (plan_.inner) {
      walk_inner(plan_, base(cell), first, last, buffer,
                 [&](const std::byte* at, std::int64_t count) {
                   for (; count > kMostTerms; count -= kMostTerms, at += kMostTerms * plan_.width())
                     loops.row(at, kMostTerms, &sums.one);
                   loops.row(at, count, &sums.one);
                 });
      return;
    }
    for (int plane = 0; plane < kColumnPlanes; ++plane) {
      std::fill_n(sums.words + plane * kPlane, (cell.count + 7) / 8 * 8, 0);
    }
    walk_outer(plan_, base(cell), cell.column, cell.count, first, last, buffer,
               [&](const std::byte* at, std::int64_t stride, std::int64_t rows) {
                 loops.tile(at, stride, rows, cell.count, {sums.words, kPlane});
               });
  }

  template <class PartialOf>
  void finish_cell(const Cell& cell, PartialOf&& partial_of) {
    std::byte* at = out(cell);
    std::vector<std::int64_t> uncertain;
    for (std::int64_t j = 0; j < cell.count; ++j, at += plan_.vector.stride[kOut]) {
      const Finish finish =
          Family::finish(partial_of(j), reduction_.initial, reduction_.out.dtype, at);
      if (finish == Finish::not_certain) uncertain.push_back(output_number(cell) + j);
      if (finish == Finish::overflow) overflow_.store(true, std::memory_order_relaxed);
    }
    if (!uncertain.empty()) mend(uncertain);
  }

  // Sums the outputs again whose certificates failed: now, or in a pass of their own when there is
  // work enough in each for several threads.
  void mend(const std::vector<std::int64_t>& uncertain) {
    if (plan_.terms > kExactAtOnce) {
      std::lock_guard lock(mutex_);
      uncertain_.insert(uncertain_.end(), uncertain.begin(), uncertain.end());
      return;
    }
    for (const Cell& group : group_columns(uncertain)) {
      SuperAccumulator exact[kExactColumns];
      add_exactly(group, 0, plan_.terms, exact);
      finish_exactly(group, exact);
    }
  }

  // Splits outputs, given by their numbers in rising order, into cells of neighbours. A cell may
  // have columns between them that were certain: they are summed again, to the same result.
  std::vector<Cell> group_columns(const std::vector<std::int64_t>& outputs) const {
    std::vector<Cell> groups;
    for (const std::int64_t output : outputs) {
      const Cell next{output / plan_.columns, output % plan_.columns, 1};
      if (!groups.empty()) {
        Cell& group = groups.back();
        const std::int64_t count = next.column - group.column + 1;
        if (group.turn == next.turn && count <= kExactColumns) {
          group.count = count;
          continue;
        }
      }
      groups.push_back(next);
    }
    return groups;
  }

  void exact_pass() {
    std::sort(uncertain_.begin(), uncertain_.end());
    const std::vector<Cell> groups = group_columns(uncertain_);
    const auto count = static_cast<std::int64_t>(groups.size());
    const std::int64_t spans = std::max<std::int64_t>(1, (wanted_units_ + count - 1) / count);
    struct Totals {
      SuperAccumulator exact[kExactColumns];
    };
    std::vector<Totals> totals(spans == 1 ? 0 : groups.size());
    Pool::instance().run(count * spans, [&](std::int64_t unit) {
      if (stopped()) return;
      const auto g = static_cast<std::size_t>(unit / spans);
      const std::int64_t span = unit % spans;
      SuperAccumulator exact[kExactColumns];
      add_exactly(groups[g], span_start(span, spans), span_start(span + 1, spans), exact);
      if (spans == 1) return finish_exactly(groups[g], exact);
      std::lock_guard lock(mutex_);
      for (int j = 0; j < kExactColumns; ++j) totals[g].exact[j].merge(exact[j]);
    });
    if (spans == 1 || stopped()) return;
    for (std::size_t g = 0; g < groups.size(); ++g) finish_exactly(groups[g], totals[g].exact);
  }

  void add_exactly(const Cell& cell, std::int64_t first, std::int64_t last,
                   SuperAccumulator* exact) {
    if constexpr (Family::kNeedsExact) {
      StageBuffer buffer;
      constexpr auto size = static_cast<std::int64_t>(sizeof(Element));
      const auto add = [&](const std::byte* at, std::int64_t count, bool one) {
        for (std::int64_t j = 0; j < count; ++j) {
          exact[one ? 0 : j].add(static_cast<double>(load_element<Element>(at + j * size)));
        }
      };
      if (plan_.inner) {
        walk_inner(plan_, base(cell), first, last, buffer,
                   [&](const std::byte* at, std::int64_t count) { add(at, count, true); });
        return;
      }
      walk_outer(plan_, base(cell), cell.column, cell.count, first, last, buffer,
                 [&](const std::byte* at, std::int64_t stride, std::int64_t rows) {
                   for (; rows > 0; --rows, at += stride) add(at, cell.count, false);
                 });
    }
  }

  void finish_exactly(const Cell& cell, SuperAccumulator* exact) {
    if constexpr (Family::kNeedsExact) {
      std::byte* at = out(cell);
      for (std::int64_t j = 0; j < cell.count; ++j, at += plan_.vector.stride[kOut]) {
        exact[j].add(reduction_.initial.real);
        Family::finish_exact(exact[j], reduction_.out.dtype, at);
      }
    }
  }

  const Reduction& reduction_;
  const ReducePlan& plan_;
  std::int64_t wanted_units_;
  std::int64_t tiles_;
  std::int64_t tile_width_;
  std::mutex mutex_;  // guards the totals of a pass, and uncertain_
  std::vector<std::int64_t> uncertain_;
  std::atomic<bool> overflow_{false};
};

// Sums of no terms: every output is the initial term.
template <class Family>
Status fill_with_initial(const Reduction& reduction) {
  Loops<1> loops;
  for (int i = 0; i < reduction.out.ndim; ++i) {
    loops.push_back({reduction.out.shape[i], {reduction.out.strides[i]}});
  }
  const std::int64_t outputs = count_turns(loops);
  if (outputs == 0) return Status::ok;
  Status status = Status::ok;
  Walker<1> walker(loops, 0);
  for (std::int64_t i = 0; i < outputs; ++i, walker.step()) {
    std::byte* at = reduction.out.data + walker.offset()[0];
    const auto finish = Family::finish({}, reduction.initial, reduction.out.dtype, at);
    if (finish == Finish::overflow) status = Status::overflow;
    if constexpr (Family::kNeedsExact) {
      if (finish != Finish::not_certain) continue;
      SuperAccumulator exact;
      exact.add(reduction.initial.real);
      Family::finish_exact(exact, reduction.out.dtype, at);
    }
  }
  return status;
}

}  // namespace

Status sum(const Reduction& reduction) {
  return with_family(reduction.in.dtype, reduction.out.dtype, [&]<class Family>(Family) {
    constexpr bool doubles = std::is_same_v<typename Family::Element, double>;
    const ReducePlan plan =
        plan_reduction(reduction.in, reduction.out, reduction.mask, reduction.axes,
                       doubles ? DType::k_float64 : reduction.in.dtype);
    if (plan.outputs == 0) return Status::ok;
    if (plan.empty) return fill_with_initial<Family>(reduction);
    return Summation<Family>(reduction, plan).run();
  });
}

}  // namespace strided
