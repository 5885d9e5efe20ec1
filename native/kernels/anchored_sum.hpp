// Sums and means of arrays that a cache holds, by an anchor that all elements share: the results
// are made at once.
//
// Ties. Of few terms, sums that lie halfway between two numbers are common: of 100 random numbers
// that are multiples of 2^-53 every 64th does. No bound of errors, however small, settles those; it
// takes to know that there are no errors. Let g be the unit in the last place of the least term,
// in absolute value and other than zero. All terms are multiples of g, all rests, too, and whatever
// is added up of them. n rests are less than n units of the anchor together. A multiple of g that
// is no more than 2^53 g is a double. So if n units are no more than 2^53 g, no addition of rests
// was rounded. As 2^53 g is more than that least term, it is enough if the term is as large as n
// units.
#pragma once

#include "common_anchor.hpp"

namespace strided {
namespace {

// b where a is no number.
STRIDED_INLINE VecF64 lesser(VecF64 a, VecF64 b) {
  return a < b ? a : b;
}

// The least of the absolute values of so many vectors, for each lane: at(n) is the n-th. Several
// chains of comparisons do not wait for each other.
template <class At>
STRIDED_INLINE VecF64 least_value(int64_t count, At&& at) {
  constexpr int64_t kChains = 4;
  VecF64 least[kChains];
  for (VecF64& one : least) one = filled<VecF64>(__builtin_inf());
  int64_t n = 0;
  for (; n + kChains <= count; n += kChains) {
#pragma GCC unroll 4
    for (int64_t i = 0; i < kChains; ++i) least[i] = lesser(absolute(at(n + i)), least[i]);
  }
  for (; n < count; ++n) least[0] = lesser(absolute(at(n)), least[0]);
  return lesser(lesser(least[0], least[1]), lesser(least[2], least[3]));
}

// The same without zeros. Most arrays have none.
template <class At>
STRIDED_INLINE VecF64 least_of(int64_t count, At&& at) {
  const VecF64 least = least_value(count, at);
  if (!any(least == 0)) return least;
  return least_value(count, [&](int64_t n) {
    const VecF64 x = at(n);
    return x == 0 ? filled<VecF64>(__builtin_inf()) : x;
  });
}

// The same of all elements of a run.
inline double least_of_run(const char* run, int64_t count) {
  const VecF64 none = filled<VecF64>(__builtin_inf());
  const VecF64 lanes = least_of((count + kLanes - 1) / kLanes, [&](int64_t c) {
    const int64_t left = (count - c * kLanes) * 8;
    const char* const at = run + c * kVectorBytes;
    return left < kVectorBytes ? load_part(at, left, none) : load<VecF64>(at);
  });
  double least = lanes[0];
  for (int64_t lane = 1; lane < kLanes; ++lane) {
    if (lanes[lane] < least) least = lanes[lane];
  }
  return least;
}

// Makes results of sums of so many terms each.
template <bool kMean>
class AnchoredResults {
 public:
  AnchoredResults(double unit, int64_t terms)
      : all_units_(filled<VecF64>(unit * static_cast<double>(terms))),
        bound_(all_units_ * (static_cast<double>(terms + 2 + kLanes) * (2 * kRoundoff)) + kLeast),
        terms_(terms) {}

  // least(lanes) gives the least absolute value among the terms of each lane that is true. Of the
  // first lanes, those that count, gives which are certain.
  template <class Least>
  STRIDED_INLINE VecI64 finish(const Anchored& sums, int64_t lanes, double* out,
                               Least&& least) const {
    const Sum<VecF64> r = two_sum<VecF64>(sums.sums, sums.rests);
    const auto n = static_cast<double>(terms_);
    VecF64 result;
    VecI64 certain = certify<double, kMean>({r.sum, r.error, bound_}, n, &result);
    if (const VecI64 open = ~certain & counted(lanes); __builtin_expect(any(open), 0)) {
      VecF64 exact;
      const VecI64 settled = certify<double, kMean>({r.sum, r.error, VecF64{}}, n, &exact);
      const VecI64 better = open & settled & (least(open) >= all_units_);
      result = better ? exact : result;
      certain |= better;
    }
    store_lanes(out, result, lanes);
    return certain;
  }

 private:
  static STRIDED_INLINE VecI64 counted(int64_t lanes) {
    VecI64 number;
#pragma GCC unroll 8
    for (int64_t lane = 0; lane < kLanes; ++lane) number[lane] = lane;
    return number < lanes;
  }

