// The loops of a sum. Compiled once per instruction set.
//
// A dtype's accumulator says what a lane keeps and how one vector of elements is added to it; the
// two loops below are written once. Four independent accumulators hide the latency of the chains in
// the row loop; in the tile loop neighbouring columns are independent by themselves. Reads are
// announced to the memory ahead of time: the chains leave too few misses in flight otherwise.

#include "kernels.hpp"
#include "vector.hpp"

namespace strided {
namespace {

constexpr int64_t kGroups = 4;
constexpr int64_t kPrefetchBytes = 8192;
constexpr int kRows = 16;    // of a tile, added while its running sums are in registers
constexpr int kFewRows = 4;  // the same for what is left
constexpr int64_t kRowPrefetchBytes = 512;  // nearer, as so many rows are read at once

int64_t max(int64_t a, int64_t b) {
  return a > b ? a : b;
}

struct Float64Accumulator {
  using Element = double;
  using Partial = Float64Partial;
  static constexpr int kPlanes = 3;
  VecF64 s = {}, e = {}, a = {};

  STRIDED_INLINE void add(Packed<double>::type x) {
    const Sum<VecF64> t = two_sum<VecF64>(s, x);
    s = t.sum;
    e += t.error;
    a += absolute(t.error);
  }
  STRIDED_INLINE void load_planes(const char* at, int64_t plane) {
    s = load<VecF64>(at), e = load<VecF64>(at + plane), a = load<VecF64>(at + 2 * plane);
  }
  STRIDED_INLINE void store_planes(char* at, int64_t plane) const {
    store(at, s), store(at + plane, e), store(at + 2 * plane, a);
  }
  STRIDED_INLINE void merge(const Float64Accumulator& other) {
    const Sum<VecF64> t = two_sum<VecF64>(s, other.s);
    s = t.sum;
    e = (e + other.e) + t.error;
    a = (a + other.a) + absolute(t.error);
  }
  // `steps` vectors were added to each lane before the merges of groups and lanes.
  void flush(Partial* partial, int64_t steps) const {
    Partial total = *partial;
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const Sum<double> t = two_sum<double>(total.s, s[lane]);
      total.s = t.sum;
      total.e = (total.e + e[lane]) + t.error;
      total.a = (total.a + a[lane]) + absolute(t.error);
    }
    total.depth = max(partial->depth, steps + 2 * kGroups) + 2 * kLanes;
    *partial = total;
  }
};

struct Float32Accumulator {
  using Element = float;
  using Partial = Float32Partial;
  static constexpr int kPlanes = 2;
  VecF64 s = {}, a = {};

  STRIDED_INLINE void add(Packed<float>::type x) {
    const VecF64 wide = __builtin_convertvector(x, VecF64);
    s += wide;
    a += absolute(wide);
  }
  STRIDED_INLINE void load_planes(const char* at, int64_t plane) {
    s = load<VecF64>(at), a = load<VecF64>(at + plane);
  }
  STRIDED_INLINE void store_planes(char* at, int64_t plane) const {
    store(at, s), store(at + plane, a);
  }
  STRIDED_INLINE void merge(const Float32Accumulator& other) {
    s += other.s;
    a += other.a;
  }
  void flush(Partial* partial, int64_t steps) const {
    for (int64_t lane = 0; lane < kLanes; ++lane) partial->s += s[lane], partial->a += a[lane];
    partial->depth = max(partial->depth, steps + kGroups) + kLanes;
  }
};

STRIDED_INLINE VecI64 widen_bool(Packed<uint8_t>::type x) {
  return __builtin_convertvector(x, VecI64) != VecI64{};  // -1 where true
}

// Integers of up to 32 bits: 2^30 of them fit a lane of 64 bits.
template <class T>
struct ShortAccumulator {
  using Element = T;
  using Partial = IntPartial;
  static constexpr int kPlanes = 1;
  VecI64 s = {};

  STRIDED_INLINE void add(typename Packed<T>::type x) { s += __builtin_convertvector(x, VecI64); }
  STRIDED_INLINE void load_planes(const char* at, int64_t) { s = load<VecI64>(at); }
  STRIDED_INLINE void store_planes(char* at, int64_t) const { store(at, s); }
  STRIDED_INLINE void merge(const ShortAccumulator& other) { s += other.s; }
  void flush(Partial* partial, int64_t) const {
    for (int64_t lane = 0; lane < kLanes; ++lane) partial->total += s[lane];
  }
};

struct BoolAccumulator : ShortAccumulator<uint8_t> {
  STRIDED_INLINE void add(Packed<uint8_t>::type x) { s -= widen_bool(x); }
};

// Integers of 64 bits: the sum modulo 2^64, and the sum h of the upper halves (shifted with the
// sign). The exact sum is h 2^32 + l, l the sum of the lower halves; l is below 2^64, so that the
// sum modulo 2^64 gives it away.
template <class T, class V>
struct LongAccumulator {
  using Element = T;
  using Partial = IntPartial;
  static constexpr int kPlanes = 2;
  VecU64 low = {};
  V high = {};

