// When is a partial sum, as computed, already the correctly rounded sum?
//
// Float64. A lane starts with s = e = a = 0. For each term x, TwoSum gives s' and d with
// s + x = s' + d exactly, and e' = fl(e + d), a' = fl(a + |d|). Two lanes merge likewise: TwoSum of
// both s gives one more error d, and e' = fl(fl(e1 + e2) + d), a' = fl(fl(a1 + a2) + |d|). So, in
// whatever tree the terms were added, with D the set of all errors d of that tree:
//
//   (1) the exact sum is s + sum(D): nothing was lost, since each d is exact (TwoSum has no error
//       in the presence of subnormals; an overflow makes some d NaN, e too, and is handled below);
//   (2) e is a floating-point sum of D in which each d met at most `depth` roundings;
//       hence |e - sum(D)| <= g sum|D| with g = depth u / (1 - depth u), u = 2^-53
//       (N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 4.2);
//   (3) a is such a sum of the |d|, so that sum|D| <= a / (1 - depth u).
//
// `depth` is below 2^40 (more terms than that do not fit a memory), so 1 - depth u > 0.999 and
// |e - sum(D)| <= 1.01 depth u a. We take the bound
//
//   (4) B = 2 depth u a, rounded, plus the smallest subnormal if a > 0
//
// where the factor 2 leaves 0.99 depth u a of slack, far more than the rounding of B itself loses,
// and the subnormal covers a product that underflows.
//
// Now let (r, t) = TwoSum(s, e). The exact sum lies in r + [t - B, t + B]. If B = 0 (all errors
// were zero) it is s + e exactly, and r is that rounded: nothing is left to show. Otherwise r is
// right if no rounding boundary, of which the two next to r are the ones to fear, lies in that
// interval, its ends included. Floating-point addition itself asks the question: r + q rounds to r
// if q is within the boundary. But q = fl(t + B) may have been rounded down onto the boundary,
// where ties-to-even could answer r. So B is widened first by 8 u (|t| + B), more than the rounding
// of q can take back: then an exact sum on or beyond the boundary gives a q beyond it, and an
// answer other than r. When t and B are so small that the widening underflows, t + B is a multiple
// of the smallest subnormal and computed exactly, and B's extra subnormal takes its place.
//
// A NaN among the numbers makes every comparison false, and an infinity makes e NaN: no
// certificate.
//
// Float32. The lanes hold float64 sums of float32 terms: s = fl(sum x), a = fl(sum |x|), `depth` as
// above, and |s - sum x| <= 1.01 depth u a. B = (2 depth + 4) u a also covers the rounding of s - B
// and s + B, as |s| <= 1.01 a. Rounding to float32 is monotone: if both ends round to r, so does
// the exact sum. No float64 overflows, as 2^128 times 2^64 terms stay below 2^1024.
#pragma once

#include <limits>

#include "kernels/kernels.hpp"

namespace strided {

inline constexpr double kUnitRoundoff = 0x1p-53;
inline constexpr double kSmallest = std::numeric_limits<double>::denorm_min();

struct TwoSum {
  double sum;
  double error;
};

inline TwoSum two_sum(double a, double b) noexcept {
  const double sum = a + b;
  const double from_b = sum - a;
  return {sum, (a - (sum - from_b)) + (b - from_b)};
}

// The exact sum is within `bound` of sum + error.
struct Enclosure {
  double sum;
  double error;
  double bound;
};

inline Enclosure enclose(const Float64Partial& partial) noexcept {
  const TwoSum r = two_sum(partial.s, partial.e);
  double bound = 0;
  if (!(partial.a == 0)) {
    bound = static_cast<double>(partial.depth) * (2 * kUnitRoundoff) * partial.a + kSmallest;
    bound += 8 * kUnitRoundoff * ((r.error < 0 ? -r.error : r.error) + bound);
  }
  return {r.sum, r.error, bound};
}

// True when *result is the correctly rounded sum.
inline bool certify(const Float64Partial& partial, double* result) noexcept {
  const Enclosure x = enclose(partial);
  *result = x.sum + 0.0;  // -0 becomes +0
  if (x.bound == 0) return x.sum - x.sum == 0;
  return x.sum + (x.error + x.bound) == x.sum && x.sum + (x.error - x.bound) == x.sum;
}

// The same for a result of float32: both ends of the enclosure, moved outwards past the rounding of
// the additions that made them, must round to the same float32.
inline bool certify(const Float64Partial& partial, float* result) noexcept {
  const Enclosure x = enclose(partial);
  if (!(x.sum - x.sum == 0)) return false;
  if (x.error == 0 && x.bound == 0) {
    *result = static_cast<float>(x.sum + 0.0);
    return true;
  }
  const double magnitude = x.sum < 0 ? -x.sum : x.sum;
  const double margin = 4 * kUnitRoundoff * magnitude + kSmallest;
  const auto low = static_cast<float>((x.sum + (x.error - x.bound)) - margin);
  const auto high = static_cast<float>((x.sum + (x.error + x.bound)) + margin);
  *result = high;
  return low == high && low != 0;
}

inline bool certify(const Float32Partial& partial, float* result) noexcept {
  const double bound = (2 * static_cast<double>(partial.depth) + 4) * kUnitRoundoff * partial.a;
  const auto low = static_cast<float>(partial.s - bound);
  const auto high = static_cast<float>(partial.s + bound);
  *result = high;
  return low == high && (low != 0 || partial.a == 0);
}

}  // namespace strided
