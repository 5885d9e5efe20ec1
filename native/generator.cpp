#include "generator.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "dtype.hpp"
#include "layout.hpp"
#include "pool.hpp"
#include "ziggurat_tables.hpp"

namespace strided {
namespace {

// Elements that one thread fills in one go; fewer are not worth waking another.
constexpr std::size_t kGrain = 1 << 16;

// Fills n elements, so many of which come of one word: fill(part, first, count) gets a generator
// that stands where its part begins.
template <class Fill>
void in_parts(Pcg64& generator, std::size_t n, std::size_t elements_per_word, Fill fill) {
  const std::size_t grains = (n + kGrain - 1) / kGrain;
  Pool::instance().run(static_cast<std::int64_t>(grains), [&](std::int64_t grain) {
    const std::size_t first = static_cast<std::size_t>(grain) * kGrain;
    Pcg64 part = generator;
    part.advance(first / elements_per_word);
    fill(part, first, std::min(kGrain, n - first));
  });
  generator.advance(n / elements_per_word);
}

// The ziggurat of G. Marsaglia and W. W. Tsang, "The Ziggurat Method for Generating Random
// Variables", 2000, with 256 strips: the bits of one word choose a strip, a sign and a place in it.
// One draw in a hundred asks the platform's log1p or exp, whose last bits are then its own, as they
// are in NumPy.
constexpr double kEdge = 3.6541528853610088;
constexpr double kInverseEdge = 0.27366123732975828;

template <class T>
struct Ziggurat {
  using Word = std::conditional_t<std::is_same_v<T, double>, std::uint64_t, std::uint32_t>;
  static constexpr int kBits = std::numeric_limits<T>::digits - 1;  // of the place
  T widths[256];
  T heights[256];
  Word limits[256];  // places below are under the curve in all of the strip

  Ziggurat() {
    for (int i = 0; i < 256; ++i) {
      const double inner = kStripWidths[(i + 255) % 256];
      const double limit = i == 1 ? 0 : std::nearbyint(inner / kStripWidths[i] * 0x1p52);
      widths[i] = static_cast<T>(std::ldexp(kStripWidths[i], 52 - kBits));
      heights[i] = static_cast<T>(kStripHeights[i]);
      limits[i] = static_cast<Word>(std::nearbyint(std::ldexp(limit, kBits - 52)));
    }
  }
};

template <class T>
const Ziggurat<T> kZiggurat;

template <class T>
auto next_word(Words& words) {
  if constexpr (std::is_same_v<T, double>)
    return words.next64();
  else
    return words.next32();
}

template <class T>
T next_uniform(Words& words) {
  if constexpr (std::is_same_v<T, double>)
    return words.next_double();
  else
    return words.next_float();
}

// A magnitude beyond the last strip.
template <class T>
T tail(Words& words) {
  for (;;) {
    const T x = -static_cast<T>(kInverseEdge) * std::log1p(-next_uniform<T>(words));
    const T y = -std::log1p(-next_uniform<T>(words));
    if (y + y > x * x) return static_cast<T>(kEdge) + x;
  }
}

template <class T>
T normal(Words& words) {
  const Ziggurat<T>& table = kZiggurat<T>;
  for (;;) {
    const auto word = next_word<T>(words);
    const auto strip = static_cast<std::size_t>(word & 0xff);
    const auto place = (word >> 9) & ((decltype(word){1} << Ziggurat<T>::kBits) - 1);
    const T magnitude = static_cast<T>(place) * table.widths[strip];
    const T x = (word >> 8 & 1) != 0 ? -magnitude : magnitude;
    if (place < table.limits[strip]) return x;
    if (strip == 0) {
      const T far = tail<T>(words);
      return (place >> 8 & 1) != 0 ? -far : far;  // not the sign bit: so it came to be in NumPy
    }
    const T low = table.heights[strip];
    const T height = (table.heights[strip - 1] - low) * next_uniform<T>(words) + low;
    if (static_cast<double>(height) < std::exp(-0.5 * x * x)) return x;
  }
}

// Draws of 1, 8 or 16 bits, cut from 32-bit words from the low end; what is left of the last word
// is lost. Wider draws are words.
template <unsigned Bits>
class Cuts {
 public:
  explicit Cuts(Words& words) : words_(words) {}

  std::uint64_t next() {
    if constexpr (Bits == 64) {
      return words_.next64();
    } else if constexpr (Bits == 32) {
      return words_.next32();
    } else {
      if (left_ == 0) {
        word_ = words_.next32();
        left_ = 32 / Bits;
      }
      --left_;
      const std::uint32_t cut = word_ & ((1u << Bits) - 1);
      word_ >>= Bits;
      return cut;
    }
  }

