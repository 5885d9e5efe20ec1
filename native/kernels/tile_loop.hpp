// The loop over tiles: rows of elements that are added to as many columns.
#pragma once

#include "strip_loop.hpp"

namespace strided {
namespace {

// How many rows are added while a tile's running sums are in registers depends on where they are
// (see reading.hpp). From memory, they are the next ones of several places, unless the order of the
// terms shows; what a cache holds is read by strips (see strip_loop.hpp), or, where these do not
// suit, row after row. Each line is announced shortly before, and towards the end of the rows the
// beginning of the next ones.
constexpr int kFewRows = 4;  // of what is left

template <class F>
STRIDED_INLINE void add_to_columns(F& sums, const Columns* columns, int64_t column) {
  F before;
  before.open(columns, column);
  sums.merge(before);
}

// Announces so many bytes of some rows: all of them before the first is added, so that no line has
// to wait until the core has room for operations on those before it.
template <int kCount, int64_t kBytes>
STRIDED_INLINE void announce_rows(const char* at, int64_t stride) {
#pragma GCC unroll 16
  for (int r = 0; r < kCount; ++r, at += stride) {
#pragma GCC unroll 8
    for (int64_t i = 0; i < kBytes; i += kLine) __builtin_prefetch(at + i);
  }
}

// Vectors of columns of a few rows.
template <class F>
struct RowChunks {
  const char* at;
  int64_t stride;
  STRIDED_INLINE typename F::Chunk operator()(int64_t b, int64_t r) const {
    return chunk_at<F>(at + r * stride + b * kChunkStride<F>);
  }
};

// What add_to does for sums that take terms by blocks, where there are only zeros yet, or an anchor
// is too small for a block. It is by itself, as sums whose address is taken do not stay in
// registers.
template <class F, int kCount, int kBeside, bool kFresh>
__attribute__((noinline)) void add_block_to(const char* at, int64_t stride, int64_t j,
                                            Columns* columns) {
  const int64_t column = columns->first + j;
  const RowChunks<F> chunks{at, stride};
  F sums[kBeside];
  for (int b = 0; b < kBeside && !kFresh; ++b) sums[b].open(columns, column + b * F::kWidth);
  if constexpr (kFresh) F::template begin<kCount, kBeside>(sums, chunks);
  if (!kFresh && F::template adds_nothing<kBeside>(sums, kCount, chunks)) return;
  add_block<F, kCount, kBeside>(sums, chunks);
  for (int b = 0; b < kBeside; ++b) sums[b].close(columns, column + b * F::kWidth, kCount, kFresh);
}

// Adds a few rows to kBeside vectors of columns; the running sums are read and written once for all
// of them.
template <class F, int kCount, int kBeside, bool kFresh>
STRIDED_INLINE void add_to(const char* at, int64_t stride, int64_t j, int64_t ahead,
                           Columns* columns) {
  const int64_t column = columns->first + j;
  const RowChunks<F> chunks{at, stride};
  F sums[kBeside];
  constexpr bool kGoOn = !kFresh && !kApart<F>;
  announce_rows<kCount, kBeside * kChunkStride<F>>(at + ahead, stride);
#pragma GCC unroll 8
  for (int b = 0; b < kBeside && kGoOn; ++b) sums[b].open(columns, column + b * F::kWidth);
  if constexpr (kByBlocks<F>) {
    if constexpr (kFresh) F::template begin<kCount, kBeside>(sums, chunks);
    if (!F::template begun<kBeside>(sums) ||
        !F::template add_fitting<kCount, kBeside, true, false>(sums, kCount, chunks)) {
      return add_block_to<F, kCount, kBeside, kFresh>(at, stride, j, columns);
    }
  } else {
    add_block<F, kCount, kBeside>(sums, chunks);
  }
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) {
    if constexpr (!kFresh && kApart<F>) add_to_columns(sums[b], columns, column + b * F::kWidth);
    sums[b].close(columns, column + b * F::kWidth, kCount, kFresh);
  }
}

// Adds a few rows to fewer columns than a vector has; part(x) makes a chunk of their elements.
template <class F, int kCount, bool kFresh, class Part>
STRIDED_INLINE void add_part_to(const char* at, int64_t stride, int64_t j, Columns* columns,
                                Part&& part) {
  F sums;
  if (!kFresh && !kApart<F>) sums.open(columns, columns->first + j);
  add_block<F, kCount, 1>(&sums, [=](int64_t, int64_t r) {
    return part(reinterpret_cast<const typename F::Element*>(at + r * stride));
  });
  if constexpr (!kFresh && kApart<F>) add_to_columns(sums, columns, columns->first + j);
  sums.close(columns, columns->first + j, kCount, kFresh);
}

// How far ahead reads are announced where `left` bytes of rows of `width` are to be added, and the
// next ones begin `step` bytes behind the beginnings of these.
STRIDED_INLINE int64_t look_ahead(int64_t left, int64_t width, int64_t step, int64_t ahead) {
  if (left > ahead) return ahead;
  // Of short rows, those that come so many bytes later.
  if (width < ahead) return ahead / width * step;
  return step + ahead - width;
}

// Elements that are in a cache are added to two vectors of columns at a time, so that chains that
// do not depend on each other are near enough for the CPU to see both; those that come from memory
// to one, since twice as many reads at once are more than it keeps in flight. Where the chains are
// so long that they take longer than memory, two are better anyway: a functor says so by
// kLongChains. (Of float32 numbers two make one vector in memory.)
template <class F>
constexpr bool kTwoBeside = kNarrow && requires { F::kLongChains; };

// Where columns may begin anywhere, rows at places are read from whole lines on, if all of them lie
// alike; a functor says so by kHeadStep, of which such heads are multiples.
template <class F>
STRIDED_INLINE int64_t head_of_rows(const char* source, int64_t stride, int64_t count) {
  if constexpr (requires { F::kHeadStep; }) {
    const auto* x = reinterpret_cast<const typename F::Element*>(source);
    const int64_t head = common_head<typename F::Chunk>(x, stride);
    return head % F::kHeadStep == 0 && head < count ? head : 0;
  } else {
    return 0;
  }
}

// So many times, at most as many, that the places of rows lie alike, if that is possible.
STRIDED_INLINE int64_t times_alike(int64_t times, int64_t stride) {
  const auto bits = static_cast<uint64_t>(stride) | kLine;
  const int64_t period = kLine / static_cast<int64_t>(bits & -bits);
  return times > period ? times - times % period : times;
}

// Adds rows that are `stride` bytes apart; for `step`, see look_ahead.
template <class F, int kCount, bool kAtPlaces, bool kFresh>
STRIDED_INLINE void add_rows(const char* source, int64_t stride, int64_t step, int64_t count,
                             Columns* columns) {
  constexpr int64_t size = kElementStride<F>;
  constexpr int64_t kAtPlace = kCount == kLateRows.rows ? kLateRows.ahead : kEarlyRows.ahead;
  constexpr int64_t kAhead = kAtPlaces ? kAtPlace : kNearAhead;
  int64_t j = 0;
  const auto ahead = [&] { return look_ahead((count - j) * size, count * size, step, kAhead); };
  const int64_t head = kAtPlaces ? head_of_rows<F>(source, stride, count) : 0;
  if (head > 0) {
    add_part_to<F, kCount, kFresh>(source, stride, 0, columns,
                                   [=](auto* x) { return part_of_run<F>(x, head); });
    j = head;
  }
  // Elements that lie apart come from so many lines that one vector of them is enough.
  if constexpr (kSpacing<F> == 1) {
    if (columns->reading == Reading::cached || kTwoBeside<F>) {
      for (; j + 2 * F::kWidth <= count; j += 2 * F::kWidth) {
        add_to<F, kCount, 2, kFresh>(source + j * size, stride, j, ahead(), columns);
      }
    }
  }
  for (; j + F::kWidth + kBehind<F> <= count; j += F::kWidth) {
    add_to<F, kCount, 1, kFresh>(source + j * size, stride, j, ahead(), columns);
  }
  // To the end of the vector that has the last column, were they counted from the first one on.
  const int64_t end = head > 0 ? (count + F::kWidth - 1) / F::kWidth * F::kWidth : count;
  for (; j < end; j += F::kWidth) {
    const int64_t left = j < count ? count - j : 0;
    add_part_to<F, kCount, kFresh>(source + j * size, stride, j, columns,
                                   [=](auto* x) { return part_at<F>(x, left); });
  }
}

// So many rows at a time, as often as there are as many. Gives how many there were.
template <class F, int kCount, bool kAtPlaces>
STRIDED_INLINE int64_t add_some(const char* row, int64_t stride, int64_t rows, int64_t count,
                                Columns* columns, bool fresh, [[maybe_unused]] int64_t* blocks) {
  const int64_t size = stride < 0 ? -stride : stride;
  const int64_t apart = kAtPlaces ? kPlacesApart / (size + 1) : 1;
  const int64_t most = apart > 1 ? apart : 1;
  int64_t r = 0;
  while (rows - r >= kCount) {
    const int64_t some = (rows - r) / kCount;
    int64_t times = some < most ? some : most;
    if constexpr (requires { F::kHeadStep; }) times = times_alike(times, stride);
    const int64_t step = times == 1 ? kCount * stride : stride;
    for (int64_t i = 0; i < times; ++i) {
      const char* at = row + (r + i) * stride;
      if (fresh) {
        add_rows<F, kCount, kAtPlaces, true>(at, times * stride, step, count, columns);
      } else {
        add_rows<F, kCount, kAtPlaces, false>(at, times * stride, step, count, columns);
      }
      fresh = false;
      if constexpr (kByBlocks<F>) {
        if (++*blocks % F::kSettledAfter == 0) F::settle(columns, count);
      }
    }
    r += times * kCount;
  }
  return r;
}

template <class F>
void reduce_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Terms,
                 Columns* columns, bool fresh) {
  const char* row = static_cast<const char*>(source);
  if constexpr (kByStrips<F>) {
    if (suits_strips<F>(stride, rows, count, columns)) {
      columns->depth += rows;
      return add_strips<F>(row, stride, rows, count, columns, fresh);
    }
  }
  int64_t left = rows;
  int64_t blocks = 0;  // of rows
  if constexpr (kByBlocks<F>) {
    if (!fresh) F::settle(columns, count);
  }
  const auto add = [&]<int kCount, bool kAtPlaces>() {
    const int64_t added = add_some<F, kCount, kAtPlaces>(row, stride, left, count, columns,
                                                         fresh && left == rows, &blocks);
    row += added * stride;
    left -= added;
  };
  constexpr bool kRounds = requires { requires F::kRounds; };
  if (kSpacing<F> == 1 && (kRounds || columns->reading == Reading::cached)) {
    add.template operator()<kRows, false>();
  } else if (reads_late(columns)) {
    add.template operator()<kLateRows.rows, true>();
  } else if constexpr (!kNarrow) {
    add.template operator()<kEarlyRows.rows, true>();
  }
  add.template operator()<kFewRows, false>();
  if constexpr (kSpacing<F> == 1) add.template operator()<2, false>();
  add.template operator()<1, false>();
  if constexpr (kByBlocks<F>) {
    columns->depth += F::depth_of(blocks);
    columns->terms += rows;
    return;
  }
  // At most, with the few rows that are left.
  const int places = reads_late(columns) ? kLateRows.rows : kEarlyRows.rows;
  const int64_t apart = kRows + places + rows / places;
  columns->depth += kApart<F> && apart < rows ? apart : rows;
}

}  // namespace
}  // namespace strided
