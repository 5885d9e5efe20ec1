// The least and the greatest elements, and their places.

#include <cmath>
#include <limits>
#include <type_traits>

#include "family.hpp"

namespace strided {
namespace {

enum class Sort { least, greatest };

template <Sort kSort>
bool beats(std::int64_t a, std::int64_t b) noexcept {
  return kSort == Sort::least ? a < b : a > b;
}

// The element of a key: see kernels/keys.hpp.
template <class T, Sort kSort>
T element_of(std::int64_t key) noexcept {
  if constexpr (std::is_same_v<T, Bool>) {
    return Bool{static_cast<std::uint8_t>(key)};
  } else if constexpr (std::is_floating_point_v<T>) {
    using Key = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;
    using Bits = std::make_unsigned_t<Key>;
    constexpr Bits above_infinity = (Bits{1} << (std::numeric_limits<T>::digits - 1)) - 1;
    const auto moved = static_cast<Bits>(key);
    const auto sorted =
        static_cast<Key>(kSort == Sort::least ? moved - above_infinity : moved + above_infinity);
    constexpr Bits rest = static_cast<Bits>(~Bits{0}) >> 1;
    const Bits bits = static_cast<Bits>(sorted) ^ (sorted < 0 ? rest : Bits{0});
    T element;
    std::memcpy(&element, &bits, sizeof element);
    return std::isnan(element) ? std::numeric_limits<T>::quiet_NaN() : element;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<T>(key);
  } else {
    constexpr T top = static_cast<T>(T{1} << (8 * sizeof(T) - 1));
    return static_cast<T>(static_cast<T>(key) ^ top);
  }
}

template <class T, Sort kSort>
T better(T a, T b) noexcept {
  if constexpr (std::is_same_v<T, Bool>) {
    const bool first = kSort == Sort::least ? a.byte <= b.byte : a.byte >= b.byte;
    return first ? a : b;
  } else if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<T>::quiet_NaN();
    if (a == b) return std::signbit(a) == (kSort == Sort::least) ? a : b;
    return (a < b) == (kSort == Sort::least) ? a : b;
  } else {
    return (a < b) == (kSort == Sort::least) ? a : b;
  }
}

template <class T>
T initial_element(const Initial& initial) noexcept {
  if constexpr (std::is_same_v<T, Bool>) {
    return Bool{static_cast<std::uint8_t>(initial.whole != 0)};
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(initial.real);
  } else {
    return static_cast<T>(initial.whole);
  }
}

template <class T, Sort kSort>
struct ExtremeRule {
  using Partial = ExtremePartial;
  static void merge(Partial& into, const Partial& part) noexcept {
    if (beats<kSort>(part.key, into.key)) into = part;
  }
  static Finish finish(const Partial& partial, std::int64_t, std::int64_t terms,
                       const Ending& ending, std::byte* at) {
    T element = element_of<T, kSort>(partial.key);
    if (ending.initial.given) {
      const T initial = initial_element<T>(ending.initial);
      element = terms == 0 ? initial : better<T, kSort>(element, initial);
    }
    store_element(at, element);
    return Finish::done;
  }
};

// The same of many columns, without initial terms.
template <class T, Sort kSort>
std::int64_t finish_extremes(const Columns* columns, std::int64_t count, std::int64_t,
                             void* results, std::int64_t*) {
  auto* const at = static_cast<std::byte*>(results);
  for (std::int64_t j = 0; j < count; ++j) {
    store_element(at + j * static_cast<std::int64_t>(sizeof(T)),
                  element_of<T, kSort>(columns->words[j]));
  }
  return 0;
}

template <Sort kSort>
struct PlaceRule {
  using Partial = PlacedPartial;
  static void merge(Partial& into, const Partial& part) noexcept {
    if (beats<kSort>(part.key, into.key) || (part.key == into.key && part.number < into.number)) {
      into = part;
    }
  }
  static Finish finish(const Partial& partial, std::int64_t, std::int64_t, const Ending&,
                       std::byte* at) {
    store_element(at, partial.number);
    return Finish::done;
  }
};

// The element that none beats less.
template <class T, Sort kSort>
T worst() noexcept {
  constexpr bool least = kSort == Sort::least;
  if constexpr (std::is_same_v<T, Bool>) {
    return Bool{least};
  } else if constexpr (std::is_floating_point_v<T>) {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    return least ? infinity : -infinity;
  } else {
    return least ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
  }
}

// Of bools, the first that none beats settles which is the extreme, and where the first of its like
// is. To ask costs a run that has none a quarter more time from so many elements on, and shorter
// ones up to three times as much.
constexpr std::int64_t kSettledFrom = 8192;

template <class Partial, Sort kSort>
void settle_bools(DType source, Family& family) {
  if (source != DType::k_bool) return;
  family.settled_from = kSettledFrom;
  family.settled = [](const Columns& columns, std::int64_t column, std::int64_t) {
    return load_partial<Partial>(columns, column).key == (kSort == Sort::least ? 0 : 1);
  };
}

template <Sort kSort>
Family extreme_family(DType source, const Kernel& kernel) {
  Family family;
  with_type(source, [&]<class T>(Tag<T>) {
    family.tiers[0] = tier_of<ExtremeRule<T, kSort>>(kernel);
    family.tiers[0].at_once.finish = finish_extremes<T, kSort>;
    const T element = worst<T, kSort>();
    std::memcpy(&family.neutral, &element, sizeof element);
  });
  settle_bools<ExtremePartial, kSort>(source, family);
  return family;
}

std::int64_t finish_places(const Columns* columns, std::int64_t count, std::int64_t, void* results,
                           std::int64_t*) {
  std::memcpy(results, columns->words + columns->width,
              static_cast<std::size_t>(count) * sizeof(std::int64_t));
  return 0;
}

template <Sort kSort>
Family place_family(DType source, const Kernel& kernel) {
  Family family;
  family.tiers[0] = tier_of<PlaceRule<kSort>>(kernel);
  family.tiers[0].at_once.finish = finish_places;
  family.numbered = true;
  settle_bools<PlacedPartial, kSort>(source, family);
  return family;
}

}  // namespace

Family min_family(DType source, DType) {
  return extreme_family<Sort::least>(source, STRIDED_KERNEL(min, source));
}
Family max_family(DType source, DType) {
  return extreme_family<Sort::greatest>(source, STRIDED_KERNEL(max, source));
}
Family argmin_family(DType source, DType) {
  return place_family<Sort::least>(source, STRIDED_KERNEL(argmin, source));
}
Family argmax_family(DType source, DType) {
  return place_family<Sort::greatest>(source, STRIDED_KERNEL(argmax, source));
}

}  // namespace strided
