// Reductions of whole arrays.
#pragma once

#include <atomic>
#include <cstdint>

#include "array.hpp"
#include "family.hpp"
#include "reduction_rows.hpp"

namespace strided {

enum class ReductionKind : std::uint8_t {
#define ROW(name) k_##name,
  STRIDED_REDUCTIONS(ROW)
#undef ROW
};

inline constexpr const char* kReductions[] = {
#define ROW(name) #name,
    STRIDED_REDUCTIONS(ROW)
#undef ROW
};

inline constexpr int kReductionCount = sizeof(kReductions) / sizeof(kReductions[0]);

enum class Status { ok, overflow, cancelled };

struct Reduction {
  ReductionKind kind;
  Array in;
  Array out;                    // the kept axes; overlaps neither `in` nor `mask`
  const Array* mask = nullptr;  // bool, of the input's shape: which elements are terms; null: all
  std::uint32_t axes = 0;       // bit i set: axis i is reduced
  Initial initial;
  const std::atomic<bool>* cancelled = nullptr;  // looked at between units of work
};

// True when the reduction of elements of one dtype can have results of another: sums of floats are
// floats, those of others anything; means are floats; products of floats are floats, those of
// others are not; minima have the elements' dtype; places and counts are int64; any and all are
// bool.
bool can_reduce(ReductionKind kind, DType source, DType result) noexcept;

// Writes the results along the reduced axes. Sums and means of floats are correctly rounded; those
// of integers exact, and Status::overflow when a result does not fit, after which `out` holds
// anything. Minima, maxima and places need at least one term, or an initial one. Throws
// std::bad_alloc, and then `out` holds anything, too.
Status reduce(const Reduction& reduction);

}  // namespace strided
