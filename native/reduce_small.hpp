// Results of small arrays that a kernel makes at once: to plan them, and to cut them into units of
// work, would take as long as the sums do.
#pragma once

#include "reduce.hpp"

namespace strided {

// Rows of short elements that kernels make results of at once; of longer ones so many times more.
inline constexpr std::int64_t kFewRows = 2;

// False where the array is not such, or some result is not certain, after which `out` holds
// anything.
bool reduce_small(const Reduction& reduction);

}  // namespace strided