  VecF64 all_units_;  // more than the absolute values of the rests
  VecF64 bound_;      // of the errors of their additions
  int64_t terms_;
};

constexpr int64_t kGlanceRows = 2;
// Results are finished so many vectors at a time: each of them is one long chain of operations.
constexpr int64_t kFinished = 16;

// Vectors of columns that are added side by side, at most: as many as there are registers for, as
// what lies side by side is read soonest.
constexpr int kStrip = kNarrow ? 4 : 8;
// So many rows are announced: where vectors are long of any array, as that costs nothing there,
// else of those that have more elements than the second-level cache holds.
constexpr int64_t kRowsAhead = 12;
constexpr int64_t kNearest = 131072;

// How many of these vectors come next: never fewer than three at the end, if they can be cut so, as
// the additions of few wait for each other.
STRIDED_INLINE int64_t next_strip(int64_t left) {
  if (left <= kStrip) return left;
  if (left <= kStrip + 2) return (left + 1) / 2;
  return left == 2 * kStrip + 1 ? kStrip - 1 : kStrip;
}

// Some neighbouring columns.
struct AnchoredColumns {
  const char* source;
  int64_t stride;
  int64_t rows;
  int64_t count;
  bool far;

  AnchoredColumns(const FewTerms& few, int64_t first, int64_t some)
      : source(static_cast<const char*>(few.source) + first * 8),
        stride(few.term_stride),
        rows(few.terms),
        count(some),
        far(few.terms * few.count > kNearest) {}

  int64_t glance() const {
    return glance_at(source, stride, rows < kGlanceRows ? rows : kGlanceRows, count);
  }
  int64_t largest() const { return largest_of(source, stride, rows, count); }

  // Gives where the anchor is too small.
  VecI64 add(const CommonAnchor& anchor, Anchored* sums) const {
    return kNarrow && !far ? add_ahead<0>(anchor, sums) : add_ahead<kRowsAhead>(anchor, sums);
  }

  VecF64 least(int64_t v, VecI64) const {
    return least_of(rows, [&, this](int64_t r) { return term(v, r); });
  }

 private:
  template <int64_t kAhead>
  VecI64 add_ahead(const CommonAnchor& anchor, Anchored* sums) const {
    VecI64 large = {};
    for (int64_t v = 0; v * kLanes < count;) {
      const int64_t width = next_strip((count - v * kLanes + kLanes - 1) / kLanes);
      large |= add_strip<kAhead>(width, v, anchor, sums + v);
      v += width;
    }
    return large;
  }
  template <int64_t kAhead, int kWidth = 1>
  VecI64 add_strip(int64_t width, int64_t v, const CommonAnchor& anchor, Anchored* sums) const {
    if constexpr (kWidth < kStrip) {
      if (width > kWidth) return add_strip<kAhead, kWidth + 1>(width, v, anchor, sums);
    }
    const bool whole = (v + kWidth) * kLanes <= count;
    return whole ? add_vectors<kAhead, kWidth, false>(v, anchor, sums)
                 : add_vectors<kAhead, kWidth, true>(v, anchor, sums);
  }
  // (Inlined, it takes an eighth longer.)
  template <int64_t kAhead, int kWidth, bool kPart>
  __attribute__((noinline)) VecI64 add_vectors(int64_t v, const CommonAnchor& anchor,
                                               Anchored* sums) const {
    const int64_t lanes = count - (v + kWidth - 1) * kLanes;  // of the last vector
    const auto vector = [=, ahead = kAhead * stride](int b, const char* row) {
      const char* const from = row + b * kVectorBytes;
      if (kAhead > 0 && b * kVectorBytes % kLine == 0) __builtin_prefetch(from + ahead);
      return kPart && b == kWidth - 1 ? load_part(from, lanes * 8, VecF64{}) : load<VecF64>(from);
    };
    return add_columns<kWidth>(at(v, 0), stride, rows, anchor, sums, vector);
  }
  const char* at(int64_t v, int64_t r) const { return source + r * stride + v * kVectorBytes; }
  // The last vector may have fewer lanes; in the others no term is the least.
  STRIDED_INLINE VecF64 term(int64_t v, int64_t r) const {
    const int64_t lanes = count - v * kLanes;
    if (lanes >= kLanes) return load<VecF64>(at(v, r));
    return load_part(at(v, r), lanes * 8, filled<VecF64>(__builtin_inf()));
  }
};

// Some runs.
struct AnchoredRuns {
  const char* source;
  int64_t stride;
  int64_t count;
  int64_t terms;

  AnchoredRuns(const FewTerms& few, int64_t first, int64_t some)
      : source(static_cast<const char*>(few.source) + first * few.stride),
        stride(few.stride),
        count(some),
        terms(few.terms) {}

  int64_t glance() const {
    return glance_at(source, stride, count < kGlanceRows ? count : kGlanceRows,
                     terms < kGlance ? terms : kGlance);
  }
  int64_t largest() const { return largest_of(source, stride, count, terms); }

