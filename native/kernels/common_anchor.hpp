// Running sums (see running_sum.hpp) whose lanes all share an anchor, of what a cache holds.
//
// To choose an anchor for each lane, and to ask of each block whether it is large enough, takes
// time where the elements are near. Here a few of them choose one for all, and it is asked in the
// end. Where it was too small, all of them choose.
//
// The anchor is always the same: the terms are scaled instead, by a power of two that an operation
// which multiplies and adds takes for nothing. It lies in the middle of -2 to -2 + 2^-j. All that
// lies there has its sign, its exponent of 0x3ff and the first j bits of the mantissa set, and
// nothing else has, but what is no number, and then the last sum is none either. So the conjunction
// of all sums tells whether they stayed there: one operation a term again, but one of those for
// which a CPU has most units.
//
// Scaling is exact, but for bits of small terms that fall below 2^-1074. Beside the largest terms
// that is less by far than what bounds of errors leave.
#pragma once

#include "running_sum.hpp"

namespace strided {
namespace {

constexpr int64_t kGlance = 4 * kLanes;  // elements of each of some runs choose

// The bits of the largest absolute value among so many elements of each of some runs.
inline int64_t largest_of(const char* row, int64_t stride, int64_t rows, int64_t count) {
  VecI64 most = {};
  for (int64_t r = 0; r < rows; ++r, row += stride) {
    for (int64_t i = 0; i < count; i += kLanes) {
      const char* at = row + i * 8;
      const int64_t left = (count - i) * 8;
      const bool whole = count - i >= kLanes;
      most =
          greater(most, (VecI64)absolute(whole ? load<VecF64>(at) : load_part(at, left, VecF64{})));
    }
  }
  int64_t largest = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    if (most[lane] > largest) largest = most[lane];
  }
  return largest;
}

// About the same, sooner, of what is at a glance: what is not a number, or no whole vector, is
// passed over.
STRIDED_INLINE int64_t glance_at(const char* row, int64_t stride, int64_t rows, int64_t count) {
  const auto more = [](VecF64 a, VecF64 b) { return a > b ? a : b; };
  VecF64 most[2] = {};
#pragma GCC unroll 1
  for (int64_t r = 0; r < rows; ++r, row += stride) {
    int64_t i = 0;
#pragma GCC unroll 1
    for (; i + 2 * kLanes <= count; i += 2 * kLanes) {
#pragma GCC unroll 2
      for (int64_t k = 0; k < 2; ++k) {
        most[k] = more(absolute(load<VecF64>(row + (i + k * kLanes) * 8)), most[k]);
      }
    }
    if (i + kLanes <= count) most[0] = more(absolute(load<VecF64>(row + i * 8)), most[0]);
  }
  const auto bits = (VecI64)more(most[0], most[1]);
  int64_t largest = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    if (bits[lane] > largest) largest = bits[lane];
  }
  return largest;
}

// An anchor for all lanes of sums of so many terms: a power of two by which terms are scaled, its
// reciprocal, and what the unit in the last place of their sums is before they are.
struct CommonAnchor {
  double scale = 0;  // 0: none fits
  double back = 0;
  double unit = 0;

  CommonAnchor() = default;
  // For terms whose absolute values have bits up to these.
  CommonAnchor(int64_t largest, int64_t terms) {
    const int64_t places = 64 - __builtin_clzll(static_cast<uint64_t>(terms));
    int64_t biased = (largest >> kMantissaBits) + places + 2 + kReserve;
    if (biased < kLeastExponent) biased = kLeastExponent;
    if (largest == 0 || biased > kMostExponent) return;
    scale = power(2 * kExponentBias - biased);
    back = power(biased);
    unit = back * 0x1p-52;
  }
  explicit operator bool() const { return scale != 0; }

 private:
  static double power(int64_t biased) {
    const int64_t bits = biased << kMantissaBits;
    double x;
    __builtin_memcpy(&x, &bits, sizeof x);
    return x;
  }
};

// Sums that have run on top of a common anchor: of columns, or, with one lane each, of runs.
struct Anchored {
  VecF64 sums;  // without the anchor
  VecF64 rests;
};

// What may be on top of an anchor. Lanes of runs are added up: those of as many runs as there are
// lanes, and of a part of another, hold less than 2 together, of which a unit is 2^-52, so that
// there is no error; and so do those of the few sums of one run.
constexpr double kHeldByColumns = 0.5;
constexpr double kHeldByRuns = 1.0 / (kLanes * kLanes);

