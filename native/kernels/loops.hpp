// The two loops of every reduction. Compiled once per instruction set.
//
// A functor says what the lanes of an accumulator keep, how one vector of elements is added to it,
// and how it becomes a partial result: it has
//
//   Element, Chunk        what lies in memory, and a vector of it; kWidth elements
//   neutral()             a chunk of elements that change no result
//   kBurst                how many chunks it takes between two calls of spill()
//   add(Chunk), merge(other), spill()
//   close_run(columns, column, count, fresh)   a whole run was added: it goes to one column
//   open(columns, j), close(columns, j, rows, fresh)
//                         kWidth columns from the j-th on: before and after some rows are added;
//                         open is left out for fresh columns
//   kRunDepth             roundings that a run adds to those of its longest lane
//   close_runs(sums, columns, column, fresh)
//                         optional: as many whole runs as a vector has 64-bit lanes
//
// Four independent accumulators hide the latency of the chains in a run; in a tile neighbouring
// columns are independent by themselves. Reads are announced to the memory ahead of time: the
// chains leave too few misses in flight otherwise.
#pragma once

#include "kernels.hpp"
#include "vector.hpp"

namespace strided {
namespace {

constexpr int64_t kGroups = 4;
constexpr int64_t kPrefetchBytes = 8192;

// The rows of a tile that are added while its running sums are in registers.
//
// One core that reads memory alone keeps as many reads in flight as it can be told of: each line is
// announced early, and at the end of the rows the beginning of the next ones.
//
// Cores that share the memory have reads enough between them, and what is announced in vain takes
// from what is needed. So they read as many rows at once as the CPU's own prefetchers follow, and
// announce of what lies ahead only what these fetch too late, and towards the end of the rows the
// beginning of the next ones, which they don't foresee.
constexpr int kRows = 16;
constexpr int kSharedRows = 12;
constexpr int kFewRows = 4;         // of what is left
constexpr int64_t kRowAhead = 512;  // bytes
constexpr int64_t kSharedAhead = 320;
constexpr int64_t kSharedNext = 1024;   // of the next rows
constexpr int64_t kLongRow = 16 << 10;  // that the prefetchers take long enough to follow

template <class F>
STRIDED_INLINE typename F::Chunk chunk_at(const typename F::Element* x) {
  return load<typename F::Chunk>(x);
}

template <class F>
STRIDED_INLINE typename F::Chunk part_at(const typename F::Element* x, int64_t count) {
  constexpr auto size = static_cast<int64_t>(sizeof(typename F::Element));
  return load_part(x, count * size, F::neutral());
}

// What is announced behind the end of the run lies `jump` bytes further on.
template <class F>
STRIDED_INLINE F sum_run(const typename F::Element* x, int64_t count, int64_t jump) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  constexpr int64_t step = F::kWidth * kGroups;
  F group[kGroups];
  int64_t i = 0;
  while (i + step <= count) {
    const int64_t left = (count - i) / step;
    const int64_t stop = i + step * (left < F::kBurst ? left : F::kBurst);
    for (; i < stop; i += step) {
      const char* ahead = reinterpret_cast<const char*>(x + i) + kPrefetchBytes;
      if ((count - i) * size < kPrefetchBytes) ahead += jump;
      for (int64_t at = 0; at < step * size; at += 64) __builtin_prefetch(ahead + at);
      for (int64_t g = 0; g < kGroups; ++g) group[g].add(chunk_at<F>(x + i + g * F::kWidth));
    }
    for (int64_t g = 0; g < kGroups; ++g) group[g].spill();
  }
  for (; i + F::kWidth <= count; i += F::kWidth) group[0].add(chunk_at<F>(x + i));
  if (i < count) group[0].add(part_at<F>(x + i, count - i));
  if (count >= step) {
    group[0].spill();
    group[0].merge(group[1]);
    group[2].merge(group[3]);
    group[0].merge(group[2]);
  }
  return group[0];
}

// Runs of up to so many vectors have one accumulator: to merge four takes as long as they save, and
// the CPU adds several such runs at a time.
template <class F>
constexpr int64_t kShortRun = F::kBurst <= 16 ? F::kBurst - 1 : 16;

template <class F>
STRIDED_INLINE F sum_short_run(const typename F::Element* x, int64_t count) {
  constexpr auto size = static_cast<int64_t>(sizeof(typename F::Element));
  constexpr int64_t step = F::kWidth * kGroups;
  F sum;
  int64_t i = 0;
  for (; i + step <= count; i += step) {
    const char* ahead = reinterpret_cast<const char*>(x + i) + kPrefetchBytes;
    for (int64_t at = 0; at < step * size; at += 64) __builtin_prefetch(ahead + at);
    for (int64_t g = 0; g < kGroups; ++g) sum.add(chunk_at<F>(x + i + g * F::kWidth));
  }
  for (; i + F::kWidth <= count; i += F::kWidth) sum.add(chunk_at<F>(x + i));
  if (i < count) sum.add(part_at<F>(x + i, count - i));
  return sum;
}

// next() gives the sum of the next run.
template <class F, class Next>
STRIDED_INLINE void close_all(int64_t rows, int64_t count, Columns* columns, bool fresh,
                              Next&& next) {
  int64_t r = 0;
  if constexpr (requires(F * sums) { F::close_runs(sums, columns, r, fresh); }) {
    for (; r + kLanes <= rows; r += kLanes) {
      F sums[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) sums[i] = next();
      F::close_runs(sums, columns, r, fresh);
    }
  }
  for (; r < rows; ++r) next().close_run(columns, r, count, fresh);
}

template <class F>
void reduce_rows(const void* source, int64_t stride, int64_t rows, int64_t count, Terms,
                 Columns* columns, bool fresh) {
  using Element = typename F::Element;
  const char* row = static_cast<const char*>(source);
  const auto next = [&] {
    const auto* x = reinterpret_cast<const Element*>(row);
    row += stride;
    return x;
  };
  if (count <= kShortRun<F> * F::kWidth) {
    close_all<F>(rows, count, columns, fresh, [&] { return sum_short_run<F>(next(), count); });
    columns->depth += kShortRun<F> + 1 + F::kRunDepth;
  } else {
    const int64_t jump = stride - count * static_cast<int64_t>(sizeof(Element));
    close_all<F>(rows, count, columns, fresh, [&] { return sum_run<F>(next(), count, jump); });
    columns->depth += count / (F::kWidth * kGroups) + kGroups + F::kRunDepth;
  }
}

template <class F>
void add_piece(const void* source, int64_t count, void* sums, bool fresh) {
  constexpr int64_t step = F::kWidth * kGroups;
  static_assert(kPieceBytes / static_cast<int64_t>(sizeof(typename F::Element)) % step == 0);
  static_assert(sizeof(F[kGroups]) <= kSumsBytes);
  const auto* x = static_cast<const typename F::Element*>(source);
  F group[kGroups];
  if (!fresh) __builtin_memcpy(group, sums, sizeof group);
  int64_t i = 0;
  for (; i + step <= count; i += step) {
    for (int64_t g = 0; g < kGroups; ++g) group[g].add(chunk_at<F>(x + i + g * F::kWidth));
  }
  for (; i + F::kWidth <= count; i += F::kWidth) group[0].add(chunk_at<F>(x + i));
  if (i < count) group[0].add(part_at<F>(x + i, count - i));
  for (int64_t g = 0; g < kGroups; ++g) group[g].spill();
  __builtin_memcpy(sums, group, sizeof group);
}

template <class F>
void close_pieces(const void* sums, int64_t count, Columns* columns) {
  F group[kGroups];
  __builtin_memcpy(group, sums, sizeof group);
  group[0].merge(group[1]);
  group[2].merge(group[3]);
  group[0].merge(group[2]);
  group[0].close_run(columns, 0, count, true);
  columns->depth += count / (F::kWidth * kGroups) + kGroups + F::kRunDepth;
}

// Adds a few rows to kBeside vectors of columns; the running sums are read and written once for all
// of them.
template <class F, int kCount, int kBeside, bool kFresh>
STRIDED_INLINE void add_to(const char* at, int64_t stride, int64_t j, int64_t ahead,
                           Columns* columns) {
  const int64_t column = columns->first + j;
  constexpr int64_t bytes = kBeside * sizeof(typename F::Chunk);
  F sums[kBeside];
  for (int b = 0; b < kBeside && !kFresh; ++b) sums[b].open(columns, column + b * F::kWidth);
  for (int r = 0; r < kCount; ++r) {
    const char* row = at + r * stride;
    for (int64_t i = 0; i < bytes; i += 64) __builtin_prefetch(row + i + ahead);
    const auto* x = reinterpret_cast<const typename F::Element*>(row);
    for (int b = 0; b < kBeside; ++b) sums[b].add(chunk_at<F>(x + b * F::kWidth));
  }
  for (int b = 0; b < kBeside; ++b) sums[b].close(columns, column + b * F::kWidth, kCount, kFresh);
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
    return left > kRowAhead ? kRowAhead : rows * stride + kRowAhead - width;
  }
}

