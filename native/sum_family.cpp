// Sums and means.

#include <cmath>
#include <limits>
#include <type_traits>

#include "certificate.hpp"
#include "family.hpp"
#include "integer_result.hpp"
#include "superaccumulator.hpp"

namespace strided {
namespace {

// Adds an integer in pieces that a double holds.
void add_integer(SuperAccumulator& exact, int128 value) noexcept {
  exact.add(static_cast<double>(static_cast<std::uint32_t>(value)));
  exact.add(static_cast<double>(static_cast<std::uint32_t>(value >> 32)) * 0x1p32);
  exact.add(static_cast<double>(static_cast<std::int64_t>(value >> 64)) * 0x1p64);
}

void store_exact(const SuperAccumulator& exact, std::int64_t divisor, DType dtype, std::byte* at) {
  if (dtype == DType::k_float32) return store_element(at, exact.to_float32(divisor));
  store_element(at, exact.to_float64(divisor));
}

// NaN or an infinity.
void store_unusual(double value, DType dtype, std::byte* at) {
  if (std::isnan(value)) value = std::numeric_limits<double>::quiet_NaN();
  if (dtype == DType::k_float32) return store_element(at, static_cast<float>(value));
  store_element(at, value);
}

void store_nan(DType dtype, std::byte* at) {
  store_unusual(std::numeric_limits<double>::quiet_NaN(), dtype, at);
}

void merge_partials(Float64Partial& into, const Float64Partial& part) noexcept {
  const TwoSum t = two_sum(into.s, part.s);
  into.s = t.sum;
  into.e = (into.e + part.e) + t.error;
  into.a = (into.a + part.a) + std::fabs(t.error);
}

void merge_partials(CarefulPartial& into, const CarefulPartial& part) noexcept {
  const TwoSum t = two_sum(into.s, part.s);
  const TwoSum u = two_sum(into.e, part.e);
  const TwoSum v = two_sum(u.sum, t.error);
  into.s = t.sum;
  into.e = v.sum;
  into.f = ((into.f + part.f) + u.error) + v.error;
  into.a = ((into.a + part.a) + std::fabs(u.error)) + std::fabs(v.error);
}

void merge_partials(Float32Partial& into, const Float32Partial& part) noexcept {
  into.s += part.s;
  into.q += part.q;
}

void add_term(Float64Partial& into, double x) noexcept {
  merge_partials(into, Float64Partial{x, 0, 0});
}
void add_term(CarefulPartial& into, double x) noexcept {
  merge_partials(into, std::isfinite(x) ? CarefulPartial{x, 0, 0, 0} : CarefulPartial{0, 0, 0, x});
}
void add_term(Float32Partial& into, double x) noexcept {
  merge_partials(into, Float32Partial{x, x * x});
}

template <class T, class P, bool kMean>
struct FloatRule {
  using Partial = P;
  static void merge(P& into, const P& part) noexcept { merge_partials(into, part); }

  static Finish finish(P partial, std::int64_t depth, std::int64_t terms, const Ending& ending,
                       std::byte* at) {
    std::int64_t added = terms;
    if (ending.initial.given) {
      add_term(partial, ending.initial.real);
      depth += kMergeDepth;
      ++added;
    }
    if (kMean && terms == 0) {
      store_nan(ending.dtype, at);
      return Finish::done;
    }
    if (const double unusual = unusual_sum<T>(partial); unusual != 0) {
      store_unusual(unusual, ending.dtype, at);
      return Finish::done;
    }
    const Enclosure x = enclose(partial, depth, added);
    const std::int64_t divisor = kMean ? terms : 1;
    if (ending.dtype == DType::k_float32) return store<float>(x, divisor, at);
    return store<double>(x, divisor, at);
  }

 private:
  template <class R>
  static Finish store(const Enclosure& x, std::int64_t divisor, std::byte* at) {
    R result;
    const bool certain = divisor == 1 ? certify(x, &result) : certify_mean(x, divisor, &result);
    if (!certain) return Finish::not_certain;
    store_element(at, result);
    return Finish::done;
  }
};

template <bool kMean>
class ExactSum {
 public:
  void add(double x) { sum_.add(x); }
  void merge(const ExactSum& other) { sum_.merge(other.sum_); }
  Finish finish(std::int64_t terms, const Ending& ending, std::byte* at) {
    sum_.add(ending.initial.real);
    if (kMean && terms == 0) {
      store_nan(ending.dtype, at);
    } else {
      store_exact(sum_, kMean ? terms : 1, ending.dtype, at);
    }
    return Finish::done;
  }

