// Sums of float64 by running anchors: the fast pass.
//
// A lane begins with an anchor, s = M = 1.5 * 2^k, where k is so large that s stays between 2^k and
// 2^(k+1) whatever is added. All numbers there are whole multiples of one unit, ulp(M) = 2^(k-52).
// So for s' = fl(s + x) the difference s' - s is exact, and so is the rest x - (s' - s), which is
// the rounding error of the addition, half a unit at most. The rests are added in floating point;
// s - M is exact in the end. Errors arise where rests are added alone, and a unit is so small
// beside the sum that they hardly matter: the exact sum is s - M plus that of all rests.
// (The anchor is what S. M. Rump, T. Ogita and S. Oishi extract with in "Accurate floating-point
// summation", 2008. To let the sum itself run on top of it is from J. Demmel and H. D. Nguyen,
// "Fast reproducible floating-point summation", 2013. How anchors are watched is ours.)
//
// That takes four additions a term where a TwoSum, whose errors are added and measured, takes nine.
// A fifth operation shows whether the anchor is large enough, block by block of terms. Let q be
// the sum of the squares of a block's terms, of which there are 64 at most. By Cauchy and Schwarz
// no partial sum of theirs exceeds sqrt(64 q) in absolute value. A block is taken as it is if q is
// no more than 2^-20 s^2, so that s moves by 2^-7 of itself at most. In 16 blocks a lane that
// begins between 1.25 * 2^k and 1.75 * 2^k comes to no less than 1.25 (1 - 2^-7)^16 > 1.1 and no
// more than 1.75 (1 + 2^-7)^16 < 1.99 times 2^k, roundings included. Every 16 blocks lanes are
// settled: those that have left the middle half get a larger anchor. Squares that underflow are
// less than what q begins with, 2^-1000, and s^2 exceeds it by far, as k is not let below -450.
//
// A block whose terms are too large is added again on top of a larger anchor, with some binary
// places in reserve. Then s - M joins the terms; what it leaves of itself is exact, too, and half a
// new unit at most. A lane of zeros alone has no anchor yet, s = 0, and its q is too large for it.
// A lane whose terms no anchor fits, or are not all numbers, becomes NaN: no certificate.
//
// In the end the lanes become those of Float64Sum: s - M as s, the rests as e, and as a so many
// units as the absolute values of all rests cannot exceed.
#pragma once

#include "float_sum.hpp"

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
  // Of the two first bits of the mantissa one is set.
  const VecI64 moved = (VecI64)s + (kHalf >> 1);
  return (moved & kHalf) != 0;
}

// Has it brought up to date here. GCC would rather add up all rests in the end, and keep them in
// memory until then: narrow vectors are too few.
STRIDED_INLINE void bring_up_to_date([[maybe_unused]] VecF64& rests) {
#if defined(__SSE2__) && !defined(__AVX512F__)
  asm("" : "+x"(rests));
#endif
}

struct RunningSum : PackedFloats<double> {
  static constexpr bool kLongChains = true;
  static constexpr int kMostBlock = 64;     // terms
  static constexpr int kSettledAfter = 16;  // blocks
  VecF64 s = {}, e = {};

  // How many roundings a rest meets: of the others of its block, and one for each block and each
  // time that lanes are settled.
  static constexpr int64_t depth_of(int64_t blocks) { return kMostBlock + 4 + 2 * blocks; }

  // Begins with anchors that suit the first terms of some blocks, as far as there are any.
  template <int kCount, int kBeside, class At>
  static STRIDED_INLINE void begin(RunningSum* sums, At&& at) {
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      VecF64 squares = {};
#pragma GCC unroll 4
      for (int i = 0; i < kCount && i < 4; ++i) {
        const VecF64 x = at(b, i);
        squares = plus_product(x, x, squares);
      }
      sums[b].s = anchor_for(squares);
      sums[b].e = VecF64{};
    }
  }

  // Adds a block of so many terms to each of some accumulators: at(b, i) is the i-th of the b-th.
  // kStep of them are unrolled.
  template <int kStep, int kBeside, class At>
  static STRIDED_INLINE void add_block(RunningSum* sums, int64_t count, At&& at) {
    VecF64 s[kBeside], squares[kBeside], rests[kBeside];
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      s[b] = sums[b].s, rests[b] = VecF64{};
      squares[b] = filled<VecF64>(kLeastSquares);
    }
    const auto add = [&](int64_t i) {
#pragma GCC unroll 8
      for (int b = 0; b < kBeside; ++b) {
        const VecF64 x = at(b, i);
        const VecF64 t = s[b] + x;
        squares[b] = plus_product(x, x, squares[b]);
        rests[b] += rest_of(x, t, s[b]);
        if (kStep > 1) bring_up_to_date(rests[b]);
        s[b] = t;
      }
    };
    int64_t i = 0;
#pragma GCC unroll 1
    for (; i + kStep <= count; i += kStep) {
#pragma GCC unroll 16
      for (int64_t k = 0; k < kStep; ++k) add(i + k);
    }
