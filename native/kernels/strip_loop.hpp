// The loop over strips: some vectors of columns of a tile that a cache holds, whose running sums
// stay in registers for all of its rows.
//
// Lines are read in the order of memory, as many of each row as there are registers for. CPUs do
// not see by themselves that so few will be followed by some of the next row: they are announced
// some rows before. That takes up to a quarter less time than a few rows of a whole tile at once,
// which are read to and fro, and up to two fifths less with two threads. (AMD Zen 5; with 256 bits
// there up to an eighth.)
#pragma once

#include "columns.hpp"

namespace strided {
namespace {

constexpr int kStripVectors = kNarrow ? 4 : 8;
constexpr int64_t kStripRegisters = kNarrow ? 12 : 24;  // for running sums
constexpr int64_t kStripAhead = 12 * kStripVectors;     // vectors that are announced ahead
constexpr int64_t kLeastStripRows = 64;                 // of a tile, or it ends too soon
constexpr int64_t kMostStripRows = int64_t{1} << 30;
constexpr int64_t kMostApartRows = 4096;  // where roundings count
// Bytes of a tile and of what lies between its rows: the second-level cache is near enough for
// tiles that are read to and fro.
constexpr int64_t kFarStrips = 2 << 20;
// Rows so far apart, or a multiple of it, fall into so few places of a cache that a strip does not
// stay in it.
constexpr int64_t kCrowding = 2048;

STRIDED_INLINE bool crowds(int64_t stride) {
  return stride != 0 && stride % kCrowding == 0;
}

template <class F, int kBeside>
STRIDED_INLINE void add_strip(const char* at, int64_t stride, int64_t rows, int64_t column,
                              Columns* columns, bool fresh) {
  F sums[kBeside];
#pragma GCC unroll 8
  for (int b = 0; b < kBeside && !fresh; ++b) sums[b].open(columns, column + b * F::kWidth);
  const int64_t ahead = kStripAhead / kBeside * stride;
#pragma GCC unroll 1
  for (int64_t r = 0; r < rows; ++r, at += stride) {
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      const char* const from = at + b * kChunkStride<F>;
      if (b * kVectorBytes % kLine == 0) __builtin_prefetch(from + ahead);
      sums[b].add(chunk_at<F>(from));
    }
  }
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) {
    sums[b].close(columns, column + b * F::kWidth, static_cast<int>(rows), fresh);
  }
}

// Fewer columns than a vector has.
template <class F>
STRIDED_INLINE void add_part_strip(const char* at, int64_t stride, int64_t rows, int64_t count,
                                   int64_t column, Columns* columns, bool fresh) {
  F sum;
  if (!fresh) sum.open(columns, column);
#pragma GCC unroll 1
  for (int64_t r = 0; r < rows; ++r, at += stride) {
    sum.add(part_at<F>(reinterpret_cast<const typename F::Element*>(at), count));
  }
  sum.close(columns, column, static_cast<int>(rows), fresh);
}

// Where roundings count, some rows are first added by themselves: a term then meets those of its
// rows and one for each time that rows were added, instead of one for each row. A functor says so
// by kRowsApart.
template <class F>
constexpr bool kApart = requires { F::kRowsApart; };

// Whether a functor's running sums fit the registers, and take terms one by one, side by side.
template <class F>
constexpr bool kByStrips =
    !kByBlocks<F> && kSpacing<F> == 1 &&
    kStripVectors * static_cast<int64_t>(sizeof(F)) <= kStripRegisters * kVectorBytes;

template <class F>
STRIDED_INLINE bool suits_strips(int64_t stride, int64_t rows, int64_t count,
                                 const Columns* columns) {
  constexpr int64_t enough = kApart<F> ? kMostApartRows : kMostStripRows;
  constexpr int64_t most = F::kBurst < enough ? F::kBurst : enough;
  if (rows * (stride < 0 ? -stride : stride) < kFarStrips) return false;
  // What is narrower would be read several times, for strips of a few vectors each.
  return columns->reading == Reading::cached && rows >= kLeastStripRows && rows <= most &&
         count >= kStripVectors * F::kWidth && !crowds(stride);
}

template <class F>
void add_strips(const char* at, int64_t stride, int64_t rows, int64_t count, Columns* columns,
                bool fresh) {
  int64_t j = 0;
  const auto add = [&]<int kBeside>() {
    for (; j + kBeside * F::kWidth <= count; j += kBeside * F::kWidth) {
      add_strip<F, kBeside>(at + j * kElementStride<F>, stride, rows, columns->first + j, columns,
                            fresh);
    }
  };
  add.template operator()<kStripVectors>();
  if constexpr (kStripVectors > 4) add.template operator()<4>();
  add.template operator()<2>();
  add.template operator()<1>();
  if (j < count) {
    add_part_strip<F>(at + j * kElementStride<F>, stride, rows, count - j, columns->first + j,
                      columns, fresh);
  }
}

}  // namespace
}  // namespace strided
