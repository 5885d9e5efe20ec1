// The two loops of every reduction. Compiled once per instruction set.
//
// A functor says what the lanes of an accumulator keep, how one vector of elements is added to it,
// and how it becomes a partial result: it has
//
//   Element, Chunk        what lies in memory, and a vector of it; kWidth elements
//   neutral()             a chunk of elements that change no result
//   none()                optional: the same for runs, where it differs
//   kBurst                how many chunks it takes between two calls of spill()
//   add(Chunk), merge(other), spill()
//   close_run(columns, column, count, fresh)   a whole run was added: it goes to one column
//   open(columns, j), close(columns, j, rows, fresh)
//                         kWidth columns from the j-th on: before and after some rows are added;
//                         open is left out for fresh columns
//   kRunDepth             roundings that a run adds to those of its longest lane
//   close_runs(sums, columns, column, count, fresh)
//                         optional: as many whole runs as a vector has 64-bit lanes
//   begin, begun, add_fitting, add_block, adds_nothing, kSettledAfter, settle, depth_of
//                         optional, instead of add: many chunks at once; what is to be done after
//                         so many blocks, and the roundings of some: see running_sum.hpp
//   kLongChains, kHeadStep
//                         optional: see tile_loop.hpp
//   kRowsApart            optional: see strip_loop.hpp
//   kSpacing              optional: elements lie so many apart, for tiles: see columns.hpp
//   kRounds               optional: the order of additions shows, so that it must not depend on
//                         where runs lie
//
// Independent accumulators, four or more, hide the latency of the chains in a run; in a tile
// neighbouring columns are independent by themselves. How they read the memory is in reading.hpp.
#pragma once

#include "run_loop.hpp"
#include "tile_loop.hpp"

namespace strided {
namespace {

inline void keep_arrangement(Columns*, int64_t) {}

// The kernel of functor F for a dtype.
template <class F>
constexpr Kernel kernel_of(void (*arrange)(Columns*, int64_t) = keep_arrangement,
                           Finisher finisher = {}, Finisher means = {}) {
  return {reduce_rows<F>, reduce_tile<F>, arrange, finisher, means, add_piece<F>, close_pieces<F>};
}

}  // namespace

// Defines the table of one kind of reduction: maker<T>() gives the kernel of a dtype.
#define STRIDED_KERNEL_ROW_(name, type, letter) STRIDED_KERNEL_MAKER<type>(),
#define STRIDED_DEFINE_KERNELS(kind)              \
  extern const Kernel STRIDED_TABLE_NAME(kind)[]; \
  const Kernel STRIDED_TABLE_NAME(kind)[] = {STRIDED_DTYPES(STRIDED_KERNEL_ROW_)};

}  // namespace strided
