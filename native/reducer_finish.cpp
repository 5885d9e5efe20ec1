// How a Reducer makes results of its columns, and mends those that are not certain.

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "pool.hpp"
#include "reducer.hpp"

namespace strided {
namespace {

constexpr std::int64_t kLateTerms = 1 << 16;  // outputs with more terms are mended later
constexpr std::int64_t kSpreadTerms = 2048;   // those that few cells have, too
constexpr std::size_t kFewUncertain = 4;      // of a cell
constexpr std::int64_t kExactColumns = 16;    // states of the exact way that fit the nearest cache
constexpr std::int64_t kManyFailures = 8;     // of a tier, so that they are no accident
constexpr std::size_t kGathered = 16;         // columns that are brought together at a time
constexpr std::int64_t kGatheredRows = 256;   // of each
constexpr std::int64_t kGatherAhead = 24;     // rows

// Elements of some rows, the r-th of a row at offsets[i] to the r-th place of run i. They are read
// from so many places that each is announced long before.
template <class Bits>
void gather(const RowBlock& block, std::int64_t first, std::int64_t rows,
            std::span<const std::int64_t> offsets, std::byte* runs) {
  for (std::int64_t r = first; r < first + rows; ++r, runs += sizeof(Bits)) {
    const std::byte* const row = block.at + r * block.stride;
    const std::int64_t ahead = r + kGatherAhead < block.rows ? kGatherAhead * block.stride : 0;
    std::byte* run = runs;
    for (const std::int64_t offset : offsets) {
      __builtin_prefetch(row + offset + ahead);
      std::memcpy(run, row + offset, sizeof(Bits));
      run += kGatheredRows * sizeof(Bits);
    }
  }
}

template <class Bits>
void scatter(const std::byte* results, std::int64_t count, std::byte* at, std::int64_t stride) {
  for (std::int64_t j = 0; j < count; ++j) {
    std::memcpy(at + j * stride, results + j * static_cast<std::int64_t>(sizeof(Bits)),
                sizeof(Bits));
  }
}

// Results of so many bytes each to where they belong.
void scatter(const std::byte* results, std::int64_t size, std::int64_t count, std::byte* at,
             std::int64_t stride) {
  switch (size) {
    case 1:
      return scatter<std::uint8_t>(results, count, at, stride);
    case 2:
      return scatter<std::uint16_t>(results, count, at, stride);
    case 4:
      return scatter<std::uint32_t>(results, count, at, stride);
    default:
      return scatter<std::uint64_t>(results, count, at, stride);
  }
}

}  // namespace

// By the kernel, when the results are of the usual kind.
bool Reducer::finish_at_once(const Tier& tier, const Cell& cell, const Columns& columns, Work& work,
                             std::vector<std::int64_t>& uncertain) const {
  const std::int64_t size = itemsize(reduction_.out.dtype);
  const auto kernel = tier.at_once.finish;
  if (kernel == nullptr || reduction_.initial.given || counts_differ()) return false;
  const std::int64_t stride = plan_.across.stride[kOut];
  const bool direct = stride == size || cell.count == 1;
  const std::int64_t most = direct ? kTile : kStageElements;
  std::byte* at = out(cell);
  for (std::int64_t first = 0; first < cell.count; first += most, at += most * stride) {
    const std::int64_t taken = std::min(most, cell.count - first);
    Columns some = columns;
    some.words += first;
    std::byte* const results = direct ? at : work.buffer.bytes;
    const std::int64_t count = kernel(&some, taken, plan_.terms, results, work.uncertain);
    for (std::int64_t i = 0; i < count; ++i) uncertain.push_back(first + work.uncertain[i]);
    if (!direct) scatter(results, size, taken, at, stride);
  }
  return true;
}

void Reducer::finish(int tier_number, const Cell& cell, const Columns& columns, Work& work) {
  const Tier& tier = family_.tiers[tier_number];
  Outcome outcome;
  const bool at_once = finish_at_once(tier, cell, columns, work, outcome.uncertain);
  const bool open = family_.exact == nullptr && !outcome.uncertain.empty();
  if (!at_once || open) {
    outcome.uncertain.clear();
    std::vector<std::int64_t> counts;
    const Ending ending = ending_of(cell, counts);
    tier.finish(columns, cell.count, ending, out(cell), plan_.across.stride[kOut], outcome);
  }
  if (outcome.overflow) overflow_.store(true, std::memory_order_relaxed);
  judge(tier_number, cell.count, static_cast<std::int64_t>(outcome.uncertain.size()));
  if (!outcome.uncertain.empty()) mend(tier_number, cell, outcome.uncertain, work);
}

// Lets the next tier begin once the first has failed often enough.
void Reducer::judge(int tier, std::int64_t columns, std::int64_t uncertain) {
  if (tier + 1 >= family_.tier_count || tier != first_tier_.load(std::memory_order_relaxed)) return;
  const std::int64_t tried = tried_[tier].fetch_add(columns, std::memory_order_relaxed) + columns;
  if (uncertain == 0) return;
  const std::int64_t failed =
      failed_[tier].fetch_add(uncertain, std::memory_order_relaxed) + uncertain;
  if (failed >= kManyFailures && too_many(failed, tried)) {
    first_tier_.store(tier + 1, std::memory_order_relaxed);
  }
}

// Terms of each output that the mask lets through.
void Reducer::count_terms(const Cell& cell, std::vector<std::int64_t>& counts) const {
  counts.assign(static_cast<std::size_t>(cell.count), 0);
  ReduceLoops loops = plan_.reduced;
  loops.push_back(plan_.inner ? plan_.run : plan_.rows);
  const WalkBase start = base(cell).moved(plan_.across, cell.column);
  Walker<kOperands> walker(loops, 0);
  for (std::int64_t t = 0; t < plan_.terms; ++t, walker.step()) {
    const std::byte* at = start.moved(walker.offset()).mask();
    for (std::int64_t& count : counts) {
      count += *at != std::byte{0};
      at += plan_.across.stride[kMask];
    }
  }
}

// `counts` is what the ending refers to, where it refers to any.
Ending Reducer::ending_of(const Cell& cell, std::vector<std::int64_t>& counts) const {
  Ending ending{reduction_.out.dtype, reduction_.initial, plan_.terms};
  if (counts_differ()) {
    count_terms(cell, counts);
    ending.counts = counts.data();
  }
  return ending;
}

// Splits outputs, given by their numbers in rising order, into cells of neighbours. A cell of
// columns may have some between them that were certain: they are read in any case, and are made
// again with the same result.
std::vector<Cell> Reducer::group(const std::vector<std::int64_t>& outputs) const {
  std::vector<Cell> cells;
  for (const std::int64_t output : outputs) {
    const Cell next{output / plan_.columns, output % plan_.columns, 1};
    if (!cells.empty()) {
      Cell& cell = cells.back();
      const std::int64_t count = next.column - cell.column + 1;
      if (cell.turn == next.turn && count <= kExactColumns &&
          (!plan_.inner || count == cell.count + 1)) {
        cell.count = count;
        continue;
      }
    }
    cells.push_back(next);
  }
  return cells;
}

// Makes outputs of a cell again that a tier was not certain of: by the next one all those between
// the first and the last of them, if they are many, and exactly those that are left.
void Reducer::mend(int tier, const Cell& cell, std::vector<std::int64_t>& columns, Work& work) {
  const std::int64_t first = columns.front();
  const std::int64_t count = columns.back() - first + 1;
  for (std::int64_t& column : columns) column += output_number(cell);
  // A term of a column by itself takes as long as a line of the array: while one thread mends it,
  // the others would have nothing to do.
  const bool spread = few_cells_ && plan_.terms > kSpreadTerms && columns.size() <= kFewUncertain;
  if (plan_.terms > kLateTerms || spread) {
    std::lock_guard lock(mutex_);
    uncertain_.insert(uncertain_.end(), columns.begin(), columns.end());
    late_tier_ = std::min(late_tier_, tier + 1);
    return;
  }
  if (tier + 1 == family_.tier_count) {
    for (const Cell& part : group(columns)) mend_exactly(part, work);
    return;
  }
  if (too_many(static_cast<std::int64_t>(columns.size()), cell.count)) {
    return mend_cell(tier + 1, {cell.turn, cell.column + first, count}, work);
  }
  if (!plan_.inner && plan_.base[kMask] == nullptr) return mend_columns(tier + 1, columns, work);
  for (const Cell& part : group(columns)) mend_cell(tier + 1, part, work);
}

void Reducer::mend_cell(int tier, const Cell& cell, Work& work) {
  Columns sums{work.words, plane()};
  reduce_cell(family_.tiers[tier], cell, {0, plan_.terms}, work, sums);
  finish(tier, cell, sums, work);
}

// Columns that lie anywhere in a turn are brought together into runs, some of each at a time.
void Reducer::mend_columns(int tier, std::span<const std::int64_t> outputs, Work& work) {
  static_assert(kGathered * kGatheredRows <= kStageElements && kGathered <= kColumnStep);
  const Kernel& kernel = *family_.tiers[tier].kernel;
  const auto take = plan_.width() == 8 ? gather<std::uint64_t> : gather<std::uint32_t>;
  const std::int64_t turn = outputs.front() / plan_.columns;
  std::array<std::int64_t, kGathered> offsets;
  while (!outputs.empty()) {
    const std::size_t count = std::min(outputs.size(), kGathered);
    for (std::size_t i = 0; i < count; ++i) {
      offsets[i] = (outputs[i] - turn * plan_.columns) * plan_.across.stride[kIn];
    }
    // Not those of `work`: to finish a column may take them to mend it by the tier after this one.
    alignas(64) std::int64_t words[kMostPlanes * kColumnStep];
    Columns sums{words, kColumnStep};
    std::int64_t held = 0;
    bool fresh = true;
    const auto add = [&] {
      kernel.rows(work.buffer.bytes, kGatheredRows * plan_.width(),
                  static_cast<std::int64_t>(count), std::exchange(held, 0), Terms{}, &sums,
                  std::exchange(fresh, false));
    };
    walk_outer(plan_, base({turn, 0, 1}), 0, 1, 0, plan_.terms, nullptr,
               [&](const RowBlock& block) {
                 for (std::int64_t r = 0, taken = 0; r < block.rows; r += taken) {
                   taken = std::min(block.rows - r, kGatheredRows - held);
                   take(block, r, taken, {offsets.data(), count},
                        work.buffer.bytes + held * plan_.width());
                   held += taken;
                   if (held == kGatheredRows) add();
                 }
               });
    if (held > 0) add();
    for (const std::int64_t output : outputs.first(count)) {
      finish(tier, {turn, output - turn * plan_.columns, 1}, sums, work);
      ++sums.words;
    }
    outputs = outputs.subspan(count);
  }
}

void Reducer::mend_exactly(const Cell& cell, Work& work) {
  alignas(64) std::byte states[kExactColumns * kMostStateBytes];
  add_exactly(cell, {0, plan_.terms}, work, states);
  finish_exactly(cell, states);
}

// Outputs of many terms, of which each is worth several threads.
void Reducer::late_passes() {
  for (int tier = late_tier_; tier < family_.tier_count && !uncertain_.empty(); ++tier) {
    std::sort(uncertain_.begin(), uncertain_.end());
    const std::vector<Cell> cells = group(uncertain_);
    uncertain_.clear();
    const auto count = static_cast<std::int64_t>(cells.size());
    const std::int64_t enough = plan_.inner ? wanted_units_ : few_units();
    split_cells(tier, cells, std::max(ceil_div(enough, count), ceil_div(plan_.terms, kMostTerms)));
    if (stopped()) return;
  }
  if (uncertain_.empty()) return;
  std::sort(uncertain_.begin(), uncertain_.end());
  exact_pass(group(uncertain_));
}

void Reducer::exact_pass(const std::vector<Cell>& cells) {
  const auto count = static_cast<std::int64_t>(cells.size());
  const std::int64_t spans = ceil_div(wanted_units_, count);
  constexpr std::size_t bytes = kExactColumns * kMostStateBytes;
  std::vector<std::byte> totals(spans == 1 ? 0 : cells.size() * bytes);
  std::vector<char> begun(cells.size(), 0);
  Pool::instance().run(count * spans, [&](std::int64_t unit) {
    if (stopped()) return;
    const auto c = static_cast<std::size_t>(unit / spans);
    alignas(64) std::byte states[bytes];
    Work work;
    add_exactly(cells[c], span(unit % spans, spans), work, states);
    if (spans == 1) return finish_exactly(cells[c], states);
    std::lock_guard lock(mutex_);
    std::byte* total = totals.data() + c * bytes;
    if (begun[c] == 0) {
      std::copy_n(states, bytes, total);
      begun[c] = 1;
      return;
    }
    for (std::int64_t j = 0; j < cells[c].count; ++j) {
      const auto at = static_cast<std::size_t>(j) * kMostStateBytes;
      family_.exact->merge(total + at, states + at);
    }
  });
  if (spans == 1 || stopped()) return;
  for (std::size_t c = 0; c < cells.size(); ++c)
    finish_exactly(cells[c], totals.data() + c * bytes);
}

void Reducer::add_exactly(const Cell& cell, Span terms, Work& work, std::byte* states) {
  const Exact& exact = *family_.exact;
  const auto state = [&](std::int64_t j) {
    return states + static_cast<std::size_t>(j) * kMostStateBytes;
  };
  const WalkBase start = base(cell);
  for (std::int64_t j = 0; j < cell.count; ++j) {
    exact.create(state(j));
    if (!plan_.inner) continue;
    walk_inner(
        plan_, start.moved(plan_.across, cell.column + j), terms.first, terms.last, {work.buffer},
        [&](const std::byte* at, std::int64_t count, Terms) { exact.add(state(j), at, count); });
  }
  if (plan_.inner) return;
  walk_outer(plan_, start, cell.column, cell.count, terms.first, terms.last, &work.buffer,
             [&](const RowBlock& block) {
               for (std::int64_t r = 0; r < block.rows; ++r) {
                 const std::byte* const at = block.at + r * block.stride;
                 for (std::int64_t j = 0; j < block.columns; ++j) {
                   exact.add(state(block.column + j), at + j * plan_.width(), 1);
                 }
               }
             });
}

void Reducer::finish_exactly(const Cell& cell, std::byte* states) {
  std::vector<std::int64_t> counts;
  const Ending ending = ending_of(cell, counts);
  std::byte* at = out(cell);
  for (std::int64_t j = 0; j < cell.count; ++j, at += plan_.across.stride[kOut]) {
    std::byte* state = states + static_cast<std::size_t>(j) * kMostStateBytes;
    if (family_.exact->finish(state, ending, j, at) == Finish::overflow) {
      overflow_.store(true, std::memory_order_relaxed);
    }
  }
}

}  // namespace strided
