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
// new unit at most. A lane of zeros alone has no anchor yet, s = 0, and needs none.
// A lane whose terms no anchor fits, or are not all numbers, becomes NaN: no certificate.
//
// In the end the lanes become those of Float64Sum: s - M as s, the rests as e, and as a so many
// units as the absolute values of all rests cannot exceed.
//
// Of terms that cancel the sum may be as small as the rests, and its errors are to be felt. For
// those the rests run on top of an anchor as well (rests.hpp): that takes four operations more, and
// what is left then, if anything is, is 2^94 times smaller than the anchor of the sum. The lanes
// become those of CarefulSum, which does the same by TwoSum for whatever terms.
#pragma once

#include "rests.hpp"

namespace strided {
namespace {

// Blocks have kMost terms at most.
template <class Rests, int kMost>
struct Running : PackedFloats<double> {
  static constexpr bool kLongChains = true;
  static constexpr int kMostBlock = kMost;
  static constexpr int kSettledAfter = 16;  // blocks
  static_assert(kMost <= 64);
  static constexpr bool kSharesAnchors = Rests::kPlanes == 1;  // runs that are short do
  using Parts = typename Rests::Parts;
  VecF64 s = {};
  Rests rests = {};

  // How many roundings what is added up in floating point meets: of the others of its block, and of
  // each block and each time that lanes are settled one.
  static constexpr int64_t depth_of(int64_t blocks) { return kMostBlock + 4 + 2 * blocks; }

  // Begins with anchors that suit the first terms of some blocks, as far as there are any.
  template <int kCount, int kBeside, class At>
  static STRIDED_INLINE void begin(Running* sums, At&& at) {
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      VecF64 squares = {};
#pragma GCC unroll 4
      for (int i = 0; i < kCount && i < 4; ++i) {
        const VecF64 x = at(b, i);
        squares = plus_product(x, x, squares);
      }
      sums[b].s = anchor_for(squares);
      sums[b].rests = Rests::start(sums[b].s);
    }
  }

  // (GCC keeps in registers what is in arrays of which this gets elements, but not what a lambda
  // refers to.)
  template <bool kKept>
  static STRIDED_INLINE void add_term(VecF64 x, VecF64* s, VecF64* squares, Rests* rests,
                                      bool first) {
    const VecF64 t = *s + x;
    *squares = plus_product(x, x, *squares);
    rests->template add<kKept>(rest_of(x, t, *s), first);
    *s = t;
  }

