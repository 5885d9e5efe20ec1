// Elements of any dtype: drawn at random, and what is asked of them.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <type_traits>

#include "arrays.hpp"
#include "dtype.hpp"

namespace strided {

template <class T>
inline constexpr bool kIsBool = std::is_same_v<T, Bool>;
template <class T>
inline constexpr bool kIsFloat = std::is_floating_point_v<T>;

template <class T>
DType dtype_of() {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (with_type(dtype, []<class U>(Tag<U>) { return std::is_same_v<T, U>; })) return dtype;
  }
  std::abort();
}

template <class T>
bool is_true(T x) {
  if constexpr (kIsBool<T>) {
    return x.byte != 0;
  } else {
    return x != 0;
  }
}

// The bits, with one NaN and one true.
template <class T>
std::uint64_t bits_of(T x) {
  if constexpr (kIsBool<T>) {
    return is_true(x) ? 1 : 0;
  } else if constexpr (kIsFloat<T>) {
    if (std::isnan(x)) return ~std::uint64_t{0};
    return std::bit_cast<std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>>(x);
  } else {
    return static_cast<std::uint64_t>(x);
  }
}

// Kinds of elements.
enum Kind { k_few, k_bits, k_unit, k_subnormal, k_huge, k_powers, k_specials, k_zeros, k_kinds };

template <class T>
T draw_float(int kind) {
  using Limits = std::numeric_limits<T>;
  constexpr T specials[] = {1, -1, 2, T{0.5}, 0, -T{0}, Limits::infinity(), Limits::quiet_NaN()};
  const T sign = below(2) == 0 ? T{1} : T{-1};
  using Word = std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>;
  const auto any = std::bit_cast<T>(static_cast<Word>(rng()));
  switch (kind) {
    case k_few:
      return sign * static_cast<T>(below(4)) / 2;
    case k_bits:  // NaN of any bits among them
      return std::isfinite(any) || below(8) == 0 ? any : T{1};
    case k_unit:
      return T{0.75} + static_cast<T>(below(1 << 20)) * T{0x1p-21};
    case k_subnormal:
      return sign * static_cast<T>(below(100)) * Limits::denorm_min();
    case k_huge:  // partial sums overflow
      return sign * Limits::max() / static_cast<T>(1 + below(4));
    case k_powers:
      return below(2) == 0 ? sign * 2 : sign / 2;
    case k_specials:
      return below(40) == 0 ? specials[below(8)] : specials[below(2)];
    default:
      return sign * 0;
  }
}

template <class T>
T draw(int kind) {
  if constexpr (kIsFloat<T>) {
    return draw_float<T>(kind);
  } else if constexpr (kIsBool<T>) {
    const bool truth = kind % 3 == 0 ? below(2) == 0 : below(200) == 0;
    const auto byte = static_cast<std::uint8_t>(1 + below(255));
    return Bool{truth == (kind % 3 != 1) ? byte : std::uint8_t{0}};
  } else {
    const std::int64_t step = std::is_signed_v<T> ? below(3) - 1 : below(3);
    switch (kind) {
      case k_few:
        return static_cast<T>(step);
      case k_bits:
        return static_cast<T>(rng());
      case k_huge:
        return below(2) == 0 ? std::numeric_limits<T>::max() : std::numeric_limits<T>::min();
      case k_powers:  // a product of few terms fits
        return static_cast<T>(below(20) == 0 ? 2 : step == 0 ? 1 : step);
      case k_unit:
        return static_cast<T>(1 + below(3));
      case k_specials:
        return static_cast<T>(below(100) == 0 ? 3 : 1);
      default:
        return static_cast<T>(below(200) == 0 ? 1 : 0);
    }
  }
}

}  // namespace strided
