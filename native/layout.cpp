#include "layout.hpp"

namespace strided {

std::int64_t count_elements(const Array& array) noexcept {
  std::int64_t count = 1;
  bool too_many = false;
  for (int i = 0; i < array.ndim; ++i) {
    if (array.shape[i] == 0) return 0;
    too_many = __builtin_mul_overflow(count, array.shape[i], &count) || too_many;
  }
  return too_many ? -1 : count;
}

bool lies_within(const Array& array, std::int64_t offset, std::int64_t nbytes) noexcept {
  std::int64_t low = offset;
  std::int64_t high = offset;
  bool empty = false;
  for (int i = 0; i < array.ndim; ++i) {
    if (array.shape[i] < 0) return false;
    empty = empty || array.shape[i] == 0;
  }
  if (empty) return offset >= 0 && offset <= nbytes;
  for (int i = 0; i < array.ndim; ++i) {
    std::int64_t span;
    if (__builtin_mul_overflow(array.shape[i] - 1, array.strides[i], &span)) return false;
    std::int64_t& end = span < 0 ? low : high;
    if (__builtin_add_overflow(end, span, &end)) return false;
  }
  if (__builtin_add_overflow(high, itemsize(array.dtype), &high)) return false;
  return low >= 0 && high <= nbytes;
}

}  // namespace strided
