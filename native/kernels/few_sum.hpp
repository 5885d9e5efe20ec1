// Sums and means of few terms: functors of few_loop.hpp.
#pragma once

#include "few_loop.hpp"
#include "float_sum.hpp"
#include "int_sum.hpp"

namespace strided {
namespace {

// Of few terms the errors of additions can mostly be added up without error themselves: then the
// exact sum is that of two numbers, s + e.
struct PairSum {
  VecF64 s, e = {};
  VecI64 lost;  // bits of what that leaves; some where sums are no numbers

  explicit STRIDED_INLINE PairSum(VecF64 first) : s(first), lost(~(first == first)) {}
  STRIDED_INLINE void add(VecF64 x) {
    const Sum<VecF64> t = two_sum<VecF64>(s, x);
    const Sum<VecF64> u = two_sum<VecF64>(e, t.error);
    s = t.sum;
    e = u.sum;
    lost |= (VecI64)u.error;
  }
  STRIDED_INLINE bool is_exact() const { return !any_bits(lost, INT64_MAX); }
};

// Results are of type R.
template <class T, class R, bool kMean>
struct FewFloats {
  using Element = T;
  using Lanes = VecF64;
  using Results = Packed<R>;

  static STRIDED_INLINE Lanes lanes_of(Packed<T> x) { return doubles<T>(x); }

  // The results of so many terms, of which at(i) is the i-th of each; a lane is true where its
  // result is certain.
  template <class At>
  static STRIDED_INLINE VecI64 make(int64_t terms, At&& at, Results* results) {
    PairSum pair(at(0));
    for (int64_t i = 1; i < terms; ++i) pair.add(at(i));
    if (__builtin_expect(!pair.is_exact(), 0)) return make_carefully(terms, at, results);
    if constexpr (sizeof(R) == 4) {
      VecI64 certain;
      if (!any_bits((VecI64)pair.e, INT64_MAX) && make_alone(pair.s, terms, results, &certain)) {
        return certain;
      }
    }
    if constexpr (sizeof(R) == 8 && kMean) {
      const bool is_power = (terms & (terms - 1)) == 0;
      if (is_power && make_scaled(pair, terms, results)) return filled<VecI64>(int64_t{-1});
    }
    if constexpr (sizeof(R) == 8 && !kMean) {
      *results = pair.s + pair.e + 0.0;  // -0 becomes +0
      return filled<VecI64>(int64_t{-1});
    } else {
      CarefulSum<double> sums;
      sums.s = pair.s;
      sums.e = pair.e;
      return finish(sums, terms, results);
    }
  }

  // The sum of two numbers is the rounded one by itself; CPUs differ in the sign of NaN.
  static STRIDED_INLINE Results of_pair(Lanes a, Lanes b)
    requires(sizeof(R) == 8 && !kMean)
  {
    const VecF64 sum = (a + b) + 0.0;
    return sum == sum ? sum : filled<VecF64>(__builtin_nan(""));
  }

 private:
  // Of exact sums. A quotient that was rounded to a float64 becomes the right float32 unless it
  // lies halfway between two, and there if it was not rounded. False where a result may be
  // subnormal, so that others lie halfway.
  static STRIDED_INLINE bool make_alone(VecF64 s, int64_t terms, Results* results,
                                        VecI64* certain) {
    VecF64 result = s + 0.0;  // -0 becomes +0
    *certain = filled<VecI64>(int64_t{-1});
    if constexpr (kMean) {
      const VecF64 n = filled<VecF64>(static_cast<double>(terms));
      result = result / n;
      const VecI64 small = (VecI64)(absolute(result) < 0x1p-126) & (VecI64)(result != 0);
      if (__builtin_expect(any(small), 0)) return false;
      const auto halfway = (VecI64)(((VecI64)result & 0x1fffffff) == 0x10000000);
      if (any(halfway)) *certain = ~halfway | (VecI64)(multiply_add(result, n, -s) == 0);
    }
    *results = __builtin_convertvector(result, Results);
    return true;
  }

  // Means of so many terms that to divide by them is exact. False where that may not be so, as
  // results are subnormal, or sums too large.
  static STRIDED_INLINE bool make_scaled(const PairSum& pair, int64_t terms, VecF64* results) {
    const VecF64 result = (pair.s + pair.e + 0.0) / filled<VecF64>(static_cast<double>(terms));
    const VecF64 size = absolute(result);
    *results = result;
    return !any(((VecI64)(size < 0x1p-1022) & (VecI64)(result != 0)) | (VecI64)(size > 0x1p1000));
  }

  template <class At>
  static __attribute__((noinline, cold)) VecI64 make_carefully(int64_t terms, At at,
                                                               Results* results) {
    CarefulSum<double> sums;
    for (int64_t i = 0; i < terms; ++i) sums.add(at(i));
    return finish(sums, terms, results);
  }
  static STRIDED_INLINE VecI64 finish(const CarefulSum<double>& sums, int64_t terms,
                                      Results* results) {
    const auto n = static_cast<double>(terms);
    VecF64 wide;
    const VecI64 certain = finish_careful_lanes<R, kMean>(sums, n * (2 * kRoundoff), n, &wide);
    *results = __builtin_convertvector(wide, Results);
    return certain;
  }
};

template <bool kMean>
struct FewResults {
  using type = VecI64;
};
template <>
struct FewResults<true> {
  using type = VecF64;
};

// Elements of 32 bits, whose sums 64 bits hold and the mantissa of a float64 does, too.
template <class T, bool kMean>
struct FewShorts {
  using Element = T;
  using Lanes = VecI64;
  using Results = typename FewResults<kMean>::type;
  VecI64 sums = {};

  static STRIDED_INLINE Lanes lanes_of(Packed<T> x) { return widen(x); }
  STRIDED_INLINE void add(Lanes x) { sums += x; }
  STRIDED_INLINE VecI64 finish(double terms, Results* results) const {
    if constexpr (kMean) {
      const Halves halves = halves_of(sums);
      *results = (halves.high + halves.low) / terms;
    } else {
      *results = sums;
    }
    return filled<VecI64>(int64_t{-1});
  }
};

// Elements of 64 bits, of whose sums those that do not fit are not certain.
template <class T>
struct FewLongs {
  using Element = T;
  using Lanes = Vec<T>;
  using Results = VecI64;
  LongSum<T> sums;

  static STRIDED_INLINE Lanes lanes_of(Packed<T> x) { return x; }
  STRIDED_INLINE void add(Lanes x) { sums.add(x); }
  STRIDED_INLINE VecI64 finish(double, Results* results) const {
    *results = (VecI64)sums.low;
    return fits<T>(*results, (VecI64)LongSum<T>::upper(sums.low, sums.high));
  }
};

}  // namespace
}  // namespace strided