 private:
  SuperAccumulator sum_;
};

struct IntSumRule {
  using Partial = IntPartial;
  static void merge(IntPartial& into, const IntPartial& part) noexcept {
    const int128 total = into.total() + part.total();
    into = {static_cast<std::uint64_t>(total), static_cast<std::int64_t>(total >> 64)};
  }
  static Finish finish(const IntPartial& partial, std::int64_t, std::int64_t, const Ending& ending,
                       std::byte* at) {
    const Initial& initial = ending.initial;
    if (initial.real != 0) {
      SuperAccumulator exact;
      exact.add(initial.real);
      add_integer(exact, partial.total());
      store_exact(exact, 1, ending.dtype, at);
      return Finish::done;
    }
    const bool fits = store_integer(partial.total() + initial.whole, ending.dtype, at);
    return fits ? Finish::done : Finish::overflow;
  }
};

struct IntMeanRule : IntSumRule {
  static Finish finish(const IntPartial& partial, std::int64_t, std::int64_t terms,
                       const Ending& ending, std::byte* at) {
    constexpr std::int64_t whole = std::int64_t{1} << 53;  // what a double holds
    const auto low = static_cast<std::int64_t>(partial.low);
    if (terms == 0) {
      store_nan(ending.dtype, at);
    } else if (ending.dtype == DType::k_float64 && partial.high == low >> 63 && low >= -whole &&
               low <= whole && terms <= whole) {
      store_element(at, static_cast<double>(low) / static_cast<double>(terms) + 0.0);
    } else {
      SuperAccumulator exact;
      add_integer(exact, partial.total());
      store_exact(exact, terms, ending.dtype, at);
    }
    return Finish::done;
  }
};

// The one dtype that the first tier's kernel makes results of: of floats float64 where errors are
// kept, else that of the elements.
template <bool kMean>
DType dtype_at_once(DType source, DType result) {
  if (info(source).kind == 'f') return result == DType::k_float64 ? result : source;
  if (kMean) return DType::k_float64;
  return info(source).kind == 'u' ? DType::k_uint64 : DType::k_int64;
}

template <bool kMean>
const Finisher& finisher_of(const Kernel& kernel) noexcept {
  return kMean ? kernel.means : kernel.finisher;
}

template <bool kMean>
AtOnce at_once(DType source, DType result) noexcept {
  const bool is_usual = result == dtype_at_once<kMean>(source, result);
  // Sums of float32 that are to be float64 take another tier.
  const bool is_wider = source == DType::k_float32 && result == DType::k_float64;
  if (!is_usual || is_wider) return {};
  const auto& kernel = STRIDED_KERNEL(sum, source);
  return {&kernel, &finisher_of<kMean>(kernel)};
}

template <bool kMean>
Family family_of_sums(DType source, DType result) {
  Family family;
  const auto& first = STRIDED_KERNEL(sum, source);
  const auto& careful = STRIDED_KERNEL(careful_sum, source);
  if (source == DType::k_float64) {
    family.tiers[0] = tier_of<FloatRule<double, Float64Partial, kMean>>(first);
    family.tiers[1] =
        tier_of<FloatRule<double, CarefulPartial, kMean>>(STRIDED_KERNEL(finer_sum, source));
    family.tiers[2] = tier_of<FloatRule<double, CarefulPartial, kMean>>(careful);
    family.tier_count = 3;
    family.exact = exact_of<ExactSum<kMean>, double>();
  } else if (source == DType::k_float32) {
    family.tiers[1] = tier_of<FloatRule<float, Float64Partial, kMean>>(careful);
    family.tiers[0] = tier_of<FloatRule<float, Float32Partial, kMean>>(first);
    family.tier_count = 2;
    // The first way knows too few digits for a float64.
    if (result == DType::k_float64) {
      family.tiers[0] = family.tiers[1];
      family.tier_count = 1;
    }
    family.exact = exact_of<ExactSum<kMean>, float>();
  } else {
    using Rule = std::conditional_t<kMean, IntMeanRule, IntSumRule>;
    family.tiers[0] = tier_of<Rule>(first);
  }
  if (result == dtype_at_once<kMean>(source, result)) {
    family.tiers[0].at_once = finisher_of<kMean>(*family.tiers[0].kernel);
  }
  if (source == DType::k_float64 && source == result) {
    for (int tier = 1; tier < family.tier_count; ++tier) {
      family.tiers[tier].at_once = finisher_of<kMean>(*family.tiers[tier].kernel);
    }
  }
  return family;
}

}  // namespace

Family sum_family(DType source, DType result) {
  return family_of_sums<false>(source, result);
}

Family mean_family(DType source, DType result) {
  return family_of_sums<true>(source, result);
}

AtOnce sum_at_once(DType source, DType result) noexcept {
  return at_once<false>(source, result);
}

AtOnce mean_at_once(DType source, DType result) noexcept {
  return at_once<true>(source, result);
}

}  // namespace strided
