// The kernels of products.

#include "loops.hpp"

namespace strided {
namespace {

template <class T>
struct FloatProduct {
  using Element = T;
  using Chunk = Packed<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  static constexpr bool kRounds = true;
  VecF64 product = filled<VecF64>(1.0);

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(T{1}); }
  STRIDED_INLINE void add(Chunk x) {
    if constexpr (sizeof(T) == 8) {
      product *= x;
    } else {
      product *= widen(x);
    }
  }
  STRIDED_INLINE void spill() {}
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    product = load_plane<VecF64>(columns, 0, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, product);
  }
  STRIDED_INLINE void merge(const FloatProduct& other) { product *= other.product; }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    auto total = fresh ? FloatProductPartial{} : load_partial<FloatProductPartial>(columns, column);
    for (int64_t lane = 0; lane < kLanes; ++lane) total.product *= product[lane];
    store_partial(columns, column, total);
  }
};

// The products of the lower halves of 64 bits.
STRIDED_INLINE VecU64 half_products(VecU64 a, VecU64 b) {
#if defined(__AVX2__) && !defined(__AVX512F__) && !defined(__clang__)
  return (VecU64)__builtin_ia32_pmuludq256((Vec<int>)a, (Vec<int>)b);
#elif defined(__SSE2__) && !defined(__AVX2__) && !defined(__clang__)
  return (VecU64)__builtin_ia32_pmuludq128((Vec<int>)a, (Vec<int>)b);
#else
  return (a & 0xffffffffu) * (b & 0xffffffffu);
#endif
}

// Modulo 2^64. Only the widest vectors can multiply 64 bits; of elements of 32 or fewer, which are
// their lower halves, less 2^32 where they are negative, two products of halves are enough.
template <class T>
STRIDED_INLINE VecU64 times(VecU64 low, VecI64 x) {
  if constexpr (kVectorBytes == 64 || sizeof(T) == 8) {
    return low * (VecU64)x;
  } else {
    VecU64 upper = half_products(low >> 32, (VecU64)x);
    if constexpr (kIsSigned<T>) upper -= low & (VecU64)(x < 0);
    return half_products(low, (VecU64)x) + (upper << 32);
  }
}

// As floats: of 32 bits by way of integers that the CPU converts, or of a float whose unit is 1.
template <class T>
STRIDED_INLINE VecF64 float_of(Packed<T> chunk, VecI64 x) {
  if constexpr (sizeof(T) == 8) {
    return __builtin_convertvector(chunk, VecF64);
  } else if constexpr (sizeof(T) == 4 && !kIsSigned<T>) {
    return (VecF64)(x | (VecI64)filled<VecF64>(0x1p52)) - 0x1p52;
  } else {
    return __builtin_convertvector(__builtin_convertvector(chunk, Packed<int32_t>), VecF64);
  }
}

// A bool counts as 1 wherever it is true.
template <class T, bool kIsBool>
struct IntProduct {
  using Element = T;
  using Chunk = Packed<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  VecU64 low = filled<VecU64>(uint64_t{1});
  VecF64 magnitude = filled<VecF64>(1.0);

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(T{1}); }
  STRIDED_INLINE void add(Chunk chunk) {
    if constexpr (kIsBool) chunk = (Chunk)((chunk != 0) & 1);
    const VecI64 x = __builtin_convertvector(chunk, VecI64);
    low = times<T>(low, x);
    magnitude *= absolute(float_of<T>(chunk, x));
  }
  STRIDED_INLINE void spill() {}
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    low = load_plane<VecU64>(columns, 0, j), magnitude = load_plane<VecF64>(columns, 1, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, low), store_plane(columns, 1, j, magnitude);
  }
  STRIDED_INLINE void merge(const IntProduct& other) {
    low *= other.low;
    magnitude *= other.magnitude;
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    auto total = fresh ? IntProductPartial{} : load_partial<IntProductPartial>(columns, column);
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      total.low *= low[lane];
      total.magnitude *= magnitude[lane];
    }
    store_partial(columns, column, total);
  }
};

template <class T>
constexpr Kernel product_of() {
  if constexpr (static_cast<T>(0.5) != 0) {
    return kernel_of<FloatProduct<T>>();
  } else {
    return kernel_of<IntProduct<T, false>>();
  }
}
template <>
constexpr Kernel product_of<Bool>() {
  return kernel_of<IntProduct<uint8_t, true>>();
}

}  // namespace

#define STRIDED_KERNEL_MAKER product_of
STRIDED_DEFINE_KERNELS(product)

}  // namespace strided
