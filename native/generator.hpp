// The draws of NumPy's Generator, bit for bit, over a PCG64 stream.
#pragma once

#include <cstddef>
#include <cstdint>

#include "array.hpp"
#include "pcg64.hpp"

namespace strided {

// low + range * u, where u are multiples of 2^-53 in [0, 1). On all threads when there are many.
void draw_uniform(Pcg64& generator, double low, double range, double* out, std::size_t n);

// Multiples of 2^-24 in [0, 1). On all threads when there are many.
void draw_uniform(Pcg64& generator, float* out, std::size_t n);

// mean + deviation * z, where z are standard normal.
void draw_normal(Pcg64& generator, double mean, double deviation, double* out, std::size_t n);
void draw_normal(Pcg64& generator, float* out, std::size_t n);

// n elements of `itemsize` 1, 2, 4 or 8 bytes, each `low_bits` plus a draw from 0 to `range`
// (inclusive, and within the width), in the wrap-around arithmetic of that width.
void draw_integers(Pcg64& generator, int itemsize, bool is_bool, std::uint64_t low_bits,
                   std::uint64_t range, void* out, std::size_t n);

// Puts the parts along the first axis, of which there is one, in a random order.
void shuffle(Pcg64& generator, const Array& array);

}  // namespace strided
