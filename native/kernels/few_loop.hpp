// The loop over results of few terms each: read, added and written at once, a vector of results at
// a time. Terms that lie in rows are in vectors already; those that lie in runs, one for each
// result, are transposed into such.
//
// A functor has
//
//   Element, Lanes, Results     what lies in memory, and vectors of terms and of results
//   lanes_of(Packed<Element>)   elements as terms
//   add(Lanes)                  a term of each result
//   finish(terms, Results*)     after so many terms; a lane is true where its result is certain
//   make(terms, at, Results*)   optional, instead of both: at(i) is the i-th term of each
//   of_pair(a, b)               optional: certain results of two terms each
#pragma once

#include "columns.hpp"

namespace strided {
namespace {

constexpr int64_t kFewAhead = kNarrow ? 2048 : 4096;  // bytes

template <class F>
using TermOf = typename F::Lanes;

// The first elements of a vector, fewer than all, and zeros.
template <class F>
STRIDED_INLINE TermOf<F> part_of_terms(const char* at, int64_t count) {
  using Chunk = Packed<typename F::Element>;
  constexpr auto size = static_cast<int64_t>(sizeof(typename F::Element));
  return F::lanes_of(load_part(at, count * size, Chunk{}));
}

template <class F>
STRIDED_INLINE TermOf<F> terms_at(const char* at) {
  return F::lanes_of(load<Packed<typename F::Element>>(at));
}

template <class F>
struct TermsInRows {
  const FewTerms& few;

  STRIDED_INLINE auto operator()(int64_t j, int64_t lanes) const {
    constexpr auto size = static_cast<int64_t>(sizeof(typename F::Element));
    const char* first = static_cast<const char*>(few.source) + j * size;
    return [=, stride = few.term_stride](int64_t term) {
      const char* at = first + term * stride;
      if (lanes < kLanes) return part_of_terms<F>(at, lanes);
      __builtin_prefetch(at + kFewAhead);
      return terms_at<F>(at);
    };
  }
};

// Runs are read by whole vectors, which end in another run or between two, or, towards the end of
// them all, are copied first. Those that lie side by side are announced line by line while terms
// are added: announced all at once, they are more than a core can wait for.
template <class F>
class TermsInRuns {
 public:
  using Element = typename F::Element;
  using Lanes = TermOf<F>;
  static constexpr auto kSize = static_cast<int64_t>(sizeof(Element));
  static constexpr int64_t kBytes = kLanes * kSize;  // of a vector of elements

  explicit TermsInRuns(const FewTerms& few)
      : few_(few),
        in_turn_(few.stride == few.terms * kSize && few.terms > 2),
        padded_((few.terms + kLanes - 1) / kLanes * kBytes),
        end_((few.stride > 0 ? (few.count - 1) * few.stride : 0) + few.terms * kSize) {}

  STRIDED_INLINE auto operator()(int64_t j, int64_t lanes) const {
    struct Terms {
      const char* ahead;
      Lanes at[kMostFew];
      STRIDED_INLINE Lanes operator()(int64_t term) const {
        if (ahead != nullptr) __builtin_prefetch(ahead + term * kBytes);
        return at[term];
      }
    } terms;
    const int64_t offset = j * few_.stride;
    const int64_t farthest = offset + (few_.stride > 0 ? (kLanes - 1) * few_.stride : 0);
    const char* first = static_cast<const char*>(few_.source) + offset;
    terms.ahead = in_turn_ ? first + kFewAhead : nullptr;
    if (lanes < kLanes || farthest + padded_ > end_) {
      copied(first, lanes, terms.at);
    } else if (few_.terms == 2 && few_.stride == 2 * kSize) {
      pairs(first, terms.at);
    } else {
      transposed(first, few_.stride, terms.at);
    }
    return terms;
  }

