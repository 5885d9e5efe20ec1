// Element types: what the rest of the core asks about the rows of the table.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/dtype_rows.hpp"

namespace strided {

// Enumerators are called k_bool, k_int8, … after NumPy's names.
enum class DType : std::uint8_t {
#define ROW(name, type, kind) k_##name,
  STRIDED_DTYPES(ROW)
#undef ROW
};

struct DTypeInfo {
  const char* name;
  std::size_t itemsize;
  char kind;
};

inline constexpr DTypeInfo kDTypes[] = {
#define ROW(name, type, kind) {#name, sizeof(type), kind},
    STRIDED_DTYPES(ROW)
#undef ROW
};

inline constexpr int kDTypeCount = sizeof(kDTypes) / sizeof(kDTypes[0]);

constexpr const DTypeInfo& info(DType dtype) {
  return kDTypes[static_cast<int>(dtype)];
}

constexpr std::int64_t itemsize(DType dtype) {
  return static_cast<std::int64_t>(info(dtype).itemsize);
}

template <class T>
struct Tag {
  using type = T;
};

// Calls f(Tag<T>{}) with the C++ type of a dtype.
template <class F>
constexpr auto with_type(DType dtype, F&& f) {
  switch (dtype) {
#define ROW(name, type, kind) \
  case DType::k_##name:       \
    return f(Tag<type>{});
    STRIDED_DTYPES(ROW)
#undef ROW
  }
  __builtin_unreachable();
}

}  // namespace strided
