// Brings scattered or masked elements together, so that the kernels see contiguous ones.
#pragma once

#include <bit>

#include "cpu.hpp"
#include "dtype.hpp"

namespace strided {

// The function for elements of a dtype, with or without a mask.
inline Stage choose_stage(DType dtype, bool masked) {
  return kernels().stages[std::countr_zero(static_cast<unsigned>(itemsize(dtype)))][masked];
}

}  // namespace strided