// Elements that are in a cache are added to two vectors of columns at a time, so that chains that
// do not depend on each other are near enough for the CPU to see both; those that come from memory
// to one, since twice as many reads at once are more than it keeps in flight.
template <class F, int kCount, bool kShared, bool kFresh>
STRIDED_INLINE void add_rows(const char* source, int64_t stride, int64_t count, Columns* columns) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  int64_t j = 0;
  const auto ahead = [&] {
    return look_ahead<kShared>((count - j) * size, count * size, kCount, source + kCount * stride,
                               stride);
  };
  if (!kShared && columns->near) {
    for (; j + 2 * F::kWidth <= count; j += 2 * F::kWidth) {
      add_to<F, kCount, 2, kFresh>(source + j * size, stride, j, ahead(), columns);
    }
  }
  for (; j + F::kWidth <= count; j += F::kWidth) {
    add_to<F, kCount, 1, kFresh>(source + j * size, stride, j, ahead(), columns);
  }
  if (j == count) return;
  F sums;
  if (!kFresh) sums.open(columns, columns->first + j);
  for (int r = 0; r < kCount; ++r) {
    const char* at = source + r * stride + j * size;
    sums.add(part_at<F>(reinterpret_cast<const Element*>(at), count - j));
  }
  sums.close(columns, columns->first + j, kCount, kFresh);
}

