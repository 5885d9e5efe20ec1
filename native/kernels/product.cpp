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
#if defined(__AVX512F__) && !defined(__clang__)
  return (VecU64)__builtin_ia32_pmuludq512_mask((Vec<int>)a, (Vec<int>)b, Vec<long long>{}, -1);
#elif defined(__AVX2__) && !defined(__clang__)
  return (VecU64)__builtin_ia32_pmuludq256((Vec<int>)a, (Vec<int>)b);
#elif defined(__SSE2__) && !defined(__clang__)
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
  // The products of kLanes runs, of which functors keep lanes().
  template <class F>
  static STRIDED_INLINE void close_runs(const F* runs, Columns* columns, int64_t column,
                                        bool fresh) {
    const auto product = [](auto a, auto b) { return a * b; };
    VecU64 lows[kLanes];
    VecF64 magnitudes[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) {
      const ProductLanes lanes = runs[i].lanes();
      lows[i] = lanes.low, magnitudes[i] = lanes.magnitude;
    }
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

// Rounded once. Where no instruction converts 64 bits, each half is the mantissa of a number that
// is so large that its unit is 1, or 2^32; the upper one counts from the least integer on.
template <class T>
STRIDED_INLINE VecF64 rounded(Vec<T> x) {
  if constexpr (kVectorBytes == 64) {
    return __builtin_convertvector(x, VecF64);
  } else {
    constexpr double lower = 0x1p52;
    constexpr double upper = 0x1p84;
    constexpr double least = kIsSigned<T> ? -0x1p63 : 0;
    constexpr auto turned = kIsSigned<T> ? uint64_t{1} << 63 : uint64_t{0};
    const VecU64 low = ((VecU64)x & 0xffffffff) | (VecU64)filled<VecF64>(lower);
    const VecU64 high = (((VecU64)x ^ turned) >> 32) | (VecU64)filled<VecF64>(upper);
    return ((VecF64)high - (upper - least + lower)) + (VecF64)low;
  }
}

// Elements of 64 bits.
template <class T>
struct LongProduct {
  using Element = T;
  using Chunk = Vec<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  ProductLanes product;

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(T{1}); }
  STRIDED_INLINE void add(Chunk x) {
    product.low *= (VecU64)x;
    product.magnitude *= rounded<T>(x);
  }
  STRIDED_INLINE void spill() {}
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    product = ProductLanes::opened(columns, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    product.close(columns, j);
  }
  STRIDED_INLINE void merge(const LongProduct& other) { product.merge(other.product); }
  STRIDED_INLINE ProductLanes lanes() const { return product; }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    product.close_run(columns, column, fresh);
  }
  static STRIDED_INLINE void close_runs(const LongProduct* sums, Columns* columns, int64_t column,
                                        int64_t, bool fresh) {
    ProductLanes::close_runs(sums, columns, column, fresh);
  }
};

// As many elements as a vector has lanes of 32 bits, which are called words here.
template <class T>
using AsWords = typename VectorOf<T, 2 * kLanes * sizeof(T)>::type;
template <class T>
using WordsOfElements = Vec<decltype(T{} + T{})>;  // 32 bits each

// GCC 12 makes several instructions of its own notation.
template <class T>
STRIDED_INLINE WordsOfElements<T> words_of(AsWords<T> x) {
#if defined(__AVX512F__) && !defined(__clang__)
  if constexpr (sizeof(T) == 1) {
    const auto bytes = (AsWords<char>)x;
    return kIsSigned<T> ? __builtin_ia32_pmovsxbd512_mask(bytes, Vec<int>{}, -1)
                        : __builtin_ia32_pmovzxbd512_mask(bytes, Vec<int>{}, -1);
  } else if constexpr (sizeof(T) == 2) {
    const auto shorts = (AsWords<short>)x;
    return kIsSigned<T> ? __builtin_ia32_pmovsxwd512_mask(shorts, Vec<int>{}, -1)
                        : __builtin_ia32_pmovzxwd512_mask(shorts, Vec<int>{}, -1);
  }
#elif defined(__AVX2__) && !defined(__clang__)
  if constexpr (sizeof(T) == 1) {
    using Pair = VectorOf<long long, 16>::type;
    const auto bytes = (VectorOf<char, 16>::type)Pair{(long long)x, 0};
    return kIsSigned<T> ? __builtin_ia32_pmovsxbd256(bytes) : __builtin_ia32_pmovzxbd256(bytes);
  } else if constexpr (sizeof(T) == 2) {
    const auto shorts = (AsWords<short>)x;
    return kIsSigned<T> ? __builtin_ia32_pmovsxwd256(shorts) : __builtin_ia32_pmovzxwd256(shorts);
  }
#endif
  return __builtin_convertvector(x, WordsOfElements<T>);
}

// Elements of 32 bits, or of fewer that become as many: vectors of them, whose even and odd lanes
// are multiplied by themselves. Magnitudes in 32 bits do as well: until one is too large for a
// result, no more than 64 terms have been other than 1 or -1, so that it has lost some 2^-17 of
// itself. A bool counts as 1 wherever it is true.
template <class T, bool kIsBool>
struct WordProduct {
  using Element = T;
  using Chunk = AsWords<T>;
  using Magnitude = Vec<float>;
  static constexpr int64_t kWidth = 2 * kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  VecU64 even = filled<VecU64>(uint64_t{1});
  VecU64 odd = filled<VecU64>(uint64_t{1});
  Magnitude magnitude = filled<Magnitude>(1.0F);

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(T{1}); }
  STRIDED_INLINE void add(Chunk x) {
    if constexpr (kIsBool) x = (Chunk)((x != 0) & 1);
    const auto words = words_of<T>(x);
    const auto pairs = (VecU64)words;
    even = times<T>(even, pairs);
    odd = times<T>(odd, pairs >> 32);
    magnitude *= __builtin_convertvector(words, Magnitude);
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
  // Of a run, where it does not count which lane has the product of which elements.
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
    ProductLanes::close_runs(sums, columns, column, fresh);
  }
};

// Undoes the order of WordProduct::close.
template <class T, bool kIsBool>
void arrange_words(Columns* columns, int64_t count) {
  using Product = WordProduct<T, kIsBool>;
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

template <class T, bool kIsBool>
constexpr Kernel word_product() {
  return kernel_of<WordProduct<T, kIsBool>>(arrange_words<T, kIsBool>);
}

template <class T>
constexpr Kernel product_of() {
  if constexpr (static_cast<T>(0.5) != 0) {
    return kernel_of<FloatProduct<T>>();
  } else if constexpr (sizeof(T) == 8) {
    return kernel_of<LongProduct<T>>();
  } else {
    return word_product<T, false>();
  }
}
template <>
constexpr Kernel product_of<Bool>() {
  return word_product<uint8_t, true>();
}

}  // namespace

#define STRIDED_KERNEL_MAKER product_of
STRIDED_DEFINE_KERNELS(product)

}  // namespace strided
