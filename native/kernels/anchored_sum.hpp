// Sums and means of arrays that a cache holds, by fixed points: all elements share an anchor, and
// the results are made at once.
//
// To choose an anchor for each lane, and to ask of each block whether it was large enough, takes a
// third of the time where the elements are near. Here a few of them choose one for all, and it is
// asked in the end. Where it was too small, all of them choose.
//
// Ties. Of few terms, sums that lie halfway between two numbers are common: of 100 random numbers
// that are multiples of 2^-53 every 64th does. No bound of errors, however small, settles those; it
// takes to know that there are no errors. Let g be the unit in the last place of the least term,
// in absolute value and other than zero. All terms are multiples of g, all rests, too, and whatever
// is added up of them. n rests, and the rounding of the sum of n terms' units, are less than n
// units of the anchor together. A multiple of g that is no more than 2^53 g is a double. So if n
// units are no more than 2^53 g, no addition of rests was rounded. As 2^53 g is more than that
// least term, it is enough if the term is as large as n units.
#pragma once

#include "fixed_sum.hpp"

namespace strided {
namespace {

// A term has less than 2^52 units, even where the anchor is 0, so that of no more their sum stays
// below 2^63.
static_assert(kMostAnchored <= 2048);

// An anchor for terms whose absolute values have bits up to those of some lane.
STRIDED_INLINE VecF64 common_anchor(VecI64 most) {
  int64_t largest = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    if (most[lane] > largest) largest = most[lane];
  }
  return anchor_of(exponent_for(filled<VecI64>(largest)));
}

// An anchor for so many elements of each of some runs.
inline VecF64 anchor_for(const char* row, int64_t stride, int64_t rows, int64_t count) {
  VecI64 most = {};
  for (int64_t r = 0; r < rows; ++r, row += stride) {
    for (int64_t i = 0; i < count; i += kLanes) {
      const char* at = row + i * 8;
      const int64_t left = (count - i) * 8;
      const bool whole = count - i >= kLanes;
      most =
          greater(most, (VecI64)absolute(whole ? load<VecF64>(at) : load_part(at, left, VecF64{})));
    }
  }
  return common_anchor(most);
}

// Sums of a common anchor: of columns, or, with one lane each, of runs.
struct Anchored {
  VecU64 units;
  VecF64 rests;
};

// What is kept of runs of a common anchor while they are added, one lane of each to a lane of
// their sums.
struct RunsOfAnchor {
  VecF64 anchor;
  VecU64 strange = {};  // shows where the anchor is too small
  VecU64 units[kLanes];
  VecF64 rests[kLanes];
};

// Adds up runs from the r-th on, side by side, so that none waits for the end of another.
template <int kBeside>
STRIDED_INLINE void add_beside(const char* const* runs, int64_t count, int64_t r,
                               RunsOfAnchor* sums) {
  const VecF64 anchor = sums->anchor;
  const int64_t chunks = count / kLanes;
  const int64_t rest = count - chunks * kLanes;
  VecU64 bits[kBeside] = {}, strange = sums->strange;
  VecF64 left[kBeside] = {};
  const auto add = [&]<int kStep>(auto&& at) {
    for (int b = 0; b < kBeside; ++b) {
      take_apart<kStep>(anchor, &bits[b], &left[b], &strange,
                        [&](int k) { return at(runs[b], k); });
    }
  };
  const auto chunk = [](const char* run, int64_t c) {
    announce_far(run + c * kVectorBytes);
    return load<VecF64>(run + c * kVectorBytes);
  };
  int64_t c = 0;
  for (; c + 2 <= chunks; c += 2) {
    add.template operator()<2>([&](const char* run, int k) { return chunk(run, c + k); });
  }
  if (c < chunks) add.template operator()<1>([&](const char* run, int) { return chunk(run, c); });
  if (rest > 0) {
    add.template operator()<1>([&](const char* run, int) {
      return load_part(run + chunks * kVectorBytes, rest * 8, VecF64{});
    });
  }
  for (int b = 0; b < kBeside; ++b) {
    sums->units[r + b] = bits[b] - (VecU64)anchor * static_cast<uint64_t>(chunks + (rest > 0));
    sums->rests[r + b] = left[b];
  }
  sums->strange = strange;
}

// Longer runs are read one after the other, as memory likes it.
constexpr int64_t kBesideRun = kNarrow ? 0 : 256;

// Runs of a common anchor, as many as there are lanes, or fewer, when the other lanes hold
// anything. Gives where it is too small.
STRIDED_INLINE VecU64 add_runs(const char* row, int64_t stride, int64_t rows, int64_t count,
                               VecF64 anchor, Anchored* sums) {
  RunsOfAnchor kept;
  kept.anchor = anchor;
  const auto run = [&](int64_t r) { return row + (r < rows ? r : rows - 1) * stride; };
  if (count <= kBesideRun) {
    constexpr int64_t kBeside = kLanes < 4 ? 2 : 4;
#pragma GCC unroll 2
    for (int64_t r = 0; r < kLanes; r += kBeside) {
      const char* const runs[] = {run(r), run(r + 1), run(r + kBeside - 2), run(r + kBeside - 1)};
      add_beside<kBeside>(runs, count, r, &kept);
    }
  } else {
#pragma GCC unroll 1
    for (int64_t r = 0; r < kLanes; ++r) {
      const char* const runs[] = {run(r)};
      add_beside<1>(runs, count, r, &kept);
    }
  }
  sums->units = across(kept.units);
  sums->rests = across(kept.rests);
  return kept.strange;
}

// Columns of a common anchor, some vectors of them. Gives where it is too small. at(b, r) is the
// r-th row of the b-th vector.
template <int kBeside, class At>
STRIDED_INLINE VecU64 add_columns(int64_t rows, VecF64 anchor, Anchored* sums, At&& at) {
  VecU64 units[kBeside] = {}, strange = {};
  VecF64 rests[kBeside] = {};
  const auto some = [&]<int kStep>(int64_t r) {
#pragma GCC unroll 4
    for (int b = 0; b < kBeside; ++b) {
      take_apart<kStep, kBeside>(anchor, &units[b], &rests[b], &strange,
                                 [&](int k) { return at(b, r + k); });
    }
  };
  constexpr int kStep = kNarrow ? 2 : 4;
  int64_t r = 0;
#pragma GCC unroll 1
  for (; r + kStep <= rows; r += kStep) some.template operator()<kStep>(r);
#pragma GCC unroll 1
  for (; r < rows; ++r) some.template operator()<1>(r);
  for (int b = 0; b < kBeside; ++b) {
    sums[b] = {units[b] - (VecU64)anchor * static_cast<uint64_t>(rows), rests[b]};
  }
  return strange;
}

// The least absolute value of the terms, other than zero: of the n-th vector of so many.
template <class At>
STRIDED_INLINE VecF64 least_of(int64_t count, At&& at) {
  const VecF64 most = filled<VecF64>(__builtin_inf());
  VecF64 least = most;
#pragma GCC unroll 4
  for (int64_t n = 0; n < count; ++n) {
    const VecF64 x = absolute(at(n));
    const VecF64 counted = x == 0 ? most : x;
    least = counted < least ? counted : least;
  }
  return least;
}

// The same of all elements of a run.
inline double least_of_run(const char* run, int64_t count) {
  const VecF64 lanes = least_of((count + kLanes - 1) / kLanes, [&](int64_t c) {
    const int64_t left = (count - c * kLanes) * 8;
    const char* const at = run + c * kVectorBytes;
    return left < kVectorBytes ? load_part(at, left, VecF64{}) : load<VecF64>(at);
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
  AnchoredResults(VecF64 anchor, int64_t terms) : unit_(unit_of(anchor)), terms_(terms) {
    const auto n = static_cast<double>(terms);
    bound_ = where(anchor != 0, unit_ * (kTermRoundings * n));
    known_ = unit_ * n;
  }

  // least(lanes) gives the least absolute value among the terms of each lane that is true. Of the
  // first lanes, those that count, gives which are certain.
  template <class Least>
  STRIDED_INLINE VecI64 finish(const Anchored& sums, int64_t lanes, double* out,
                               Least&& least) const {
    const Halves halves = halves_of((VecI64)sums.units);
    const Sum<VecF64> s = two_sum<VecF64>(halves.high * unit_, halves.low * unit_);
    const Sum<VecF64> r = two_sum<VecF64>(s.sum, sums.rests + s.error);
    const auto n = static_cast<double>(terms_);
    const VecF64 a = bound_ + absolute(s.error);
    const VecF64 bound = where(~(a == 0), a * (depth() * (2 * kRoundoff)) + kLeast);
    VecF64 result;
    VecI64 certain = certify<double, kMean>({r.sum, r.error, bound}, n, &result);
    if (const VecI64 open = ~certain & counted(lanes); any(open)) {
      VecF64 exact;
      const VecI64 settled = certify<double, kMean>({r.sum, r.error, VecF64{}}, n, &exact);
      const VecI64 better = open & settled & (least(open) >= known_);
      result = better ? exact : result;
      certain |= better;
    }
    store_lanes(out, result, lanes);
    return certain;
  }

 private:
  double depth() const { return static_cast<double>(kTermRoundings * (terms_ + 2 + kLanes)); }
  static STRIDED_INLINE VecI64 counted(int64_t lanes) {
    VecI64 number;
#pragma GCC unroll 8
    for (int64_t lane = 0; lane < kLanes; ++lane) number[lane] = lane;
    return number < lanes;
  }

  VecF64 unit_, bound_, known_;
  int64_t terms_;
};

constexpr int64_t kGlanceRows = 2;
constexpr int64_t kGlance = 4 * kLanes;  // elements of each of some runs
// Results are finished so many vectors at a time: each of them is one long chain of operations.
constexpr int64_t kFinished = 16;

constexpr int kStrip = 4;                         // vectors of columns that are added side by side
constexpr int64_t kRowsAhead = kNarrow ? 12 : 8;  // that are announced
// Of more elements, which the second-level cache does not hold.
constexpr int64_t kNearest = 131072;
// Rows so far apart, or a multiple of it, fall into so few places of a cache that a strip does not
// stay in it.
constexpr int64_t kCrowding = 2048;

STRIDED_INLINE bool crowds(int64_t stride) {
  return stride != 0 && stride % kCrowding == 0;
}

// Some neighbouring columns.
struct AnchoredColumns {
  const char* source;
  int64_t stride;
  int64_t rows;
  int64_t count;
  bool far;  // rows are announced

  AnchoredColumns(const FewTerms& few, int64_t first, int64_t some)
      : source(static_cast<const char*>(few.source) + first * 8),
        stride(few.term_stride),
        rows(few.terms),
        count(some),
        far(few.terms * few.count > kNearest) {}

  VecF64 glance() const {
    return anchor_for(source, stride, rows < kGlanceRows ? rows : kGlanceRows, count);
  }
  VecF64 anchor() const { return anchor_for(source, stride, rows, count); }

  // Gives where the anchor is too small.
  VecU64 add(VecF64 anchor, Anchored* sums) const {
    return far ? add_ahead<kRowsAhead>(anchor, sums) : add_ahead<0>(anchor, sums);
  }

  VecF64 least(int64_t v, VecI64) const {
    return least_of(rows, [&, this](int64_t r) { return term(v, r); });
  }

 private:
  // (Inlined, it takes an eighth longer.)
  template <int64_t kAhead>
  __attribute__((noinline)) VecU64 add_ahead(VecF64 anchor, Anchored* sums) const {
    VecU64 strange = {};
    int64_t v = 0;
    for (; (v + kStrip) * kLanes <= count; v += kStrip) {
      strange |= add_columns<kStrip>(rows, anchor, sums + v, [&, this](int b, int64_t r) {
        const char* const from = at(v + b, r);
        if (kAhead > 0 && b * kVectorBytes % kLine == 0) {
          __builtin_prefetch(from + kAhead * stride);
        }
        return load<VecF64>(from);
      });
    }
    for (; v * kLanes < count; ++v) {
      strange |=
          add_columns<1>(rows, anchor, sums + v, [&, this](int, int64_t r) { return term(v, r); });
    }
    return strange;
  }
  const char* at(int64_t v, int64_t r) const { return source + r * stride + v * kVectorBytes; }
  // The last vector may have fewer lanes.
  STRIDED_INLINE VecF64 term(int64_t v, int64_t r) const {
    const int64_t lanes = count - v * kLanes;
    return lanes < kLanes ? load_part(at(v, r), lanes * 8, VecF64{}) : load<VecF64>(at(v, r));
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

  VecF64 glance() const {
    return anchor_for(source, stride, some_of(0), terms < kGlance ? terms : kGlance);
  }
  VecF64 anchor() const { return anchor_for(source, stride, count, terms); }

  __attribute__((noinline)) VecU64 add(VecF64 anchor, Anchored* sums) const {
    VecU64 strange = {};
    int64_t v = 0;
    for (; (v + 1) * kLanes <= count; ++v) {
      strange |= add_runs(at(v), stride, kLanes, terms, anchor, sums + v);
    }
    if (v * kLanes < count) strange |= add_runs(at(v), stride, some_of(v), terms, anchor, sums + v);
    return strange;
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

template <bool kMean, class Results>
int64_t make_anchored(const FewTerms& few, double* results, int64_t* uncertain) {
  VecF64 anchor;
  int64_t found = 0;
  for (int64_t first = 0; first < few.count; first += kFinished * kLanes) {
    const int64_t left = few.count - first;
    const int64_t some = left < kFinished * kLanes ? left : kFinished * kLanes;
    const Results part(few, first, some);
    if (first == 0) anchor = part.glance();
    Anchored sums[kFinished];
    if (any_bits((VecI64)part.add(anchor, sums), kSignAndExponent)) {
      anchor = part.anchor();
      if (any_bits((VecI64)part.add(anchor, sums), kSignAndExponent)) return -1;
    }
    const AnchoredResults<kMean> make(anchor, few.terms);
    for (int64_t v = 0; v * kLanes < some; ++v) {
      const int64_t lanes = some - v * kLanes < kLanes ? some - v * kLanes : kLanes;
      const int64_t number = first + v * kLanes;
      const VecI64 certain = make.finish(sums[v], lanes, results + number,
                                         [&](VecI64 which) { return part.least(v, which); });
      found += note_uncertain(certain, lanes, number, uncertain + found);
    }
  }
  return found;
}

template <bool kMean>
int64_t anchored_sums(const FewTerms& few, void* results, int64_t* uncertain) {
  auto* out = static_cast<double*>(results);
  if (few.term_stride == 8) return make_anchored<kMean, AnchoredRuns>(few, out, uncertain);
  if (few.term_stride == 0 || crowds(few.term_stride)) return -1;
  return make_anchored<kMean, AnchoredColumns>(few, out, uncertain);
}

}  // namespace
}  // namespace strided
