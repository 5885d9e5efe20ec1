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

// The same of many columns.
template <Question kQuestion>
std::int64_t finish_counts(const Columns* columns, std::int64_t count, std::int64_t terms,
                           void* results, std::int64_t*) {
  const std::int64_t* const counts = columns->words;
  if constexpr (kQuestion == Question::how_many) {
    std::memcpy(results, counts, static_cast<std::size_t>(count) * sizeof(std::int64_t));
  } else {
    auto* const answers = static_cast<std::uint8_t*>(results);
    for (std::int64_t j = 0; j < count; ++j) {
      answers[j] = kQuestion == Question::any ? counts[j] != 0 : counts[j] == terms;
    }
  }
  return 0;
}

template <Question kQuestion>
Family family_of(DType source) {
  Family family;
  family.tiers[0] = tier_of<CountRule<kQuestion>>(STRIDED_KERNEL(count, source));
  family.tiers[0].at_once.finish = finish_counts<kQuestion>;
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
