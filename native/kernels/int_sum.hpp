// Sums of integers, and counts of what is not zero: functors of the loops.
#pragma once

#include "loops.hpp"

namespace strided {
namespace {

// How a vector of short elements is read as unsigned integers of the same size, `kBias` above the
// value that is added.
template <class T>
struct Plain {
  using Element = T;
  using Chunk = Vec<UnsignedOf<T>>;
  static constexpr UnsignedOf<T> kBias =
      kIsSigned<T> ? UnsignedOf<T>{1} << (8 * sizeof(T) - 1) : UnsignedOf<T>{0};
  static STRIDED_INLINE Chunk read(Chunk x) { return kBias == 0 ? x : x ^ kBias; }
};

// 1 for each element that is not zero.
template <class T>
struct Truth {
  using Element = T;
  using Chunk = Vec<T>;
  static constexpr UnsignedOf<T> kBias = 0;
  static STRIDED_INLINE Vec<UnsignedOf<T>> read(Chunk x) {
    return (Vec<UnsignedOf<T>>)(x != 0) & UnsignedOf<T>{1};
  }
};

// The sums of the lanes that are in the same 64 bits.
STRIDED_INLINE VecU64 total_lanes(VecU64 x) {
  return x;
}
STRIDED_INLINE VecU64 total_lanes(Vec<uint32_t> x) {
  const auto wide = (VecU64)x;
  return (wide & 0xffffffffu) + (wide >> 32);
}
STRIDED_INLINE VecU64 total_lanes(Vec<uint16_t> x) {
  const auto wide = (Vec<uint32_t>)x;
  return total_lanes((wide & 0xffffu) + (wide >> 16));
}

// Elements of up to 32 bits, two of which are a lane of twice their size. Such lanes are added,
// modulo what they hold, and so are their upper halves, the odd elements; without these, what is
// left are the even ones. Lanes hold a burst of either, and then go to lanes of 64 bits.
template <class Reader>
struct ShortSum {
  using Element = typename Reader::Element;
  using Chunk = typename Reader::Chunk;
  using Wide = WiderOf<Element>;
  static constexpr int kBits = 8 * sizeof(Element);
  static constexpr int64_t kWidth = kVectorBytes / static_cast<int64_t>(sizeof(Element));
  static constexpr int64_t kBurst = int64_t{1} << (kBits < 24 ? kBits : 24);
  static constexpr int64_t kRunDepth = 0;
  static constexpr auto kBias = static_cast<uint64_t>(Reader::kBias);
  Vec<Wide> both = {}, odd = {};
  VecU64 spilled = {};

  static STRIDED_INLINE Chunk neutral() { return Chunk{}; }
  static STRIDED_INLINE Chunk none() { return Chunk{} + static_cast<Element>(Reader::kBias); }

  STRIDED_INLINE void add(Chunk chunk) {
    const auto x = (Vec<Wide>)Reader::read(chunk);
    both += x;
    odd += x >> kBits;
  }
  STRIDED_INLINE Vec<Wide> even() const { return both - (odd << kBits); }
  STRIDED_INLINE void spill() {
    spilled += total_lanes(even()) + total_lanes(odd);
    both = odd = Vec<Wide>{};
  }
  STRIDED_INLINE void merge(const ShortSum& other) { spilled += other.spilled; }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t count, bool fresh) {
    spill();
    auto total = fresh ? IntPartial{} : load_partial<IntPartial>(columns, column);
    uint64_t sum = total.low - kBias * static_cast<uint64_t>(count);
    for (int64_t lane = 0; lane < kLanes; ++lane) sum += spilled[lane];
    store_partial(columns, column, IntPartial{sum, static_cast<int64_t>(sum) >> 63});
  }
  static STRIDED_INLINE void close_runs(ShortSum* sums, Columns* columns, int64_t column,
                                        int64_t count, bool fresh) {
    VecU64 lanes[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) sums[i].spill(), lanes[i] = sums[i].spilled;
    VecU64 total = across(lanes);
    total -= kBias * static_cast<uint64_t>(count);
    if (!fresh) total += load_plane<VecU64>(columns, 0, column);
    store_plane(columns, 0, column, total);
    store_plane(columns, 1, column, (VecI64)total >> 63);
  }

  // In a tile the words of kWidth columns are in the order in which lanes come apart: even places
  // before odd ones, and so on within them.
  STRIDED_INLINE void open(const Columns*, int64_t) {}
  STRIDED_INLINE void close(Columns* columns, int64_t j, int rows, bool fresh) const {
    int64_t* at = columns->words + j;
    const auto bias = kBias * static_cast<uint64_t>(rows);
    come_apart(come_apart(at, even(), bias, fresh), odd, bias, fresh);
  }

