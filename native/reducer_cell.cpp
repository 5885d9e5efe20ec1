// How a unit of work adds the terms of a cell.
#include <algorithm>

#include "reducer.hpp"

namespace strided {
namespace {

constexpr std::int64_t kFoldedColumns = 512;   // few columns are folded into about so many
constexpr std::int64_t kLeastFolded = 2048;    // terms, or bringing those together costs more
constexpr std::int64_t kLeastNumbered = 8192;  // the same with numbers
constexpr std::int64_t kFirstGlance = 256;     // elements, before it is asked whether to go on
constexpr std::int64_t kShortStaged = kStageElements / kRunsAtOnce;  // terms of a run
constexpr std::int64_t kLookedAt = 8;                                // runs that are
constexpr std::int64_t kReadToTheEnd = 1 << 18;                      // bytes of a run, at most
constexpr std::int64_t kColumnAhead = 32;  // rows, when a column is gathered
constexpr std::int64_t kLeastSpaced = 64;  // elements, for which loops need not stage them

}  // namespace

void Reducer::reduce_cell(const Tier& tier, const Cell& cell, Span terms, Work& work,
                          Columns& columns) {
  if (plan_.inner) {
    reduce_runs(tier, cell, terms, work, columns);
  } else if (is_column(cell)) {
    reduce_column(tier, cell, terms, work, columns);
  } else {
    reduce_columns(tier, cell, terms, work, columns);
  }
}

// Whether a cell is a column that is best brought together. Where the order of terms shows, it must
// not depend on how columns are cut into cells.
bool Reducer::is_column(const Cell& cell) const noexcept {
  const std::int64_t columns = family_.rounded ? plan_.columns : cell.count;
  return columns == 1 && plan_.stage == nullptr && !family_.numbered;
}

// The loops for elements that lie apart along the vector axis; without any where there are none, or
// staging takes less time.
Kernel::Spaced Reducer::spaced(const Kernel& kernel, const ReduceLoop& vector) const noexcept {
  if (plan_.spacing < 2 || plan_.spacing > kMostSpacing || vector.size < kLeastSpaced) return {};
  return kernel.spaced[plan_.spacing - 2];
}

void Reducer::reduce_runs(const Tier& tier, const Cell& cell, Span terms, Work& work,
                          Columns& columns) {
  const Kernel& kernel = *tier.kernel;
  const WalkBase start = base(cell).moved(plan_.across, cell.column);
  const Kernel::Loop rows = plan_.stage == nullptr ? kernel.rows : spaced(kernel, plan_.run).rows;
  const bool settles = may_settle();
  if (rows != nullptr && !settles) {
    columns.reading = reading();
    bool fresh = true;
    walk_inner(plan_, start, terms.first, terms.last, {work.buffer, 0, nullptr, false},
               [&](const std::byte* at, std::int64_t count, Terms numbers) {
                 rows(at, plan_.across.stride[kIn], cell.count, count, numbers, &columns, fresh);
                 fresh = false;
               });
    return;
  }
  if (plan_.stage == nullptr && plan_.reduced.empty()) {
    return settle_runs(cell, rows, terms, columns);
  }
  if (plan_.reduced.empty() &&
      terms.last - terms.first <= (settles ? kFirstGlance : kShortStaged)) {
    return reduce_staged(kernel, start, cell.count, terms, work, columns);
  }
  std::int64_t depth = 0;
  for (std::int64_t j = 0; j < cell.count; ++j) {
    Columns one{columns.words + j, columns.width};
    one.reading = plan_.stage != nullptr ? Reading::cached : reading();
    const WalkBase at = start.moved(plan_.across, j);
    const std::byte* const after = start.moved(plan_.across, j + 1).in();
    if (kernel.piece != nullptr && !settles) {
      reduce_pieces(kernel, at, after, terms, work, one);
    } else {
      reduce_run(kernel, at, after, terms, work, one);
    }
    depth = std::max(depth, one.depth);
  }
  columns.depth += depth;
}

// Whether the first terms of a run may settle it. Where the numbers of terms count, that is so only
// if those of later ones are higher.
bool Reducer::may_settle() const noexcept {
  if (family_.settled == nullptr) return false;
  if (family_.settled_from == 0) return true;
  const bool alone = plan_.reduced.empty() && plan_.run.size >= family_.settled_from;
  return alone && (!family_.numbered || plan_.run.stride[kNumber] > 0);
}

// Runs that their first terms may settle, some at a time. If none of them was, the next ones are
// read together, and from the first term to the last: to look at their first terms before takes up
// to a sixth longer, and to go on with one after the other a third. Some are at most twice as many
// as those before, which bounds what is read in vain where runs of both kinds come in turn.
void Reducer::settle_runs(const Cell& cell, Kernel::Loop rows, Span terms, Columns& columns) {
  const std::int64_t stride = plan_.across.stride[kIn];
  const std::int64_t count = terms.last - terms.first;
  const std::int64_t glance = std::min(count, kFirstGlance);
  const std::int64_t step = plan_.run.stride[kNumber];
  const WalkBase start = base(cell).moved(plan_.across, cell.column).moved(plan_.run, terms.first);
  // Terms [from, to) of some runs.
  const auto add = [&](std::int64_t run, std::int64_t runs, std::int64_t from, std::int64_t to) {
    Columns part{columns.words + run, columns.width};
    part.reading = reading();
    rows(start.in() + run * stride + from * plan_.width(), stride, runs, to - from,
         Terms{start.number() + from * step, step}, &part, from == 0);
  };
  const auto settled = [&](std::int64_t run, std::int64_t seen) {
    return family_.settled(columns, run, seen);
  };
  const auto none_settled = [&](std::int64_t run, std::int64_t end, std::int64_t seen) {
    while (run < end && !settled(run, seen)) ++run;
    return run == end;
  };
  const auto go_on = [&](std::int64_t run) {
    std::int64_t seen = glance;
    for (std::int64_t more = 4 * glance; seen < count && !settled(run, seen); more *= 4) {
      const std::int64_t end = std::min(count, seen + more);
      add(run, 1, seen, end);
      seen = end;
    }
  };
  bool to_the_end = false;
  std::int64_t some = 1;
  for (std::int64_t first = 0, end = 0; first < cell.count; first = end) {
    end = std::min(cell.count, first + some);
    if (to_the_end) {
      add(first, end - first, 0, count);
    } else {
      add(first, end - first, 0, glance);
      for (std::int64_t run = first; run < end; ++run) go_on(run);
    }
    to_the_end = count * plan_.width() <= kReadToTheEnd && none_settled(first, end, count);
    some = std::min(2 * some, kLookedAt);
  }
}

// Short runs, some of which are staged together.
void Reducer::reduce_staged(const Kernel& kernel, const WalkBase& start, std::int64_t runs,
                            Span terms, Work& work, Columns& columns) {
  const std::int64_t count = terms.last - terms.first;
  const std::int64_t most = kStageElements / count / kRunsAtOnce * kRunsAtOnce;
  const auto& along = plan_.run.stride;
  const auto& across = plan_.across.stride;
  std::int64_t depth = 0;
  for (std::int64_t j = 0; j < runs; j += most) {
    const std::int64_t some = std::min(most, runs - j);
    const WalkBase at = start.moved(plan_.across, j).moved(plan_.run, terms.first);
    const std::int64_t jump = across[kIn] - count * along[kIn];
    plan_.stage({at.in(), along[kIn], across[kIn], at.mask(), along[kMask], across[kMask],
                 kRunAhead, count * along[kIn], jump},
                some, count, plan_.neutral, work.buffer.bytes);
    Columns part{columns.words + j, columns.width};
    part.reading = Reading::cached;
    kernel.rows(work.buffer.bytes, count * plan_.width(), some, count,
                Terms{at.number(), along[kNumber]}, &part, true);
    depth = std::max(depth, part.depth);
  }
  columns.depth += depth;
}

// A staged run.
void Reducer::reduce_pieces(const Kernel& kernel, const WalkBase& start, const std::byte* after,
                            Span terms, Work& work, Columns& column) {
  alignas(64) std::byte sums[kSumsBytes];
  bool fresh = true;
  walk_inner(plan_, start, terms.first, terms.last,
             {work.buffer, kPieceBytes / plan_.width(), after},
             [&](const std::byte* at, std::int64_t count, Terms) {
               kernel.piece(at, count, sums, fresh);
               fresh = false;
             });
  kernel.close(sums, terms.last - terms.first, &column);
}

// A run whose terms have numbers, or whose first terms may settle it.
void Reducer::reduce_run(const Kernel& kernel, const WalkBase& start, const std::byte* after,
                         Span terms, Work& work, Columns& column) {
  const std::int64_t width = plan_.width();
  const bool settles = may_settle();
  bool fresh = true;
  bool settled = false;
  std::int64_t seen = 0;
  const auto add = [&](const std::byte* at, std::int64_t count, Terms numbers) {
    kernel.rows(at, 0, 1, count, numbers, &column, fresh);
    fresh = false;
    seen += count;
  };
  walk_inner(plan_, start, terms.first, terms.last, {work.buffer, kStageRun, after},
             [&](const std::byte* at, std::int64_t count, Terms numbers) {
               if (!settles) return add(at, count, numbers);
               for (std::int64_t some = kFirstGlance; count > 0 && !settled; some *= 4) {
                 const std::int64_t taken = std::min(count, some);
                 add(at, taken, numbers);
                 numbers.first += taken * numbers.step;
                 settled = family_.settled(column, 0, seen);
                 at += taken * width;
                 count -= taken;
               }
             });
}

// How many rows of a few contiguous columns are taken for one row of many. Rows of a whole line
// keep a CPU busy as they are.
std::int64_t Reducer::fold(const Cell& cell, Span terms) const noexcept {
  const bool contiguous =
      plan_.stage != nullptr || (plan_.rows.stride[kIn] == plan_.columns * plan_.width());
  const std::int64_t least = family_.numbered ? kLeastNumbered : kLeastFolded;
  if (!contiguous || cell.count != plan_.columns || cell.count > kFewColumns ||
      cell.count * plan_.width() >= kLine || !plan_.reduced.empty() ||
      terms.last - terms.first < least) {
    return 1;
  }
  return kFoldedColumns / cell.count;
}

// A column by itself is brought together into runs: its terms lie far apart, and each would wait
// for the one before.
void Reducer::reduce_column(const Tier& tier, const Cell& cell, Span terms, Work& work,
                            Columns& columns) {
  const Stage gather = choose_stage(plan_.dtype, false);
  columns.reading = Reading::cached;
  bool fresh = true;
  walk_outer(plan_, base(cell), cell.column, 1, terms.first, terms.last, &work.buffer,
             [&](const RowBlock& block) {
               const std::int64_t stride = block.stride;
               const std::byte* at = block.at;
               for (std::int64_t left = block.rows; left > 0;) {
                 const std::int64_t taken = std::min(left, kStageRun);
                 gather({at, stride, 0, nullptr, 0, 0, kColumnAhead * stride, left * stride, 0}, 1,
                        taken, 0, work.buffer.bytes);
                 tier.kernel->rows(work.buffer.bytes, 0, 1, taken, Terms{}, &columns, fresh);
                 fresh = false;
                 at += taken * stride;
                 left -= taken;
               }
             });
}

void Reducer::reduce_columns(const Tier& tier, const Cell& cell, Span terms, Work& work,
                             Columns& columns) {
  const std::int64_t folded = fold(cell, terms);
  const std::int64_t step =
      add_columns(*tier.kernel, cell, terms, folded, work.buffer, columns, true);
  tier.kernel->arrange(&columns, folded * cell.count);
  for (std::int64_t f = 1; f < folded; ++f) {
    Columns part = columns;
    part.words += f * cell.count;
    tier.merge(columns, part, cell.count, f * step);
    columns.depth += kMergeDepth;
  }
}

// Adds terms to columns, `folded` rows of which are taken for one. Gives how far apart the numbers
// of terms are.
std::int64_t Reducer::add_columns(const Kernel& kernel, const Cell& cell, Span terms,
                                  std::int64_t folded, StageBuffer& buffer, Columns& columns,
                                  bool fresh) {
  const Kernel::Loop apart = spaced(kernel, plan_.across).tile;
  const Kernel::Loop tile = apart == nullptr ? kernel.tile : apart;
  const bool staged = plan_.stage != nullptr && apart == nullptr;
  columns.reading = staged ? Reading::cached : reading();
  const std::int64_t wide = folded * cell.count;
  std::int64_t step = 0;
  walk_outer(plan_, base(cell), cell.column, cell.count, terms.first, terms.last,
             staged ? &buffer : nullptr, [&](const RowBlock& block) {
               std::int64_t rows = block.rows;
               const std::byte* at = block.at;
               Terms numbers = block.terms;
               step = numbers.step;
               Columns part = columns;
               part.first = block.column;
               const std::int64_t turns = folded == 1 ? 0 : rows / folded;
               if (turns > 0) {
                 tile(at, folded * block.stride, turns, wide, Terms{numbers.first, folded * step},
                      &part, fresh);
                 rows -= turns * folded;
                 at += turns * folded * block.stride;
                 numbers.first += turns * folded * step;
               }
               if (rows > 0) {
                 tile(at, block.stride, rows, block.columns, numbers, &part, fresh && turns == 0);
               }
               if (block.column + block.columns < cell.count) return;
               columns.depth = part.depth;
               columns.terms = part.terms;
               columns.last = part.last;
               fresh = false;
             });
  return step;
}

}  // namespace strided
