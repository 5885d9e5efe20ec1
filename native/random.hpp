// The legacy random streams of NumPy, bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strided {

// The state of a Mersenne Twister, M. Matsumoto and T. Nishimura, 1998. It is 625 plain words, so
// it can live in any memory; the streams below are those of NumPy's RandomState.
struct Mt19937 {
  std::uint32_t key[624];
  // How many words of the key are used up. 624 (or more) asks for the next block.
  std::uint32_t pos;
};

// The state after `np.random.seed(seed)`.
void mt19937_seed(Mt19937& state, std::uint32_t seed);

// The state after `np.random.seed([...])`; there is at least one word.
void mt19937_seed_array(Mt19937& state, const std::uint32_t* words, std::size_t n);

// The stream of `random_sample`: multiples of 2^-53 in [0, 1), two words each.
void mt19937_doubles(Mt19937& state, double* out, std::size_t n);

// The stream of `randint`: n elements of `itemsize` 1, 2, 4 or 8 bytes, each `low_bits` plus a draw
// from 0 to `range` (inclusive, and within the width), in the wrap-around arithmetic of that width.
// So one width serves its signed and its unsigned type; bools are the only bytes with a stream of
// their own. A range of 0 draws nothing.
void mt19937_integers(Mt19937& state, int itemsize, bool is_bool, std::uint64_t low_bits,
                      std::uint64_t range, void* out, std::size_t n);

}  // namespace strided
