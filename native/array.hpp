// An array as the core sees it: where it lies and how to walk it. It owns nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dtype.hpp"

namespace strided {

inline constexpr int kMaxDims = 32;

struct Array {
  DType dtype = DType::k_float64;
  std::byte* data = nullptr;  // the element whose indices are all 0
  int ndim = 0;
  std::int64_t shape[kMaxDims];
  std::int64_t strides[kMaxDims];  // bytes
};

}  // namespace strided
