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

// Modulo 2^64, by an element of 32 bits or fewer that is in the lower half, whatever is in the
// upper one: two products of halves, less 2^32 where it is negative. Of what is taken from the
// upper half only the lower half counts.
template <class T>
STRIDED_INLINE VecU64 times(VecU64 low, VecU64 x) {
  VecU64 upper = half_products(low >> 32, x);
  if constexpr (kIsSigned<T>) upper -= low & (VecU64)((Vec<int32_t>)x >> 31);
  return half_products(low, x) + (upper << 32);
}

// Products modulo 2^64, and the same in floating point: what becomes of them after the last term.
struct ProductLanes {
  VecU64 low = filled<VecU64>(uint64_t{1});
  VecF64 magnitude = filled<VecF64>(1.0);

  STRIDED_INLINE void merge(const ProductLanes& other) {
    low *= other.low;
    magnitude *= other.magnitude;
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, bool fresh) const {
    auto total = fresh ? IntProductPartial{} : load_partial<IntProductPartial>(columns, column);
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      total.low *= low[lane];
      total.magnitude *= magnitude[lane];
    }
    store_partial(columns, column, total);
  }
  // The products of kLanes runs.
  static STRIDED_INLINE void close_runs(const ProductLanes* runs, Columns* columns, int64_t column,
                                        bool fresh) {
    const auto product = [](auto a, auto b) { return a * b; };
    VecU64 lows[kLanes];
    VecF64 magnitudes[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) lows[i] = runs[i].low, magnitudes[i] = runs[i].magnitude;
    ProductLanes total{across(lows, product), across(magnitudes, product)};
    if (!fresh) total.merge(opened(columns, column));
    total.close(columns, column);
  }
  static STRIDED_INLINE ProductLanes opened(const Columns* columns, int64_t j) {
    return {load_plane<VecU64>(columns, 0, j), load_plane<VecF64>(columns, 1, j)};
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j) const {
    store_plane(columns, 0, j, low), store_plane(columns, 1, j, magnitude);
  }
};

template <class F>
STRIDED_INLINE void close_product_runs(const F* sums, Columns* columns, int64_t column,
                                       bool fresh) {
  ProductLanes runs[kLanes];
#pragma GCC unroll 8
  for (int64_t i = 0; i < kLanes; ++i) runs[i] = sums[i].lanes();
  ProductLanes::close_runs(runs, columns, column, fresh);
}

// A bool counts as 1 wherever it is true.
template <class T, bool kIsBool>
struct IntProduct {
  using Element = T;
  using Chunk = Packed<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  ProductLanes product;

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(T{1}); }
  STRIDED_INLINE void add(Chunk chunk) {
    if constexpr (kIsBool) chunk = (Chunk)((chunk != 0) & 1);
    const VecI64 x = __builtin_convertvector(chunk, VecI64);
    if constexpr (sizeof(T) == 8) {
      product.low *= (VecU64)x;
      product.magnitude *= __builtin_convertvector(chunk, VecF64);
    } else {
      product.low = times<T>(product.low, (VecU64)x);
      product.magnitude *=
          __builtin_convertvector(__builtin_convertvector(chunk, Packed<int32_t>), VecF64);
    }
  }
  STRIDED_INLINE void spill() {}
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    product = ProductLanes::opened(columns, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    product.close(columns, j);
  }
  STRIDED_INLINE void merge(const IntProduct& other) { product.merge(other.product); }
  STRIDED_INLINE ProductLanes lanes() const { return product; }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    product.close_run(columns, column, fresh);
  }
  static STRIDED_INLINE void close_runs(const IntProduct* sums, Columns* columns, int64_t column,
                                        int64_t, bool fresh) {
    close_product_runs(sums, columns, column, fresh);
  }
};

// Elements of 32 bits: whole vectors of them, whose even and odd lanes are multiplied by
// themselves. Magnitudes in half as many bits do as well: until one is too large for a result, no
// more than 64 terms have been other than 1 or -1, so that it has lost some 2^-17 of itself.
template <class T>
struct WordProduct {
  using Element = T;
  using Chunk = Vec<T>;
  using Magnitude = Vec<float>;
  static constexpr int64_t kWidth = 2 * kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  VecU64 even = filled<VecU64>(uint64_t{1});
  VecU64 odd = filled<VecU64>(uint64_t{1});
  Magnitude magnitude = filled<Magnitude>(1.0F);

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(T{1}); }
  STRIDED_INLINE void add(Chunk x) {
    const auto pairs = (VecU64)x;
    even = times<T>(even, pairs);
    odd = times<T>(odd, pairs >> 32);
    magnitude *= __builtin_convertvector(x, Magnitude);
  }
  STRIDED_INLINE void spill() {}
  // In a tile the words of kWidth columns are those of even ones before those of odd ones.
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    even = load_plane<VecU64>(columns, 0, j), odd = load_plane<VecU64>(columns, 0, j + kLanes);
    magnitude = load_plane<Magnitude>(columns, 1, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, even), store_plane(columns, 0, j + kLanes, odd);
    store_plane(columns, 1, j, magnitude);
  }
  STRIDED_INLINE void merge(const WordProduct& other) {
    even *= other.even;
    odd *= other.odd;
    magnitude *= other.magnitude;
  }
  STRIDED_INLINE ProductLanes lanes() const {
    Packed<float> halves[2];
    __builtin_memcpy(halves, &magnitude, sizeof halves);
    return {even * odd, widen(halves[0]) * widen(halves[1])};
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    lanes().close_run(columns, column, fresh);
  }
  static STRIDED_INLINE void close_runs(const WordProduct* sums, Columns* columns, int64_t column,
                                        int64_t, bool fresh) {
    close_product_runs(sums, columns, column, fresh);
  }
};

// Undoes the order of WordProduct::close.
template <class T>
void arrange_words(Columns* columns, int64_t count) {
  using Product = WordProduct<T>;
  for (int64_t j = 0; j < count; j += Product::kWidth) {
    Product product;
    product.open(columns, j);
    for (int64_t lane = 0; lane < Product::kWidth; ++lane) {
      const VecU64& low = lane % 2 == 0 ? product.even : product.odd;
      store_partial(columns, j + lane,
                    IntProductPartial{low[lane / 2], static_cast<double>(product.magnitude[lane])});
    }
  }
}

template <class T>
constexpr Kernel product_of() {
  if constexpr (static_cast<T>(0.5) != 0) {
    return kernel_of<FloatProduct<T>>();
  } else if constexpr (sizeof(T) == 4) {
    return kernel_of<WordProduct<T>>(arrange_words<T>);
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
