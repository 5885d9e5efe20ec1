// Vectors of the width that this instruction set has, in the compilers' own notation. Included by
// kernel sources only; everything is in an unnamed namespace, so that no code compiled for one
// instruction set can be linked in place of another's.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "dtype_rows.hpp"

#ifndef STRIDED_VECTOR_BYTES
#error "STRIDED_VECTOR_BYTES is set by the row of the instruction set in CMakeLists.txt"
#endif

#define STRIDED_INLINE inline __attribute__((always_inline))

namespace strided {
namespace {

inline constexpr int64_t kVectorBytes = STRIDED_VECTOR_BYTES;
inline constexpr int64_t kLanes = kVectorBytes / 8;  // of 64 bits

template <class T, int64_t kBytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(kBytes)));
};
template <class T>
using Vec = typename VectorOf<T, kVectorBytes>::type;

using VecF64 = Vec<double>;
using VecI64 = Vec<int64_t>;
using VecU64 = Vec<uint64_t>;

// kLanes elements of a type.
template <class T>
using Packed = typename VectorOf<T, kLanes * sizeof(T)>::type;

// Vectors may lie at any address.
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

template <class V, class T>
STRIDED_INLINE V filled(T value) {
  return V{} + value;
}

// Past the caches, to an address that is a multiple of the vector's size.
STRIDED_INLINE void stream(double* target, VecF64 value) {
#if defined(__clang__)
  __builtin_nontemporal_store(value, reinterpret_cast<VecF64*>(target));
#elif defined(__AVX512F__)
  __builtin_ia32_movntpd512(target, value);
#elif defined(__AVX__)
  __builtin_ia32_movntpd256(target, value);
#elif defined(__SSE2__)
  __builtin_ia32_movntpd(target, value);
#else
  store(target, value);
#endif
}

// Before other threads are told of what was streamed.
STRIDED_INLINE void finish_streaming() {
#if defined(__SSE2__)
  __builtin_ia32_sfence();
#endif
}

// One operation with 512 bits.
STRIDED_INLINE VecI64 conjunction(VecI64 a, VecI64 b, VecI64 c) {
#if defined(__AVX512F__) && !defined(__clang__)
  using Words = Vec<long long>;
  return (VecI64)__builtin_ia32_pternlogq512_mask((Words)a, (Words)b, (Words)c, 0x80, -1);
#else
  return a & b & c;
#endif
}

STRIDED_INLINE VecF64 absolute(VecF64 x) {
  return (VecF64)((VecU64)x & filled<VecU64>(0x7fffffffffffffffu));
}

STRIDED_INLINE double absolute(double x) {
  return __builtin_fabs(x);
}

STRIDED_INLINE VecF64 square_root(VecF64 x) {
#if defined(__AVX512F__) && !defined(__clang__)
  return __builtin_ia32_sqrtpd512_mask(x, VecF64{}, -1, 4);
#elif defined(__AVX__) && !defined(__clang__)
  return __builtin_ia32_sqrtpd256(x);
#elif defined(__SSE2__) && !defined(__clang__)
  return __builtin_ia32_sqrtpd(x);
#else
  for (int64_t lane = 0; lane < kLanes; ++lane) x[lane] = __builtin_sqrt(x[lane]);
  return x;
#endif
}

// float32 to float64. GCC 12 makes several instructions of its own notation.
STRIDED_INLINE VecF64 widen(Packed<float> x) {
#if defined(__AVX512F__) && !defined(__clang__)
  return __builtin_ia32_cvtps2pd512_mask(x, VecF64{}, -1, 4);
#elif defined(__AVX__) && !defined(__clang__)
  return __builtin_ia32_cvtps2pd256(x);
#else
  return __builtin_convertvector(x, VecF64);
#endif
}

// Integers of 32 bits to 64.
STRIDED_INLINE VecI64 widen(Packed<int32_t> x) {
#if defined(__AVX512F__) && !defined(__clang__)
  return (VecI64)__builtin_ia32_pmovsxdq512_mask(x, Vec<long long>{}, -1);
#elif defined(__AVX2__) && !defined(__clang__)
  return (VecI64)__builtin_ia32_pmovsxdq256(x);
#else
  return __builtin_convertvector(x, VecI64);
#endif
}
STRIDED_INLINE VecI64 widen(Packed<uint32_t> x) {
  return widen((Packed<int32_t>)x) & 0xffffffff;
}

