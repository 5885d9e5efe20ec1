// Arrays with layouts drawn at random.
#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "array.hpp"

namespace strided {

inline std::mt19937_64 rng(20260101);

inline std::int64_t below(std::int64_t n) {
  return static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(n));
}

// An array over its own bytes, laid out at random: any order of axes, gaps, directions, alignment.
struct Laid {
  std::vector<std::byte> bytes;
  Array array;
};

inline Laid lay(DType dtype, const std::vector<std::int64_t>& shape) {
  Laid laid;
  laid.array.dtype = dtype;
  laid.array.ndim = static_cast<int>(shape.size());
  std::vector<int> order(shape.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
  std::shuffle(order.begin(), order.end(), rng);
  std::int64_t stride = itemsize(dtype) * (below(4) == 0 ? 1 + below(3) : 1);
  std::int64_t first = below(4) == 0 ? below(8) : 0;
  for (const int axis : order) {
    const std::int64_t size = shape[static_cast<std::size_t>(axis)];
    const bool backwards = below(4) == 0;
    laid.array.shape[axis] = size;
    laid.array.strides[axis] = backwards ? -stride : stride;
    if (backwards && size > 0) first += (size - 1) * stride;
    stride *= std::max<std::int64_t>(size, 1);
    if (below(4) == 0) stride += itemsize(dtype) * below(3) + below(2);
  }
  laid.bytes.resize(static_cast<std::size_t>(stride + 16));
  for (std::byte& byte : laid.bytes) byte = static_cast<std::byte>(rng());
  laid.array.data = laid.bytes.data() + first;
  return laid;
}

}  // namespace strided
