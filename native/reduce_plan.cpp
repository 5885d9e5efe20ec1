#include "reduce_plan.hpp"

#include <algorithm>

#include "cpu.hpp"

namespace strided {
namespace {

// Rows shorter than this many bytes are staged into longer ones when there are several.
constexpr std::int64_t kShortRow = 256;
// Short runs are turned into columns when there are so many of them side by side: how short they
// must be is up to the instruction set, but for those that are staged one by one. It pays for few
// terms, too, that kernels turn themselves.
constexpr std::int64_t kManyRuns = 64;
constexpr ShortRuns kShortStaged{16, 24};

std::int64_t distance(const ReduceLoop& loop) {
  const std::int64_t stride = loop.stride[kIn];
  return stride == 0 ? INT64_MAX : std::abs(stride);
}

// The loop whose elements lie closest: the last, or the one before a broadcast axis.
std::size_t closest(const ReduceLoops& loops) {
  std::size_t best = loops.size();
  for (std::size_t i = loops.size(); i-- > 0;) {
    if (best == loops.size() || distance(loops[i]) < distance(loops[best])) best = i;
  }
  return best;
}

std::int64_t short_run(const ReducePlan& plan, const PlanRequest& request, std::size_t r,
                       std::size_t k) {
  const bool contiguous = plan.reduced[r].stride[kIn] == plan.width();
  const bool staged = !contiguous || request.mask != nullptr;
  const ShortRuns runs = staged ? kShortStaged : kernels().short_runs;
  if (plan.in_order) return runs.numbered;
  const bool at_once = contiguous && plan.kept[k].stride[kOut] == itemsize(request.out.dtype);
  return at_once ? std::max(request.most_few, runs.plain) : runs.plain;
}

void choose_vector_axis(ReducePlan& plan, const PlanRequest& request) {
  const std::size_t r = closest(plan.reduced);
  const std::size_t k = closest(plan.kept);
  const bool any_reduced = r < plan.reduced.size();
  const bool any_kept = k < plan.kept.size();
  plan.inner = any_reduced && (!any_kept || distance(plan.reduced[r]) <= distance(plan.kept[k]));
  if (plan.inner && any_kept && plan.reduced.size() == 1 && plan.kept[k].size >= kManyRuns &&
      plan.reduced[r].size <= short_run(plan, request, r, k)) {
    plan.inner = false;
  }
  if (any_kept) plan.across = plan.kept.take(k);
  if (plan.inner) {
    plan.run = plan.reduced.take(r);
  } else if (!any_kept) {
    plan.inner = true;  // a single element
    plan.run = {1, {plan.width(), 0, 1, 0}};
  }
}

// The steps of the reduced axes' numbers: places in C order.
Offsets number_strides(const Array& in, std::uint32_t axes, int axis) {
  Offsets strides{};
  std::int64_t step = 1;
  for (int i = in.ndim - 1; i > axis; --i) {
    if ((axes >> i & 1) != 0) step *= in.shape[i];
  }
  strides[kNumber] = step;
  return strides;
}

void add_axes(ReducePlan& plan, const PlanRequest& request) {
  const Array& in = request.in;
  int kept = 0;
  for (int i = 0; i < in.ndim; ++i) {
    Offsets strides{};
    if ((request.axes >> i & 1) == 0) {
      strides[kOut] = request.out.strides[kept++];
    } else if (request.numbered) {
      strides = number_strides(in, request.axes, i);
    }
    strides[kIn] = in.strides[i];
    strides[kMask] = request.mask == nullptr ? 0 : request.mask->strides[i];
    const bool reduced = (request.axes >> i & 1) != 0;
    (reduced ? plan.reduced : plan.kept).push_back({in.shape[i], strides});
  }
}

}  // namespace

ReducePlan plan_reduction(const PlanRequest& request) {
  const Array* mask = request.mask;
  ReducePlan plan;
  plan.dtype = request.in.dtype;
  plan.base = {request.in.data, request.out.data, mask == nullptr ? nullptr : mask->data};
  plan.in_order = request.numbered;
  plan.neutral = request.neutral;
  add_axes(plan, request);
  plan.outputs = count_turns(plan.kept);
  plan.empty = count_turns(plan.reduced) == 0;
  if (plan.empty || plan.outputs == 0) return plan;

  const Offsets moved_kept = simplify<kOperands>(plan.kept);
  const Offsets moved_reduced = simplify<kOperands>(plan.reduced);
  for (int n = 0; n < kOperands; ++n) plan.first[n] = moved_kept[n] + moved_reduced[n];
  choose_vector_axis(plan, request);
  plan.columns = plan.across.size;
  plan.terms = count_turns(plan.reduced);
  if (plan.inner) {
    plan.terms *= plan.run.size;
  } else if (!plan.reduced.empty()) {
    plan.rows = plan.reduced.back();
    plan.reduced.pop_back();
  }
  const ReduceLoop& vector = plan.inner ? plan.run : plan.across;
  const bool many_short_rows =
      plan.inner && vector.size * plan.width() < kShortRow && !plan.reduced.empty();
  if (mask != nullptr || vector.stride[kIn] != plan.width() || many_short_rows) {
    plan.stage = choose_stage(plan.dtype, mask != nullptr);
    plan.staging = kernels().staging;
    const bool is_spaced = mask == nullptr && vector.stride[kIn] % plan.width() == 0;
    if (is_spaced) plan.spacing = vector.stride[kIn] / plan.width();
  }
  return plan;
}

}  // namespace strided
