// Sums and means of few float64 terms: read, added carefully and written at once, a vector of
// results at a time. Terms that lie in rows are in vectors already; those that lie in runs, one for
// each result, are transposed into such.
#pragma once

#include "float_sum.hpp"

namespace strided {
namespace {

constexpr int64_t kFewAhead = 2048;  // bytes

struct TermsInRows {
  const FewTerms& few;

  STRIDED_INLINE auto operator()(int64_t j, int64_t lanes) const {
    const char* first = static_cast<const char*>(few.source) + j * 8;
    return [=, stride = few.term_stride](int64_t term) {
      const char* at = first + term * stride;
      if (lanes < kLanes) return load_part(at, lanes * 8, VecF64{});
      __builtin_prefetch(at + kFewAhead);
      return load<VecF64>(at);
    };
  }
};

// Runs are read by whole vectors, which end in another run or between two, or, towards the end of
// them all, are copied first.
class TermsInRuns {
 public:
  explicit TermsInRuns(const FewTerms& few)
      : few_(few),
        padded_((few.terms + kLanes - 1) / kLanes * kVectorBytes),
        end_((few.stride > 0 ? (few.count - 1) * few.stride : 0) + few.terms * 8) {}

  STRIDED_INLINE auto operator()(int64_t j, int64_t lanes) const {
    struct Terms {
      VecF64 at[kMostFew];
      STRIDED_INLINE VecF64 operator()(int64_t term) const { return at[term]; }
    } terms;
    const int64_t offset = j * few_.stride;
    const int64_t farthest = offset + (few_.stride > 0 ? (kLanes - 1) * few_.stride : 0);
    const char* first = static_cast<const char*>(few_.source) + offset;
    if (lanes < kLanes || farthest + padded_ > end_) {
      copied(first, lanes, terms.at);
    } else if (few_.terms == 2 && few_.stride == 16) {
      pairs(first, terms.at);
    } else {
      transposed(first, few_.stride, terms.at);
    }
    return terms;
  }

 private:
  static STRIDED_INLINE void pairs(const char* at, VecF64* terms) {
    VecI64 even, odd;
    for (int64_t lane = 0; lane < kLanes; ++lane) even[lane] = 2 * lane, odd[lane] = 2 * lane + 1;
    __builtin_prefetch(at + kFewAhead);
    __builtin_prefetch(at + kFewAhead + kVectorBytes);
    const auto a = load<VecF64>(at);
    const auto b = load<VecF64>(at + kVectorBytes);
    terms[0] = shuffle(a, b, even);
    terms[1] = shuffle(a, b, odd);
  }

  STRIDED_INLINE void transposed(const char* at, int64_t stride, VecF64* terms) const {
    for (int64_t byte = 0; byte < padded_; byte += kVectorBytes, terms += kLanes) {
      VecF64 some[kLanes];
#pragma GCC unroll 8
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        const char* from = at + lane * stride + byte;
        __builtin_prefetch(from + kFewAhead);
        some[lane] = load<VecF64>(from);
      }
      transpose(some);
#pragma GCC unroll 8
      for (int64_t lane = 0; lane < kLanes; ++lane) terms[lane] = some[lane];
    }
  }

  __attribute__((noinline, cold)) void copied(const char* at, int64_t lanes, VecF64* terms) const {
    double runs[kLanes][kMostFew] = {};
    for (int64_t lane = 0; lane < lanes; ++lane, at += few_.stride) {
      __builtin_memcpy(runs[lane], at, static_cast<size_t>(few_.terms) * sizeof(double));
    }
    transposed(reinterpret_cast<const char*>(runs), sizeof runs[0], terms);
  }

  const FewTerms& few_;
  int64_t padded_;  // bytes of a run's vectors
  int64_t end_;     // of the last byte of all runs
};

template <bool kMean, class Terms>
STRIDED_INLINE int64_t add_few(const FewTerms& few, double* out, int64_t* uncertain,
                               const Terms& terms_of) {
  const double factor = static_cast<double>(few.terms) * (2 * kRoundoff);
  const bool streamed = few.streamed && reinterpret_cast<uintptr_t>(out) % sizeof(VecF64) == 0;
  const int64_t found = for_columns(few.count, uncertain, [&](int64_t j, int64_t lanes) {
    const auto term = terms_of(j, lanes);
    VecF64 result;
    VecI64 certain = filled<VecI64>(int64_t{-1});
    if (!kMean && few.terms == 2) {
      // The sum of two numbers is the rounded one by itself; CPUs differ in the sign of NaN.
      result = (term(0) + term(1)) + 0.0;
      result = result == result ? result : filled<VecF64>(__builtin_nan(""));
    } else {
      CarefulSum<double> sums;
      for (int64_t i = 0; i < few.terms; ++i) sums.add(term(i));
      certain = finish_careful_lanes<kMean>(sums, factor, static_cast<double>(few.terms), &result);
    }
    if (streamed && lanes == kLanes) {
      stream(out + j, result);
    } else {
      store_lanes(out + j, result, lanes);
    }
    return certain;
  });
  if (streamed) finish_streaming();
  return found;
}

template <bool kMean>
int64_t few_careful(const FewTerms& few, void* results, int64_t* uncertain) {
  auto* out = static_cast<double*>(results);
  if (few.stride == 8) return add_few<kMean>(few, out, uncertain, TermsInRows{few});
  return add_few<kMean>(few, out, uncertain, TermsInRuns(few));
}

constexpr Finisher kFinishCareful = {finish_careful<false>, few_careful<false>};
constexpr Finisher kMeansCareful = {finish_careful<true>, few_careful<true>};

}  // namespace
}  // namespace strided
