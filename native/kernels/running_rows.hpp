// The loops of running sums over runs: a long one by itself, several at places of the memory, and
// short ones side by side.
#pragma once

#include "common_anchor.hpp"

namespace strided {
namespace {

constexpr int kTogether = kNarrow ? 1 : 2;  // chunks of each of some accumulators

// Accumulators of one run, or of several. (Lengths are of elements, which may lie apart.)
template <class Sum>
struct RunningRuns {
  using Parts = typename Sum::Parts;
  static constexpr int64_t kStride = kElementStride<Sum>;
  Sum sums[kPlaces];
  int64_t blocks = 0;

  // Begins with anchors for the first elements of a run, unless it is very short.
  STRIDED_INLINE void begin(const char* x, int64_t count) {
    Sum first;
    if (count >= kGroups * kLanes + kBehind<Sum>) {
      Sum::template begin<kGroups, 1>(
          &first, [=](int, int i) { return chunk_at<Sum>(x + i * kChunkStride<Sum>); });
    }
#pragma GCC unroll 8
    for (Sum& sum : sums) sum = first;
  }

  // So many chunks for each of some accumulators: at(b, i) is the i-th of the b-th.
  template <int kBeside, class At>
  STRIDED_INLINE void add(int64_t chunks, At&& at) {
    constexpr int64_t kMost = Sum::kMostBlock;
#pragma GCC unroll 1
    for (int64_t first = 0; first < chunks; first += kMost) {
      const int64_t some = chunks - first < kMost ? chunks - first : kMost;
      const auto term = [=](int64_t b, int64_t i) { return at(b, first + i); };
      if (!Sum::template adds_nothing<kBeside>(sums, some, term)) {
        Sum::template add_block<kTogether, kBeside>(sums, some, term);
      }
      if (++blocks % Sum::kSettledAfter == 0) Sum::settle(sums, kPlaces);
    }
  }

  // As many elements, a multiple of a vector's, from each place: see add_places in run_loop.hpp.
  STRIDED_INLINE void add_places(const char* from, int64_t apart, int64_t ahead, int64_t count,
                                 int64_t jump) {
    add<kPlaces>(count / kLanes, [=](int64_t b, int64_t i) {
      const int64_t offset = i * kChunkStride<Sum>;
      const char* const at = from + b * apart + offset;
      if (kVectorBytes % kLine == 0 || i % (kLine / kVectorBytes) == 0 || kSpacing<Sum> != 1) {
#pragma GCC unroll 4
        for (int64_t line = 0; line < kChunkStride<Sum>; line += kLine) {
          announce_place(at + line, ahead, count * kStride - offset, jump);
        }
      }
      return chunk_at<Sum>(at);
    });
  }

  // A run by itself; what lies `ahead` bytes further on is announced.
  template <bool kAnnounced>
  STRIDED_INLINE void add_run(const char* x, int64_t count, int64_t ahead) {
    constexpr int64_t chunk = kChunkStride<Sum>;
    int64_t chunks = count < kBehind<Sum> ? 0 : (count - kBehind<Sum>) / kLanes;
    const int64_t whole = chunks / kGroups;
    add<kGroups>(whole, [=](int64_t b, int64_t i) {
      const int64_t offset = (i * kGroups + b) * chunk;
      if constexpr (kAnnounced) announce(x + offset + ahead, chunk);
      return chunk_at<Sum>(x + offset);
    });
    x += whole * kGroups * chunk;
    count -= whole * kGroups * kLanes;
    chunks -= whole * kGroups;
    if constexpr (kAnnounced) announce(x + ahead, count * kStride);
    add<1>(chunks, [=](int64_t, int64_t i) { return chunk_at<Sum>(x + i * chunk); });
    add_parts<1>(x + chunks * chunk, 0, count - chunks * kLanes);
  }

  // As many elements of each of some runs, no more than a vector has.
  template <int kBeside>
  STRIDED_INLINE void add_parts(const char* x, int64_t apart, int64_t count) {
    if (count == 0) return;
    add<kBeside>(1, [=](int64_t b, int64_t) {
      return part_at<Sum>(reinterpret_cast<const double*>(x + b * apart), count);
    });
  }

