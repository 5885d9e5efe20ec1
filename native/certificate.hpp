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
// Running sums (kernels/running_sum.hpp). There s has no errors, and D are the terms' rests and
// what larger anchors leave of sums, each of which is exact. a is a bound of sum|D| by itself, not
// its computed value: (2) and (4) hold as they are.
//
// Means. Let the exact sum S lie in r + [t - B, t + B], r being the rounded r + t, and n be the
// count, exact in a double. With q = fl(r / n), p = r - q n is a double (it is what an fma gives; r
// and q are kept far from underflow), and R = S - q n lies in p + t + [-B, B]. The mean is q + R/n.
// It rounds to q if |R| < H, half of n ulp(q), which is exact; to q's neighbour on R's side if
// |R| is between H and 3 H; and to the even one of both if |R| = H. Below a power of two numbers
// are twice as close: if q is one, only |R| < H / 2 tells something, and if the neighbour is one
// and q is above it, |R| must be below 2.5 H.
//
// Let (h, l) = TwoSum(p, t). If B = 0, R is h + l, and as h is R rounded, |h| tells on which side
// of H it is, but where both are equal: there l tells. No |R| is too large: |p| <= H, and with m
// the mantissa of q, from 1 to 2 - 2 u, |t| <= u |r| <= u n |q| + u |p| <= (m + u) H, so that
// |R| < 3 H; and where q is next above a power of two, m is 1 + 2 u. If B > 0, it is widened
// by 8 u (|h| + B), more than l, and than the roundings of |h| + B and |h| - B, which must be below
// H, or above H and well below 3 H, or 2.5 H. (2 H would leave many means in doubt that lie just
// below a power of two, of sums just above one.)
//
// Float32. The lanes hold float64 sums of float32 terms: s = fl(sum x), q = fl(sum x x). Each
// square is exact, so that it does not show whether it is added in one operation or two; in one, it
// takes half as long as an absolute value. By the inequality of Cauchy and Schwarz sum |x| of n
// terms is no more than the root of n sum x x, so that with a = fl(sqrt(n q)) it is below 1.001 a;
// and with `depth` as above |s - sum x| <= 1.02 depth u a. (Where k terms are far larger than all
// others, a is about sqrt(n / k) times sum |x|: that leaves more results to the next tier.) B = (2
// depth + 4) u a also covers the rounding of s - B and s + B, as |s| <= 1.01 a. Rounding to float32
// is monotone: if both ends round to r, so does the exact sum. No square, and no sum of 2^64 of
// them, overflows or underflows: they lie between 2^-298 and 2^320. For a mean both ends are
// divided by n, and B = (2 depth + 8) u a, as each is rounded once more, by less than 1.1 u a.
//
// A float32 of what is known as above is certain likewise. With q and p as above the mean lies in
// q + (p + t)/n + [-B/n, B/n]. d = fl(fl(p + t) / n) is off by less than 2.1 u (|p| + |t|) / n, for
// which the bound takes 4 u (|p| + |t|) / n. Divisions that underflow lose less than the smallest
// subnormal each, for which the bound takes far more.
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

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "kernels/kernels.hpp"

namespace strided {

inline constexpr double kUnitRoundoff = 0x1p-53;
inline constexpr double kAlmostThree = 3 - 0x1p-40;
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

inline Enclosure enclose(const Float64Partial& partial, std::int64_t depth, std::int64_t) noexcept {
  const TwoSum r = two_sum(partial.s, partial.e);
  return widened(r.sum, r.error, error_bound(partial.a, depth));
}

inline Enclosure enclose(const CarefulPartial& partial, std::int64_t depth, std::int64_t) noexcept {
  const TwoSum r = two_sum(partial.s, partial.e);
  const TwoSum t = two_sum(r.error, partial.f);
  const TwoSum sum = two_sum(r.sum, t.sum);
  return widened(sum.sum, sum.error, error_bound(partial.a, depth) + std::fabs(t.error));
}

inline Enclosure enclose(const Float32Partial& partial, std::int64_t depth,
                         std::int64_t terms) noexcept {
  const double a = std::sqrt(static_cast<double>(terms) * partial.q);
  return {partial.s, 0, (2 * static_cast<double>(depth) + 4) * kUnitRoundoff * a};
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

// Whether quotients by n are far enough from underflow and n is exact.
inline bool divides_safely(double q, std::int64_t n) noexcept {
  return n <= std::int64_t{1} << 53 && std::fabs(q) > 0x1p-900;
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

// The same of what is n-th of the enclosed sum.
inline bool certify_mean(const Enclosure& x, std::int64_t n, double* result) noexcept {
  if (x.sum == 0 && x.error == 0 && x.bound == 0) return certify(x, result);
  const auto count = static_cast<double>(n);
  const double q = x.sum / count;
  if (!divides_safely(q, n)) return false;
  const TwoSum rest = two_sum(std::fma(-q, count, x.sum), x.error);
  const double h = std::fabs(rest.sum);
  int exponent;
  const bool power = std::fabs(std::frexp(q, &exponent)) == 0.5;
  const double half = std::ldexp(count, exponent - 54);
  const double bound = widened(0, h, x.bound).bound;
  *result = q;
  if (power) return h + bound < 0.5 * half;
  if (h + bound < half) return true;
  const double neighbour = std::nextafter(q, std::copysign(HUGE_VAL, rest.sum));
  if (bound == 0 && h == half) {
    const double beyond = std::copysign(1, rest.sum) * rest.error;
    const bool odd = std::bit_cast<std::uint64_t>(q) % 2 != 0;
    if (beyond > 0 || (beyond == 0 && odd)) *result = neighbour;
    return true;
  }
  *result = neighbour;
  const double beyond = std::bit_cast<std::uint64_t>(q) << 12 == 0x1000 ? 2.25 : kAlmostThree;
  return h - bound > half && (bound == 0 || h + bound < beyond * half);
}

inline bool certify_mean(const Enclosure& x, std::int64_t n, float* result) noexcept {
  if (x.sum == 0 && x.error == 0 && x.bound == 0) return certify(x, result);
  const auto count = static_cast<double>(n);
  const double q = x.sum / count;
  if (!divides_safely(q, n)) return false;
  const double rest = std::fma(-q, count, x.sum);
  if (rest == 0 && x.error == 0 && x.bound == 0) return certify({q, 0, 0}, result);
  const TwoSum r = two_sum(q, (rest + x.error) / count);
  double bound = x.bound / count + 4 * kSmallest;
  bound += 4 * kUnitRoundoff * (std::fabs(rest) + std::fabs(x.error)) / count;
  return certify(widened(r.sum, r.error, bound), result);
}

}  // namespace strided
