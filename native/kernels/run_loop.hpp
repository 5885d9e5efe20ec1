// The loop over runs, each of which goes to one column.
#pragma once

#include "columns.hpp"

namespace strided {
namespace {

// Adds as many elements, a multiple of a vector's, from each of several places, `apart` bytes from
// one to the next, to a sum of its own. Behind their ends the next ones begin `jump` bytes on.
template <class F>
STRIDED_INLINE void add_places(F* sums, const char* at, int64_t apart, int64_t count,
                               int64_t jump) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  constexpr int64_t line = kLine / size;
  F own[kPlaces];  // in registers, unlike what is pointed to
#pragma GCC unroll 8
  for (int64_t g = 0; g < kPlaces; ++g) own[g] = sums[g];
  const auto chunk = [&](int64_t g, int64_t i) {
    return chunk_at<F>(reinterpret_cast<const Element*>(at + g * apart) + i);
  };
  const auto add = [&](int64_t i) {
#pragma GCC unroll 8
    for (int64_t g = 0; g < kPlaces; ++g) own[g].add(chunk(g, i));
  };
  for (int64_t i = 0; i < count;) {
    const int64_t left = (count - i) / F::kWidth;
    const int64_t stop = i + F::kWidth * (left < F::kBurst ? left : F::kBurst);
    for (; i + line <= stop; i += line) {
#pragma GCC unroll 8
      for (int64_t g = 0; g < kPlaces; ++g) {
        announce_place(at + g * apart + i * size, kPlaceAhead, (count - i) * size, jump);
      }
      for (int64_t part = 0; part < line; part += F::kWidth) add(i + part);
    }
    for (; i < stop; i += F::kWidth) add(i);
#pragma GCC unroll 8
    for (int64_t g = 0; g < kPlaces; ++g) own[g].spill();
  }
#pragma GCC unroll 8
  for (int64_t g = 0; g < kPlaces; ++g) sums[g] = own[g];
}

// How many additions the first of so many chunks of an accumulator goes through, at most: those up
// to the next spill, and those of spills.
template <class F>
constexpr int64_t chain(int64_t chunks) {
  return chunks <= F::kBurst ? chunks + 1 : F::kBurst + chunks / F::kBurst + 2;
}

// A run that is read at several places, or from one, where what lies `ahead` bytes further on is
// announced.
template <class F>
STRIDED_INLINE F sum_run(const typename F::Element* x, int64_t count, bool several, int64_t ahead) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  constexpr int64_t step = F::kWidth * kGroups;
  F group[kPlaces];
  constexpr bool kRounds = requires { requires F::kRounds; };
  // To read two lines for each vector is to be felt where vectors are as long.
  const int64_t head = kNarrow || kRounds ? 0 : unaligned_head<typename F::Chunk>(x);
  if (head > 0) {
    group[0].add(part_of_run<F>(x, head));
    group[0].spill();
    x += head;
    count -= head;
  }
  const auto next = [=](int64_t at) { return reinterpret_cast<const char*>(x + at) + ahead; };
  int64_t i = 0;
  if (several && count * size >= kPlaces * kPlaceBytes) {
    const int64_t each = count / (kPlaces * F::kWidth) * F::kWidth;
    add_places(group, reinterpret_cast<const char*>(x), each * size, each, 0);
    i = kPlaces * each;
  }
  while (i + step <= count) {
    const int64_t left = (count - i) / step;
    const int64_t stop = i + step * (left < F::kBurst ? left : F::kBurst);
    for (; i < stop; i += step) {
      announce(next(i), step * size);
      for (int64_t g = 0; g < kGroups; ++g) group[g].add(chunk_at<F>(x + i + g * F::kWidth));
    }
    for (int64_t g = 0; g < kGroups; ++g) group[g].spill();
  }
  announce(next(i), (count - i) * size);
  for (; i + F::kWidth <= count; i += F::kWidth) group[0].add(chunk_at<F>(x + i));
  if (i < count) group[0].add(part_of_run<F>(x + i, count - i));
  if (count >= step) {
    group[0].spill();
    merge_groups(group);
  }
  return group[0];
}

// Runs at several places, `apart` bytes from one to the next. The next ones begin `stride` bytes
// behind the beginnings of these.
template <class F>
STRIDED_INLINE void sum_runs(F* sums, const char* source, int64_t apart, int64_t stride,
                             int64_t count) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  constexpr bool kRounds = requires { requires F::kRounds; };
  const auto* first = reinterpret_cast<const Element*>(source);
  const int64_t head = kRounds ? 0 : common_head<typename F::Chunk>(first, apart);
  const int64_t whole = (count - head) / F::kWidth * F::kWidth;
  const auto add_parts = [&](int64_t from, int64_t some) {
    for (int64_t g = 0; some > 0 && g < kPlaces; ++g) {
      const auto* x = reinterpret_cast<const Element*>(source + g * apart);
      sums[g].add(part_of_run<F>(x + from, some));
      sums[g].spill();
    }
  };
  for (int64_t g = 0; g < kPlaces; ++g) sums[g] = F();
  add_parts(0, head);
  add_places(sums, source + head * size, apart, whole, stride - whole * size);
  add_parts(head + whole, count - head - whole);
}

