// How a reduction walks its memory.
//
// The axes fall into kept ones, which the result has too, and reduced ones. The axis along which
// the input's elements lie closest becomes the vector axis, and gives the walk one of two shapes:
//
//   inner   the vector axis is reduced: each output is the sum of rows, added by the row loop;
//   outer   the vector axis is kept: neighbouring outputs are summed side by side as columns, a row
//           at a time, by the tile loop.
//
// The other axes are walked around it, merged to the fewest loops. Elements that the loops cannot
// take as they lie (not contiguous, masked, of another dtype) are staged: brought together in a
// small buffer first.
//
// Outputs are numbered: output = turn of the kept loops * columns + column, where an inner walk has
// one column. Terms are numbered too: in an outer walk a term is a row, in an inner walk an
// element. A span of outputs times a span of terms is a unit of work.
#pragma once

#include <utility>

#include "layout.hpp"
#include "stage.hpp"

namespace strided {

enum Operand { kIn = 0, kOut = 1, kMask = 2 };

struct ReducePlan {
  DType staged;  // what the kernels add
  std::array<std::byte*, 3> base{};
  Loops<3> kept;     // around the vector axis
  Loops<3> reduced;  // likewise, and around the rows
  Loop<3> vector{1, {}};
  Loop<3> rows{1, {}};  // outer walks only: the innermost of the reduced loops
  bool inner = true;
  Stage stage = nullptr;  // null when elements are taken as they lie

  std::int64_t columns = 1;  // outputs side by side
  std::int64_t outputs = 1;
  std::int64_t terms = 1;  // of each output
  bool empty = false;      // no terms: the reduced axes have no elements

  std::int64_t width() const noexcept { return itemsize(staged); }
};

// `axes` has bit i set when axis i is reduced. `out` has the kept axes, in their order. `mask`, of
// the input's shape, may be null.
ReducePlan plan_reduction(const Array& in, const Array& out, const Array* mask, std::uint32_t axes,
                          DType staged);

// What a walk works with besides the plan: room for staged elements.
inline constexpr std::int64_t kStageElements = 4096;

struct StageBuffer {
  alignas(64) std::byte bytes[kStageElements * 8];
};

// Where the input and the mask of a turn of the kept loops begin.
struct WalkBase {
  const std::byte* in;
  const std::byte* mask;

  WalkBase moved(const Loop<3>& loop, std::int64_t turns) const noexcept {
    return moved(turns * loop.stride[kIn], turns * loop.stride[kMask]);
  }
  WalkBase moved(const std::array<std::int64_t, 3>& offset) const noexcept {
    return moved(offset[kIn], offset[kMask]);
  }

 private:
  WalkBase moved(std::int64_t in_bytes, std::int64_t mask_bytes) const noexcept {
    return {in + in_bytes, mask == nullptr ? nullptr : mask + mask_bytes};
  }
};

// Walks the terms [first, last) of an inner walk's output. The sink gets runs of contiguous
// elements: sink(pointer, elements).
template <class Sink>
void walk_inner(const ReducePlan& plan, WalkBase base, std::int64_t first, std::int64_t last,
                StageBuffer& buffer, Sink&& sink) {
  const Loop<3>& row = plan.vector;
  Walker<3> walker(plan.reduced, first / row.size);
  std::int64_t start = first % row.size;
  std::int64_t held = 0;
  for (std::int64_t left = last - first; left > 0; walker.step(), start = 0) {
    std::int64_t count = std::min(row.size - start, left);
    WalkBase at = base.moved(walker.offset()).moved(row, start);
    left -= count;
    if (plan.stage == nullptr) {
      sink(at.in, count);
      continue;
    }
    while (count > 0) {
      const std::int64_t taken = std::min(count, kStageElements - held);
      plan.stage(at.in, row.stride[kIn], at.mask, row.stride[kMask], taken,
                 buffer.bytes + held * plan.width());
      at = at.moved(row, taken);
      count -= taken;
      held += taken;
      if (held == kStageElements) sink(buffer.bytes, std::exchange(held, 0));
    }
  }
  if (held > 0) sink(buffer.bytes, held);
}

// Walks the terms [first, last), which are rows, of the columns [column, column + count) of an
// outer walk; count is at most kStageElements. The sink gets rows of contiguous elements:
// sink(pointer, bytes from row to row, rows).
template <class Sink>
void walk_outer(const ReducePlan& plan, WalkBase base, std::int64_t column, std::int64_t count,
                std::int64_t first, std::int64_t last, StageBuffer& buffer, Sink&& sink) {
  const Loop<3>& rows = plan.rows;
  Walker<3> walker(plan.reduced, first / rows.size);
  std::int64_t start = first % rows.size;
  base = base.moved(plan.vector, column);
  for (std::int64_t left = last - first; left > 0; walker.step(), start = 0) {
    std::int64_t turns = std::min(rows.size - start, left);
    WalkBase at = base.moved(walker.offset()).moved(rows, start);
    left -= turns;
    if (plan.stage == nullptr) {
      sink(at.in, rows.stride[kIn], turns);
      continue;
    }
    const std::int64_t row_bytes = count * plan.width();
    while (turns > 0) {
      const std::int64_t taken = std::min(turns, kStageElements / count);
      for (std::int64_t r = 0; r < taken; ++r, at = at.moved(rows, 1)) {
        plan.stage(at.in, plan.vector.stride[kIn], at.mask, plan.vector.stride[kMask], count,
                   buffer.bytes + r * row_bytes);
      }
      turns -= taken;
      sink(buffer.bytes, row_bytes, taken);
    }
  }
}

}  // namespace strided
