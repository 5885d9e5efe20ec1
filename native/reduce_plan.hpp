// How a reduction walks its memory.
//
// The axes fall into kept ones, which the result has too, and reduced ones. The axis along which
// the input's elements lie closest becomes the vector axis, and gives the walk one of two shapes:
//
//   inner   the vector axis is reduced: each output is made of runs, taken by the loop over rows;
//   outer   the vector axis is kept: neighbouring outputs are reduced side by side as columns, a
//   row
//           at a time, by the loop over tiles.
//
// In both, `across` is the kept axis along which outputs are side by side: the vector axis of an
// outer walk, the closest of the kept axes of an inner one. The other axes are walked around,
// merged to the fewest loops. Elements that the loops cannot take as they lie (not contiguous,
// masked) are staged: brought together in a small buffer first, so few at a time that the memory
// has not answered all that was announced while they are added: it is never idle. Kernels may have
// loops for elements that lie some apart, which take half as long: those leave out the buffer.
//
// Outputs are numbered: output = turn of the kept loops * columns + column. Terms are numbered too:
// in an outer walk a term is a row, in an inner walk an element. A span of outputs times a span of
// terms is a unit of work. (Where terms have numbers that count, as for argmin, those are other
// ones: their places in C order.)
#pragma once

#include <utility>

#include "kernels/kernels.hpp"
#include "layout.hpp"
#include "stage.hpp"

namespace strided {

// kNumber is no array, but the number of a term; its strides are the steps from one to the next.
enum Operand { kIn, kOut, kMask, kNumber, kOperands };

using ReduceLoop = Loop<kOperands>;
using ReduceLoops = Loops<kOperands>;
using Offsets = std::array<std::int64_t, kOperands>;

struct ReducePlan {
  DType dtype;
  std::array<std::byte*, 3> base{};
  Offsets first{};      // of the first element and term
  ReduceLoops kept;     // around the outputs that are side by side
  ReduceLoops reduced;  // around the runs or rows
  ReduceLoop across{1, {}};
  ReduceLoop run{1, {}};   // inner walks: the vector axis
  ReduceLoop rows{1, {}};  // outer walks: the innermost of the reduced loops
  bool inner = true;
  bool in_order = false;     // of numbers: terms must be staged one run at a time
  Stage stage = nullptr;     // null when elements are taken as they lie
  RowReading staging;        // of an outer walk
  std::int64_t spacing = 1;  // of staged elements that nothing but this keeps from the loops; or 1
  std::uint64_t neutral = 0;

  std::int64_t columns = 1;  // outputs side by side
  std::int64_t outputs = 1;
  std::int64_t terms = 1;  // of each output
  bool empty = false;      // no terms: the reduced axes have no elements

  std::int64_t width() const noexcept { return itemsize(dtype); }
};

// What the plan of a reduction depends on. `axes` has bit i set when axis i is reduced. `out` has
// the kept axes, in their order. `mask`, of the input's shape, may be null.
struct PlanRequest {
  const Array& in;
  const Array& out;
  const Array* mask;
  std::uint32_t axes;
  bool numbered;
  std::uint64_t neutral;
  std::int64_t most_few;  // of how few terms kernels make contiguous results at once, or 0
};

ReducePlan plan_reduction(const PlanRequest& request);

inline constexpr std::int64_t kLine = 64;         // bytes of memory that are read at once
inline constexpr double kSequential = 256 << 10;  // bytes that are not worth waking a thread

// What a walk works with besides the plan: room for staged elements.
inline constexpr std::int64_t kStageElements = 1 << 13;
inline constexpr std::int64_t kStageRun = 1 << 12;  // of inner walks: stays in the nearest cache
// Outer walks stage rows of few columns whole, and otherwise rows of so many bytes each, as many as
// the kernels add while running sums are in registers.
inline constexpr std::int64_t kFewColumns = 32;
inline constexpr std::int64_t kStageRowBytes = 128;
// How far ahead reads of a run are announced; nearer where many rows are read at once, as all that
// has been announced has to stay in the nearest cache.
inline constexpr std::int64_t kRunAhead = 8192;

struct StageBuffer {
  alignas(64) std::byte bytes[kStageElements * 8];
};

// Where a turn of the kept loops begins.
class WalkBase {
 public:
  explicit WalkBase(const ReducePlan& plan)
      : in_(plan.base[kIn]), mask_(plan.base[kMask]), offset_(plan.first) {}

  const std::byte* in() const noexcept { return in_ + offset_[kIn]; }
  const std::byte* mask() const noexcept {
    return mask_ == nullptr ? nullptr : mask_ + offset_[kMask];
  }
  std::int64_t number() const noexcept { return offset_[kNumber]; }

  WalkBase moved(const Offsets& by) const noexcept {
    WalkBase base = *this;
    for (int n = 0; n < kOperands; ++n) base.offset_[n] += by[n];
    return base;
  }
  WalkBase moved(const ReduceLoop& loop, std::int64_t turns) const noexcept {
    WalkBase base = *this;
    for (int n = 0; n < kOperands; ++n) base.offset_[n] += turns * loop.stride[n];
    return base;
  }

