// Every second, third or fourth element of what lies side by side.
#pragma once

#include "vector.hpp"

namespace strided {
namespace {

// Of some vectors beside each other, every kStep-th element from the first on, as many as a vector
// has.
//
// Where the step is odd, those elements all have lanes of their own: they stay there while vectors
// are laid over each other, and change places once in the end. Otherwise each shuffle adds to those
// taken before the ones of a vector more.
template <int kStep, class V>
STRIDED_INLINE V take_every(const V* vectors) {
  constexpr int64_t count = sizeof(V) / sizeof(vectors[0][0]);
  using Lane = decltype(vectors[0] < vectors[0]);
  V taken = vectors[0];
  Lane lanes;
  if constexpr (kStep % 2 == 0) {
#pragma GCC unroll 4
    for (int64_t v = 1; v < kStep; ++v) {
#pragma GCC unroll 16
      for (int64_t k = 0; k < count; ++k) {
        const int64_t place = kStep * k - v * count;  // in the vector
        const int64_t before = v == 1 ? kStep * k : k;
        lanes[k] = static_cast<decltype(lanes[0] + 0)>(place < 0       ? before
                                                       : place < count ? count + place
                                                                       : 0);
      }
      taken = shuffle(taken, vectors[v], lanes);
    }
    return taken;
  }
#pragma GCC unroll 4
  for (int64_t v = 1; v < kStep; ++v) {
#pragma GCC unroll 16
    for (int64_t k = 0; k < count; ++k) {
      const bool is_taken = (v * count + k) % kStep == 0;
      lanes[k] = static_cast<decltype(lanes[0] + 0)>(is_taken ? count + k : k);
    }
    taken = shuffle(taken, vectors[v], lanes);
  }
  if constexpr (kStep > 1) {
#pragma GCC unroll 16
    for (int64_t k = 0; k < count; ++k) {
      lanes[k] = static_cast<decltype(lanes[0] + 0)>(kStep * k % count);
    }
    taken = shuffle(taken, taken, lanes);
  }
  return taken;
}

}  // namespace
}  // namespace strided
