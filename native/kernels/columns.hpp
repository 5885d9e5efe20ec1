// What the loops have in common: how elements and partial results are read and written.
#pragma once

#include "every.hpp"
#include "part.hpp"
#include "reading.hpp"

namespace strided {
namespace {

// From one element to the next: other than side by side where a functor says so by kSpacing.
template <class F>
constexpr int64_t kSpacing = 1;  // elements
template <class F>
  requires requires { F::kSpacing; }
constexpr int64_t kSpacing<F> = F::kSpacing;
template <class F>
constexpr int64_t kElementStride = kSpacing<F> * static_cast<int64_t>(sizeof(typename F::Element));
template <class F>
constexpr int64_t kChunkStride = kElementStride<F> * F::kWidth;

// Elements that must be there behind a whole chunk, for nothing to be read beyond the last one.
template <class F>
constexpr int64_t kBehind = kSpacing<F> > 1 ? 1 : 0;

template <class F>
STRIDED_INLINE typename F::Chunk chunk_at(const void* at) {
  using Chunk = typename F::Chunk;
  if constexpr (kSpacing<F> == 1) {
    return load<Chunk>(at);
  } else if constexpr (F::kWidth == 2) {
    const auto* const x = static_cast<const char*>(at);
    return Chunk{load<typename F::Element>(x), load<typename F::Element>(x + kElementStride<F>)};
  } else {
    Chunk chunks[kSpacing<F>];
#pragma GCC unroll 4
    for (int64_t i = 0; i < kSpacing<F>; ++i) {
      chunks[i] = load<Chunk>(static_cast<const char*>(at) + i * int64_t{sizeof(Chunk)});
    }
    return take_every<kSpacing<F>>(chunks);
  }
}

template <class F>
STRIDED_INLINE typename F::Chunk part_at(const typename F::Element* x, int64_t count) {
  if constexpr (kSpacing<F> == 1) {
    return load_part(x, count * kElementStride<F>, F::neutral());
  } else {
    typename F::Element part[F::kWidth];
    store(part, F::neutral());
    for (int64_t k = 0; k < count; ++k) part[k] = load<typename F::Element>(x + k * kSpacing<F>);
    return load<typename F::Chunk>(part);
  }
}

// The same of a run.
template <class F>
STRIDED_INLINE typename F::Chunk part_of_run(const typename F::Element* x, int64_t count) {
  if constexpr (requires { F::none(); }) {
    return load_part(x, count * static_cast<int64_t>(sizeof(typename F::Element)), F::none());
  } else {
    return part_at<F>(x, count);
  }
}

// How many elements of a run come before the first chunk at a multiple of its size: those that lie
// across two lines are read at two thirds of the speed. 0 where none does.
template <class Chunk, class T>
STRIDED_INLINE int64_t unaligned_head(const T* x) {
  const auto before = -static_cast<uint64_t>(reinterpret_cast<uintptr_t>(x)) % sizeof(Chunk);
  return before % sizeof(T) == 0 ? static_cast<int64_t>(before / sizeof(T)) : 0;
}

// The same of runs at several places, `apart` bytes from one to the next: 0 where they differ.
template <class Chunk, class T>
STRIDED_INLINE int64_t common_head(const T* x, int64_t apart) {
  return apart % static_cast<int64_t>(sizeof(Chunk)) == 0 ? unaligned_head<Chunk>(x) : 0;
}

// Whether a functor takes terms by blocks: it has add_block instead of add.
template <class F>
constexpr bool kByBlocks = requires { F::kSettledAfter; };

// Adds so many chunks to each of some accumulators: at(b, i) is the i-th of the b-th.
template <class F, int kCount, int kBeside, class At>
STRIDED_INLINE void add_block(F* sums, At&& at) {
  if constexpr (kByBlocks<F>) {
    F::template add_block<kCount, kBeside, true>(sums, kCount, at);
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < kCount; ++i) {
#pragma GCC unroll 8
      for (int b = 0; b < kBeside; ++b) sums[b].add(at(b, i));
    }
  }
}

// Brings accumulators together in the first.
template <class F>
STRIDED_INLINE void merge_groups(F* group) {
  group[0].merge(group[1]);
  group[2].merge(group[3]);
  group[0].merge(group[2]);
}

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

// Writes the numbers of lanes that are not certain, of so many from the first on. Gives how many.
STRIDED_INLINE int64_t note_uncertain(VecI64 certain, int64_t lanes, int64_t first,
                                      int64_t* uncertain) {
  if (!any(~certain)) return 0;
  int64_t found = 0;
  for (int64_t lane = 0; lane < lanes; ++lane) {
    if (certain[lane] == 0) uncertain[found++] = first + lane;
  }
  return found;
}

// finish(j, lanes) says for each lane whether it is certain. The last vector may have fewer lanes
// that count. Gives how many columns are not certain, and which.
template <class Finish>
STRIDED_INLINE int64_t for_columns(int64_t count, int64_t* uncertain, Finish&& finish) {
  int64_t found = 0;
  for (int64_t j = 0; j < count; j += kLanes) {
    const int64_t lanes = count - j < kLanes ? count - j : kLanes;
    found += note_uncertain(finish(j, lanes), lanes, j, uncertain + found);
  }
  return found;
}

// Writes the results of some lanes.
template <class T>
STRIDED_INLINE void store_lanes(T* out, Vec<T> results, int64_t lanes) {
  if (lanes == kLanes) {
    store(out, results);
  } else {
    __builtin_memcpy(out, &results, static_cast<size_t>(lanes) * sizeof(T));
  }
}

}  // namespace
}  // namespace strided