 private:
  static STRIDED_INLINE int64_t* come_apart(int64_t* at, VecU64 sums, uint64_t bias, bool fresh) {
    sums -= bias;
    if (!fresh) sums += load<VecU64>(at);
    store(at, sums);
    return at + kLanes;
  }
  static STRIDED_INLINE int64_t* come_apart(int64_t* at, Vec<uint32_t> sums, uint64_t bias,
                                            bool fresh) {
    const auto wide = (VecU64)sums;
    return come_apart(come_apart(at, wide & 0xffffffffu, bias, fresh), wide >> 32, bias, fresh);
  }
  static STRIDED_INLINE int64_t* come_apart(int64_t* at, Vec<uint16_t> sums, uint64_t bias,
                                            bool fresh) {
    const auto wide = (Vec<uint32_t>)sums;
    return come_apart(come_apart(at, wide & 0xffffu, bias, fresh), wide >> 16, bias, fresh);
  }
};

// The same while few enough rows are added that lanes of twice the elements' size hold them: these
// lie in the second plane, which has no use before the end, first those of `both`, then those of
// `odd`. So many columns' lanes stay in the nearest cache that the rows of a tile can be long.
template <class Reader>
struct ShortLanes : ShortSum<Reader> {
  using Sum = ShortSum<Reader>;
  using Lanes = Vec<typename Sum::Wide>;
  static constexpr int64_t kHeadStep = 2;  // columns of a lane
  static STRIDED_INLINE char* lanes(const Columns* columns, int64_t j) {
    constexpr auto size = static_cast<int64_t>(sizeof(typename Sum::Element));
    return reinterpret_cast<char*>(columns->words + columns->width) + j * size;
  }
  static STRIDED_INLINE char* odd_lanes(const Columns* columns, int64_t j) {
    return lanes(columns, j) + columns->width * static_cast<int64_t>(sizeof(int64_t)) / 2;
  }
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    this->both = load<Lanes>(lanes(columns, j)), this->odd = load<Lanes>(odd_lanes(columns, j));
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store(lanes(columns, j), this->both), store(odd_lanes(columns, j), this->odd);
  }
};

template <class Reader>
void reduce_short_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Terms terms,
                       Columns* columns, bool fresh) {
  using Sum = ShortSum<Reader>;
  if (rows <= kRows) return reduce_tile<Sum>(source, stride, rows, count, terms, columns, fresh);
  const char* row = static_cast<const char*>(source);
  for (int64_t some; rows > 0; rows -= some, row += some * stride, fresh = false) {
    some = rows < Sum::kBurst ? rows : Sum::kBurst;
    reduce_tile<ShortLanes<Reader>>(row, stride, some, count, terms, columns, true);
    for (int64_t j = columns->first; j < columns->first + count; j += Sum::kWidth) {
      ShortLanes<Reader> sums;
      sums.open(columns, j);
      sums.Sum::close(columns, j, static_cast<int>(some), fresh);
    }
  }
}

// Undoes the order of ShortSum::close: a piece has every kPieces-th column from one on, whose
// number is that of the piece with its bits reversed.
template <class Reader>
void arrange_short(Columns* columns, int64_t count) {
  constexpr int64_t width = ShortSum<Reader>::kWidth;
  constexpr int64_t pieces = width / kLanes;
  int64_t* high = columns->words + columns->width;
  for (int64_t j = 0; j < count; j += width) {
    int64_t* words = columns->words + j;
    int64_t sums[width];
    __builtin_memcpy(sums, words, sizeof sums);
    for (int64_t piece = 0; piece < pieces; ++piece) {
      int64_t first = 0;
      for (int64_t bit = 1; bit < pieces; bit *= 2) first = 2 * first + ((piece & bit) != 0);
      for (int64_t lane = 0; lane < kLanes; ++lane) {
        words[first + lane * pieces] = sums[piece * kLanes + lane];
      }
    }
    for (int64_t c = 0; c < width; ++c) high[j + c] = words[c] >> 63;
  }
}

template <class Reader>
constexpr Kernel short_kernel(Finisher finisher = {}, Finisher means = {}) {
  Kernel kernel = kernel_of<ShortSum<Reader>>(arrange_short<Reader>, finisher, means);
  if constexpr (sizeof(typename Reader::Element) < 4) kernel.tile = reduce_short_tile<Reader>;
  return kernel;
}

// 1 where unsigned integers were added and the sum, modulo 2^64, has lost one more.
STRIDED_INLINE int64_t carry_of(uint64_t sum, uint64_t term) {
  return sum < term;
}
STRIDED_INLINE VecI64 carry_of(VecU64 sum, VecU64 term) {
  return -(VecI64)(sum < term);
}

// Elements of 64 bits: the sum modulo 2^64, and the sum h of the upper halves (shifted with the
// sign). The exact sum is h 2^32 + l, l the sum of the lower halves; l is below 2^64, so that the
// sum modulo 2^64 gives it away.
template <class T>
struct LongSum {
  using Element = T;
  using Chunk = Vec<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  VecU64 low = {};
  Vec<T> high = {};