// Lanes that have run.
template <bool kRuns>
struct AnchoredLanes {
  static constexpr double kHeld = kRuns ? kHeldByRuns : kHeldByColumns;
  static constexpr double kAnchor = -2 + kHeld;
  VecF64 sum = filled<VecF64>(kAnchor);
  VecF64 rests = {};
  VecI64 common = (VecI64)sum;  // bits of all sums

  STRIDED_INLINE Anchored without_scale(double back) const {
    return {(sum - kAnchor) * back, rests * back};
  }
  // Bits that sums lack which have left the anchor.
  STRIDED_INLINE VecI64 lacks() const { return ~common & (VecI64)filled<VecF64>(-2 + 2 * kHeld); }
};

constexpr int kStep = 4;  // terms of each lane that are unrolled

// One term, which is scaled. Gives the sum. (GCC keeps the lanes of a loop in registers if they are
// in arrays of its own, one for each of these, and rests are brought up to date.)
STRIDED_INLINE VecF64 add_to(VecF64* sum, VecF64* rests, VecF64 x, VecF64 scale) {
  const VecF64 t = plus_product(x, scale, *sum);
  VecF64 more = *rests + plus_product(x, scale, *sum - t);
  bring_up_to_date(more);
  *rests = more;
  *sum = t;
  return t;
}

STRIDED_INLINE void add_scaled(VecF64 x, VecF64 scale, VecF64* sum, VecF64* rests, VecI64* common) {
  *common &= (VecI64)add_to(sum, rests, x, scale);
}

// Two terms of the same lanes, whose sums one operation of 512 bits asks.
STRIDED_INLINE void add_scaled(VecF64 x, VecF64 y, VecF64 scale, VecF64* sum, VecF64* rests,
                               VecI64* common) {
  const VecF64 t = plus_product(x, scale, *sum);
  VecF64 more = *rests + plus_product(x, scale, *sum - t);
  const VecF64 u = plus_product(y, scale, t);
  more = more + plus_product(y, scale, t - u);
  bring_up_to_date(more);
  *rests = more;
  *common = conjunction(*common, (VecI64)t, (VecI64)u);
  *sum = u;
}

// A term of each of some vectors, the b-th of which is at(b). They are read in the order in which
// they lie in the memory, as lines that are far apart come later from the second-level cache if
// they are read in turn; so neighbours share a conjunction, the (b / 2)-th.
template <int kBeside, class At>
STRIDED_INLINE void add_in_order(VecF64 scale, VecF64* sum, VecF64* rests, VecI64* common,
                                 At&& at) {
#pragma GCC unroll 4
  for (int b = 0; b + 1 < kBeside; b += 2) {
    const VecF64 first = add_to(&sum[b], &rests[b], at(b), scale);
    const VecF64 second = add_to(&sum[b + 1], &rests[b + 1], at(b + 1), scale);
    common[b / 2] = conjunction(common[b / 2], (VecI64)first, (VecI64)second);
  }
  if constexpr (kBeside % 2 != 0) {
    constexpr int last = kBeside - 1;
    add_scaled(at(last), scale, &sum[last], &rests[last], &common[last / 2]);
  }
}

// Where the anchor is too small. What is not a number has an uncertain result anyway; what shares a
// conjunction with it may be anything, and is made as uncertain.
template <int kBeside, bool kShared, bool kRuns>
STRIDED_INLINE VecI64 too_large(AnchoredLanes<kRuns>* lanes) {
  VecI64 lacks = {};
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) lacks |= lanes[b].lacks();
  VecI64 large = {};
  if (__builtin_expect(any(lacks), 0)) {
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      const int other = kShared && (b ^ 1) < kBeside ? b ^ 1 : b;
      const VecF64 none = (lanes[b].sum - lanes[b].sum) + (lanes[other].sum - lanes[other].sum);
      large |= (lanes[b].lacks() != 0) & (none == 0);
      if constexpr (kShared) lanes[b].sum += none;
    }
  }
  return large;
}

