// The loops that make the words of PCG64 many at a time, for instruction sets that multiply vectors
// of 64-bit integers; others do better one word after another (pcg64.cpp).
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace strided {

// Sixteen places of one stream, as halves of 128-bit states, and the map that moves each of them
// sixteen steps on: x -> factor * x + addend.
struct WordLanes {
  static constexpr int kCount = 16;
  uint64_t high[kCount];
  uint64_t low[kCount];
  uint64_t factor_high, factor_low;
  uint64_t addend_high, addend_low;
};

// Both write n elements, a multiple of WordLanes::kCount, from the words of the lanes in turn.
struct WordKernels {
  void (*words)(const WordLanes& lanes, uint64_t* out, size_t n);
  // Each of them low + range * u, with u a multiple of 2^-53 in [0, 1).
  void (*uniform)(const WordLanes& lanes, double low, double range, double* out, size_t n);
};

}  // namespace strided
