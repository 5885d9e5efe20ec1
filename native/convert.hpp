// One element from one dtype to another. The rules are stated in copy.hpp.
#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "dtype.hpp"

namespace strided {

// The truncated value modulo 2^64 of a float whose magnitude is 2^63 or more, or which is not
// finite.
inline std::uint64_t low_bits_of_large(double x) noexcept {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const int shift = static_cast<int>(bits >> 52 & 0x7ff) - 1075;
  if (shift >= 64) return 0;
  const std::uint64_t magnitude = ((bits & 0xfffffffffffffu) | std::uint64_t{1} << 52) << shift;
  return (bits >> 63) != 0 ? 0 - magnitude : magnitude;
}

inline std::uint64_t low_bits(double x) noexcept {
  if (x > -0x1p63 && x < 0x1p63) return static_cast<std::uint64_t>(static_cast<std::int64_t>(x));
  return low_bits_of_large(x);
}

template <class To, class From>
To convert(From value) noexcept {
  if constexpr (std::is_same_v<From, Bool>) {
    const bool truth = value.byte != 0;
    if constexpr (std::is_same_v<To, Bool>) {
      return Bool{static_cast<std::uint8_t>(truth)};
    } else {
      return static_cast<To>(truth);
    }
  } else if constexpr (std::is_same_v<To, Bool>) {
    return Bool{static_cast<std::uint8_t>(value != From{0})};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    return static_cast<To>(low_bits(static_cast<double>(value)));
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace strided
