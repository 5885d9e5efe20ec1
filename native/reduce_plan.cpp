#include "reduce_plan.hpp"

namespace strided {
namespace {

// Rows shorter than this many bytes are staged into longer ones when there are several.
constexpr std::int64_t kShortRow = 256;

std::int64_t distance(const Loop<3>& loop) {
  const std::int64_t stride = loop.stride[kIn];
  return stride == 0 ? INT64_MAX : stride;
}

// Takes the loop whose elements lie closest: the last of either list, or the one before a
// broadcast axis.
std::size_t closest(const Loops<3>& loops) {
  std::size_t best = loops.size();
  for (std::size_t i = loops.size(); i-- > 0;) {
    if (best == loops.size() || distance(loops[i]) < distance(loops[best])) best = i;
  }
  return best;
}

void choose_vector_axis(ReducePlan& plan) {
  const std::size_t r = closest(plan.reduced);
  const std::size_t k = closest(plan.kept);
  const bool any_reduced = r < plan.reduced.size();
  const bool any_kept = k < plan.kept.size();
  plan.inner = any_reduced && (!any_kept || distance(plan.reduced[r]) <= distance(plan.kept[k]));
  if (plan.inner) {
    plan.vector = plan.reduced[r];
    plan.reduced.erase(plan.reduced.begin() + static_cast<std::ptrdiff_t>(r));
  } else if (any_kept) {
    plan.vector = plan.kept[k];
    plan.kept.erase(plan.kept.begin() + static_cast<std::ptrdiff_t>(k));
  } else {
    plan.inner = true;  // a single element
    plan.vector = {1, {itemsize(plan.staged), 0, 1}};
  }
}

}  // namespace

ReducePlan plan_reduction(const Array& in, const Array& out, const Array* mask, std::uint32_t axes,
                          DType staged) {
  ReducePlan plan;
  plan.staged = staged;
  plan.base = {in.data, out.data, mask == nullptr ? nullptr : mask->data};
  int kept = 0;
  for (int i = 0; i < in.ndim; ++i) {
    const std::int64_t mask_stride = mask == nullptr ? 0 : mask->strides[i];
    if ((axes >> i & 1) != 0) {
      plan.reduced.push_back({in.shape[i], {in.strides[i], 0, mask_stride}});
    } else {
      plan.kept.push_back({in.shape[i], {in.strides[i], out.strides[kept++], mask_stride}});
    }
  }
  plan.outputs = count_turns(plan.kept);
  plan.empty = count_turns(plan.reduced) == 0;
  if (plan.empty || plan.outputs == 0) return plan;

  simplify<3>(plan.kept, plan.base);
  simplify<3>(plan.reduced, plan.base);
  choose_vector_axis(plan);
  plan.terms = count_turns(plan.reduced);
  if (plan.inner) {
    plan.terms *= plan.vector.size;
  } else {
    plan.columns = plan.vector.size;
    if (!plan.reduced.empty()) {
      plan.rows = plan.reduced.back();
      plan.reduced.pop_back();
    }
  }
  const std::int64_t row = plan.vector.size * plan.width();
  const bool many_short_rows = plan.inner && row < kShortRow && !plan.reduced.empty();
  if (in.dtype != staged || mask != nullptr || plan.vector.stride[kIn] != plan.width() ||
      many_short_rows) {
    plan.stage = choose_stage(in.dtype, staged, mask != nullptr);
  }
  return plan;
}

}  // namespace strided