  __attribute__((noinline)) VecI64 add(const CommonAnchor& anchor, Anchored* sums) const {
    VecI64 large = {};
    int64_t v = 0;
    for (; (v + 1) * kLanes <= count; ++v) {
      large |= add_runs(at(v), stride, kLanes, terms, Reading::cached, anchor, sums + v);
    }
    if (v * kLanes < count) {
      large |= add_runs(at(v), stride, some_of(v), terms, Reading::cached, anchor, sums + v);
    }
    return large;
  }

  VecF64 least(int64_t v, VecI64 which) const {
    VecF64 least = {};
    for (int64_t i = 0; i < some_of(v); ++i) {
      if (which[i] != 0) least[i] = least_of_run(at(v) + i * stride, terms);
    }
    return least;
  }

 private:
  const char* at(int64_t v) const { return source + v * kLanes * stride; }
  int64_t some_of(int64_t v) const {
    const int64_t left = count - v * kLanes;
    return left < kLanes ? left : kLanes;
  }
};

// All of one run, of which as many parts as there are lanes are added side by side.
struct AnchoredRun {
  const char* source;
  int64_t terms;

  AnchoredRun(const FewTerms& few, int64_t, int64_t)
      : source(static_cast<const char*>(few.source)), terms(few.terms) {}

  int64_t glance() const { return glance_at(source, 0, 1, terms < kGlance ? terms : kGlance); }
  int64_t largest() const { return largest_of(source, 0, 1, terms); }

  __attribute__((noinline)) VecI64 add(const CommonAnchor& anchor, Anchored* sums) const {
    const int64_t each = terms / (kLanes * kLanes) * kLanes;
    const int64_t left = terms - each * kLanes;
    Anchored parts, rest = {};
    VecI64 large = add_runs_beside(source, each * 8, kLanes, each, anchor, &parts);
    if (left > 0) large |= add_runs_beside(source + (terms - left) * 8, 0, 1, left, anchor, &rest);
    *sums = {VecF64{rest.sums[0]}, VecF64{rest.rests[0]}};
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      sums->sums[0] += parts.sums[lane];
      sums->rests[0] += parts.rests[lane];
    }
    return large;
  }

  VecF64 least(int64_t, VecI64) const { return VecF64{least_of_run(source, terms)}; }
};

// Adds up what `part` has on top of an anchor, or of another that suits it better. False where none
// does.
template <class Part>
bool add_part(const Part& part, int64_t terms, CommonAnchor* anchor, Anchored* sums) {
  if (*anchor && !any(part.add(*anchor, sums))) return true;
  *anchor = CommonAnchor(part.largest(), terms);
  return *anchor && !any(part.add(*anchor, sums));
}

template <bool kMean, class Part>
int64_t make_anchored(const FewTerms& few, double* results, int64_t* uncertain) {
  CommonAnchor anchor;
  int64_t found = 0;
  for (int64_t first = 0; first < few.count; first += kFinished * kLanes) {
    const int64_t left = few.count - first;
    const int64_t some = left < kFinished * kLanes ? left : kFinished * kLanes;
    const Part part(few, first, some);
    if (first == 0) anchor = CommonAnchor(part.glance(), few.terms);
    Anchored sums[kFinished];
    if (!add_part(part, few.terms, &anchor, sums)) {
      if (part.largest() != 0) return -1;
      for (int64_t i = 0; i < some; ++i) results[first + i] = 0;
      continue;
    }
    const AnchoredResults<kMean> make(anchor.unit, few.terms);
    const auto finish = [&](int64_t v, int64_t lanes) {
      const int64_t number = first + v * kLanes;
      const VecI64 certain = make.finish(sums[v], lanes, results + number,
                                         [&](VecI64 which) { return part.least(v, which); });
      found += note_uncertain(certain, lanes, number, uncertain + found);
    };
    int64_t v = 0;
#pragma GCC unroll 1
    for (; (v + 1) * kLanes <= some; ++v) finish(v, kLanes);
    if (v * kLanes < some) finish(v, some - v * kLanes);
  }
  return found;
}

template <bool kMean>
int64_t anchored_sums(const FewTerms& few, void* results, int64_t* uncertain) {
  auto* out = static_cast<double*>(results);
  if (few.term_stride == 8) {
    const auto make =
        few.count == 1 ? make_anchored<kMean, AnchoredRun> : make_anchored<kMean, AnchoredRuns>;
    return make(few, out, uncertain);
  }
  if (few.term_stride == 0 || crowds(few.term_stride)) return -1;
  return make_anchored<kMean, AnchoredColumns>(few, out, uncertain);
}

}  // namespace
}  // namespace strided
