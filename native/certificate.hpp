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
//   (4) B = 2 depth u a, rounded, plus the smallest normal number if a > 0
//
// where the factor 2 leaves 0.99 depth u a of slack, far more than the rounding of B itself loses,
// and the small number covers a product that underflows. (A subnormal one would do; but many CPUs
// are slow to add those.)
//
// Now let (r, t) = TwoSum(s, e). The exact sum lies in r + [t - B, t + B]. If B = 0 (all errors
// were zero) it is s + e exactly, and r is that rounded: nothing is left to show. Otherwise r is
// right if no rounding boundary, of which the two next to r are the ones to fear, lies in that
// interval, its ends included. Floating-point addition itself asks the question: r + q rounds to r
// if q is within the boundary. But q = fl(t + B) may have been rounded down onto the boundary,
// where ties-to-even could answer r. So B is widened first by 8 u (|t| + B), more than the rounding
// of q can take back: then an exact sum on or beyond the boundary gives a q beyond it, and an
// answer other than r. When t and B are so small that the widening underflows, t + B is a multiple
// of the smallest subnormal and computed exactly, and B's extra number takes its place.
//
// A NaN among the numbers makes every comparison false, and an infinity makes e NaN: no
// certificate. See below for those.
//
// Careful sums. There e takes each d by TwoSum, too: with F the set of the errors f_j of those
// additions, the exact sum is s + e + sum(F), again without loss. f is a floating-point sum of F, a
// one of the |f_j|, and (2) to (4) hold with F in place of D; a merge of two lanes adds two errors
// to f, so that it counts as four roundings. With (r, t) = TwoSum(s, e), (t', w) = TwoSum(t, f) and
// (r', t'') = TwoSum(r, t'), the exact sum lies within B + |w| of r' + t''.
//
// Fixed sums (kernels/fixed_sum.hpp). There D are the terms' rests and the error of s, which is
// exact otherwise. a is a bound of sum|D| by itself, not its computed value: (2) and (4) hold as
// they are.
//
// Means. Let the exact sum lie in r + [t - B, t + B], and n be the count, exact in a double. With
// q = fl(r / n), p = r - q n is a double (it is what an fma gives; r and q are kept far from
// underflow), and the mean lies in q + (p + t)/n + [-B/n, B/n]. d = fl(fl(p + t) / n) is off by
// less than 2.1 u (|p| + |t|) / n, for which the bound takes 4 u (|p| + |t|) / n. Divisions that
// underflow lose less than the smallest subnormal each, for which the bound takes far more. With
// (q', d') = TwoSum(q, d) the mean is enclosed as sums are. Where n is a power of two and nothing
// comes near underflow, the divisions are exact: the mean is certain wherever the sum is.
//
// Float32. The lanes hold float64 sums of float32 terms: s = fl(sum x), a = fl(sum |x|), `depth` as
// above, and |s - sum x| <= 1.01 depth u a. B = (2 depth + 4) u a also covers the rounding of s - B
// and s + B, as |s| <= 1.01 a. Rounding to float32 is monotone: if both ends round to r, so does
// the exact sum. No float64 overflows, as 2^128 times 2^64 terms stay below 2^1024.
//
// Infinities and NaN. Terms that are neither count for nothing beside one that is, so that the sum
// is that of the unusual terms alone, in any order: NaN if there is one or if both infinities are
// there. Where float32 terms are summed in float64, only an unusual one makes s anything but
// finite, and s is that sum. Careful sums take zero for an unusual term and add the term itself to
// a, whose other terms are finite as long as s and e are: s shows that an addition has overflowed,
// and e that the computation of its error has, which may happen to a finite sum. If both are finite
// and a is not, then a is that sum. If one of them is not, large terms may cancel yet: no
// certificate.
#pragma once

#include <cmath>
#include <limits>

#include "kernels/kernels.hpp"

