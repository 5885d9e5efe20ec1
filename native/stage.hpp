// Brings scattered or masked elements together, so that the kernels see contiguous ones.
#pragma once

#include <cstdint>

#include "array.hpp"

namespace strided {

// Copies `count` elements that are `stride` bytes apart to contiguous `target`; where the mask (one
// byte an element, `mask_stride` apart) is 0, the element's bytes become the lowest of `neutral`.
using Stage = void (*)(const std::byte* source, std::int64_t stride, const std::byte* mask,
                       std::int64_t mask_stride, std::int64_t count, std::uint64_t neutral,
                       std::byte* target);

// The function for elements of a dtype, with or without a mask.
Stage choose_stage(DType dtype, bool masked);

}  // namespace strided
