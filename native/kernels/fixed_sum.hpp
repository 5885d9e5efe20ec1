// Sums of float64 by fixed points: the fast pass where arithmetic is what takes the time.
//
// A lane takes its terms apart at a fixed place of their bits. Its anchor is M = 1.5 * 2^k, with k
// so large that no term reaches 2^(k-1). Then t = fl(M + x) lies between 2^k and 2^(k+1), as M
// does, so that both are whole multiples of the same unit, ulp(M) = 2^(k-52): the difference of
// their bits as integers says how many units x is, to the nearest. These integers are added
// exactly. What is left of x, x - (t - M), is exact as well, at most half a unit, and added in
// floating point. Of that last addition alone there are errors, and a unit is so small beside the
// sum that they hardly matter. (Such an anchor is what S. M. Rump, T. Ogita and S. Oishi extract
// with in "Accurate floating-point summation", 2008, and J. Demmel and H. D. Nguyen bin with in
// "Fast reproducible floating-point summation", 2013. The integers are ours: they need no chain of
// floating-point additions.)
//
// A term is four floating-point operations and two of integers, instead of the nine of a TwoSum
// whose errors are summed and measured, and the chains are short. In the end the lanes become those
// of Float64Sum: the units as s, which is exact but for an error that joins the rests, the rests as
// e, and as a so many units as the absolute values of all rests cannot exceed.
//
// Anchors are chosen from the first terms, with some binary places in reserve. A term that is too
// large anyway takes t out of the interval, which its sign and exponent show; the lane's anchor is
// raised then, and the block of terms added anew. Integers that have grown towards 2^63 raise the
// anchor, too. The units that are less than one new unit join the rests. A term that no anchor
// fits, or none that is a number, makes the rests NaN: no certificate.
//
// The anchor 0 belongs to zeros, and to positive subnormal numbers: those are whole multiples of
// its unit, the least number there is.
#pragma once

#include "float_sum.hpp"

namespace strided {
namespace {

// Roundings that a term may bring about: of its rest, and of two rests more for each time that the
// anchor is raised, which happens once a term at most. Each is of less than a unit.
constexpr int64_t kTermRoundings = 4;

constexpr int64_t kReserve = 4;  // binary places that terms may grow by
constexpr int64_t kGrowth = 12;  // the same for the integers
constexpr int64_t kMantissaBits = 52;
constexpr int64_t kMostExponent = 2046;  // of a finite number, biased
constexpr int64_t kSignAndExponent = -(int64_t{1} << kMantissaBits);
constexpr int64_t kHalf = int64_t{1} << (kMantissaBits - 1);  // the mantissa of 1.5

STRIDED_INLINE VecI64 greater(VecI64 a, VecI64 b) {
  return a > b ? a : b;
}

STRIDED_INLINE VecI64 exponent(VecF64 x) {
  return ((VecI64)x >> kMantissaBits) & 0x7ff;
}

// What t = anchor + x leaves of x. Of narrow vectors there are few registers, and an operation that
// multiplies and adds overwrites one: two of them need copies.
STRIDED_INLINE VecF64 rest_of(VecF64 x, VecF64 t, VecF64 anchor) {
  return difference(x, kNarrow ? t - anchor : difference(t, anchor));
}

// The unit in the last place of an anchor.
STRIDED_INLINE VecF64 unit_of(VecF64 anchor) {
  const VecI64 biased = greater(exponent(anchor), filled<VecI64>(int64_t{1}));
  return (VecF64)(biased << kMantissaBits) * 0x1p-52;
}

// The biased exponent of an anchor for terms whose absolute values have bits up to these.
STRIDED_INLINE VecI64 exponent_for(VecI64 largest) {
  return (largest != 0) & ((largest >> kMantissaBits) + (2 + kReserve));
}

// The anchor of a biased exponent, or 0 where there is none of it.
STRIDED_INLINE VecF64 anchor_of(VecI64 biased) {
  const VecI64 possible = (biased != 0) & (biased <= kMostExponent);
  return (VecF64)(possible & ((biased << kMantissaBits) | kHalf));
}

// Has both brought up to date here. As the order of integer operations does not show, GCC would
// rather do them behind those of several accumulators; narrow vectors are too few to keep all that
// they need until then, and it goes to memory and back.
STRIDED_INLINE void bring_up_to_date([[maybe_unused]] VecU64& bits,
                                     [[maybe_unused]] VecU64& strange) {
#if defined(__SSE2__) && !defined(__AVX512F__)
  asm("" : "+x"(bits), "+x"(strange));
#endif
}

// Adds some terms at a time, taken apart: the bits of anchor + term, the rests, and to `strange`
// what shows where the anchor is too small. at(k) is the k-th of them. For kBeside, see
// bring_up_to_date.
template <int kStep, int kBeside = 1, class At>
STRIDED_INLINE void take_apart(VecF64 anchor, VecU64* bits, VecF64* rests, VecU64* strange,
                               At&& at) {
  VecU64 units = *bits, odd = *strange;
  VecF64 left[kStep];
#pragma GCC unroll 4
  for (int k = 0; k < kStep; ++k) {
    const VecF64 x = at(k);
    const VecF64 t = anchor + x;
    units += (VecU64)t;
    odd |= (VecU64)t ^ (VecU64)anchor;
    if (kBeside > 2) bring_up_to_date(units, odd);
    left[k] = rest_of(x, t, anchor);
  }
  *bits = units, *strange = odd;
#pragma GCC unroll 4
  for (int k = 0; k < kStep; k += 2) {
    *rests += kStep == 1 ? left[k] : left[k] + left[k + (kStep > 1)];
  }
}

// at(i) is the i-th chunk of a block.
template <int kCount, class At>
STRIDED_INLINE VecI64 largest_of(At&& at) {
  VecI64 most = {};
#pragma GCC unroll 1
  for (int i = 0; i < kCount; ++i) most = greater(most, (VecI64)absolute(at(i)));
  return most;
}

struct FixedSum {
  VecU64 units = {};
  VecF64 rests = {};
  VecF64 anchor = {};

