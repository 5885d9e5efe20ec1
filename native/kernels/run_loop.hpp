// The loop over runs, each of which goes to one column.
#pragma once

#include "columns.hpp"

namespace strided {
namespace {

// Adds as many elements, a multiple of a vector's, from each of several places, `apart` bytes from
// one to the next, to a sum of its own. Behind their ends the next ones begin `jump` bytes on.
template <class F>
STRIDED_INLINE void add_streams(F* sums, const char* at, int64_t apart, int64_t count,
                                int64_t jump) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  constexpr int64_t line = kLine / size;
  const auto add = [&](int64_t g, int64_t i) {
    sums[g].add(chunk_at<F>(reinterpret_cast<const Element*>(at + g * apart) + i));
  };
  for (int64_t i = 0; i < count;) {
    const int64_t left = (count - i) / F::kWidth;
    const int64_t stop = i + F::kWidth * (left < F::kBurst ? left : F::kBurst);
    for (; i + line <= stop; i += line) {
      for (int64_t g = 0; g < kGroups; ++g) {
        announce_near(at + g * apart + i * size, (count - i) * size, jump);
        for (int64_t part = 0; part < line; part += F::kWidth) add(g, i + part);
      }
    }
    for (; i < stop; i += F::kWidth) {
      for (int64_t g = 0; g < kGroups; ++g) add(g, i);
    }
    for (int64_t g = 0; g < kGroups; ++g) sums[g].spill();
  }
}

// The next run begins `jump` bytes behind the end of this one.
template <class F>
STRIDED_INLINE F sum_run(const typename F::Element* x, int64_t count, int64_t jump) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  constexpr int64_t step = F::kWidth * kGroups;
  F group[kGroups];
  int64_t i = 0;
  if (kStreams && count * size >= kGroups * kStreamBytes) {
    const int64_t each = count / step * F::kWidth;
    add_streams(group, reinterpret_cast<const char*>(x), each * size, each, 0);
    i = kGroups * each;
  }
  while (i + step <= count) {
    const int64_t left = (count - i) / step;
    const int64_t stop = i + step * (left < F::kBurst ? left : F::kBurst);
    for (; i < stop; i += step) {
      if constexpr (!kIsLight<F>) {
        announce_far(reinterpret_cast<const char*>(x + i), step * size, (count - i) * size, jump);
      }
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

// As many runs at once as there are groups.
template <class F>
STRIDED_INLINE void sum_runs(F* sums, const char* source, int64_t stride, int64_t count) {
  using Element = typename F::Element;
  constexpr auto size = static_cast<int64_t>(sizeof(Element));
  const int64_t whole = count / F::kWidth * F::kWidth;
  for (int64_t g = 0; g < kGroups; ++g) sums[g] = F();
  add_streams(sums, source, stride, whole, kGroups * stride - whole * size);
  for (int64_t g = 0; whole < count && g < kGroups; ++g) {
    const auto* x = reinterpret_cast<const Element*>(source + g * stride);
    sums[g].add(part_at<F>(x + whole, count - whole));
    sums[g].spill();
  }
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
    if constexpr (!kIsLight<F>) announce_far(reinterpret_cast<const char*>(x + i), step * size);
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
  if constexpr (requires(F * sums) { F::close_runs(sums, columns, r, count, fresh); }) {
    for (; r + kLanes <= rows; r += kLanes) {
      F sums[kLanes];
      for (int64_t i = 0; i < kLanes; ++i) sums[i] = next();
      F::close_runs(sums, columns, r, count, fresh);
    }
  }
  for (; r < rows; ++r) next().close_run(columns, r, count, fresh);
}

// All runs, several at once as long as there are as many.
template <class F>
STRIDED_INLINE void close_streams(const char* row, int64_t stride, int64_t rows, int64_t count,
                                  Columns* columns, bool fresh) {
  F ready[kGroups];
  const int64_t together = rows / kGroups * kGroups;
  int64_t r = 0;
  close_all<F>(rows, count, columns, fresh, [&] {
    const char* at = row + r * stride;
    const int64_t place = r++ % kGroups;
    if (r > together) return sum_run<F>(reinterpret_cast<const typename F::Element*>(at), count, 0);
    if (place == 0) sum_runs(ready, at, stride, count);
    return ready[place];
  });
  columns->depth += count / F::kWidth + kGroups + F::kRunDepth;
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
  } else if constexpr (kStreams) {
    close_streams<F>(row, stride, rows, count, columns, fresh);
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

}  // namespace
}  // namespace strided
