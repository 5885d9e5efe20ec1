// An array as the core sees it: where it lies and how to walk it. It owns nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "dtype.hpp"

namespace strided {

inline constexpr int kMaxDims = 32;

struct Array {
  Array() {}
  Array(DType dtype, std::byte* data, int ndim, std::initializer_list<std::int64_t> shape,
        std::initializer_list<std::int64_t> strides)
      : dtype(dtype), data(data), ndim(ndim) {
    std::copy(shape.begin(), shape.end(), this->shape);
    std::copy(strides.begin(), strides.end(), this->strides);
  }
  Array(const Array& other) { *this = other; }
  // Of the axes that there are: small arrays must not pay for all that there could be.
  Array& operator=(const Array& other) {
    dtype = other.dtype;
    data = other.data;
    ndim = other.ndim;
    std::copy_n(other.shape, ndim, shape);
    std::copy_n(other.strides, ndim, strides);
    return *this;
  }

  DType dtype = DType::k_float64;
  std::byte* data = nullptr;  // the element whose indices are all 0
  int ndim = 0;
  std::int64_t shape[kMaxDims];
  std::int64_t strides[kMaxDims];  // bytes
};

}  // namespace strided
