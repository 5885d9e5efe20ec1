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
    if constexpr (sizeof(T) == 8 && !kIsSigned<T>) {
      low *= chunk;
      magnitude *= __builtin_convertvector(chunk, VecF64);
    } else {
      VecI64 x = __builtin_convertvector(chunk, VecI64);
      if constexpr (kIsBool) x = (x != 0) & 1;
      low *= (VecU64)x;
      magnitude *= absolute(__builtin_convertvector(x, VecF64));
    }
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
