#include "random.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

namespace strided {
namespace {

// The recurrence, the tempering and both ways of seeding are those of
//   M. Matsumoto and T. Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform
//   pseudo-random number generator", ACM TOMACS 8 (1), 1998, with the seeding of January 2002.
constexpr std::size_t kWords = 624;
constexpr std::size_t kMiddle = 397;
constexpr std::size_t kRest = kWords - kMiddle;

static_assert(std::is_standard_layout_v<Mt19937> && sizeof(Mt19937) == 4 * (kWords + 1));

inline std::uint32_t twist(std::uint32_t top, std::uint32_t low, std::uint32_t middle) {
  const std::uint32_t joined = (top & 0x80000000u) | (low & 0x7fffffffu);
  return middle ^ (joined >> 1) ^ ((0u - (low & 1u)) & 0x9908b0dfu);
}

inline std::uint32_t temper(std::uint32_t word) {
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680u;
  word ^= (word << 15) & 0xefc60000u;
  return word ^ (word >> 18);
}

// Split where the index of the middle word wraps: no loop reads a word that it wrote fewer than
// 227 steps ago, so the compiler may take several at once.
void next_block(Mt19937& state) {
  std::uint32_t* const key = state.key;
  for (std::size_t i = 0; i < kRest; ++i) key[i] = twist(key[i], key[i + 1], key[i + kMiddle]);
  for (std::size_t i = kRest; i < kWords - 1; ++i) {
    key[i] = twist(key[i], key[i + 1], key[i - kRest]);
  }
  key[kWords - 1] = twist(key[kWords - 1], key[0], key[kMiddle - 1]);
  state.pos = 0;
}

// The next n words of the stream, over as many blocks as that takes.
void take(Mt19937& state, std::uint32_t* out, std::size_t n) {
  while (n != 0) {
    if (state.pos >= kWords) next_block(state);
    const std::uint32_t* const key = state.key + state.pos;
    const std::size_t here = std::min(n, kWords - state.pos);
    for (std::size_t i = 0; i < here; ++i) out[i] = temper(key[i]);
    state.pos += static_cast<std::uint32_t>(here);
    out += here;
    n -= here;
  }
}

inline std::uint32_t scramble(std::uint32_t word) {
  return word ^ (word >> 30);
}

// Draw number i of those that the words hold. NumPy cuts a word into narrow draws from its low end,
// and makes a wide one of two words, the high half first.
template <unsigned Bits>
inline auto draw(const std::uint32_t* words, std::size_t i) {
  if constexpr (Bits == 64) {
    return std::uint64_t{words[2 * i]} << 32 | words[2 * i + 1];
  } else {
    constexpr std::size_t kPerWord = 32 / Bits;
    return words[i / kPerWord] >> (Bits * (i % kPerWord));
  }
}

// Masked rejection: draws of the fewest bits that hold the range, less those beyond it. A batch
// takes no word that is not needed even if every draw is kept, so the state ends where NumPy's
// does. What is left of the last narrow word is dropped, as NumPy drops its buffer after a call.
template <unsigned Bits, class T>
void fill(Mt19937& state, std::uint64_t low_bits, std::uint64_t range, T* out, std::size_t n) {
  using Draw = std::conditional_t<Bits == 64, std::uint64_t, std::uint32_t>;
  const Draw mask = static_cast<Draw>(~std::uint64_t{0} >> std::countl_zero(range));
  const Draw limit = static_cast<Draw>(range);
  const T low = static_cast<T>(low_bits);
  std::uint32_t words[kWords];
  while (n != 0) {
    const std::size_t sure = std::min(n, kWords * 32 / Bits);
    const std::size_t count = (sure * Bits + 31) / 32;
    take(state, words, count);
    std::size_t kept = 0;
    if (limit == mask) {
      for (; kept < sure; ++kept) {
        out[kept] = static_cast<T>(low + static_cast<T>(draw<Bits>(words, kept) & mask));
      }
    } else {
      const auto keep = [&](std::size_t i) {
        const Draw drawn = draw<Bits>(words, i) & mask;
        out[kept] = static_cast<T>(low + static_cast<T>(drawn));
        kept += drawn <= limit;  // no branch, which would be a coin toss
      };
      for (std::size_t i = 0; i < sure; ++i) keep(i);
      for (std::size_t i = sure; i < count * 32 / Bits && kept < n; ++i) keep(i);
    }
    out += kept;
    n -= kept;
  }
}

template <unsigned Bits, class T>
void integers(Mt19937& state, std::uint64_t low_bits, std::uint64_t range, void* out,
              std::size_t n) {
  T* const elements = static_cast<T*>(out);
  if (range == 0) {
    std::fill_n(elements, n, static_cast<T>(low_bits));
  } else {
    fill<Bits>(state, low_bits, range, elements, n);
  }
}

}  // namespace

void mt19937_seed(Mt19937& state, std::uint32_t seed) {
  state.key[0] = seed;
  for (std::uint32_t i = 1; i < kWords; ++i) {
    state.key[i] = 1812433253u * scramble(state.key[i - 1]) + i;
  }
  state.pos = kWords;
}

void mt19937_seed_array(Mt19937& state, const std::uint32_t* words, std::size_t n) {
  mt19937_seed(state, 19650218u);
  std::uint32_t* const key = state.key;
  std::uint32_t at = 1;
  // Mixes one word of the key, then steps; word 0 is a copy of the last one whenever passed.
  const auto mix = [&](std::uint32_t factor, std::uint32_t addend) {
    key[at] = (key[at] ^ (scramble(key[at - 1]) * factor)) + addend;
    if (++at == kWords) {
      key[0] = key[kWords - 1];
      at = 1;
    }
  };
  for (std::size_t step = 0; step < std::max(n, kWords); ++step) {
    const std::size_t j = step % n;
    mix(1664525u, words[j] + static_cast<std::uint32_t>(j));
  }
  for (std::size_t step = 1; step < kWords; ++step) mix(1566083941u, 0u - at);
  key[0] = 0x80000000u;  // so that the key is never all zeros
}

void mt19937_doubles(Mt19937& state, double* out, std::size_t n) {
  constexpr std::size_t kBatch = kWords / 2;
  std::uint32_t words[kWords];
  while (n != 0) {
    const std::size_t count = std::min(n, kBatch);
    take(state, words, 2 * count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto high = static_cast<std::int32_t>(words[2 * i] >> 5);
      const auto low = static_cast<std::int32_t>(words[2 * i + 1] >> 6);
      out[i] = (high * 0x1p26 + low) * 0x1p-53;  // 27 and 26 bits: every step is exact
    }
    out += count;
    n -= count;
  }
}

void mt19937_integers(Mt19937& state, int itemsize, bool is_bool, std::uint64_t low_bits,
                      std::uint64_t range, void* out, std::size_t n) {
  switch (itemsize) {
    case 1:
      if (is_bool) return integers<1, std::uint8_t>(state, low_bits, range, out, n);
      return integers<8, std::uint8_t>(state, low_bits, range, out, n);
    case 2:
      return integers<16, std::uint16_t>(state, low_bits, range, out, n);
    case 4:
      return integers<32, std::uint32_t>(state, low_bits, range, out, n);
    default:
      // Wide elements with a narrow range take one word each, not two.
      if (range <= 0xffffffffu) return integers<32, std::uint64_t>(state, low_bits, range, out, n);
      return integers<64, std::uint64_t>(state, low_bits, range, out, n);
  }
}

}  // namespace strided