// Adds up runs from the r-th on, side by side, so that none waits for the end of another. Gives
// where the anchor is too small.
template <int kBeside>
STRIDED_INLINE VecI64 add_beside(const char* const* runs, int64_t count, const CommonAnchor& anchor,
                                 VecF64* sums, VecF64* rests) {
  const int64_t chunks = count / kLanes;
  const int64_t rest = count - chunks * kLanes;
  AnchoredLanes<true> lanes[kBeside];
  const VecF64 scale = filled<VecF64>(anchor.scale);
  VecF64 sum[kBeside], left[kBeside];
  VecI64 common[kBeside];
#pragma GCC unroll 4
  for (int b = 0; b < kBeside; ++b) {
    sum[b] = lanes[b].sum, left[b] = lanes[b].rests, common[b] = lanes[b].common;
  }
  // Of short runs, those that come after these.
  const int64_t ahead = kBeside * count * 8 < kFarAhead ? kFarAhead : kNearAhead;
  const auto chunk = [=](const char* run, int64_t c) {
    const char* const at = run + c * kVectorBytes;
    if (!kNarrow) __builtin_prefetch(at + ahead);
    return load<VecF64>(at);
  };
  int64_t c = 0;
#pragma GCC unroll 1
  for (; c + kStep <= chunks; c += kStep) {
#pragma GCC unroll 4
    for (int b = 0; b < kBeside; ++b) {
#pragma GCC unroll 2
      for (int k = 0; k < kStep; k += 2) {
        add_scaled(chunk(runs[b], c + k), chunk(runs[b], c + k + 1), scale, &sum[b], &left[b],
                   &common[b]);
      }
    }
  }
#pragma GCC unroll 1
  for (; c < chunks; ++c) {
#pragma GCC unroll 4
    for (int b = 0; b < kBeside; ++b) {
      add_scaled(chunk(runs[b], c), scale, &sum[b], &left[b], &common[b]);
    }
  }
#pragma GCC unroll 4
  for (int b = 0; b < kBeside && rest > 0; ++b) {
    const VecF64 x = load_part(runs[b] + chunks * kVectorBytes, rest * 8, VecF64{});
    add_scaled(x, scale, &sum[b], &left[b], &common[b]);
  }
#pragma GCC unroll 4
  for (int b = 0; b < kBeside; ++b) {
    lanes[b] = {sum[b], left[b], common[b]};
    const Anchored one = lanes[b].without_scale(anchor.back);
    sums[b] = one.sums, rests[b] = one.rests;
  }
  return too_large<kBeside, false>(lanes);
}

// Runs of a common anchor, as many as there are lanes, or fewer, when the other lanes hold
// anything. Gives where it is too small.
STRIDED_INLINE VecI64 add_runs_beside(const char* row, int64_t stride, int64_t rows, int64_t count,
                                      const CommonAnchor& anchor, Anchored* made) {
  constexpr int64_t kBeside = kLanes < 4 ? 2 : 4;
  VecF64 sums[kLanes], rests[kLanes];
  VecI64 large = {};
  const auto run = [&](int64_t r) { return row + (r < rows ? r : rows - 1) * stride; };
#pragma GCC unroll 2
  for (int64_t r = 0; r < kLanes; r += kBeside) {
    const char* const runs[] = {run(r), run(r + 1), run(r + kBeside - 2), run(r + kBeside - 1)};
    large |= add_beside<kBeside>(runs, count, anchor, sums + r, rests + r);
  }
  *made = {across(sums), across(rests)};
  return large;
}

