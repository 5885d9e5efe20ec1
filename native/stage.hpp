// Brings scattered, masked or converted elements together, so that the kernels see contiguous ones.
#pragma once

#include <cstdint>

#include "array.hpp"

namespace strided {

// Copies `count` elements that are `stride` bytes apart to contiguous `target`; where the mask (one
// byte an element, `mask_stride` apart) is 0 the element becomes a zero.
using Stage = void (*)(const std::byte* source, std::int64_t stride, const std::byte* mask,
                       std::int64_t mask_stride, std::int64_t count, std::byte* target);

// The function for elements of `source`, with or without a mask, that are to become `staged`:
// the same dtype, or float64 made of float32.
Stage choose_stage(DType source, DType staged, bool masked);

}  // namespace strided
