// Anchors of running sums, M = 1.5 * 2^k: see running_sum.hpp.
#pragma once

#include "loops.hpp"

namespace strided {
namespace {

constexpr int64_t kMantissaBits = 52;
constexpr int64_t kExponentBias = 1023;
constexpr int64_t kSignAndExponent = -(int64_t{1} << kMantissaBits);
constexpr int64_t kHalf = int64_t{1} << (kMantissaBits - 1);  // the mantissa of 1.5

// Of anchors, biased: squares of sums can be told from what they begin with, and do not overflow.
constexpr int64_t kLeastExponent = kExponentBias - 450;
constexpr int64_t kMostExponent = kExponentBias + 500;
constexpr double kLeastSquares = 0x1p-1000;

constexpr int64_t kReserve = 4;  // binary places that terms, or sums, may grow by

STRIDED_INLINE VecI64 greater(VecI64 a, VecI64 b) {
  return a > b ? a : b;
}

// Biased; of numbers that are not negative.
STRIDED_INLINE VecI64 exponent(VecF64 x) {
  return (VecI64)x >> kMantissaBits;
}

STRIDED_INLINE VecF64 anchor_of(VecI64 biased) {
  return (VecF64)((biased << kMantissaBits) | kHalf);
}

// What a sum began with, or 0 where it has not begun.
STRIDED_INLINE VecF64 anchor_under(VecF64 s) {
  return (VecF64)((s != 0) & (VecI64)anchor_of(exponent(s)));
}

// A sum on top of another anchor, and what that leaves of it.
struct Moved {
  VecF64 sum;
  VecF64 left;
};
STRIDED_INLINE Moved moved_to(VecF64 anchor, VecF64 s) {
  const VecF64 held = s - anchor_under(s);
  const VecF64 sum = anchor + held;
  return {sum, held - (sum - anchor)};
}

// The unit in the last place of an anchor.
STRIDED_INLINE VecF64 unit_of(VecF64 anchor) {
  return (VecF64)((VecI64)anchor & kSignAndExponent) * 0x1p-52;
}

// What t = s + x leaves of x. Of narrow vectors there are few registers, and an operation that
// multiplies and adds overwrites one: two of them need copies.
STRIDED_INLINE VecF64 rest_of(VecF64 x, VecF64 t, VecF64 s) {
  return difference(x, kNarrow ? t - s : difference(t, s));
}

// Whether lanes have an anchor and have not drifted far from it. (Those that are not numbers may be
// either.)
STRIDED_INLINE VecI64 in_middle(VecF64 s) {
  // Of the two first bits of the mantissa one is set. (The sum of a NaN's may not fit 63 bits.)
  const VecU64 moved = (VecU64)s + (uint64_t{kHalf} >> 1);
  return ((VecI64)moved & kHalf) != 0;
}

}  // namespace
}  // namespace strided