  static STRIDED_INLINE Chunk neutral() { return Chunk{}; }
  // The upper 64 bits of the exact sum: h 2^32 is (h >> 32) 2^64 and what is shifted out, to which
  // l is added.
  template <class U, class S>
  static STRIDED_INLINE S upper(U low, S high) {
    const U shifted = (U)high << 32;
    return (high >> 32) + (S)carry_of(low, shifted);
  }

  STRIDED_INLINE void add(Chunk x) {
    low += (VecU64)x;
    high += x >> 32;
  }
  STRIDED_INLINE void spill() {}
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    low = load_plane<VecU64>(columns, 0, j), high = load_plane<Vec<T>>(columns, 1, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, low), store_plane(columns, 1, j, high);
  }
  STRIDED_INLINE void merge(const LongSum& other) {
    low += other.low;
    high += other.high;
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    uint64_t lows = 0;
    T highs = 0;
    for (int64_t lane = 0; lane < kLanes; ++lane) lows += low[lane], highs += high[lane];
    IntPartial total{lows, static_cast<int64_t>(upper(lows, highs))};
    if (!fresh) {
      const auto before = load_partial<IntPartial>(columns, column);
      total.low += before.low;
      total.high += before.high + carry_of(total.low, before.low);
    }
    store_partial(columns, column, total);
  }
  static STRIDED_INLINE void close_runs(const LongSum* sums, Columns* columns, int64_t column,
                                        int64_t, bool fresh) {
    VecU64 lows[kLanes];
    Vec<T> highs[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) lows[i] = sums[i].low, highs[i] = sums[i].high;
    VecU64 total = across(lows);
    auto top = (VecI64)upper(total, across(highs));
    if (!fresh) {
      const auto before = load_plane<VecU64>(columns, 0, column);
      total += before;
      top += load_plane<VecI64>(columns, 1, column) + carry_of(total, before);
    }
    store_plane(columns, 0, column, total);
    store_plane(columns, 1, column, top);
  }
};

template <class T>
void arrange_long(Columns* columns, int64_t count) {
  for (int64_t j = 0; j < count; j += kLanes) {
    const auto low = load_plane<VecU64>(columns, 0, j);
    store_plane(columns, 1, j, LongSum<T>::upper(low, load_plane<Vec<T>>(columns, 1, j)));
  }
}

// Whether what is more than the lower 64 bits is the sign of T.
template <class T>
STRIDED_INLINE VecI64 fits(VecI64 low, VecI64 high) {
  return high == (kIsSigned<T> ? low >> 63 : VecI64{});
}

// Results of 64 bits, of which those that do not fit are not certain.
template <class T>
int64_t finish_integers(const Columns* columns, int64_t count, int64_t, void* results,
                        int64_t* uncertain) {
  auto* out = static_cast<int64_t*>(results);
  return for_columns(count, uncertain, [&](int64_t j, int64_t lanes) {
    const auto low = load_plane<VecI64>(columns, 0, j);
    const auto high = load_plane<VecI64>(columns, 1, j);
    store_lanes(out + j, low, lanes);
    return fits<T>(low, high);
  });
}

// Means of sums that a float64 holds; others are not certain.
template <class T>
int64_t finish_means(const Columns* columns, int64_t count, int64_t terms, void* results,
                     int64_t* uncertain) {
  constexpr int64_t kMost = int64_t{1} << 53;
  constexpr int64_t kLeast = kIsSigned<T> ? -kMost : 0;
  auto* out = static_cast<double*>(results);
  return for_columns(count, uncertain, [&](int64_t j, int64_t lanes) {
    const auto low = load_plane<VecI64>(columns, 0, j);
    const auto high = load_plane<VecI64>(columns, 1, j);
    const Halves halves = halves_of(low);
    store_lanes(out + j, (halves.high + halves.low) / static_cast<double>(terms), lanes);
    return fits<T>(low, high) & (VecI64)(low >= kLeast) & (VecI64)(low <= kMost);
  });
}

// How many elements of 64 bits are not zero.
template <class T>
struct LongCount {
  using Element = T;
  using Chunk = Vec<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  VecI64 count_ = {};

  static STRIDED_INLINE Chunk neutral() { return Chunk{}; }
  STRIDED_INLINE void add(Chunk x) { count_ -= (VecI64)(x != 0); }
  STRIDED_INLINE void spill() {}
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    count_ = load_plane<VecI64>(columns, 0, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, count_);
  }
  STRIDED_INLINE void merge(const LongCount& other) { count_ += other.count_; }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    int64_t total = fresh ? 0 : columns->words[column];
    for (int64_t lane = 0; lane < kLanes; ++lane) total += count_[lane];
    columns->words[column] = total;
  }
};

}  // namespace
}  // namespace strided
