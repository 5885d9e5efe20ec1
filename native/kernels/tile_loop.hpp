// The loop over tiles: rows of elements that are added to as many columns.
#pragma once

#include "columns.hpp"

namespace strided {
namespace {

// How many rows are added while a tile's running sums are in registers. Where several places are
// read at once, these are the places, with one core or more.
//
// Otherwise it depends. One core that reads memory alone keeps as many reads in flight as it can be
// told of: each line is announced early, and at the end of the rows the beginning of the next ones.
//
// Cores that share the memory have reads enough between them, and what is announced in vain takes
// from what is needed. So they read as many rows at once as the CPU's own prefetchers follow, and
// announce of what lies ahead only what these fetch too late, and towards the end of the rows the
// beginning of the next ones, which they don't foresee.
//
// Light functors (see reading.hpp) read as the latter do, but of the rows announce one line in
// turn.
enum class Reading { alone, shared, light };
constexpr int kSharedRows = 12;
constexpr int kFewRows = 4;             // of what is left
constexpr int64_t kSharedAhead = 320;   // bytes
constexpr int64_t kSharedNext = 1024;   // of the next rows
constexpr int64_t kLongRow = 16 << 10;  // that the prefetchers take long enough to follow

// Where roundings count, some rows are first added by themselves: a term then meets those of its
// rows and one for each time that rows were added, instead of one for each row. A functor says so
// by kRowsApart.
template <class F>
constexpr bool kApart = requires { F::kRowsApart; };

template <class F>
STRIDED_INLINE void add_to_columns(F& sums, const Columns* columns, int64_t column) {
  F before;
  before.open(columns, column);
  sums.merge(before);
}

// Adds a few rows to kBeside vectors of columns; the running sums are read and written once for all
// of them.
template <class F, int kCount, int kBeside, bool kAnnounced, bool kFresh>
STRIDED_INLINE void add_to(const char* at, int64_t stride, int64_t j, int64_t ahead,
                           Columns* columns) {
  const int64_t column = columns->first + j;
  constexpr int64_t bytes = kBeside * sizeof(typename F::Chunk);
  F sums[kBeside];
  constexpr bool kGoOn = !kFresh && !kApart<F>;
  for (int b = 0; b < kBeside && kGoOn; ++b) sums[b].open(columns, column + b * F::kWidth);
  for (int r = 0; r < kCount; ++r) {
    const char* row = at + r * stride;
    for (int64_t i = 0; i < bytes && kAnnounced; i += 64) __builtin_prefetch(row + i + ahead);
    const auto* x = reinterpret_cast<const typename F::Element*>(row);
    for (int b = 0; b < kBeside; ++b) sums[b].add(chunk_at<F>(x + b * F::kWidth));
  }
  for (int b = 0; b < kBeside; ++b) {
    if (!kFresh && kApart<F>) add_to_columns(sums[b], columns, column + b * F::kWidth);
    sums[b].close(columns, column + b * F::kWidth, kCount, kFresh);
  }
}

// How far ahead reads are announced where `left` bytes of rows of `width` are to be added.
template <bool kShared>
STRIDED_INLINE int64_t look_ahead(int64_t left, int64_t width, int64_t rows, const char* next,
                                  int64_t stride) {
  if constexpr (kShared) {
    const int64_t most = width < kSharedNext ? width : kSharedNext;
    for (int64_t r = 0; r < rows && left <= most; ++r) {
      __builtin_prefetch(next + r * stride + most - left);
    }
    return left > kSharedAhead ? kSharedAhead : 0;
  } else {
    if (left > kNearAhead) return kNearAhead;
    // Of short rows, those that come so many bytes later.
    if (width < kNearAhead) return kNearAhead / width * rows * stride;
    return rows * stride + kNearAhead - width;
  }
}

// Elements that are in a cache are added to two vectors of columns at a time, so that chains that
// do not depend on each other are near enough for the CPU to see both; those that come from memory
// to one, since twice as many reads at once are more than it keeps in flight. Where the chains are
// so long that they take longer than memory, two are better anyway: a functor says so by
// kLongChains.
template <class F>
constexpr bool kTwoBeside = kNarrow && requires { F::kLongChains; };

template <class F, int kCount, Reading kReading, bool kFresh>
STRIDED_INLINE void add_rows(const char* source, int64_t stride, int64_t count, Columns* columns) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  int64_t j = 0;
  constexpr bool kAnnounced = kReading != Reading::light;
  [[maybe_unused]] int64_t turn = 0;
  const auto ahead = [&] {
    if constexpr (!kAnnounced) {
      const int64_t at = j * size + kLightAhead;
      const int64_t width = count * size;
      __builtin_prefetch(source + turn * stride + at + (at < width ? 0 : kCount * stride - width));
      if (++turn == kCount) turn = 0;
      return int64_t{0};
    } else {
      return look_ahead<kReading == Reading::shared>((count - j) * size, count * size, kCount,
                                                     source + kCount * stride, stride);
    }
  };
  if (kReading == Reading::alone && (columns->near || kTwoBeside<F>)) {
    for (; j + 2 * F::kWidth <= count; j += 2 * F::kWidth) {
      add_to<F, kCount, 2, kAnnounced, kFresh>(source + j * size, stride, j, ahead(), columns);
    }
  }
  for (; j + F::kWidth <= count; j += F::kWidth) {
    add_to<F, kCount, 1, kAnnounced, kFresh>(source + j * size, stride, j, ahead(), columns);
  }
  if (j == count) return;
  F sums;
  if (!kFresh && !kApart<F>) sums.open(columns, columns->first + j);
  for (int r = 0; r < kCount; ++r) {
    const char* at = source + r * stride + j * size;
    sums.add(part_at<F>(reinterpret_cast<const Element*>(at), count - j));
  }
  if (!kFresh && kApart<F>) add_to_columns(sums, columns, columns->first + j);
  sums.close(columns, columns->first + j, kCount, kFresh);
}

template <class F, Reading kReading>
STRIDED_INLINE void add_tile(const char* row, int64_t stride, int64_t rows, int64_t count,
                             Columns* columns, bool fresh) {
  int64_t r = 0;
  const auto some = [&]<int kCount>() {
    for (; r + kCount <= rows; r += kCount, row += kCount * stride) {
      if (fresh) {
        add_rows<F, kCount, kReading, true>(row, stride, count, columns);
      } else {
        add_rows<F, kCount, kReading, false>(row, stride, count, columns);
      }
      fresh = false;
    }
  };
  some.template operator()<kReading == Reading::alone ? kRows : kSharedRows>();
  some.template operator()<kFewRows>();
  some.template operator()<2>();
  some.template operator()<1>();
}

template <class F>
void reduce_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Terms,
                 Columns* columns, bool fresh) {
  const char* row = static_cast<const char*>(source);
  const int64_t width = count * static_cast<int64_t>(sizeof(typename F::Element));
  if (kHasLightRows<F> && !columns->near) {
    add_tile<F, Reading::light>(row, stride, rows, count, columns, fresh);
  } else if (!kNarrow && !kHasLightRows<F> && columns->shared && width >= kLongRow) {
    add_tile<F, Reading::shared>(row, stride, rows, count, columns, fresh);
  } else {
    add_tile<F, Reading::alone>(row, stride, rows, count, columns, fresh);
  }
  constexpr int64_t kLeast = kRows < kSharedRows ? kRows : kSharedRows;
  const int64_t apart = kRows + kSharedRows + rows / kLeast;  // or less, with a few that are left
  columns->depth += kApart<F> && apart < rows ? apart : rows;
}

}  // namespace
}  // namespace strided