// An integer as the sum of two numbers, each exact.
struct Halves {
  VecF64 high;
  VecF64 low;
};
STRIDED_INLINE Halves halves_of(VecI64 x) {
  // The upper half lies in the mantissa of a number that is so large that its unit is 2^32.
  constexpr double lower = 0x1p52;
  constexpr double upper = 0x1p84 + 0x1p83;
  const VecI64 low = (x & 0xffffffff) | (VecI64)filled<VecF64>(lower);
  const VecI64 high = (x >> 32) + (VecI64)filled<VecF64>(upper);
  return {(VecF64)high - upper, (VecF64)low - lower};
}

// a * b + c, rounded once.
STRIDED_INLINE VecF64 multiply_add(VecF64 a, VecF64 b, VecF64 c) {
#if defined(__AVX512F__) && !defined(__clang__)
  return __builtin_ia32_vfmaddpd512_mask(a, b, c, -1, 4);
#elif defined(__FMA__) && !defined(__clang__)
  return __builtin_ia32_vfmaddpd256(a, b, c);
#else
  for (int64_t lane = 0; lane < kLanes; ++lane) c[lane] = __builtin_fma(a[lane], b[lane], c[lane]);
  return c;
#endif
}

// The same, rounded twice where that is faster.
STRIDED_INLINE VecF64 plus_product(VecF64 a, VecF64 b, VecF64 c) {
#if defined(__FMA__)
  return multiply_add(a, b, c);
#else
  return a * b + c;
#endif
}

// minuend - subtrahend, where there is a unit that multiplies and adds: as minuend - 1 *
// subtrahend, which has the same bits. A CPU may have such units besides those that add, so that a
// loop of mere additions is faster when both kinds have some.
STRIDED_INLINE VecF64 difference(VecF64 minuend, VecF64 subtrahend) {
#if defined(__FMA__) && !defined(__clang__)
  return multiply_add(subtrahend, filled<VecF64>(-1.0), minuend);
#else
  return minuend - subtrahend;
#endif
}

STRIDED_INLINE double difference(double minuend, double subtrahend) {
  return minuend - subtrahend;
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
  const V from_a = difference(sum, from_b);
  return {sum, difference(a, from_a) + difference(b, from_b)};
}

// Lane i is lane lanes[i] of both vectors, those of the second behind those of the first.
template <class V, class Lanes>
STRIDED_INLINE V shuffle(V a, V b, Lanes lanes) {
#if defined(__clang__)
  constexpr int64_t count = sizeof(V) / sizeof(a[0]);
  V result;
  for (int64_t i = 0; i < count; ++i) {
    const auto lane = static_cast<int64_t>(lanes[i]);
    result[i] = lane < count ? a[lane] : b[lane - count];
  }
  return result;
#else
  return __builtin_shuffle(a, b, lanes);
#endif
}

// Exchanges lanes between two vectors that are some places apart among as many as there are lanes.
template <int64_t kApart>
struct Exchange {
  VecI64 left, right;  // lanes kLanes and above are those of the second operand

  STRIDED_INLINE Exchange() {
#pragma GCC unroll 8
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const bool upper = (lane & kApart) != 0;
      left[lane] = upper ? kLanes + lane - kApart : lane;
      right[lane] = upper ? kLanes + lane : lane + kApart;
    }
  }
};

// Turns vectors of 64-bit lanes, of which there are as many as lanes, into those of first lanes, of
// second lanes, and so on: by exchanging lanes between vectors that are 1, 2, 4, ... apart.
template <int64_t kApart = 1, class V>
STRIDED_INLINE void transpose(V* vectors) {
  if constexpr (kApart < kLanes) {
    const Exchange<kApart> lanes;
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) {
      if ((i & kApart) != 0) continue;
      const V a = vectors[i];
      const V b = vectors[i + kApart];
      vectors[i] = shuffle(a, b, lanes.left);
      vectors[i + kApart] = shuffle(a, b, lanes.right);
    }
    transpose<2 * kApart>(vectors);
  }
}