  // Before the first block: an anchor that suits it.
  template <int kCount, class At>
  STRIDED_INLINE void begin(At&& at) {
    anchor = anchor_of(exponent_for(largest_of<kCount>(at)));
  }

  // A block for each of some accumulators: at(b, i) is the i-th chunk of the b-th.
  template <int kCount, int kBeside, class At>
  static STRIDED_INLINE void add(FixedSum* sums, At&& at) {
    VecF64 rests[kBeside];
    VecU64 units[kBeside] = {}, strange[kBeside] = {}, all_strange = {};
    for (int b = 0; b < kBeside; ++b) rests[b] = sums[b].rests;
    constexpr int kStep = kCount % 4 == 0 ? 4 : 1;
#pragma GCC unroll 1
    for (int i = 0; i < kCount; i += kStep) {
      for (int b = 0; b < kBeside; ++b) {
        take_apart<kStep>(sums[b].anchor, &units[b], &rests[b], &strange[b],
                          [&](int k) { return at(b, i + k); });
      }
    }
    for (int b = 0; b < kBeside; ++b) {
      units[b] += sums[b].units - (VecU64)sums[b].anchor * kCount;
      strange[b] |= (units[b] ^ (units[b] << 1)) & (uint64_t{1} << 63);
      all_strange |= strange[b];
    }
    const bool some = any_bits((VecI64)all_strange, kSignAndExponent);
    for (int b = 0; b < kBeside; ++b) {
      if (__builtin_expect(some, 0)) {
        const VecI64 anew = (((VecI64)strange[b] & kSignAndExponent) != 0) & (rests[b] == rests[b]);
        if (any(anew)) {
          sums[b] = add_large<kCount>(sums[b], [&](int i) { return at(b, i); });
          continue;
        }
      }
      sums[b].units = units[b];
      sums[b].rests = rests[b];
    }
  }

  // What the lanes hold, of so many terms each.
  STRIDED_INLINE Float64Sum<double> parts(int64_t terms) const {
    const VecF64 unit = unit_of(anchor);
    const Halves halves = halves_of((VecI64)units);
    const Sum<VecF64> t = two_sum<VecF64>(halves.high * unit, halves.low * unit);
    Float64Sum<double> sum;
    sum.s = t.sum;
    sum.e = rests + t.error;
    sum.a =
        where(anchor != 0, unit * static_cast<double>(kTermRoundings * terms)) + absolute(t.error);
    return sum;
  }

 private:
  // A block with terms that are too large for the anchors.
  template <int kCount, class At>
  static __attribute__((noinline, cold)) FixedSum add_large(FixedSum sum, At at) {
    const VecF64 excess = sum.raise(largest_of<kCount>(at));
    VecU64 bits = {};
#pragma GCC unroll 1
    for (int i = 0; i < kCount; ++i) {
      const VecF64 x = at(i);
      const VecF64 t = sum.anchor + x;
      bits += (VecU64)t;
      sum.rests += rest_of(x, t, sum.anchor);
    }
    sum.units += bits - (VecU64)sum.anchor * kCount;
    sum.rests += excess;
    return sum;
  }

  // Makes the anchors fit for terms that are so large. Gives NaN for lanes where none is, and 0.
  __attribute__((noinline, cold)) VecF64 raise(VecI64 largest) {
    const auto held = (VecI64)units;
    const VecI64 before = greater(exponent(anchor), filled<VecI64>(int64_t{1}));
    const VecI64 grown = (held >= int64_t{1} << 61) | (held <= -(int64_t{1} << 61));
    const VecI64 wanted = greater(exponent_for(largest), (before + kGrowth) & grown);
    const VecI64 lost = wanted > kMostExponent + (~grown & kReserve);
    VecI64 now = greater(before, wanted);
    now = now > kMostExponent ? filled<VecI64>(kMostExponent) : now;
    const VecI64 places = now - before;
    const VecI64 whole = (places <= 62) & (held >> (places & 63));
    const Halves left = halves_of((VecI64)(units - ((VecU64)whole << ((VecU64)places & 63))));
    const VecF64 unit = unit_of(anchor);
    rests = (rests + left.high * unit) + left.low * unit;
    units = (VecU64)whole;
    // Lanes of zeros alone keep the anchor that leaves no doubt about them.
    const VecI64 none = (exponent(anchor) == 0) & (wanted == 0);
    anchor = (VecF64)(~none & ((now << kMantissaBits) | kHalf));
    return (VecF64)(lost & (VecI64)filled<VecF64>(__builtin_nan("")));
  }
};

}  // namespace
}  // namespace strided