 private:
  static STRIDED_INLINE void pairs(const char* at, Lanes* terms) {
    VecI64 even, odd;
    for (int64_t lane = 0; lane < kLanes; ++lane) even[lane] = 2 * lane, odd[lane] = 2 * lane + 1;
    __builtin_prefetch(at + kFewAhead);
    __builtin_prefetch(at + kFewAhead + kBytes);
    const Lanes a = terms_at<F>(at);
    const Lanes b = terms_at<F>(at + kBytes);
    terms[0] = shuffle(a, b, even);
    terms[1] = shuffle(a, b, odd);
  }

  STRIDED_INLINE void transposed(const char* at, int64_t stride, Lanes* terms) const {
    for (int64_t byte = 0; byte < padded_; byte += kBytes, terms += kLanes) {
      Lanes some[kLanes];
#pragma GCC unroll 8
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        const char* from = at + lane * stride + byte;
        if (!in_turn_) __builtin_prefetch(from + kFewAhead);
        some[lane] = terms_at<F>(from);
      }
      transpose(some);
#pragma GCC unroll 8
      for (int64_t lane = 0; lane < kLanes; ++lane) terms[lane] = some[lane];
    }
  }

  __attribute__((noinline, cold)) void copied(const char* at, int64_t lanes, Lanes* terms) const {
    Element runs[kLanes][kMostFew] = {};
    for (int64_t lane = 0; lane < lanes; ++lane, at += few_.stride) {
      __builtin_memcpy(runs[lane], at, static_cast<size_t>(few_.terms * kSize));
    }
    transposed(reinterpret_cast<const char*>(runs), sizeof runs[0], terms);
  }

  const FewTerms& few_;
  bool in_turn_;    // lines are announced with the terms, but for pairs
  int64_t padded_;  // bytes of a run's vectors
  int64_t end_;     // of the last byte of all runs
};

template <class Results>
STRIDED_INLINE void put(char* at, const Results& results, int64_t lanes, bool streamed) {
  if (lanes < kLanes) {
    __builtin_memcpy(at, &results, static_cast<size_t>(lanes) * sizeof(results[0]));
    return;
  }
  if constexpr (sizeof(Results) == sizeof(VecF64)) {
    if (streamed) return stream(reinterpret_cast<double*>(at), (VecF64)results);
  }
  store(at, results);
}

template <class F, class Terms>
STRIDED_INLINE int64_t add_few(const FewTerms& few, char* out, int64_t* uncertain,
                               const Terms& terms_of) {
  using Results = typename F::Results;
  constexpr auto size = static_cast<int64_t>(sizeof(Results)) / kLanes;
  const bool streamed = few.streamed && reinterpret_cast<uintptr_t>(out) % sizeof(VecF64) == 0;
  const int64_t found = for_columns(few.count, uncertain, [&](int64_t j, int64_t lanes) {
    const auto term = terms_of(j, lanes);
    Results results;
    VecI64 certain = filled<VecI64>(int64_t{-1});
    if constexpr (requires { F::of_pair(term(0), term(1)); }) {
      if (few.terms == 2) {
        put(out + j * size, F::of_pair(term(0), term(1)), lanes, streamed);
        return certain;
      }
    }
    if constexpr (requires { F::make(few.terms, term, &results); }) {
      certain = F::make(few.terms, term, &results);
    } else {
      F sums;
      for (int64_t i = 0; i < few.terms; ++i) sums.add(term(i));
      certain = sums.finish(static_cast<double>(few.terms), &results);
    }
    put(out + j * size, results, lanes, streamed);
    return certain;
  });
  if (streamed) finish_streaming();
  return found;
}

template <class F>
int64_t reduce_few(const FewTerms& few, void* results, int64_t* uncertain) {
  auto* out = static_cast<char*>(results);
  const bool rows = few.stride == static_cast<int64_t>(sizeof(typename F::Element));
  if (rows) return add_few<F>(few, out, uncertain, TermsInRows<F>{few});
  return add_few<F>(few, out, uncertain, TermsInRuns<F>(few));
}

}  // namespace
}  // namespace strided
