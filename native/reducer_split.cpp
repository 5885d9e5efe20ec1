// How threads share the terms of cells, where there are too few cells for all of them.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>

#include "memory.hpp"
#include "pool.hpp"
#include "reducer.hpp"

namespace strided {
namespace {

constexpr std::int64_t kSlice = 1024;          // columns are merged at a time
constexpr double kSharedBytes = 2 << 20;       // about what a thread takes at a time
constexpr double kMostSharedPerThread = 32;    // times, at most
constexpr std::int64_t kLeastSharedRows = 64;  // of them
constexpr std::int64_t kDeepTerms = 16384;     // that are added to the same columns, about
constexpr int kLeastPlanes = 2;                // short elements need a second one on the way
constexpr std::int64_t kProbedBytes = 64;      // of a row, whose sums show which tier to begin with
constexpr std::int64_t kMostProbed = 16;       // columns
constexpr std::int64_t kManyProbed = 3;        // of them, so that they do not just lie halfway
constexpr std::int64_t kLeastProbed = 4096;    // columns, of which these are few
constexpr std::int64_t kProbesPerThread = 2;   // spans of theirs
constexpr std::int64_t kSampled = 256;         // terms that cost nothing
constexpr double kOutweighed = 8;              // times as large as a sum of both signs may be

// Whether a sample of the terms shows that columns do not cancel, as they are mostly of one sign.
template <class T>
bool is_one_sided(const std::byte* at, std::int64_t stride, std::int64_t terms,
                  std::int64_t columns) {
  double sums[kMostProbed] = {}, sizes[kMostProbed] = {};
  const std::int64_t step = terms / kSampled | 1;  // odd, as signs may alternate
  for (std::int64_t r = 0; r < terms; r += step) {
    T row[kMostProbed];
    std::memcpy(row, at + r * stride, static_cast<std::size_t>(columns) * sizeof(T));
    for (std::int64_t j = 0; j < columns; ++j) sums[j] += row[j], sizes[j] += std::abs(row[j]);
  }
  for (std::int64_t j = 0; j < columns; ++j) {
    if (!(std::abs(sums[j]) * kOutweighed > sizes[j])) return false;
  }
  return true;
}

}  // namespace

// Partial results of some cells, as many of each.
struct Reducer::Parts {
  std::int64_t each;
  std::int64_t widest;  // of the cells' columns
  std::int64_t planes;  // each with room for
  std::int64_t width;   // columns
  Scratch words;
  std::vector<Columns> columns;
  std::vector<char> begun;  // whether any terms were added

  Parts(std::span<const Cell> cells, std::int64_t parts, int least_planes)
      : each(parts),
        widest(widest_of(cells)),
        planes(std::max(least_planes, kLeastPlanes)),
        // One step more, as a power of two would have planes crowd in the caches.
        width(ceil_div(widest, kColumnStep) * kColumnStep + kColumnStep),
        words(cells.size() * static_cast<std::size_t>(parts * planes * width) *
              sizeof(std::int64_t)),
        begun(cells.size() * static_cast<std::size_t>(parts)) {
    auto* at = reinterpret_cast<std::int64_t*>(words.data());
    columns.reserve(begun.size());
    for (std::size_t i = 0; i < begun.size(); ++i, at += planes * width) {
      columns.push_back({at, width});
    }
  }
  Columns& begin(std::int64_t cell, std::int64_t part) noexcept {
    const auto i = static_cast<std::size_t>(cell * each + part);
    begun[i] = 1;
    return columns[i];
  }

