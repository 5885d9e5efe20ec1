// Vectors of the width that this instruction set has, in the compilers' own notation. Included by
// kernel sources only; everything is in an unnamed namespace, so that no code compiled for one
// instruction set can be linked in place of another's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifndef STRIDED_VECTOR_BYTES
#error "STRIDED_VECTOR_BYTES is set by the row of the instruction set in CMakeLists.txt"
#endif

#define STRIDED_INLINE inline __attribute__((always_inline))

namespace strided {
namespace {

inline constexpr int64_t kVectorBytes = STRIDED_VECTOR_BYTES;
inline constexpr int64_t kLanes = kVectorBytes / 8;  // of 64 bits

typedef double VecF64 __attribute__((vector_size(STRIDED_VECTOR_BYTES)));
typedef int64_t VecI64 __attribute__((vector_size(STRIDED_VECTOR_BYTES)));
typedef uint64_t VecU64 __attribute__((vector_size(STRIDED_VECTOR_BYTES)));

// kLanes elements of a type, as they lie in memory at any address.
template <class T>
struct Packed {
  typedef T type __attribute__((vector_size(STRIDED_VECTOR_BYTES / 8 * sizeof(T))));
};

template <class V>
STRIDED_INLINE V load(const void* source) {
  V value;
  __builtin_memcpy(&value, source, sizeof value);
  return value;
}

template <class V>
STRIDED_INLINE void store(void* target, V value) {
  __builtin_memcpy(target, &value, sizeof value);
}

// The first `count` elements, and zeros behind them; reads nothing beyond.
template <class T>
STRIDED_INLINE typename Packed<T>::type load_part(const T* source, int64_t count) {
  typename Packed<T>::type value = {};
  __builtin_memcpy(&value, source, static_cast<size_t>(count) * sizeof(T));
  return value;
}

STRIDED_INLINE VecF64 absolute(VecF64 x) {
  VecU64 bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  bits &= (VecU64{} + 0x7fffffffffffffffu);
  __builtin_memcpy(&x, &bits, sizeof bits);
  return x;
}

STRIDED_INLINE double absolute(double x) {
  return __builtin_fabs(x);
}

// Knuth's TwoSum (The Art of Computer Programming 2, 4.2.2): a + b = sum + error exactly, unless
// something overflows, when error is not a number.
template <class V>
struct Sum {
  V sum;
  V error;
};

template <class V>
STRIDED_INLINE Sum<V> two_sum(V a, V b) {
  const V sum = a + b;
  const V from_b = sum - a;
  const V error = (a - (sum - from_b)) + (b - from_b);
  return {sum, error};
}

}  // namespace
}  // namespace strided
