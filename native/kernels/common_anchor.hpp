// Running sums (see running_sum.hpp) whose lanes all share an anchor, of what a cache holds.
//
// To choose an anchor for each lane, and to ask of each block whether it is large enough, takes
// time where the elements are near. Here a few of them choose one for all, and it is asked in the
// end: lanes whose squares add up to q, of n terms together, stay in the anchor's interval if n q
// is no more than its half squared. Where it was too small, all of them choose.
#pragma once

#include "running_sum.hpp"

namespace strided {
namespace {

constexpr int64_t kGlance = 4 * kLanes;  // elements of each of some runs choose

// The bits of the largest absolute value among so many elements of each of some runs.
inline int64_t largest_of(const char* row, int64_t stride, int64_t rows, int64_t count) {
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
  int64_t largest = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    if (most[lane] > largest) largest = most[lane];
  }
  return largest;
}

// An anchor for all lanes of sums of so many terms, and what their squares may add up to.
struct CommonAnchor {
  VecF64 anchor = {};  // 0: none fits
  VecF64 limit = {};

  CommonAnchor() = default;
  // For terms whose absolute values have bits up to these.
  CommonAnchor(int64_t largest, int64_t terms) {
    const int64_t places = 64 - __builtin_clzll(static_cast<uint64_t>(terms));
    int64_t biased = (largest >> kMantissaBits) + places + 4 + kReserve;
    if (biased < kLeastExponent) biased = kLeastExponent;
    if (largest == 0 || biased > kMostExponent) return;
    anchor = anchor_of(filled<VecI64>(biased));
    // An eighth of the square, as roundings count, too; the lanes of a run are added up.
    const VecF64 power = (VecF64)((VecI64)anchor & kSignAndExponent);
    limit = power * power / static_cast<double>(8 * kLanes * terms);
  }
  explicit operator bool() const { return anchor[0] != 0; }
};

// Sums that have run on top of a common anchor: of columns, or, with one lane each, of runs.
struct Anchored {
  VecF64 sums;  // without the anchor
  VecF64 rests;
};

// Lanes that run.
struct AnchoredLanes {
  VecF64 sum;
  VecF64 rests = {};
  VecF64 squares = {};

  // Some terms: at(k) is the k-th.
  template <int kStep, class At>
  STRIDED_INLINE void add(At&& at) {
    VecF64 left[kStep];
#pragma GCC unroll 4
    for (int k = 0; k < kStep; ++k) {
      const VecF64 x = at(k);
      const VecF64 t = sum + x;
      squares = plus_product(x, x, squares);
      left[k] = rest_of(x, t, sum);
      sum = t;
    }
#pragma GCC unroll 4
    for (int k = 0; k < kStep; k += 2) {
      rests += kStep == 1 ? left[k] : left[k] + left[k + (kStep > 1)];
    }
  }
  // What is not a number has an uncertain result anyway.
  STRIDED_INLINE VecI64 too_large(const CommonAnchor& anchor) const {
    return squares > anchor.limit;
  }
};

// Adds up runs from the r-th on, side by side, so that none waits for the end of another. Gives
// where the anchor is too small.
template <int kBeside>
STRIDED_INLINE VecI64 add_beside(const char* const* runs, int64_t count, const CommonAnchor& anchor,
                                 VecF64* sums, VecF64* rests) {
  const int64_t chunks = count / kLanes;
  const int64_t rest = count - chunks * kLanes;
  AnchoredLanes lanes[kBeside];
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) lanes[b].sum = anchor.anchor;
  const auto add = [&]<int kStep>(auto&& at) {
#pragma GCC unroll 8
    for (int b = 0; b < kBeside; ++b) {
      lanes[b].template add<kStep>([&](int k) { return at(runs[b], k); });
    }
  };
  const auto chunk = [](const char* run, int64_t c) {
    announce_far(run + c * kVectorBytes);
    return load<VecF64>(run + c * kVectorBytes);
  };
  int64_t c = 0;
#pragma GCC unroll 1
  for (; c + 2 <= chunks; c += 2) {
    add.template operator()<2>([&](const char* run, int k) { return chunk(run, c + k); });
  }
  if (c < chunks) add.template operator()<1>([&](const char* run, int) { return chunk(run, c); });
  if (rest > 0) {
    add.template operator()<1>([&](const char* run, int) {
      return load_part(run + chunks * kVectorBytes, rest * 8, VecF64{});
    });
  }
  VecI64 large = {};
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) {
    sums[b] = lanes[b].sum - anchor.anchor;
    rests[b] = lanes[b].rests;
    large |= lanes[b].too_large(anchor);
  }
  return large;
}

// Runs of a common anchor, as many as there are lanes, or fewer, when the other lanes hold
// anything. Gives where it is too small.
STRIDED_INLINE VecI64 add_runs(const char* row, int64_t stride, int64_t rows, int64_t count,
                               const CommonAnchor& anchor, Anchored* made) {
  constexpr int64_t kBeside = kLanes < 4 ? 2 : 4;
  VecF64 sums[kLanes], rests[kLanes];
  VecI64 large = {};
  const auto run = [&](int64_t r) { return row + (r < rows ? r : rows - 1) * stride; };
#pragma GCC unroll 2
  for (int64_t r = 0; r < kLanes; r += kBeside) {
    const char* const runs[] = {run(r), run(r + 1), run(r + kBeside - 2), run(r + kBeside - 1)};
    large |= add_beside<kBeside>(runs, count, anchor, sums + r, rests + r);
  }
  *made = {across(sums), across(rests)};
  return large;
}

// Columns of a common anchor, some vectors of them. Gives where it is too small. at(b, r) is the
// r-th row of the b-th vector.
template <int kBeside, class At>
STRIDED_INLINE VecI64 add_columns(int64_t rows, const CommonAnchor& anchor, Anchored* made,
                                  At&& at) {
  AnchoredLanes lanes[kBeside];
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) lanes[b].sum = anchor.anchor;
  const auto some = [&]<int kStep>(int64_t r) {
#pragma GCC unroll 4
    for (int b = 0; b < kBeside; ++b) {
      lanes[b].template add<kStep>([&](int k) { return at(b, r + k); });
    }
  };
  constexpr int kStep = kNarrow ? 2 : 4;
  int64_t r = 0;
#pragma GCC unroll 1
  for (; r + kStep <= rows; r += kStep) some.template operator()<kStep>(r);
#pragma GCC unroll 1
  for (; r < rows; ++r) some.template operator()<1>(r);
  VecI64 large = {};
#pragma GCC unroll 8
  for (int b = 0; b < kBeside; ++b) {
    made[b] = {lanes[b].sum - anchor.anchor, lanes[b].rests};
    large |= lanes[b].too_large(anchor);
  }
  return large;
}

}  // namespace
}  // namespace strided
