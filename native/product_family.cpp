// Products. Those of floats are rounded after each multiplication; those of integers are exact or
// an error.

#include <cmath>
#include <type_traits>

#include "family.hpp"
#include "integer_result.hpp"

namespace strided {
namespace {

struct FloatProductRule {
  using Partial = FloatProductPartial;
  static void merge(Partial& into, const Partial& part) noexcept { into.product *= part.product; }
  static Finish finish(const Partial& partial, std::int64_t, std::int64_t, const Ending& ending,
                       std::byte* at) {
    double product = partial.product;
    if (ending.initial.given) product *= ending.initial.real;
    if (ending.dtype == DType::k_float32) {
      store_element(at, static_cast<float>(product));
    } else {
      store_element(at, product);
    }
    return Finish::done;
  }
};

// A magnitude is that of a product of floats, of either sign, whose rounding errors are far below a
// factor of two. Below 2^62 nothing has overflowed, since no term but zero makes a product smaller;
// and from 2^65 on the product itself is too large for any integer, or infinite. It is NaN when a
// zero has met an infinity, and in no other way: the product is zero then, as `low` is.
struct IntProductRule {
  using Partial = IntProductPartial;
  static void merge(Partial& into, const Partial& part) noexcept {
    into.low *= part.low;
    into.magnitude *= part.magnitude;
  }
  static Finish finish(const Partial& partial, std::int64_t, std::int64_t, const Ending& ending,
                       std::byte* at) {
    const double magnitude = std::fabs(partial.magnitude);
    const bool zero = std::isnan(magnitude) || (ending.initial.given && ending.initial.whole == 0);
    if (magnitude >= 0x1p65 && !zero) return Finish::overflow;
    if (magnitude >= 0x1p62 && !zero) return Finish::not_certain;
    int128 product = zero ? 0 : static_cast<std::int64_t>(partial.low);
    if (ending.initial.given) product *= ending.initial.whole;
    return store_integer(product, ending.dtype, at) ? Finish::done : Finish::overflow;
  }
};

// A product whose parts may be too large while a zero is still to come.
template <class T>
class ExactProduct {
 public:
  void add(T element) {
    if constexpr (std::is_same_v<T, Bool>) {
      multiply(element.byte != 0);
    } else {
      multiply(element);
    }
  }
  void merge(const ExactProduct& other) {
    large_ |= other.large_;
    multiply(other.product_);
  }
  Finish finish(std::int64_t, const Ending& ending, std::byte* at) {
    if (ending.initial.given) multiply(ending.initial.whole);
    if (large_ && product_ != 0) return Finish::overflow;
    return store_integer(product_, ending.dtype, at) ? Finish::done : Finish::overflow;
  }

 private:
  void multiply(int128 factor) {
    int128 product;
    const bool overflow = __builtin_mul_overflow(product_, factor, &product);
    // From here on only whether it is zero counts.
    constexpr int128 limit = int128{1} << 64;
    if (overflow || product > limit || product < -limit) {
      large_ = true;
      product = 1;
    }
    product_ = product;
  }
  int128 product_ = 1;
  bool large_ = false;
};

}  // namespace

Family prod_family(DType source, DType) {
  Family family;
  const auto& kernel = STRIDED_KERNEL(product, source);
  with_type(source, [&]<class T>(Tag<T>) {
    if constexpr (std::is_floating_point_v<T>) {
      family.tiers[0] = tier_of<FloatProductRule>(kernel);
      family.rounded = true;
    } else {
      family.tiers[0] = tier_of<IntProductRule>(kernel);
      family.exact = exact_of<ExactProduct<T>, T>();
    }
    if constexpr (std::is_same_v<T, Bool>) {
      family.neutral = 1;
    } else {
      const T one{1};
      std::memcpy(&family.neutral, &one, sizeof one);
    }
  });
  return family;
}

}  // namespace strided
