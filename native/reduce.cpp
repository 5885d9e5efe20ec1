#include "reduce.hpp"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "copy.hpp"
#include "integer_result.hpp"
#include "layout.hpp"
#include "reduce_boxes.hpp"
#include "reduce_plan.hpp"
#include "reduce_small.hpp"
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

// Whether a term may be left out that is there once more: means are exact before they are rounded.
bool repeats_do_not_show(ReductionKind kind) noexcept {
  switch (kind) {
    case ReductionKind::k_mean:
    case ReductionKind::k_min:
    case ReductionKind::k_max:
    case ReductionKind::k_any:
    case ReductionKind::k_all:
      return true;
    default:
      return false;
  }
}

// Fewer are not worth a pass over the results.
constexpr std::int64_t kLeastMultiplied = 8;
// So that float64 holds it, and its product with a float32.
constexpr std::int64_t kMostMultiplied = std::int64_t{1} << 29;

// Whether a sum of so many times what has one term is the product: of integers exact, of floats, of
// which there may be only one, rounded once.
bool is_product(const Reduction& reduction, std::int64_t times, bool one_term) noexcept {
  const char from = info(reduction.in.dtype).kind;
  const char to = info(reduction.out.dtype).kind;
  const bool wide = itemsize(reduction.out.dtype) >= itemsize(reduction.in.dtype);
  const bool floats = from == 'f' && wide && one_term && times <= kMostMultiplied;
  const bool integers = from != 'f' && (to == 'i' || to == 'u');
  return reduction.kind == ReductionKind::k_sum && (floats || integers) &&
         times >= kLeastMultiplied && !reduction.initial.given;
}

// Axes of which one step is enough, as all have the same elements (those that were broadcast): kept
// ones, whose results are the same, too, and reduced ones where that does not show, or is a factor.
struct Repeated {
  std::uint32_t axes = 0;  // bit i is set
  std::int64_t times = 1;  // how often the results' terms are there
};

Repeated repeated_axes(const Reduction& reduction) noexcept {
  Repeated kept, all;
  std::int64_t terms = 1;  // of which one is not the same as another
  bool huge = false;
  for (int i = 0; i < reduction.in.ndim; ++i) {
    const std::int64_t size = reduction.in.shape[i];
    const bool same = reduction.in.strides[i] == 0 && size > 1 &&
                      (reduction.mask == nullptr || reduction.mask->strides[i] == 0);
    const bool reduced = (reduction.axes >> i & 1) != 0;
    if (same) all.axes |= std::uint32_t{1} << i;
    if (same && !reduced) kept.axes |= std::uint32_t{1} << i;
    if (!reduced) continue;
    std::int64_t& product = same ? all.times : terms;
    huge |= __builtin_mul_overflow(product, size, &product);
  }
  if (repeats_do_not_show(reduction.kind)) return {all.axes, 1};
  return !huge && is_product(reduction, all.times, terms == 1) ? all : kept;
}

// Multiplies results by a factor. False where one does not fit.
bool multiply(const Array& results, std::int64_t factor) {
  Loops<1> loops;
  for (int i = 0; i < results.ndim; ++i) loops.push_back({results.shape[i], {results.strides[i]}});
  std::array<std::byte*, 1> base{results.data};
  simplify<1>(loops, base);
  const std::int64_t turns = count_turns(loops);
  if (turns == 0) return true;
  return with_type(results.dtype, [&]<class T>(Tag<T>) {
    Walker<1> walker(loops, 0);
    for (std::int64_t turn = 0; turn < turns; ++turn, walker.step()) {
      std::byte* const at = base[0] + walker.offset()[0];
      if constexpr (std::is_floating_point_v<T>) {
        const double product =
            static_cast<double>(load_element<T>(at)) * static_cast<double>(factor);
        store_element(at, static_cast<T>(product));
      } else if constexpr (std::is_integral_v<T>) {
        const int128 product = static_cast<int128>(load_element<T>(at)) * factor;
        if (!store_integer(product, results.dtype, at)) return false;
      }
    }
    return true;
  });
}

// Copies the first step of an axis of results, the only one of `done`, to so many.
void spread(Array& done, int axis, std::int64_t size) {
  Array source = done;
  source.shape[axis] = size - 1;
  source.strides[axis] = 0;
  Array rest = done;
  rest.shape[axis] = size - 1;
  rest.data += done.strides[axis];
  copy(rest, source);
  done.shape[axis] = size;
}

// Whether each result is its only term, or the truth of it. (A mean may have another dtype, and is
// never -0.)
bool is_copy(const Reduction& reduction) noexcept {
  for (int i = 0; i < reduction.in.ndim; ++i) {
    if ((reduction.axes >> i & 1) != 0 && reduction.in.shape[i] != 1) return false;
  }
  return repeats_do_not_show(reduction.kind) && reduction.kind != ReductionKind::k_mean &&
         reduction.mask == nullptr && !reduction.initial.given;
}

