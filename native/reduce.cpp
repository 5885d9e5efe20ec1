#include "reduce.hpp"

#include <algorithm>

#include "copy.hpp"
#include "reduce_plan.hpp"
#include "reducer.hpp"

namespace strided {
namespace {

using FamilyOf = Family (*)(DType source, DType result);

constexpr FamilyOf kFamilies[] = {
#define ROW(name) name##_family,
    STRIDED_REDUCTIONS(ROW)
#undef ROW
};

// Reductions of no terms: every output is what the reduction of nothing is.
Status fill_with_nothing(const Reduction& reduction, const Family& family) {
  std::int64_t words[kMostPlanes];
  Columns columns{words, 1};
  const Tier& tier = family.tiers[0];
  tier.nothing(columns);
  Ending ending{reduction.out.dtype, reduction.initial, 0};
  std::byte result[8] = {};
  Outcome outcome;
  tier.finish(columns, 1, ending, result, 0, outcome);
  if (outcome.overflow) return Status::overflow;
  if (!outcome.uncertain.empty()) {
    alignas(64) std::byte state[kMostStateBytes];
    family.exact->create(state);
    if (family.exact->finish(state, ending, 0, result) == Finish::overflow) {
      return Status::overflow;
    }
  }
  Array source = reduction.out;
  source.data = result;
  std::fill_n(source.strides, source.ndim, 0);
  copy(reduction.out, source);
  return Status::ok;
}

}  // namespace

bool can_reduce(ReductionKind kind, DType source, DType result) noexcept {
  const char from = info(source).kind;
  const char to = info(result).kind;
  switch (kind) {
    case ReductionKind::k_sum:
      return from != 'f' || to == 'f';
    case ReductionKind::k_prod:
      return (from == 'f') == (to == 'f');
    case ReductionKind::k_mean:
      return to == 'f';
    case ReductionKind::k_min:
    case ReductionKind::k_max:
      return source == result;
    case ReductionKind::k_any:
    case ReductionKind::k_all:
      return result == DType::k_bool;
    default:
      return result == DType::k_int64;
  }
}

Status reduce(const Reduction& reduction) {
  const Family family =
      kFamilies[static_cast<int>(reduction.kind)](reduction.in.dtype, reduction.out.dtype);
  const Finisher& at_once = family.tiers[0].at_once;
  const bool few = at_once.few != nullptr && reduction.mask == nullptr && !reduction.initial.given;
  const ReducePlan plan =
      plan_reduction({reduction.in, reduction.out, reduction.mask, reduction.axes, family.numbered,
                      family.neutral, few ? at_once.most_few : 0});
  if (plan.outputs == 0) return Status::ok;
  if (plan.empty) return fill_with_nothing(reduction, family);
  return Reducer(reduction, plan, family).run();
}

}  // namespace strided