 private:
  static std::int64_t widest_of(std::span<const Cell> cells) noexcept {
    std::int64_t widest = 0;
    for (const Cell& cell : cells) widest = std::max(widest, cell.count);
    return widest;
  }
};

// Whether it does not show which terms are brought together first, and there are so many columns
// that to bring them together is to be felt.
bool Reducer::can_share() const noexcept {
  return !plan_.inner && !family_.rounded && plan_.columns > kFewColumns &&
         plan_.terms <= kMostTerms;
}

// Each thread takes spans of terms in turn and adds them to columns of its own, of a cell that few
// others begin with, and helps with the other cells when none is left there: nobody waits long for
// another at the end, and no more columns are merged than need be. After many terms it begins new
// ones: bounds of errors grow with the square of the terms of a column.
Reducer::Parts Reducer::share(const Tier& tier, std::span<const Cell> cells, std::int64_t spans) {
  const auto count = static_cast<std::int64_t>(cells.size());
  const auto threads = std::min<std::int64_t>(Pool::instance().threads(), count * spans);
  const std::int64_t deep = std::max<std::int64_t>(spans * kDeepTerms / plan_.terms, 1);
  const std::int64_t own = ceil_div(spans, deep);
  Parts parts(cells, threads * own, tier.planes);
  std::vector<std::atomic<std::int64_t>> next(cells.size());
  Pool::instance().run(threads, [&](std::int64_t thread) {
    StageBuffer buffer;
    const std::int64_t first = thread * count / threads;
    for (std::int64_t turn = 0; turn < count; ++turn) {
      const std::int64_t c = (first + turn) % count;
      const auto i = static_cast<std::size_t>(c);
      Columns* columns = nullptr;
      const auto arrange = [&] {
        if (columns != nullptr) tier.kernel->arrange(columns, cells[i].count);
      };
      for (std::int64_t mine = 0; !stopped(); ++mine) {
        const std::int64_t taken = next[i].fetch_add(1, std::memory_order_relaxed);
        if (taken >= spans) break;
        const bool fresh = mine % deep == 0;
        if (fresh) {
          arrange();
          columns = &parts.begin(c, thread * own + mine / deep);
        }
        add_columns(*tier.kernel, cells[i], span(taken, spans), 1, buffer, *columns, fresh);
      }
      arrange();
    }
  });
  return parts;
}

void Reducer::share_cells(int tier, const std::vector<Cell>& cells) {
  few_cells_ = true;
  const auto count = static_cast<std::int64_t>(cells.size());
  const double most = Pool::instance().threads() * kMostSharedPerThread;
  const auto wanted = static_cast<std::int64_t>(std::min(bytes_ / kSharedBytes, most));
  const std::int64_t spans = ceil_div(std::max(wanted, few_units()), count);
  const std::int64_t some = std::min(spans, ceil_div(plan_.terms, kLeastSharedRows));
  finish_parts(tier, cells, share(family_.tiers[tier], cells, some));
}

bool Reducer::leans(const Cell& cell) const {
  if (plan_.stage != nullptr || !plan_.reduced.empty()) return false;
  const std::byte* at = base(cell).moved(plan_.across, cell.column).in();
  const std::int64_t stride = plan_.rows.stride[kIn];
  if (plan_.dtype == DType::k_float64) {
    return is_one_sided<double>(at, stride, plan_.terms, cell.count);
  }
  return plan_.dtype == DType::k_float32 &&
         is_one_sided<float>(at, stride, plan_.terms, cell.count);
}

// Reduces a few columns to see which tier is of any use: columns that cancel do so all over an
// array, and there may be too few cells for the first of them to tell the others.
void Reducer::probe() {
  if (!can_share() || plan_.columns < kLeastProbed) return;
  // One line of each row: lines so far apart take long to read.
  const std::int64_t probed = kProbedBytes / plan_.width();
  const Cell some{0, plan_.columns / 2 / probed * probed, probed};
  if (leans(some)) return;
  const std::int64_t spans = std::min<std::int64_t>(kProbesPerThread * Pool::instance().threads(),
                                                    ceil_div(plan_.terms, kLeastSharedRows));
  for (; first_tier_ + 1 < family_.tier_count; ++first_tier_) {
    const Tier& tier = family_.tiers[first_tier_];
    const auto finish = tier.kernel->finisher.finish;
    if (finish == nullptr) return;
    const Parts parts = share(tier, {&some, 1}, spans);
    if (stopped()) return;
    double results[kMostProbed];  // or half as long ones
    std::int64_t uncertain[kMostProbed];
    const Columns columns = merged(tier, parts, 0, 0, probed);
    if (finish(&columns, probed, plan_.terms, results, uncertain) < kManyProbed) return;
  }
}

// Units are spans of the terms of a cell. They merge in the order of their terms: products of
// floats do not depend on which of them is ready first.
void Reducer::split_cells(int tier_number, const std::vector<Cell>& cells, std::int64_t spans) {
  const Tier& tier = family_.tiers[tier_number];
  Parts parts(cells, spans, tier.planes);
  Pool::instance().run(static_cast<std::int64_t>(cells.size()) * spans, [&](std::int64_t unit) {
    if (stopped()) return;
    Work work;
    Columns columns{work.words, plane()};
    const Cell& cell = cells[static_cast<std::size_t>(unit / spans)];
    reduce_cell(tier, cell, span(unit % spans, spans), work, columns);
    Columns& part = parts.begin(unit / spans, unit % spans);
    part.depth = columns.depth;
    part.last = columns.last;
    for (int plane = 0; plane < tier.planes; ++plane) {
      std::copy_n(columns.words + plane * columns.width, cell.count,
                  part.words + plane * part.width);
    }
  });
  finish_parts(tier_number, cells, parts);
}

// Brings some columns of a cell's parts together, in the first that has any terms.
Columns Reducer::merged(const Tier& tier, const Parts& parts, std::int64_t cell, std::int64_t first,
                        std::int64_t count) const {
  Columns total{nullptr, 0};
  for (std::int64_t i = cell * parts.each; i < (cell + 1) * parts.each; ++i) {
    if (parts.begun[static_cast<std::size_t>(i)] == 0) continue;
    Columns part = parts.columns[static_cast<std::size_t>(i)];
    part.words += first;
    if (total.words == nullptr) {
      total = part;
      continue;
    }
    tier.merge(total, part, count, 0);
    total.depth = std::max(total.depth, part.depth) + kMergeDepth;
  }
  return total;
}

void Reducer::finish_parts(int tier, const std::vector<Cell>& cells, const Parts& parts) {
  if (stopped()) return;
  const std::int64_t slices = ceil_div(parts.widest, kSlice);
  Pool::instance().run(static_cast<std::int64_t>(cells.size()) * slices, [&](std::int64_t unit) {
    const Cell& cell = cells[static_cast<std::size_t>(unit / slices)];
    const std::int64_t first = unit % slices * kSlice;
    const std::int64_t taken = std::min(kSlice, cell.count - first);
    if (taken <= 0) return;
    const Columns columns = merged(family_.tiers[tier], parts, unit / slices, first, taken);
    Work work;
    finish(tier, {cell.turn, cell.column + first, taken}, columns, work);
  });
}

}  // namespace strided