namespace strided {

inline constexpr double kUnitRoundoff = 0x1p-53;
inline constexpr double kSmallest = std::numeric_limits<double>::min();

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

// The bound (4) on top of what is in it already, moved outwards as above.
inline Enclosure widened(double sum, double error, double bound) noexcept {
  if (!(bound == 0)) bound += 8 * kUnitRoundoff * (std::fabs(error) + bound);
  return {sum, error, bound};
}

inline double error_bound(double a, std::int64_t depth) noexcept {
  if (a == 0) return 0;
  return static_cast<double>(depth) * (2 * kUnitRoundoff) * a + kSmallest;
}

inline Enclosure enclose(const Float64Partial& partial, std::int64_t depth) noexcept {
  const TwoSum r = two_sum(partial.s, partial.e);
  return widened(r.sum, r.error, error_bound(partial.a, depth));
}

inline Enclosure enclose(const CarefulPartial& partial, std::int64_t depth) noexcept {
  const TwoSum r = two_sum(partial.s, partial.e);
  const TwoSum t = two_sum(r.error, partial.f);
  const TwoSum sum = two_sum(r.sum, t.sum);
  return widened(sum.sum, sum.error, error_bound(partial.a, depth) + std::fabs(t.error));
}

inline Enclosure enclose(const Float32Partial& partial, std::int64_t depth) noexcept {
  return {partial.s, 0, (2 * static_cast<double>(depth) + 4) * kUnitRoundoff * partial.a};
}

// The sum of the unusual terms, where there are some and it is known; 0 otherwise. Terms are of
// type T.
template <class T>
double unusual_sum(const Float64Partial& partial) noexcept {
  return sizeof(T) == 4 && !std::isfinite(partial.s) ? partial.s : 0;
}
template <class T>
double unusual_sum(const Float32Partial& partial) noexcept {
  return std::isfinite(partial.s) ? 0 : partial.s;
}
template <class T>
double unusual_sum(const CarefulPartial& partial) noexcept {
  return std::isfinite(partial.s + partial.e) && !std::isfinite(partial.a) ? partial.a : 0;
}

// Whether x is so far from underflow that a division by a count is exact if any is.
inline bool divides_safely(double x) noexcept {
  return x == 0 || std::fabs(x) > 0x1p-900;
}

// What is n-th of the enclosed sum.
inline Enclosure divided(const Enclosure& x, std::int64_t n) noexcept {
  if (n == 1 || (x.sum == 0 && x.error == 0 && x.bound == 0)) return x;
  constexpr double unknown = std::numeric_limits<double>::infinity();
  const auto count = static_cast<double>(n);
  const double q = x.sum / count;
  if (n > std::int64_t{1} << 53 || !(std::fabs(q) > 0x1p-900)) return {q, 0, unknown};
  if ((n & (n - 1)) == 0 && divides_safely(x.error) && divides_safely(x.bound)) {
    return {q, x.error / count, x.bound / count};
  }
  const double rest = std::fma(-q, count, x.sum);
  if (rest == 0 && x.error == 0 && x.bound == 0) return {q, 0, 0};
  const TwoSum r = two_sum(q, (rest + x.error) / count);
  double bound = x.bound / count + 4 * kSmallest;
  bound += 4 * kUnitRoundoff * (std::fabs(rest) + std::fabs(x.error)) / count;
  return widened(r.sum, r.error, bound);
}

// True when *result is the enclosed number, correctly rounded.
inline bool certify(const Enclosure& x, double* result) noexcept {
  *result = x.sum + 0.0;  // -0 becomes +0
  if (x.bound == 0) return x.sum - x.sum == 0;
  return x.sum + (x.error + x.bound) == x.sum && x.sum + (x.error - x.bound) == x.sum;
}

// For a float32 both ends of the enclosure, moved outwards past the rounding of the additions that
// made them, must round to the same float32.
inline bool certify(const Enclosure& x, float* result) noexcept {
  if (!(x.sum - x.sum == 0)) return false;
  if (x.error == 0 && x.bound == 0) {
    *result = static_cast<float>(x.sum + 0.0);
    return true;
  }
  const double margin = 4 * kUnitRoundoff * std::fabs(x.sum) + kSmallest;
  const auto low = static_cast<float>((x.sum + (x.error - x.bound)) - margin);
  const auto high = static_cast<float>((x.sum + (x.error + x.bound)) + margin);
  *result = high;
  return low == high && low != 0;
}

}  // namespace strided
