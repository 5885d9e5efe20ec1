// The certificates of ../certificate.hpp, for a vector of columns at a time: whether what is known
// of sums tells what they, or means, are when rounded.
#pragma once

#include "vector.hpp"

namespace strided {
namespace {

constexpr double kRoundoff = 0x1p-53;
constexpr double kLeast = 0x1p-1022;
constexpr double kAlmostThree = 3 - 0x1p-40;

STRIDED_INLINE VecF64 where(VecI64 mask, VecF64 x) {
  return (VecF64)(mask & (VecI64)x);
}

// Infinite or NaN. Integer operations leave the adders to the sums.
STRIDED_INLINE VecI64 is_unusual(VecF64 x) {
  const VecI64 exponent = filled<VecI64>(int64_t{0x7ff} << 52);
  return ((VecI64)x & exponent) == exponent;
}

// Where it is unusual, the sum is that of the terms that are infinite or NaN.
STRIDED_INLINE VecF64 replaced(VecI64 unusual, VecF64 by, VecF64 sum) {
  const VecF64 nan = filled<VecF64>(__builtin_nan(""));
  return unusual ? (by == by ? by : nan) : sum;
}

// The exact sums lie within `bound` of sum + error, of which sum is the rounded value.
struct Enclosed {
  VecF64 sum;
  VecF64 error;
  VecF64 bound;
};

// A bound that its own comparisons with what is about as large as `beside` cannot take back.
STRIDED_INLINE VecF64 widened(VecF64 bound, VecF64 beside) {
  return bound + where(~(bound == 0), (8 * kRoundoff) * (beside + bound));
}

STRIDED_INLINE VecI64 certify_sum(const Enclosed& x, VecF64* result) {
  const VecF64 bound = widened(x.bound, absolute(x.error));
  *result = x.sum + 0.0;  // -0 becomes +0
  return (x.sum + (x.error + bound) == x.sum) & (x.sum + (x.error - bound) == x.sum);
}

// With the names of certificate.hpp.
STRIDED_INLINE VecI64 certify_mean(const Enclosed& x, double count, VecF64* result) {
  constexpr int64_t exponent = int64_t{0x7ff} << 52;
  constexpr int64_t sign = static_cast<int64_t>(uint64_t{1} << 63);
  const VecF64 n = filled<VecF64>(count);
  const VecF64 q = x.sum / n;
  const VecI64 bits = (VecI64)q;
  const Sum<VecF64> rest = two_sum<VecF64>(multiply_add(-q, n, x.sum), x.error);
  const VecF64 h = absolute(rest.sum);
  const VecF64 l = (VecF64)((VecI64)rest.error ^ ((VecI64)rest.sum & sign));
  const VecF64 half = (VecF64)(bits & exponent) * (count * 0x1p-53);
  const VecF64 bound = widened(x.bound, h);
  const VecF64 most = h + bound, least = h - bound;

  const VecI64 exact = bound == 0;
  const VecI64 mantissa = bits & ~(exponent | sign);
  const VecI64 power = mantissa == 0;
  const VecF64 beyond = mantissa == 1 ? 2.25 * half : kAlmostThree * half;
  const VecI64 at_half = exact & (h == half);
  const VecI64 odd = -(bits & 1);
  const VecI64 above = at_half & ((l > 0) | ((l == 0) & odd));
  const VecI64 inside = (power ? (VecI64)(most < 0.5 * half) : (VecI64)(most < half));
  const VecI64 outside = (least > half) & (exact | (most < beyond));
  const VecI64 next = ~power & (outside | above);
  const VecI64 towards = ((VecI64)rest.sum ^ bits) >> 63 | 1;  // -1 where the signs differ
  const VecI64 zero = exact & (x.sum == 0) & (x.error == 0);
  *result = (VecF64)(~zero & (bits + (next & towards)));
  return zero | ((absolute(q) > 0x1p-900) & (inside | next | (~power & at_half)));
}

// Float32 results, as float64: both ends of what encloses them, moved outwards past the roundings
// of the additions that make them, have the same one, or nothing is left to enclose.
STRIDED_INLINE VecI64 certify_float32(const Enclosed& x, VecI64 exact, VecF64* result) {
  const VecF64 margin = (4 * kRoundoff) * absolute(x.sum) + kLeast;
  const auto rounded = [](VecF64 end) {
    return widen(__builtin_convertvector(end, Packed<float>));
  };
  const VecF64 low = rounded((x.sum + (x.error - x.bound)) - margin);
  const VecF64 high = rounded((x.sum + (x.error + x.bound)) + margin);
  const VecF64 known = rounded(x.sum + 0.0);
  *result = exact ? known : high;
  return exact | ((low == high) & (low != 0));
}

STRIDED_INLINE VecI64 certify_float32_sum(const Enclosed& x, VecF64* result) {
  const VecI64 exact = (x.error == 0) & (x.bound == 0);
  return certify_float32({x.sum, x.error, widened(x.bound, absolute(x.error))}, exact, result);
}

STRIDED_INLINE VecI64 certify_float32_mean(const Enclosed& x, double count, VecF64* result) {
  const VecF64 n = filled<VecF64>(count);
  const VecF64 q = x.sum / n;
  const VecF64 rest = multiply_add(-q, n, x.sum);
  const Sum<VecF64> r = two_sum<VecF64>(q, (rest + x.error) / n);
  const VecF64 lost = (4 * kRoundoff) * (absolute(rest) + absolute(x.error));
  const VecF64 bound = (x.bound + lost) / n + 4 * kLeast;
  const VecI64 exact = (rest == 0) & (x.error == 0) & (x.bound == 0);
  const VecI64 safe = (absolute(q) > 0x1p-900) | (exact & (x.sum == 0));
  const Enclosed mean{exact ? q : r.sum, r.error, widened(bound, absolute(r.error))};
  return safe & certify_float32(mean, exact, result);
}

// Results of type T, as float64.
template <class T, bool kMean>
STRIDED_INLINE VecI64 certify(const Enclosed& x, [[maybe_unused]] double count, VecF64* result) {
  if constexpr (sizeof(T) == 4) {
    return kMean ? certify_float32_mean(x, count, result) : certify_float32_sum(x, result);
  } else {
    return kMean ? certify_mean(x, count, result) : certify_sum(x, result);
  }
}

}  // namespace
}  // namespace strided