struct Plus {
  template <class V>
  STRIDED_INLINE V operator()(V a, V b) const {
    return a + b;
  }
};

// Lane i of the result is the sum of the lanes of the i-th vector, or what else `join` makes of
// two: what is exchanged is added at once.
template <int64_t kApart = 1, class V, class Join = Plus>
STRIDED_INLINE V across(V* vectors, Join join = {}) {
  if constexpr (kApart < kLanes) {
    const Exchange<kApart> lanes;
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; i += 2 * kApart) {
      const V a = vectors[i];
      const V b = vectors[i + kApart];
      vectors[i] = join(shuffle(a, b, lanes.left), shuffle(a, b, lanes.right));
    }
    return across<2 * kApart>(vectors, join);
  } else {
    return vectors[0];
  }
}

// Whether some lane has some of these bits.
STRIDED_INLINE bool any_bits(VecI64 x, VecI64 bits) {
#if defined(__AVX512F__) && !defined(__clang__)
  return __builtin_ia32_ptestmq512((Vec<long long>)x, (Vec<long long>)bits, -1) != 0;
#elif defined(__AVX__) && !defined(__clang__)
  return __builtin_ia32_ptestz256((Vec<long long>)x, (Vec<long long>)bits) == 0;
#else
  int64_t some = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) some |= x[lane] & bits[lane];
  return some != 0;
#endif
}
STRIDED_INLINE bool any_bits(VecI64 x, int64_t bits) {
  return any_bits(x, filled<VecI64>(bits));
}

STRIDED_INLINE bool any(VecI64 mask) {
  return any_bits(mask, mask);
}

// The first lane that is true; there is one.
template <class T>
STRIDED_INLINE int64_t first_lane(Vec<T> mask) {
#if defined(__AVX512F__) && !defined(__clang__)
  if constexpr (sizeof(T) == 1) {
    return __builtin_ctzll(__builtin_ia32_cvtb2mask512((Vec<char>)mask));
  } else if constexpr (sizeof(T) == 2) {
    return __builtin_ctz(__builtin_ia32_cvtw2mask512((Vec<short>)mask));
  } else if constexpr (sizeof(T) == 4) {
    return __builtin_ctz(__builtin_ia32_cvtd2mask512((Vec<int>)mask));
  } else {
    return __builtin_ctz(__builtin_ia32_cvtq2mask512((Vec<long long>)mask));
  }
#elif defined(__AVX2__) && !defined(__clang__)
  const auto bytes = static_cast<uint32_t>(__builtin_ia32_pmovmskb256((Vec<char>)mask));
  return __builtin_ctz(bytes) / int{sizeof(T)};
#elif defined(__SSE2__) && !defined(__clang__)
  const auto bytes = static_cast<uint32_t>(__builtin_ia32_pmovmskb128((Vec<char>)mask));
  return __builtin_ctz(bytes) / int{sizeof(T)};
#else
  int64_t lane = 0;
  while (mask[lane] == 0) ++lane;
  return lane;
#endif
}

// The unsigned integer of as many bytes, and that of twice as many.
template <int kBytes>
struct Unsigned;
template <>
struct Unsigned<1> {
  using type = uint8_t;
  using wider = uint16_t;
};
template <>
struct Unsigned<2> {
  using type = uint16_t;
  using wider = uint32_t;
};
template <>
struct Unsigned<4> {
  using type = uint32_t;
  using wider = uint64_t;
};
template <>
struct Unsigned<8> {
  using type = uint64_t;
};
template <class T>
using UnsignedOf = typename Unsigned<sizeof(T)>::type;
template <class T>
using WiderOf = typename Unsigned<sizeof(T)>::wider;

template <class T>
inline constexpr bool kIsSigned = static_cast<T>(-1) < static_cast<T>(0);

// What the elements of a dtype are to the loops: a bool is a byte.
template <class T>
struct ElementOf {
  using type = T;
};
template <>
struct ElementOf<Bool> {
  using type = uint8_t;
};

}  // namespace
}  // namespace strided
