// How an exact integer becomes an element.
#pragma once

#include <limits>
#include <type_traits>

#include "family.hpp"

namespace strided {

// Writes an exact integer as the result dtype; false when it does not fit. Floats are rounded once.
inline bool store_integer(int128 total, DType dtype, std::byte* at) noexcept {
  return with_type(dtype, [&]<class T>(Tag<T>) {
    if constexpr (std::is_same_v<T, Bool>) {
      store_element(at, Bool{static_cast<std::uint8_t>(total != 0)});
    } else if constexpr (std::is_floating_point_v<T>) {
      store_element(at, static_cast<T>(total));
    } else {
      if (total < std::numeric_limits<T>::min() || total > std::numeric_limits<T>::max()) {
        return false;
      }
      store_element(at, static_cast<T>(total));
    }
    return true;
  });
}

}  // namespace strided
