// Which arrays share memory, and in which order a copy between two that do may run.
#pragma once

#include <cstdint>
#include <vector>

#include "array.hpp"

namespace strided {

enum class Overlap { no = 0, yes = 1, too_hard = 2 };

// No bound on the candidates that are considered: the answer is exact.
inline constexpr std::int64_t kExact = -1;

// a[0] x[0] + a[1] x[1] + … == b with 0 <= x[i] <= u[i], every a[i] > 0 and u[i] >= 0: whether
// there are such integers x. `work` is how many more candidates may be looked at, negative for any
// number; it is counted down. Neither b nor the sum of all a[i] u[i] may pass 62 bits.
struct Term {
  std::int64_t a;
  std::int64_t u;
};
Overlap solve(std::vector<Term> terms, std::int64_t b, std::int64_t& work);

// The first and the last byte of an array; the last comes before the first when it has none.
struct Bounds {
  std::int64_t first = 0;
  std::int64_t last = -1;
};
Bounds bounds_of(const Array& array) noexcept;

inline bool meet(const Bounds& a, const Bounds& b) noexcept {
  return a.first <= b.last && b.first <= a.last && a.first <= a.last && b.first <= b.last;
}

// Whether the bytes from the first to the last of two arrays overlap.
bool bounds_overlap(const Array& a, const Array& b) noexcept;

// Whether two arrays have a byte in common.
Overlap shares_memory(const Array& a, const Array& b, std::int64_t max_work);

// Whether two elements of one array have a byte in common.
Overlap internal_overlap(const Array& array, std::int64_t max_work);

}  // namespace strided