  STRIDED_INLINE void add(V x) {
    low += (VecU64)x;
    high += x >> 32;
  }
  STRIDED_INLINE void load_planes(const char* at, int64_t plane) {
    low = load<VecU64>(at), high = load<V>(at + plane);
  }
  STRIDED_INLINE void store_planes(char* at, int64_t plane) const {
    store(at, low), store(at + plane, high);
  }
  STRIDED_INLINE void merge(const LongAccumulator& other) {
    low += other.low;
    high += other.high;
  }
  void flush(Partial* partial, int64_t) const {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const uint64_t lower_halves = low[lane] - (static_cast<uint64_t>(high[lane]) << 32);
      partial->total += static_cast<int128>(high[lane]) * (int64_t{1} << 32);
      partial->total += lower_halves;
    }
  }
};

template <class A>
void sum_row(const void* source, int64_t count, void* partial) {
  using Element = typename A::Element;
  using Vec = typename Packed<Element>::type;
  constexpr int64_t step = kLanes * kGroups;
  constexpr int64_t ahead = kPrefetchBytes / static_cast<int64_t>(sizeof(Element));
  const auto* x = static_cast<const Element*>(source);
  A group[kGroups];
  int64_t i = 0;
  for (; i + step <= count; i += step) {
    for (int64_t at = 0; at < step * static_cast<int64_t>(sizeof(Element)); at += 64) {
      __builtin_prefetch(reinterpret_cast<const char*>(x + i + ahead) + at);
    }
    for (int64_t g = 0; g < kGroups; ++g) group[g].add(load<Vec>(x + i + g * kLanes));
  }
  const int64_t steps = i / step + kGroups;
  for (; i + kLanes <= count; i += kLanes) group[0].add(load<Vec>(x + i));
  if (i < count) group[0].add(load_part(x + i, count - i));
  group[0].merge(group[1]);
  group[2].merge(group[3]);
  group[0].merge(group[2]);
  group[0].flush(static_cast<typename A::Partial*>(partial), steps);
}

// Adds a few rows to the columns; the running sums are read and written once for all of them.
template <class A, int kCount>
STRIDED_INLINE void add_rows(const char* source, int64_t stride, int64_t count, Columns columns) {
  using Element = typename A::Element;
  using Vec = typename Packed<Element>::type;
  constexpr int64_t size = sizeof(Element);
  const int64_t plane = columns.width * 8;
  char* words = static_cast<char*>(columns.words);
  int64_t j = 0;
  for (; j + kLanes <= count; j += kLanes) {
    A sums;
    sums.load_planes(words + j * 8, plane);
    for (int r = 0; r < kCount; ++r) {
      const char* at = source + r * stride + j * size;
      __builtin_prefetch(at + kRowPrefetchBytes);
      sums.add(load<Vec>(at));
    }
    sums.store_planes(words + j * 8, plane);
  }
  if (j == count) return;
  A sums;
  sums.load_planes(words + j * 8, plane);
  for (int r = 0; r < kCount; ++r) {
    const char* at = source + r * stride + j * size;
    sums.add(load_part(reinterpret_cast<const Element*>(at), count - j));
  }
  sums.store_planes(words + j * 8, plane);
}

template <class A>
void sum_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Columns columns) {
  const char* row = static_cast<const char*>(source);
  int64_t r = 0;
  for (; r + kRows <= rows; r += kRows, row += kRows * stride) {
    add_rows<A, kRows>(row, stride, count, columns);
  }
  for (; r + kFewRows <= rows; r += kFewRows, row += kFewRows * stride) {
    add_rows<A, kFewRows>(row, stride, count, columns);
  }
  for (; r < rows; ++r, row += stride) add_rows<A, 1>(row, stride, count, columns);
}

// The accumulator of each element type; a dtype without one does not compile.
template <class T>
struct AccumulatorOf {
  using type = ShortAccumulator<T>;
};
template <>
struct AccumulatorOf<Bool> {
  using type = BoolAccumulator;
};
template <>
struct AccumulatorOf<int64_t> {
  using type = LongAccumulator<int64_t, VecI64>;
};
template <>
struct AccumulatorOf<uint64_t> {
  using type = LongAccumulator<uint64_t, VecU64>;
};
template <>
struct AccumulatorOf<float> {
  using type = Float32Accumulator;
};
template <>
struct AccumulatorOf<double> {
  using type = Float64Accumulator;
};

template <class T>
constexpr SumKernels kernels_of() {
  using A = typename AccumulatorOf<T>::type;
  return {sum_row<A>, sum_tile<A>};
}

}  // namespace

#define STRIDED_TABLE_NAME_(isa) kernels_##isa
#define STRIDED_TABLE_NAME(isa) STRIDED_TABLE_NAME_(isa)
#define STRIDED_QUOTED_(isa) #isa
#define STRIDED_QUOTED(isa) STRIDED_QUOTED_(isa)

extern const KernelTable STRIDED_TABLE_NAME(STRIDED_ISA);
const KernelTable STRIDED_TABLE_NAME(STRIDED_ISA) = {STRIDED_QUOTED(STRIDED_ISA),
#define ROW(name, type, kind) kernels_of<type>(),
                                                     STRIDED_DTYPES(ROW)
#undef ROW
};

}  // namespace strided
