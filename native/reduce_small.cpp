#include "reduce_small.hpp"

#include "family.hpp"
#include "reduce_plan.hpp"

namespace strided {
namespace {

constexpr std::int64_t kMostElements = 1 << 14;  // that the nearest caches hold
constexpr std::int64_t kMostResults = 512;
constexpr std::int64_t kLongColumn = 256;    // terms
constexpr std::int64_t kLeastInParts = 128;  // terms of a run
constexpr std::int64_t kFewInRuns = 12;      // terms, where more have an anchor

AtOnce at_once(const Reduction& reduction) noexcept {
  const DType source = reduction.in.dtype;
  const DType result = reduction.out.dtype;
  switch (reduction.kind) {
    case ReductionKind::k_sum:
      return sum_at_once(source, result);
    case ReductionKind::k_mean:
      return mean_at_once(source, result);
    default:
      return {};
  }
}

// Elements of an array that lies without gaps, last or first axis fastest; or 0.
std::int64_t elements_in_one_run(const Array& array) noexcept {
  const std::int64_t width = itemsize(array.dtype);
  for (const bool last_fastest : {true, false}) {
    std::int64_t count = 1;
    bool is_run = true;
    for (int i = 0; i < array.ndim && is_run; ++i) {
      const int axis = last_fastest ? array.ndim - 1 - i : i;
      is_run = array.strides[axis] == count * width && array.shape[axis] > 0 &&
               array.shape[axis] <= kMostElements / count;
      count *= array.shape[axis];
    }
    if (is_run) return count;
  }
  return 0;
}

// All elements.
bool reduce_run(const Reduction& reduction) {
  const std::int64_t count = elements_in_one_run(reduction.in);
  const auto [kernel, finisher] = at_once(reduction);
  if (count == 0 || finisher == nullptr || finisher->finish == nullptr) return false;
  std::int64_t uncertain = 0;
  if (finisher->anchored != nullptr && count >= kLeastInParts) {
    const FewTerms run{reduction.in.data, count, itemsize(reduction.in.dtype), 1, 0, false};
    return finisher->anchored(run, reduction.out.data, &uncertain) == 0;
  }
  alignas(64) std::int64_t words[kMostPlanes * kColumnStep];
  Columns columns{words, kColumnStep};
  columns.reading = Reading::cached;
  kernel->rows(reduction.in.data, 0, 1, count, Terms{}, &columns, true);
  return finisher->finish(&columns, 1, count, reduction.out.data, &uncertain) == 0;
}

// What takes results of these terms, if anything does. Few long columns have few chains of
// additions, each of which waits for the one before: rows are better folded.
auto kernel_for(const Finisher& finisher, const FewTerms& few, std::int64_t width) noexcept {
  const bool runs = few.term_stride == width && few.stride != width;
  if (!runs && few.stride != width) return decltype(finisher.few){};
  const std::int64_t in_runs = finisher.anchored == nullptr ? finisher.most_few : kFewInRuns;
  if (few.terms <= (runs ? in_runs : kFewRows * width)) return finisher.few;
  const bool waits = runs ? few.count < 2 : few.count < kFewColumns && few.terms > kLongColumn;
  return few.terms > kMostAnchored || waits ? nullptr : finisher.anchored;
}

}  // namespace

bool reduce_small(const Reduction& reduction) {
  const Array& in = reduction.in;
  const Array& out = reduction.out;
  if (reduction.mask != nullptr || reduction.initial.given) return false;
  if (out.ndim == 0 && in.ndim > 0) return reduce_run(reduction);
  if (in.ndim != 2 || out.ndim != 1) return false;
  const int reduced = (reduction.axes & 1) != 0 ? 0 : 1;
  const int kept = 1 - reduced;
  const FewTerms few{in.data,        in.shape[reduced], in.strides[reduced],
                     in.shape[kept], in.strides[kept],  false};
  if (few.terms < 1 || few.count < 1 || few.count > kMostResults ||
      few.terms > kMostElements / few.count || few.term_stride <= 0 || few.stride <= 0 ||
      out.strides[0] != itemsize(out.dtype)) {
    return false;
  }
  const Finisher* const finisher = at_once(reduction).finisher;
  if (finisher == nullptr) return false;
  const auto make = kernel_for(*finisher, few, itemsize(in.dtype));
  std::int64_t uncertain[kMostResults];
  return make != nullptr && make(few, out.data, uncertain) == 0;
}

}  // namespace strided
