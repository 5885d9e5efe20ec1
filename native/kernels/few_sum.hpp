// Sums and means of few terms: functors of few_loop.hpp.
#pragma once

#include "few_loop.hpp"
#include "float_sum.hpp"
#include "int_sum.hpp"

namespace strided {
namespace {

// Results are of type R.
template <class T, class R, bool kMean>
struct FewFloats {
  using Element = T;
  using Lanes = VecF64;
  using Results = Packed<R>;
  CarefulSum<double> sums;

  static STRIDED_INLINE Lanes lanes_of(Packed<T> x) { return doubles<T>(x); }
  STRIDED_INLINE void add(Lanes x) { sums.add(x); }
  STRIDED_INLINE VecI64 finish(double terms, Results* results) const {
    VecF64 wide;
    const VecI64 certain =
        finish_careful_lanes<R, kMean>(sums, terms * (2 * kRoundoff), terms, &wide);
    *results = __builtin_convertvector(wide, Results);
    return certain;
  }
  // The sum of two numbers is the rounded one by itself; CPUs differ in the sign of NaN.
  static STRIDED_INLINE Results of_pair(Lanes a, Lanes b)
    requires(sizeof(R) == 8 && !kMean)
  {
    const VecF64 sum = (a + b) + 0.0;
    return sum == sum ? sum : filled<VecF64>(__builtin_nan(""));
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