template <class F, bool kShared>
STRIDED_INLINE void add_tile(const char* row, int64_t stride, int64_t rows, int64_t count,
                             Columns* columns, bool fresh) {
  int64_t r = 0;
  const auto some = [&]<int kCount>() {
    for (; r + kCount <= rows; r += kCount, row += kCount * stride) {
      if (fresh) {
        add_rows<F, kCount, kShared, true>(row, stride, count, columns);
      } else {
        add_rows<F, kCount, kShared, false>(row, stride, count, columns);
      }
      fresh = false;
    }
  };
  some.template operator()<kShared ? kSharedRows : kRows>();
  some.template operator()<kFewRows>();
  some.template operator()<2>();
  some.template operator()<1>();
}

template <class F>
void reduce_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Terms,
                 Columns* columns, bool fresh) {
  const char* row = static_cast<const char*>(source);
  const int64_t width = count * static_cast<int64_t>(sizeof(typename F::Element));
  if (columns->shared && width >= kLongRow) {
    add_tile<F, true>(row, stride, rows, count, columns, fresh);
  } else {
    add_tile<F, false>(row, stride, rows, count, columns, fresh);
  }
  columns->depth += rows;
}

inline void keep_arrangement(Columns*, int64_t) {}

template <class P>
STRIDED_INLINE P load_partial(const Columns* columns, int64_t column) {
  constexpr auto planes = static_cast<int64_t>(sizeof(P) / 8);
  int64_t words[planes];
  for (int64_t p = 0; p < planes; ++p) words[p] = columns->words[p * columns->width + column];
  P partial;
  __builtin_memcpy(&partial, words, sizeof partial);
  return partial;
}

template <class P>
STRIDED_INLINE void store_partial(Columns* columns, int64_t column, const P& partial) {
  constexpr auto planes = static_cast<int64_t>(sizeof(P) / 8);
  int64_t words[planes];
  __builtin_memcpy(words, &partial, sizeof partial);
  for (int64_t p = 0; p < planes; ++p) columns->words[p * columns->width + column] = words[p];
}

template <class V>
STRIDED_INLINE V load_plane(const Columns* columns, int plane, int64_t j) {
  return load<V>(columns->words + plane * columns->width + j);
}

template <class V>
STRIDED_INLINE void store_plane(Columns* columns, int plane, int64_t j, V value) {
  store(columns->words + plane * columns->width + j, value);
}

// The kernels of functor F<T> for a dtype whose C++ type is T.
template <class F>
constexpr Kernel kernel_of(void (*arrange)(Columns*, int64_t) = keep_arrangement,
                           int64_t (*finish)(const Columns*, int64_t, void*, int64_t*) = nullptr) {
  return {reduce_rows<F>, reduce_tile<F>, arrange, finish, nullptr, add_piece<F>, close_pieces<F>};
}

}  // namespace

#define STRIDED_TABLE_NAME__(kind, isa) kind##_##isa
#define STRIDED_TABLE_NAME_(kind, isa) STRIDED_TABLE_NAME__(kind, isa)
#define STRIDED_TABLE_NAME(kind) STRIDED_TABLE_NAME_(kind, STRIDED_ISA)

// Defines the table of one kind of reduction: maker<T>() gives the kernel of a dtype.
#define STRIDED_KERNEL_ROW_(name, type, letter) STRIDED_KERNEL_MAKER<type>(),
#define STRIDED_DEFINE_KERNELS(kind)              \
  extern const Kernel STRIDED_TABLE_NAME(kind)[]; \
  const Kernel STRIDED_TABLE_NAME(kind)[] = {STRIDED_DTYPES(STRIDED_KERNEL_ROW_)};

}  // namespace strided
