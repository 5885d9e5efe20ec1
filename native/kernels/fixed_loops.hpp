// The loops of fixed sums: over columns of a cached array, over a long run, over several short
// ones. What comes from memory in long runs is better read at many places at once, for which plain
// sums have registers enough.
#pragma once

#include "anchored_sum.hpp"

namespace strided {
namespace {

// The first block has so many chunks: an anchor is soon chosen, and fits for most of what follows.
constexpr int kFirstBlock = 4;
constexpr int kBlock = kNarrow ? 32 : 16;

// Adds `count` times as many chunks as there are sums: take(i) makes a callable for those from the
// i-th on, of which it gives the n-th of the b-th sum as (b, n).
template <int kBeside, class Take>
STRIDED_INLINE void add_all(FixedSum* sums, int64_t count, Take&& take) {
  const auto first = take(0);
  for (int b = 0; b < kBeside; ++b) {
    sums[b].template begin<kFirstBlock>([&](int i) { return first(b, i); });
  }
  FixedSum::add<kFirstBlock, kBeside>(sums, first);
  int64_t i = kFirstBlock;
  const auto some = [&]<int kCount>() {
    for (; i + kCount <= count; i += kCount) FixedSum::add<kCount, kBeside>(sums, take(i));
  };
  some.template operator()<kBlock>();
  some.template operator()<4>();
  some.template operator()<1>();
}

constexpr int64_t kStripAhead = 16;  // rows

// All rows of some vectors of columns, one strip after the other: what is in a cache may be read in
// any order, and the running sums stay in registers. The last strip may have fewer columns.
template <int kBeside>
STRIDED_INLINE void add_strip(const char* source, int64_t stride, int64_t rows, int64_t count,
                              Columns* columns, int64_t column, bool fresh) {
  FixedSum sums[kBeside];
  add_all<kBeside>(sums, rows, [&](int64_t r) {
    return [=, from = source + r * stride](int b, int i) {
      const char* at = from + i * stride + b * static_cast<int64_t>(sizeof(VecF64));
      if (b * kVectorBytes % kLine == 0) __builtin_prefetch(at + kStripAhead * stride);
      if (kBeside == 1 && count < kLanes) return load_part(at, count * 8, VecF64{});
      return load<VecF64>(at);
    };
  });
  for (int b = 0; b < kBeside; ++b) {
    Float64Sum<double> sum = sums[b].parts(rows);
    if (!fresh) {
      Float64Sum<double> before;
      before.open(columns, column + b * kLanes);
      sum.merge(before);
    }
    sum.close(columns, column + b * kLanes, 0, fresh);
  }
}

constexpr int64_t kFixedRows = 32;  // fewer are not worth to choose anchors for
constexpr int64_t kFixedRun = 512;  // nor fewer elements of a run by itself
// Runs of fewer are added as many at a time as there are lanes. Their units stay below 2^63, as
// each term has 2^51 at most, but for those that the anchor 0 allows.
constexpr int64_t kLongRun = kNarrow ? kFixedRun : 2048;
constexpr int64_t kLongFarRun = kNarrow ? kFixedRun : 1024;  // from memory

inline void fixed_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Terms terms,
                       Columns* columns, bool fresh) {
  if (!columns->near || rows < kFixedRows || crowds(stride)) {
    return reduce_tile<Float64Sum<double>>(source, stride, rows, count, terms, columns, fresh);
  }
  const char* at = static_cast<const char*>(source);
  int64_t j = 0;
  for (; j + 2 * kLanes <= count; j += 2 * kLanes) {
    add_strip<2>(at + j * 8, stride, rows, kLanes, columns, columns->first + j, fresh);
  }
  for (; j < count; j += kLanes) {
    add_strip<1>(at + j * 8, stride, rows, count - j, columns, columns->first + j, fresh);
  }
  columns->depth += kTermRoundings * (rows + 2);
}

STRIDED_INLINE Float64Sum<double> fixed_run(const double* x, int64_t count, int64_t jump) {
  FixedSum sum;
  const int64_t chunks = count / kLanes;
  add_all<1>(&sum, chunks, [&](int64_t c) {
    const double* from = x + c * kLanes;
    const int64_t left = (count - c * kLanes) * 8;
    return [=](int, int i) {
      announce_far(reinterpret_cast<const char*>(from + i * kLanes), kVectorBytes, left, jump);
      return load<VecF64>(from + i * kLanes);
    };
  });
  const int64_t rest = count - chunks * kLanes;
  if (rest > 0) {
    const auto last = load_part(x + chunks * kLanes, rest * 8, VecF64{});
    FixedSum::add<1, 1>(&sum, [&](int, int) { return last; });
  }
  return sum.parts(chunks + 1);
}

// So few units show that a smaller anchor may do better.
constexpr int64_t kFewUnits = int64_t{1} << 24;

// Runs of at least a block.
STRIDED_INLINE void fixed_long_rows(const char* row, int64_t stride, int64_t rows, int64_t count,
                                    Columns* columns, bool fresh) {
  close_all<Float64Sum<double>>(rows, count, columns, fresh, [&] {
    const auto* const run = reinterpret_cast<const double*>(row);
    row += stride;
    return fixed_run(run, count, stride - count * 8);
  });
}

// As many runs as there are lanes at a time, and those that are left.
inline void fixed_short_rows(const char* row, int64_t stride, int64_t rows, int64_t count,
                             Terms terms, Columns* columns, bool fresh) {
  Columns part = *columns;
  FixedSum sum;
  if (rows >= kLanes) {
    sum.anchor = anchor_for(row, stride, kLanes, count < kGlance ? count : kGlance);
  }
  const auto add = [&](const char* first) {
    Anchored sums;
    const VecU64 strange = add_runs(first, stride, kLanes, count, sum.anchor, &sums);
    sum.units = sums.units;
    sum.rests = sums.rests;
    return any_bits((VecI64)strange, kSignAndExponent);
  };
  int64_t r = 0;
  for (; r + kLanes <= rows; r += kLanes, row += kLanes * stride, part.words += kLanes) {
    bool strange = add(row);
    const auto held = (VecI64)sum.units;
    const VecI64 few = (held < kFewUnits) & (held > -kFewUnits);
    const VecI64 unsuited = sum.anchor == 0 ? held != 0 : few;
    if (__builtin_expect(strange || any(unsuited), 0)) {
      sum.anchor = anchor_for(row, stride, kLanes, count);
      strange = add(row);
    }
    if (strange) {
      reduce_rows<Float64Sum<double>>(row, stride, kLanes, count, terms, &part, fresh);
      continue;
    }
    Float64Sum<double> total = sum.parts(count + kLanes);
    if (!fresh) {
      Float64Sum<double> before;
      before.open(&part, 0);
      total.merge(before);
    }
    total.close(&part, 0, 0, fresh);
  }
  if (r == rows) return;
  if (count < kFixedRun) {
    reduce_rows<Float64Sum<double>>(row, stride, rows - r, count, terms, &part, fresh);
  } else {
    fixed_long_rows(row, stride, rows - r, count, &part, fresh);
  }
}

inline void fixed_rows(const void* source, int64_t stride, int64_t rows, int64_t count, Terms terms,
                       Columns* columns, bool fresh) {
  using Slow = Float64Sum<double>;
  if (!columns->near && count >= kLongFarRun) {
    return reduce_rows<Slow>(source, stride, rows, count, terms, columns, fresh);
  }
  const char* row = static_cast<const char*>(source);
  if (count < kLongRun) {
    fixed_short_rows(row, stride, rows, count, terms, columns, fresh);
    columns->depth += kTermRoundings * (count / kLanes + 2 + kLanes) + kShortRun<Slow> +
                      count / (kLanes * kGroups) + 1 + Slow::kRunDepth;
  } else {
    fixed_long_rows(row, stride, rows, count, columns, fresh);
    columns->depth += kTermRoundings * (count / kLanes + 3) + kGroups + Slow::kRunDepth;
  }
}

}  // namespace
}  // namespace strided