  // Adds a block of so many terms to each of some accumulators: at(b, i) is the i-th of the b-th.
  // kStep of them are unrolled, and are all where kOnce is true. Where an anchor is too small, none
  // of them are added: false. Zeros need no anchor, if they are looked at.
  template <int kStep, int kBeside, bool kOnce, bool kZeros, class At>
  static STRIDED_INLINE bool add_fitting(Running* sums, int64_t count, At&& at) {
    VecF64 s[kBeside], squares[kBeside];
    Rests rests[kBeside];
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      s[b] = sums[b].s, rests[b] = sums[b].rests.block();
      squares[b] = filled<VecF64>(kLeastSquares);
    }
    static_assert(!kOnce || kStep <= kMostBlock);
    constexpr bool kKept = kStep > 1;
    int64_t i = 0;
#pragma GCC unroll 1
    for (; i + kStep <= count; i += kStep) {
#pragma GCC unroll 16
      for (int64_t k = 0; k < kStep; ++k) {
#pragma GCC unroll 8
        for (int b = 0; b < kBeside; ++b) {
          add_term<kKept>(at(b, i + k), &s[b], &squares[b], &rests[b], kOnce && k == 0);
        }
      }
    }
#pragma GCC unroll 1
    for (; i < count; ++i) {
#pragma GCC unroll 8
      for (int b = 0; b < kBeside; ++b) {
        add_term<kKept>(at(b, i), &s[b], &squares[b], &rests[b], false);
      }
    }
    VecI64 large[kBeside], some = {};
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) some |= large[b] = too_large(squares[b], sums[b].s);
    if (__builtin_expect(any(some), 0)) {
      if constexpr (!kZeros) return false;
      some = VecI64{};
#pragma GCC unroll 8
      for (int b = 0; b < kBeside; ++b) {
        some |= without_zeros(large[b], sums[b].s, count, [=](int64_t k) { return at(b, k); });
      }
      if (any(some)) return false;
    }
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) sums[b].s = s[b], sums[b].rests.join(rests[b]);
    return true;
  }

  // The same, with anchors that are large enough.
  template <int kStep, int kBeside, bool kOnce = false, class At>
  static STRIDED_INLINE void add_block(Running* sums, int64_t count, At&& at) {
    const bool fits = add_fitting<kStep, kBeside, kOnce, true>(sums, count, at);
    if (!fits) add_anew<kBeside>(sums, count, at);
  }

  // Whether there were other terms than zeros.
  template <int kBeside>
  static STRIDED_INLINE bool begun(const Running* sums) {
    VecI64 bits = {};
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) bits |= (VecI64)sums[b].s;
    return any(bits);
  }

  // Whether there are none in such a block either.
  template <int kBeside, class At>
  static STRIDED_INLINE bool adds_nothing(const Running* sums, int64_t count, At&& at) {
    if (begun<kBeside>(sums)) return false;
    VecI64 bits = {};
#pragma GCC unroll 1
    for (int64_t i = 0; i < count; ++i) {
#pragma GCC unroll 8
      for (int b = 0; b < kBeside; ++b) bits |= (VecI64)at(b, i);
    }
    return !any(bits);
  }

  // After some blocks.
  static STRIDED_INLINE void settle(Running* sums, int64_t count) {
#pragma GCC unroll 1
    for (int64_t b = 0; b < count; ++b) sums[b].settle();
  }
  static void settle(Columns* columns, int64_t count) {
    for (int64_t j = columns->first; j < columns->first + count; j += kLanes) {
      Running sum;
      sum.open(columns, j);
      if (sum.settle()) sum.close(columns, j, 0, false);
    }
  }

  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    s = load_plane<VecF64>(columns, 0, j);
    rests.open(columns, 1, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, s);
    rests.close(columns, 1, j);
  }

  // What the lanes hold, for that depth, of no more than so many terms.
  STRIDED_INLINE Parts parts(int64_t depth, int64_t terms) const {
    const VecF64 anchor = anchor_under(s);
    // What a term leaves is half a unit at most, and so is what is left each time that an anchor is
    // raised: those of sums and of rests once a block, and where lanes are settled, every 16 blocks
    // and before each tile, three times. That is less than the depth in whole units.
    return rests.parts(s - anchor, anchor,
                       0.5 * static_cast<double>(terms) + static_cast<double>(depth));
  }

 private:
  // The lanes without those that have neither an anchor nor a term other than zero.
  template <class At>
  static __attribute__((noinline)) VecI64 without_zeros(VecI64 lanes, VecF64 s, int64_t count,
                                                        At at) {
    VecI64 bits = {};
#pragma GCC unroll 1
    for (int64_t k = 0; k < count; ++k) bits |= (VecI64)at(k);
    return lanes & ((s != 0) | bits);
  }

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

  template <int kBeside, class At>
  static __attribute__((noinline, cold)) void add_anew(Running* sums, int64_t count, At at) {
    VecF64 terms[kMostBlock];
#pragma GCC unroll 1
    for (int b = 0; b < kBeside; ++b) {
#pragma GCC unroll 1
      for (int64_t i = 0; i < count; ++i) terms[i] = at(b, i);
      sums[b] = sums[b].with_block(terms, count);
    }
  }

  __attribute__((noinline)) Running with_block(const VecF64* terms, int64_t count) const {
    VecI64 most = {};
    for (int64_t i = 0; i < count; ++i) most = greater(most, (VecI64)absolute(terms[i]));
    if (!any(most | (VecI64)s)) return *this;
    Running sum = *this;
    sum.raise(exponent_for(most));
    Rests block = sum.rests.block();
    for (int64_t i = 0; i < count; ++i) {
      const VecF64 t = sum.s + terms[i];
      block.template add<false>(rest_of(terms[i], t, sum.s));
      sum.s = t;
    }
    sum.rests.join(block);
    return sum;
  }

  STRIDED_INLINE bool settle() {
    const VecI64 drifted = ~in_middle(s);
    if (!any(drifted) && rests.settled()) return false;
    settle_lanes(drifted);
    return true;
  }
  __attribute__((noinline)) void settle_lanes(VecI64 drifted) {
    raise((s != 0) & drifted & (exponent(s) + kReserve));
    rests.settle();
  }

  // Makes anchors at least so large.
  void raise(VecI64 wanted) {
    const VecI64 now = greater(greater(exponent(s), wanted), filled<VecI64>(kLeastExponent));
    // NaN may have a sign.
    const VecI64 lost = (now > kMostExponent) | ~(s == s);
    const VecI64 some = (s != 0) | (wanted != 0);
    const VecF64 nan = filled<VecF64>(__builtin_nan(""));
    const Moved moved = moved_to(lost ? nan : where(some, anchor_of(now)), s);
    s = lost ? nan : moved.sum;
    rests.raise(s);
    rests.template add<false>(moved.left);
  }
};

// The one for the first pass, the other for terms that cancel.
using RunningSum = Running<RoundedRests, 64>;
using FinerSum = Running<AnchoredRests, 16>;

}  // namespace
}  // namespace strided
