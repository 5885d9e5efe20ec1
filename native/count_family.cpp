// What is not zero: counted, or asked whether there is any, or all are.

#include "family.hpp"

namespace strided {
namespace {

enum class Question { how_many, any, all };

template <Question kQuestion>
struct CountRule {
  using Partial = CountPartial;
  static void merge(Partial& into, const Partial& part) noexcept { into.count += part.count; }
  static Finish finish(const Partial& partial, std::int64_t, std::int64_t terms, const Ending&,
                       std::byte* at) {
    if constexpr (kQuestion == Question::how_many) {
      store_element(at, partial.count);
    } else {
      const bool answer = kQuestion == Question::any ? partial.count != 0 : partial.count == terms;
      store_element(at, Bool{answer});
    }
    return Finish::done;
  }
};

template <Question kQuestion>
Family family_of(DType source) {
  Family family;
  family.tiers[0] = tier_of<CountRule<kQuestion>>(STRIDED_KERNEL(count, source));
  return family;
}

std::int64_t count_of(const Columns& columns, std::int64_t column) {
  return load_partial<CountPartial>(columns, column).count;
}

}  // namespace

Family countNonzero_family(DType source, DType) {
  return family_of<Question::how_many>(source);
}

Family any_family(DType source, DType) {
  Family family = family_of<Question::any>(source);
  family.settled = [](const Columns& columns, std::int64_t column, std::int64_t) {
    return count_of(columns, column) != 0;
  };
  return family;
}

Family all_family(DType source, DType) {
  Family family = family_of<Question::all>(source);
  family.neutral = ~std::uint64_t{0};  // true, as a NaN is too
  family.settled = [](const Columns& columns, std::int64_t column, std::int64_t terms) {
    return count_of(columns, column) != terms;
  };
  return family;
}

}  // namespace strided