// A run by itself, with several sums of all its lanes: what is read lies side by side, and what
// lies `ahead` bytes further on is announced. They are not scaled back. Gives bits that sums lack
// which have left the anchor, or are no numbers.
STRIDED_INLINE VecI64 add_chained(const char* run, int64_t count, int64_t ahead, VecF64 scale,
                                  Anchored* made) {
  AnchoredLanes<true> lanes[kGroups];
  VecF64 sum[kGroups], rests[kGroups];
  VecI64 common[kGroups];
#pragma GCC unroll 4
  for (int64_t g = 0; g < kGroups; ++g) {
    sum[g] = lanes[g].sum, rests[g] = lanes[g].rests, common[g] = lanes[g].common;
  }
  const auto chunk = [=](const char* at) {
    __builtin_prefetch(at + ahead);
    return load<VecF64>(at);
  };
  int64_t i = 0;
#pragma GCC unroll 1
  for (; i + kGroups * kLanes <= count; i += kGroups * kLanes) {
    const char* const at = run + i * 8;
    add_in_order<kGroups>(scale, sum, rests, common,
                          [=](int g) { return chunk(at + g * kVectorBytes); });
  }
#pragma GCC unroll 4
  for (int64_t g = 0; g + 1 < kGroups; ++g, i += kLanes) {
    if (__builtin_expect(i + kLanes > count, 0)) break;
    add_scaled(chunk(run + i * 8), scale, &sum[g], &rests[g], &common[g / 2]);
  }
  if (i < count) {
    __builtin_prefetch(run + i * 8 + ahead);
    const VecF64 x = load_part(run + i * 8, (count - i) * 8, VecF64{});
    add_scaled(x, scale, &sum[kGroups - 1], &rests[kGroups - 1], &common[kGroups / 2 - 1]);
  }
  VecI64 lacks = {};
#pragma GCC unroll 4
  for (int64_t g = 0; g < kGroups; ++g) {
    lanes[g] = {sum[g], rests[g], common[g / 2]};
    lacks |= lanes[g].lacks();
    const VecF64 held = sum[g] - AnchoredLanes<true>::kAnchor;
    *made = g == 0 ? Anchored{held, rests[g]} : Anchored{made->sums + held, made->rests + rests[g]};
  }
  return lacks;
}

// As many runs as add_runs_beside takes, one after the other. Gives bits that sums of any of them
// lack.
inline VecI64 add_runs_in_turn(const char* row, int64_t stride, int64_t rows, int64_t count,
                               Reading reading, const CommonAnchor& anchor, Anchored* made) {
  VecF64 sums[kLanes], rests[kLanes];
  VecI64 lacks = {};
  const VecF64 scale = filled<VecF64>(anchor.scale);
  const int64_t ahead = far_ahead(reading, stride, count * 8);
#pragma GCC unroll 1
  for (int64_t r = 0; r < rows; ++r) {
    Anchored one;
    lacks |= add_chained(row + r * stride, count, ahead, scale, &one);
    sums[r] = one.sums, rests[r] = one.rests;
  }
  for (int64_t r = rows; r < kLanes; ++r) sums[r] = rests[r] = VecF64{};
  made->sums = across(sums) * anchor.back;
  made->rests = across(rests) * anchor.back;
  return lacks;
}

// Elements of runs that are added in turn, where there are registers for it: in a cache, and from
// memory, which gives less for every place that is read.
constexpr int64_t kLeastChained = 12 * kLanes;
constexpr int64_t kLeastFarChained = 4 * kLanes;

// As many, in the way that is best for runs of that length.
inline __attribute__((noinline)) VecI64 add_runs(const char* row, int64_t stride, int64_t rows,
                                                 int64_t count, Reading reading,
                                                 const CommonAnchor& anchor, Anchored* made) {
  const int64_t least = reading == Reading::cached ? kLeastChained : kLeastFarChained;
  const bool in_turn = !kNarrow && count >= least;
  if (in_turn && !any(add_runs_in_turn(row, stride, rows, count, reading, anchor, made))) {
    return VecI64{};
  }
  return add_runs_beside(row, stride, rows, count, anchor, made);
}

// Columns of a common anchor, some vectors of them, of rows from one on. Gives where it is too
// small. at(b, row) is the b-th vector of a row.
template <int kBeside, class At>
STRIDED_INLINE VecI64 add_columns(const char* row, int64_t stride, int64_t rows,
                                  const CommonAnchor& anchor, Anchored* made, At&& at) {
  AnchoredLanes<false> lanes[kBeside];
  const VecF64 scale = filled<VecF64>(anchor.scale);
  VecF64 sum[kBeside], rests[kBeside];
  VecI64 common[kBeside];
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) {
    sum[b] = lanes[b].sum, rests[b] = lanes[b].rests, common[b] = lanes[b].common;
  }
#pragma GCC unroll 1
  for (int64_t r = 0; r < rows; ++r, row += stride) {
    add_in_order<kBeside>(scale, sum, rests, common, [=](int b) { return at(b, row); });
  }
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) lanes[b] = {sum[b], rests[b], common[b / 2]};
  const VecI64 large = too_large<kBeside, true>(lanes);
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) made[b] = lanes[b].without_scale(anchor.back);
  return large;
}

}  // namespace
}  // namespace strided