#pragma GCC unroll 1
    for (; i < count; ++i) add(i);
    VecI64 large = {};
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) large |= too_large(squares[b], sums[b].s);
    if (__builtin_expect(any(large), 0)) {
      if (!only_zeros<kBeside>(sums, count, at)) return add_anew<kBeside>(sums, count, at);
    }
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) sums[b].s = s[b], sums[b].e += rests[b];
  }
  template <int kCount, int kBeside, class At>
  static STRIDED_INLINE void add_block(RunningSum* sums, At&& at) {
    static_assert(kCount <= kMostBlock);
    add_block<kCount, kBeside>(sums, int64_t{kCount}, at);
  }

  // After some blocks.
  static STRIDED_INLINE void settle(RunningSum* sums, int64_t count) {
#pragma GCC unroll 1
    for (int64_t b = 0; b < count; ++b) {
      const VecI64 drifted = ~in_middle(sums[b].s);
      if (any(drifted)) sums[b] = sums[b].settled(drifted);
    }
  }
  static void settle(Columns* columns, int64_t count) {
    for (int64_t j = columns->first; j < columns->first + count; j += kLanes) {
      RunningSum sum;
      sum.s = load_plane<VecF64>(columns, 0, j);
      const VecI64 drifted = ~in_middle(sum.s);
      if (!any(drifted)) continue;
      sum.open(columns, j);
      sum.settled(drifted).close(columns, j, 0, false);
    }
  }

  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    s = load_plane<VecF64>(columns, 0, j), e = load_plane<VecF64>(columns, 1, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, s), store_plane(columns, 1, j, e);
  }

  // What the lanes hold, whose rests have met so many roundings.
  STRIDED_INLINE Float64Sum<double> parts(int64_t depth) const {
    const VecI64 begun = s != 0;
    const VecF64 anchor = where(begun, anchor_of(exponent(s)));
    Float64Sum<double> sum;
    sum.s = s - anchor;
    sum.e = e;
    // Of a block there are 64 rests at most, and one more for each time that an anchor is raised.
    sum.a = where(begun, unit_of(anchor) * static_cast<double>(17 * depth));
    return sum;
  }

  // Begins with anchors for terms whose absolute values have bits up to these.
  static STRIDED_INLINE RunningSum with_anchor(VecI64 most) {
    RunningSum sum;
    const VecI64 wanted = greater(exponent_for(most), filled<VecI64>(kLeastExponent));
    sum.s = where((most != 0) & (wanted <= kMostExponent), anchor_of(wanted));
    return sum;
  }

 private:
  static constexpr int64_t kReserve = 4;  // binary places that terms, or sums, may grow by
  // 2^14 times as large an anchor takes a block of terms.
  static STRIDED_INLINE VecI64 exponent_for(VecI64 most) {
    return (most != 0) & (exponent((VecF64)most) + (14 + kReserve));
  }

  // For terms whose squares add up to so much. 0 where they are too small, or too large.
  static STRIDED_INLINE VecF64 anchor_for(VecF64 squares) {
    // A square of 2^20 times as much, and of the reserve.
    const VecI64 biased = (exponent(squares) + (kExponentBias + 22 + 2 * kReserve)) >> 1;
    const VecI64 fits = (biased >= kLeastExponent) & (biased <= kMostExponent);
    return where(fits & (squares > 2 * kLeastSquares), anchor_of(biased));
  }

  // Not true of lanes that are NaN already.
  static STRIDED_INLINE VecI64 too_large(VecF64 squares, VecF64 s) {
    return plus_product(s, s * 0x1p-20, -squares) < 0;
  }

  // Whether lanes that have no anchor don't need any, and the others have large enough ones.
  template <int kBeside, class At>
  static __attribute__((noinline)) bool only_zeros(const RunningSum* sums, int64_t count, At at) {
    VecI64 needed = {};
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      VecI64 bits = {};
      VecF64 squares = {};
      for (int64_t i = 0; i < count; ++i) {
        const VecF64 x = at(b, i);
        squares = plus_product(x, x, squares);
        bits |= (VecI64)x;
      }
      needed |= sums[b].s == 0 ? bits : too_large(squares, sums[b].s);
    }
    return !any(needed);
  }

  template <int kBeside, class At>
  static __attribute__((noinline, cold)) void add_anew(RunningSum* sums, int64_t count, At at) {
    VecF64 terms[kMostBlock];
#pragma GCC unroll 1
    for (int b = 0; b < kBeside; ++b) {
#pragma GCC unroll 1
      for (int64_t i = 0; i < count; ++i) terms[i] = at(b, i);
      sums[b] = sums[b].with_block(terms, count);
    }
  }

  __attribute__((noinline)) RunningSum with_block(const VecF64* terms, int64_t count) const {
    VecI64 most = {};
    for (int64_t i = 0; i < count; ++i) most = greater(most, (VecI64)absolute(terms[i]));
    if (!any(most | (VecI64)s)) return *this;
    RunningSum sum = *this;
    VecF64 rests = sum.raise(exponent_for(most));
    for (int64_t i = 0; i < count; ++i) {
      const VecF64 t = sum.s + terms[i];
      rests += rest_of(terms[i], t, sum.s);
      sum.s = t;
    }
    sum.e += rests;
    return sum;
  }

  __attribute__((noinline)) RunningSum settled(VecI64 drifted) const {
    RunningSum sum = *this;
    sum.e += sum.raise((s != 0) & drifted & (exponent(s) + kReserve));
    return sum;
  }

  // Makes anchors at least so large. Gives what that leaves of the sums.
  VecF64 raise(VecI64 wanted) {
    const VecI64 begun = s != 0;
    const VecI64 before = exponent(s);
    const VecF64 held = where(begun, s - anchor_of(before));
    VecI64 now = greater(greater(before, wanted), filled<VecI64>(kLeastExponent));
    // NaN may have a sign.
    const VecI64 lost = (now > kMostExponent) | ~(s == s);
    const VecI64 none = ~begun & (wanted == 0);
    const VecF64 anchor = where(~none, anchor_of(now));
    s = lost ? filled<VecF64>(__builtin_nan("")) : anchor + held;
    return held - (s - anchor);
  }
};

}  // namespace
}  // namespace strided