bool is_float(DType dtype) noexcept {
  return info(dtype).kind == 'f';
}

// Most have none: those that are side by side are asked many at a time.
template <class T>
void make_one_nan(std::byte* at, std::int64_t count, std::int64_t stride) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  constexpr std::int64_t kTogether = 256;
  for (std::int64_t first = 0; first < count; first += kTogether) {
    const std::int64_t last = std::min(count, first + kTogether);
    if (stride == size) {
      std::uint64_t found = 0;
      for (std::int64_t i = first; i < last; ++i) {
        const T x = load_element<T>(at + i * size);
        found |= static_cast<std::uint64_t>(x != x);
      }
      if (found == 0) continue;
    }
    for (std::int64_t i = first; i < last; ++i) {
      const T x = load_element<T>(at + i * stride);
      if (x != x) store_element(at + i * stride, std::numeric_limits<T>::quiet_NaN());
    }
  }
}

// What is not a number has the same bits in whatever way an extreme was found.
void make_one_nan(const Array& results) {
  Loops<1> loops;
  for (int i = 0; i < results.ndim; ++i) loops.push_back({results.shape[i], {results.strides[i]}});
  std::array<std::byte*, 1> base{results.data};
  simplify<1>(loops, base);
  const std::int64_t elements = count_turns(loops);
  if (elements == 0) return;
  const Loop<1> row = loops.empty() ? Loop<1>{1, {0}} : loops.back();
  if (!loops.empty()) loops.pop_back();
  with_type(results.dtype, [&]<class T>(Tag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      Walker<1> walker(loops, 0);
      for (std::int64_t left = elements; left > 0; left -= row.size, walker.step()) {
        make_one_nan<T>(base[0] + walker.offset()[0], row.size, row.stride[0]);
      }
    }
  });
}

void copy_terms(const Reduction& reduction) {
  Array terms = reduction.out;
  terms.dtype = reduction.in.dtype;
  terms.data = reduction.in.data;
  for (int i = 0, kept = 0; i < reduction.in.ndim; ++i) {
    if ((reduction.axes >> i & 1) == 0) terms.strides[kept++] = reduction.in.strides[i];
  }
  copy(reduction.out, terms);
}

Status reduce_all(const Reduction& reduction) {
  if (reduce_small(reduction)) return Status::ok;
  if (is_copy(reduction)) {
    copy_terms(reduction);
    if (is_float(reduction.out.dtype)) make_one_nan(reduction.out);
    return Status::ok;
  }
  const Family family =
      kFamilies[static_cast<int>(reduction.kind)](reduction.in.dtype, reduction.out.dtype);
  const Finisher& at_once = family.tiers[0].at_once;
  const bool few = at_once.few != nullptr && reduction.mask == nullptr && !reduction.initial.given;
  const ReducePlan plan =
      plan_reduction({reduction.in, reduction.out, reduction.mask, reduction.axes, family.numbered,
                      family.neutral, few ? at_once.most_few : 0});
  if (plan.outputs == 0) return Status::ok;
  if (plan.empty) return fill_with_nothing(reduction, family);
  if (has_short_loops(plan, reduction.out.dtype)) return reduce_boxes(reduction, family.numbered);
  return Reducer(reduction, plan, family).run();
}

// One step of each of some axes, and of their results, which are then copied to the others.
Status reduce_once(const Reduction& reduction, const Repeated& repeated) {
  Reduction once = reduction;
  Array mask;
  if (reduction.mask != nullptr) {
    mask = *reduction.mask;
    once.mask = &mask;
  }
  int kept_axes[kMaxDims];  // of the results, that are to be spread
  std::int64_t sizes[kMaxDims];
  int count = 0;
  for (int i = 0, kept = 0; i < reduction.in.ndim; ++i) {
    const bool reduced = (reduction.axes >> i & 1) != 0;
    if ((repeated.axes >> i & 1) != 0) {
      once.in.shape[i] = mask.shape[i] = 1;
      if (!reduced) {
        kept_axes[count] = kept;
        sizes[count++] = std::exchange(once.out.shape[kept], 1);
      }
    }
    if (!reduced) ++kept;
  }
  Status status = reduce_all(once);
  if (status == Status::ok && repeated.times > 1 && !multiply(once.out, repeated.times)) {
    status = Status::overflow;
  }
  for (int i = 0; i < count && status == Status::ok; ++i) {
    spread(once.out, kept_axes[i], sizes[i]);
  }
  return status;
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
  const Repeated repeated = repeated_axes(reduction);
  return repeated.axes == 0 ? reduce_all(reduction) : reduce_once(reduction, repeated);
}

}  // namespace strided
