// Reductions of whole arrays.
#pragma once

#include <atomic>
#include <cstdint>

#include "array.hpp"
#include "sum_family.hpp"

namespace strided {

enum class Status { ok, overflow, cancelled };

struct Reduction {
  Array in;
  Array out;                    // the kept axes; overlaps neither `in` nor `mask`
  const Array* mask = nullptr;  // bool, of the input's shape: which elements are terms; null: all
  std::uint32_t axes = 0;       // bit i set: axis i is reduced
  Initial initial;
  const std::atomic<bool>* cancelled = nullptr;  // looked at between units of work
};

// Writes the sums of `in` along its reduced axes: floats correctly rounded, integers exact. The
// dtype of `out` is a float for float inputs, and anything for others; a sum that an integer dtype
// does not hold gives Status::overflow, after which `out` holds anything.
Status sum(const Reduction& reduction);

}  // namespace strided