 private:
  Words& words_;
  std::uint32_t word_ = 0;
  unsigned left_ = 0;
};

// D. Lemire, "Fast Random Integer Generation in an Interval", ACM TOMACS 29 (1), 2019: the high
// half of a draw times the number of values, unless the low half falls into the uneven rest.
template <unsigned Bits, class T>
void fill(Words& words, std::uint64_t low_bits, std::uint64_t range, T* out, std::size_t n) {
  constexpr std::uint64_t kMost = ~std::uint64_t{0} >> (64 - Bits);
  const T low = static_cast<T>(low_bits);
  Cuts<Bits> cuts(words);
  if (range == kMost) {
    for (std::size_t i = 0; i < n; ++i) out[i] = static_cast<T>(low + static_cast<T>(cuts.next()));
    return;
  }
  using Wide = std::conditional_t<Bits == 64, uint128, std::uint64_t>;
  const std::uint64_t values = range + 1;
  const std::uint64_t rest = (kMost - range) % values;
  for (std::size_t i = 0; i < n; ++i) {
    Wide scaled;
    do {
      scaled = static_cast<Wide>(cuts.next()) * values;
    } while ((static_cast<std::uint64_t>(scaled) & kMost) < rest);
    out[i] = static_cast<T>(low + static_cast<T>(scaled >> Bits));
  }
}

template <unsigned Bits, class T>
void integers(Pcg64& generator, std::uint64_t low_bits, std::uint64_t range, void* out,
              std::size_t n) {
  T* const elements = static_cast<T*>(out);
  if (range == 0) {
    std::fill_n(elements, n, static_cast<T>(low_bits));
    return;
  }
  Words words(generator, n * Bits / 64 + 1);
  fill<Bits>(words, low_bits, range, elements, n);
}

// A place from 0 to `last`: as many bits as it takes, again and again until it fits.
std::uint64_t place_up_to(Words& words, std::uint64_t last) {
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(last);
  for (;;) {
    const std::uint64_t place = (last <= 0xffffffff ? words.next32() : words.next64()) & mask;
    if (place <= last) return place;
  }
}

template <class T>
void swap_elements(std::byte* a, std::byte* b) {
  T held, other;
  std::memcpy(&held, a, sizeof held);
  std::memcpy(&other, b, sizeof other);
  std::memcpy(a, &other, sizeof other);
  std::memcpy(b, &held, sizeof held);
}

// Swaps the parts of one shape that start at two places: the loops over one of them.
template <class T>
void swap_parts(std::byte* a, std::byte* b, const Loops<1>& loops, std::int64_t turns) {
  if (loops.empty()) return swap_elements<T>(a, b);
  Walker<1> walker(loops, 0);
  for (std::int64_t turn = 0; turn < turns; ++turn, walker.step()) {
    swap_elements<T>(a + walker.offset()[0], b + walker.offset()[0]);
  }
}

template <class T>
void shuffle_parts(Words& words, const Array& array) {
  Loops<1> loops;
  for (int i = 1; i < array.ndim; ++i) {
    // Elements that are repeated are swapped once.
    const bool repeats = array.strides[i] == 0 && array.shape[i] > 0;
    loops.push_back({repeats ? 1 : array.shape[i], {array.strides[i]}});
  }
  std::array<std::byte*, 1> base{array.data};
  simplify<1>(loops, base);
  const std::int64_t turns = count_turns<1>(loops);
  for (std::int64_t i = array.shape[0] - 1; i > 0; --i) {
    const auto j = static_cast<std::int64_t>(place_up_to(words, static_cast<std::uint64_t>(i)));
    const std::int64_t stride = array.strides[0];
    if (i != j && turns != 0)
      swap_parts<T>(base[0] + i * stride, base[0] + j * stride, loops, turns);
  }
}

}  // namespace

void draw_uniform(Pcg64& generator, double low, double range, double* out, std::size_t n) {
  in_parts(generator, n, 1, [=](Pcg64& part, std::size_t first, std::size_t count) {
    next_uniform(part, low, range, out + first, count);
  });
}

void draw_uniform(Pcg64& generator, float* out, std::size_t n) {
  if (n != 0 && generator.has_half) {
    *out++ = unit_float(generator.half);
    --n;
    generator.has_half = false;
  }
  in_parts(generator, n / 2 * 2, 2, [=](Pcg64& part, std::size_t first, std::size_t count) {
    constexpr std::size_t kBlock = 512;
    std::uint64_t words[kBlock];
    for (std::size_t done = 0; done < count; done += 2 * kBlock) {
      const std::size_t here = std::min(kBlock, (count - done) / 2);
      next_words(part, words, here);
      float* const to = out + first + done;
      for (std::size_t i = 0; i < here; ++i) {
        to[2 * i] = unit_float(static_cast<std::uint32_t>(words[i]));
        to[2 * i + 1] = unit_float(static_cast<std::uint32_t>(words[i] >> 32));
      }
    }
  });
  if (n % 2 != 0) out[n - 1] = Words(generator, 1).next_float();
}

void draw_normal(Pcg64& generator, double mean, double deviation, double* out, std::size_t n) {
  Words words(generator, n);
  for (std::size_t i = 0; i < n; ++i) out[i] = mean + deviation * normal<double>(words);
}

void draw_normal(Pcg64& generator, float* out, std::size_t n) {
  Words words(generator, n / 2);
  for (std::size_t i = 0; i < n; ++i) out[i] = normal<float>(words);
}

void draw_integers(Pcg64& generator, int itemsize, bool is_bool, std::uint64_t low_bits,
                   std::uint64_t range, void* out, std::size_t n) {
  switch (itemsize) {
    case 1:
      if (is_bool) return integers<1, std::uint8_t>(generator, low_bits, range, out, n);
      return integers<8, std::uint8_t>(generator, low_bits, range, out, n);
    case 2:
      return integers<16, std::uint16_t>(generator, low_bits, range, out, n);
    case 4:
      return integers<32, std::uint32_t>(generator, low_bits, range, out, n);
    default:
      // Wide elements with a narrow range take half a word each.
      if (range <= 0xffffffff)
        return integers<32, std::uint64_t>(generator, low_bits, range, out, n);
      return integers<64, std::uint64_t>(generator, low_bits, range, out, n);
  }
}

void shuffle(Pcg64& generator, const Array& array) {
  Words words(generator, static_cast<std::size_t>(array.shape[0]));
  switch (itemsize(array.dtype)) {
    case 1:
      return shuffle_parts<std::uint8_t>(words, array);
    case 2:
      return shuffle_parts<std::uint16_t>(words, array);
    case 4:
      return shuffle_parts<std::uint32_t>(words, array);
    default:
      return shuffle_parts<std::uint64_t>(words, array);
  }
}

}  // namespace strided