 private:
  const std::byte* in_;
  const std::byte* mask_;
  Offsets offset_;
};

// How the runs of an inner walk are staged, if they are: so many elements at a time, but for the
// last. `after` is where the next walk begins, if that is known.
struct RunStage {
  StageBuffer& buffer;
  std::int64_t elements = kStageRun;
  const std::byte* after = nullptr;
  bool staged = true;
};

// Walks the terms [first, last) of an inner walk's output. The sink gets runs of contiguous
// elements: sink(pointer, elements, terms).
template <class Sink>
void walk_inner(const ReducePlan& plan, const WalkBase& base, std::int64_t first, std::int64_t last,
                const RunStage& room, Sink&& sink) {
  const ReduceLoop& run = plan.run;
  const std::int64_t stride = run.stride[kIn];
  std::byte* const staged = room.buffer.bytes;
  Walker<kOperands> walker(plan.reduced, first / run.size);
  std::int64_t start = first % run.size;
  std::int64_t held = 0;
  for (std::int64_t left = last - first; left > 0; start = 0) {
    std::int64_t count = std::min(run.size - start, left);
    WalkBase at = base.moved(walker.offset()).moved(run, start);
    left -= count;
    walker.step();
    if (plan.stage == nullptr || !room.staged) {
      sink(at.in(), count, Terms{at.number(), run.stride[kNumber]});
      continue;
    }
    const std::byte* const end = at.in() + count * stride;
    const std::byte* const next = left > 0 ? base.moved(walker.offset()).in() : room.after;
    while (count > 0) {
      const std::int64_t taken = std::min(count, room.elements - held);
      const Scattered from{at.in(),
                           stride,
                           0,
                           at.mask(),
                           run.stride[kMask],
                           0,
                           kRunAhead,
                           end - at.in(),
                           next == nullptr ? 0 : next - end};
      plan.stage(from, 1, taken, plan.neutral, staged + held * plan.width());
      const Terms terms{at.number(), run.stride[kNumber]};
      at = at.moved(run, taken);
      count -= taken;
      held += taken;
      if (held == room.elements || plan.in_order) sink(staged, std::exchange(held, 0), terms);
    }
  }
  if (held > 0) sink(staged, held, Terms{});
}

// Rows of contiguous elements, `stride` bytes apart, of some columns of those that are walked.
struct RowBlock {
  const std::byte* at;
  std::int64_t stride;
  std::int64_t rows;
  Terms terms;
  std::int64_t column;
  std::int64_t columns;
};

// Stages rows that are next to each other in blocks of columns.
template <class Sink>
void walk_staged_rows(const ReducePlan& plan, const WalkBase& at, std::int64_t rows,
                      std::int64_t count, StageBuffer& buffer, Sink&& sink) {
  const auto& across = plan.across.stride;
  const auto& down = plan.rows.stride;
  // The fewer rows, the longer.
  const std::int64_t row_bytes =
      kStageRowBytes * std::max<std::int64_t>(1, plan.staging.rows / rows);
  const std::int64_t width = count <= kFewColumns ? count : row_bytes / plan.width();
  const std::int64_t jump = rows * down[kIn] - count * across[kIn];
  for (std::int64_t column = 0; column < count; column += width) {
    const std::int64_t columns = std::min(width, count - column);
    const WalkBase here = at.moved(plan.across, column);
    const Scattered from{
        here.in(),     across[kIn], down[kIn],          here.mask(),
        across[kMask], down[kMask], plan.staging.ahead, (count - column) * across[kIn],
        jump};
    plan.stage(from, rows, columns, plan.neutral, buffer.bytes);
    const Terms terms{at.number(), down[kNumber]};
    sink(RowBlock{buffer.bytes, columns * plan.width(), rows, terms, column, columns});
  }
}

// Walks the terms [first, last), which are rows, of the columns [column, column + count) of an
// outer walk. The sink gets blocks of rows, from the first columns to the last. Without a buffer
// elements are left where they lie.
template <class Sink>
void walk_outer(const ReducePlan& plan, WalkBase base, std::int64_t column, std::int64_t count,
                std::int64_t first, std::int64_t last, StageBuffer* buffer, Sink&& sink) {
  const ReduceLoop& rows = plan.rows;
  const std::int64_t some = last - first <= kMostFew ? kMostFew : plan.staging.rows;
  const std::int64_t most = count <= kFewColumns ? kStageElements / count : some;
  Walker<kOperands> walker(plan.reduced, first / rows.size);
  std::int64_t start = first % rows.size;
  base = base.moved(plan.across, column);
  for (std::int64_t left = last - first; left > 0; walker.step(), start = 0) {
    std::int64_t turns = std::min(rows.size - start, left);
    WalkBase at = base.moved(walker.offset()).moved(rows, start);
    left -= turns;
    if (plan.stage == nullptr || buffer == nullptr) {
      const Terms terms{at.number(), rows.stride[kNumber]};
      sink(RowBlock{at.in(), rows.stride[kIn], turns, terms, 0, count});
      continue;
    }
    for (std::int64_t taken = 0; turns > 0; turns -= taken, at = at.moved(rows, taken)) {
      taken = std::min(turns, most);
      walk_staged_rows(plan, at, taken, count, *buffer, sink);
    }
  }
}

}  // namespace strided