  STRIDED_INLINE Parts total(int64_t b) const {
    return sums[b].parts(Sum::depth_of(blocks), Sum::kMostBlock * blocks);
  }
};

// Roundings of the longest accumulator of those of a run, and of their merges.
template <class Sum>
STRIDED_INLINE int64_t depth_of_run(int64_t count) {
  const int64_t blocks = count / (kLanes * Sum::kMostBlock) + 8;
  return Sum::depth_of(blocks) + 2 * kPlaces + Sum::Parts::kRunDepth;
}

// A run that is read at several places, announced so many bytes ahead, or, where that is 0, from
// one, where what lies `ahead` bytes further on is.
template <class Sum>
STRIDED_INLINE typename Sum::Parts running_run(const char* x, int64_t count, int64_t places,
                                               int64_t ahead) {
  RunningRuns<Sum> run;
  run.begin(x, count);
  if (places > 0 && kPlaces * kPlaceBytes < count * kElementStride<Sum>) {
    const int64_t each = (count - kBehind<Sum>) / (kPlaces * kLanes) * kLanes;
    run.add_places(x, each * kElementStride<Sum>, places, each, 0);
    x += kPlaces * each * kElementStride<Sum>;
    count -= kPlaces * each;
  }
  run.template add_run<true>(x, count, ahead);
  typename Sum::Parts group[kPlaces];
#pragma GCC unroll 8
  for (int64_t b = 0; b < kPlaces; ++b) group[b] = run.total(b);
  merge_groups(group);
  return group[0];
}

// Runs at several places: see sum_runs in run_loop.hpp.
template <class Sum>
STRIDED_INLINE void running_runs(typename Sum::Parts* totals, const char* source, int64_t apart,
                                 int64_t places, int64_t stride, int64_t count) {
  constexpr int64_t size = kElementStride<Sum>;
  const auto* const first = reinterpret_cast<const double*>(source);
  const int64_t head = kSpacing<Sum> == 1 ? common_head<VecF64>(first, apart) : 0;
  const int64_t whole = (count - head - kBehind<Sum>) / kLanes * kLanes;
  RunningRuns<Sum> runs;
  runs.begin(source, count);
  runs.template add_parts<kPlaces>(source, apart, head);
  runs.add_places(source + head * size, apart, places, whole, stride - whole * size);
  runs.template add_parts<kPlaces>(source + (head + whole) * size, apart, count - head - whole);
#pragma GCC unroll 8
  for (int64_t b = 0; b < kPlaces; ++b) totals[b] = runs.total(b);
}

constexpr int64_t kLeastAtPlaces = 8 * kLanes;  // elements

template <class Sum>
void long_rows(const char* first, int64_t stride, int64_t rows, int64_t count, Columns* columns,
               bool fresh) {
  using Parts = typename Sum::Parts;
  const int64_t bytes = count * kElementStride<Sum>;
  const int64_t ahead = far_ahead(columns->reading, stride, bytes);
  const int64_t places = count < kLeastAtPlaces ? 0 : places_ahead<kSpacing<Sum>>(columns, bytes);
  if (places > 0) {
    close_places<Parts>(
        rows, count, columns, fresh,
        [&](Parts* totals, int64_t r, int64_t apart) {
          running_runs<Sum>(totals, first + r * stride, apart * stride, places, stride, count);
        },
        [&](int64_t r) { return running_run<Sum>(first + r * stride, count, places, ahead); });
  } else {
    int64_t r = 0;
    close_all<Parts>(rows, count, columns, fresh,
                     [&] { return running_run<Sum>(first + r++ * stride, count, 0, ahead); });
  }
}

// Such small sums show that a smaller anchor may do better.
STRIDED_INLINE bool unsuited(const CommonAnchor& anchor, const Anchored& made) {
  constexpr double kFewUnits = 0x1p24;
  return any(absolute(made.sums) < anchor.unit * kFewUnits);
}

// As many runs as there are lanes at a time, by a common anchor, and those that are left.
inline void short_rows(const char* row, int64_t stride, int64_t rows, int64_t count,
                       Columns* columns, bool fresh) {
  Columns part = *columns;
  CommonAnchor anchor;
  if (rows >= kLanes) {
    anchor =
        CommonAnchor(largest_of(row, stride, kLanes, count < kGlance ? count : kGlance), count);
  }
  Anchored made;
  const auto fits = [&] {
    return anchor && !any(add_runs(row, stride, kLanes, count, columns->reading, anchor, &made));
  };
  int64_t r = 0;
  for (; r + kLanes <= rows; r += kLanes, row += kLanes * stride, part.words += kLanes) {
    if (!fits() || unsuited(anchor, made)) {
      anchor = CommonAnchor(largest_of(row, stride, kLanes, count), count);
      if (!fits()) {
        long_rows<RunningSum>(row, stride, kLanes, count, &part, fresh);
        continue;
      }
    }
    RunningSum::Parts total;
    total.s = made.sums;
    total.e = made.rests;
    total.a = filled<VecF64>(anchor.unit * static_cast<double>(count));
    if (!fresh) {
      RunningSum::Parts before;
      before.open(&part, 0);
      total.merge(before);
    }
    total.close(&part, 0, 0, fresh);
  }
  if (r < rows) long_rows<RunningSum>(row, stride, rows - r, count, &part, fresh);
}

constexpr int64_t kAnchoredPiece = 4096;  // elements, where there are registers for it

// Roundings of a run in such pieces, beside those of pieces that are added in another way.
STRIDED_INLINE int64_t depth_of_pieces(int64_t count) {
  const int64_t pieces = (count + kAnchoredPiece - 1) / kAnchoredPiece;
  return kAnchoredPiece / kLanes + 2 * kGroups + 4 * pieces;
}

// A long run that a cache holds: pieces of it by a common anchor, until one is too large for it.
template <class Sum>
typename Sum::Parts run_in_pieces(const char* x, int64_t count) {
  typename Sum::Parts total;
  CommonAnchor anchor(glance_at(x, 0, 1, kGlance), kAnchoredPiece);
  for (int64_t first = 0; first < count; first += kAnchoredPiece, x += kAnchoredPiece * 8) {
    const int64_t some = count - first < kAnchoredPiece ? count - first : kAnchoredPiece;
    Anchored made;
    const auto fits = [&] {
      const VecF64 scale = filled<VecF64>(anchor.scale);
      return anchor && !any(add_chained(x, some, kCachedAhead, scale, &made));
    };
    if (!fits()) {
      const int64_t largest = largest_of(x, 0, 1, some);
      if (largest == 0) continue;
      anchor = CommonAnchor(largest, kAnchoredPiece);
      if (!fits()) {
        total.merge(running_run<Sum>(x, some, 0, kCachedAhead));
        continue;
      }
    }
    typename Sum::Parts part;
    part.s = made.sums * anchor.back;
    part.e = made.rests * anchor.back;
    part.a = filled<VecF64>(anchor.unit * static_cast<double>(some / kLanes + 1));
    total.merge(part);
  }
  return total;
}

constexpr int64_t kLongRun = kNarrow ? 512 : 2048;  // elements
constexpr int64_t kLongFarRun = kNarrow ? 64 : 1024;

template <class Sum>
void running_rows(const void* source, int64_t stride, int64_t rows, int64_t count, Terms,
                  Columns* columns, bool fresh) {
  const auto* const first = static_cast<const char*>(source);
  columns->depth += depth_of_run<Sum>(count);
  if constexpr (Sum::kSharesAnchors && kSpacing<Sum> == 1) {
    if (count < (columns->reading == Reading::cached ? kLongRun : kLongFarRun)) {
      columns->depth += count / kLanes + 2 + kLanes;
      return short_rows(first, stride, rows, count, columns, fresh);
    }
    if (!kNarrow && columns->reading == Reading::cached) {
      columns->depth += depth_of_pieces(count);
      int64_t r = 0;
      const auto next = [&] { return run_in_pieces<Sum>(first + r++ * stride, count); };
      return close_all<typename Sum::Parts>(rows, count, columns, fresh, next);
    }
  }
  long_rows<Sum>(first, stride, rows, count, columns, fresh);
}

// Pieces are added to accumulators that are kept between them.
template <class Sum>
void running_piece(const void* source, int64_t count, void* sums, bool fresh) {
  static_assert(sizeof(RunningRuns<Sum>) <= kSumsBytes);
  RunningRuns<Sum> run;
  if (fresh) {
    run.begin(static_cast<const char*>(source), count);
  } else {
    __builtin_memcpy(&run, sums, sizeof run);
  }
  run.template add_run<false>(static_cast<const char*>(source), count, 0);
  __builtin_memcpy(sums, &run, sizeof run);
}

template <class Sum>
void close_running(const void* sums, int64_t count, Columns* columns) {
  RunningRuns<Sum> run;
  __builtin_memcpy(&run, sums, sizeof run);
  typename Sum::Parts group[kGroups];
  for (int64_t b = 0; b < kGroups; ++b) group[b] = run.total(b);
  merge_groups(group);
  group[0].close_run(columns, 0, count, true);
  columns->depth += Sum::depth_of(run.blocks) + Sum::Parts::kRunDepth + kGroups;
}

// After the last tile.
template <class Sum>
void arrange_running(Columns* columns, int64_t count) {
  for (int64_t j = 0; j < count; j += kLanes) {
    Sum sum;
    sum.open(columns, j);
    sum.parts(columns->depth, columns->terms).close(columns, j, 0, false);
  }
}

// The same of elements that lie apart. (It has no members of its own, as sums come side by side.)
template <class Sum, int kApart>
struct Spaced : Sum {
  static constexpr int64_t kSpacing = kApart;
};

template <class Sum, int kApart>
constexpr Kernel::Spaced spaced_kernel() {
  using F = Spaced<Sum, kApart>;
  static_assert(sizeof(F) == sizeof(Sum));
  return {running_rows<F>, reduce_tile<F>};
}

template <class Sum>
constexpr Kernel running_kernel(Finisher finisher, Finisher means) {
  return {running_rows<Sum>,  reduce_tile<Sum>,  arrange_running<Sum>, finisher, means,
          running_piece<Sum>, close_running<Sum>};
}

}  // namespace
}  // namespace strided
