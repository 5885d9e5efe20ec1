// Arrays with layouts drawn at random.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "array.hpp"
#include "kernels/kernels.hpp"

namespace strided {

inline std::mt19937_64 rng(20260101);

inline std::int64_t below(std::int64_t n) {
  return static_cast<std::int64_t>(rng() % static_cast<std::uint64_t>(n));
}

inline Reading random_reading() {
  constexpr Reading all[] = {Reading::cached, Reading::early, Reading::late};
  return all[below(3)];
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

// Has an array of operands repeat itself along some axes, as one that was broadcast does; another
// one, too, along some of these.
inline void repeat_some_axes(Array& array, Array* other) {
  for (int i = 0; i < array.ndim; ++i) {
    if (below(2) == 0) continue;
    array.strides[i] = 0;
    if (other != nullptr && below(3) != 0) other->strides[i] = 0;
  }
}

// A shape, and the axes that are reduced.
struct Case {
  std::vector<std::int64_t> shape;
  std::uint32_t axes;

  bool reduces(std::size_t axis) const { return (axes >> axis & 1) != 0; }
  std::vector<std::int64_t> kept() const {
    std::vector<std::int64_t> sizes;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (!reduces(i)) sizes.push_back(shape[i]);
    }
    return sizes;
  }
  // The number, in C order, of the output of an element.
  std::size_t output(const std::vector<std::int64_t>& index) const {
    std::int64_t number = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (!reduces(i)) number = number * shape[i] + index[i];
    }
    return static_cast<std::size_t>(number);
  }
};

inline Case random_case() {
  Case c{{}, 0};
  const std::int64_t ndim = below(5);
  const std::int64_t most = ndim <= 1 ? 3000 : ndim == 2 ? 200 : ndim == 3 ? 24 : 9;
  for (std::int64_t i = 0; i < ndim; ++i)
    c.shape.push_back(below(12) == 0 ? below(3) : 1 + below(most));
  c.axes = static_cast<std::uint32_t>(below(std::int64_t{1} << ndim));
  return c;
}

// Of which each turn of the kept axes has few terms, in whatever order they are laid out: they are
// reduced box by box (see reduce_boxes.hpp), of ranges of the longest axis.
inline const Case kOfShortLoops[] = {
    {{9001, 3, 4}, 2}, {{5, 4003, 3, 2}, 4}, {{2, 3, 5003, 3}, 9}, {{3, 300, 70}, 1}};

// Calls f with every index, in C order.
template <class F>
void each_index(const std::vector<std::int64_t>& shape, F&& f) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  std::vector<std::int64_t> index(shape.size());
  for (std::int64_t i = 0; i < count; ++i) {
    f(index);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
}

inline std::byte* element(const Array& array, const std::vector<std::int64_t>& index) {
  std::byte* at = array.data;
  for (std::size_t i = 0; i < index.size(); ++i) at += index[i] * array.strides[i];
  return at;
}

}  // namespace strided
