// Brings scattered or masked elements together, so that the kernels see contiguous ones.
#pragma once

#include <cstdint>

#include "array.hpp"

namespace strided {

// Rows of elements where they lie, each at a multiple of `stride` and of `row_stride` bytes, and
// the mask that says which of them count (one byte an element), or none.
//
// Reading them is announced to the memory `ahead` bytes before, since hardware does not foresee the
// next row. The first row ends `left` bytes after the first element, and what is read after this
// end lies `jump` bytes behind it; the other rows likewise.
struct Scattered {
  const std::byte* at;
  std::int64_t stride;
  std::int64_t row_stride;
  const std::byte* mask;
  std::int64_t mask_stride;
  std::int64_t mask_row_stride;
  std::int64_t ahead;
  std::int64_t left;
  std::int64_t jump;
};

// Copies `rows` rows of `count` elements to contiguous `target`; where the mask is 0, the element's
// bytes become the lowest of `neutral`.
using Stage = void (*)(const Scattered& from, std::int64_t rows, std::int64_t count,
                       std::uint64_t neutral, std::byte* target);

// The function for elements of a dtype, with or without a mask.
Stage choose_stage(DType dtype, bool masked);

}  // namespace strided