// Runs of up to so many vectors have one accumulator: to merge four takes as long as they save, and
// the CPU adds several such runs at a time.
constexpr int64_t kShortRun = 16;

template <class F>
STRIDED_INLINE F sum_short_run(const typename F::Element* x, int64_t count, int64_t ahead) {
  constexpr auto size = static_cast<int64_t>(sizeof(typename F::Element));
  constexpr int64_t step = F::kWidth * kGroups;
  F sum;
  announce(reinterpret_cast<const char*>(x) + ahead, count * size);
  int64_t i = 0;
  for (; i + step <= count; i += step) {
    for (int64_t g = 0; g < kGroups; ++g) sum.add(chunk_at<F>(x + i + g * F::kWidth));
  }
  for (; i + F::kWidth <= count; i += F::kWidth) sum.add(chunk_at<F>(x + i));
  if (i < count) sum.add(part_of_run<F>(x + i, count - i));
  return sum;
}

// Closes runs from the r-th on, so many of which are there.
template <class F>
STRIDED_INLINE void close_some(F* sums, int64_t runs, int64_t r, int64_t count, Columns* columns,
                               bool fresh) {
  if constexpr (requires { F::close_runs(sums, columns, r, count, fresh); }) {
    if (runs == kLanes) return F::close_runs(sums, columns, r, count, fresh);
  }
  for (int64_t i = 0; i < runs; ++i) sums[i].close_run(columns, r + i, count, fresh);
}

// next() gives the sum of the next run.
template <class F, class Next>
STRIDED_INLINE void close_all(int64_t rows, int64_t count, Columns* columns, bool fresh,
                              Next&& next) {
  for (int64_t r = 0; r < rows; r += kLanes) {
    const int64_t some = rows - r < kLanes ? rows - r : kLanes;
    F sums[kLanes];
    for (int64_t i = 0; i < some; ++i) sums[i] = next();
    close_some(sums, some, r, count, columns, fresh);
  }
}

// The runs are cut into as many parts as places are read at once, so that what is read of each
// goes on from one run to the next: several(sums, r, apart) makes the sums of the r-th runs of the
// parts, of `apart` runs each, and single(r) that of one that is left.
template <class F, class Several, class Single>
STRIDED_INLINE void close_places(int64_t rows, int64_t count, Columns* columns, bool fresh,
                                 Several&& several, Single&& single) {
  const int64_t apart = rows / kPlaces;
  for (int64_t r = 0; r < apart; r += kLanes) {
    const int64_t some = apart - r < kLanes ? apart - r : kLanes;
    F ready[kPlaces][kLanes];
    for (int64_t i = 0; i < some; ++i) {
      F sums[kPlaces];
      several(sums, r + i, apart);
      for (int64_t g = 0; g < kPlaces; ++g) ready[g][i] = sums[g];
    }
    for (int64_t g = 0; g < kPlaces; ++g) {
      close_some(ready[g], some, g * apart + r, count, columns, fresh);
    }
  }
  for (int64_t r = kPlaces * apart; r < rows; ++r) {
    single(r).close_run(columns, r, count, fresh);
  }
}

template <class F>
void reduce_rows(const void* source, int64_t stride, int64_t rows, int64_t count, Terms,
                 Columns* columns, bool fresh) {
  using Element = typename F::Element;
  const char* const first = static_cast<const char*>(source);
  const auto run = [&](int64_t r) { return reinterpret_cast<const Element*>(first + r * stride); };
  int64_t r = 0;
  const int64_t bytes = count * static_cast<int64_t>(sizeof(Element));
  const int64_t ahead = far_ahead(columns->reading, stride, bytes);
  if (count <= kShortRun * F::kWidth) {
    close_all<F>(rows, count, columns, fresh,
                 [&] { return sum_short_run<F>(run(r++), count, ahead); });
    columns->depth += kShortRun + 1 + F::kRunDepth;
    return;
  }
  if (at_places(columns, bytes)) {
    close_places<F>(
        rows, count, columns, fresh,
        [&](F* sums, int64_t r, int64_t apart) {
          sum_runs(sums, first + r * stride, apart * stride, stride, count);
        },
        [&](int64_t r) { return sum_run<F>(run(r), count, true, ahead); });
    columns->depth += chain<F>(count / F::kWidth) + kPlaces + F::kRunDepth;
  } else {
    close_all<F>(rows, count, columns, fresh,
                 [&] { return sum_run<F>(run(r++), count, false, ahead); });
    columns->depth += chain<F>(count / (F::kWidth * kGroups)) + kGroups + F::kRunDepth;
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
  if (i < count) group[0].add(part_of_run<F>(x + i, count - i));
  for (int64_t g = 0; g < kGroups; ++g) group[g].spill();
  __builtin_memcpy(sums, group, sizeof group);
}

template <class F>
void close_pieces(const void* sums, int64_t count, Columns* columns) {
  F group[kGroups];
  __builtin_memcpy(group, sums, sizeof group);
  merge_groups(group);
  group[0].close_run(columns, 0, count, true);
  columns->depth += count / (F::kWidth * kGroups) + kGroups + F::kRunDepth;
}

}  // namespace
}  // namespace strided
