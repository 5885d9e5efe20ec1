// Sums of floating-point numbers without any error.
//
// After the small superaccumulator of R. M. Neal, "Fast exact summation using small and large
// superaccumulators", arXiv:1505.05571 (2015). A finite double is m * 2^(E - 1075), m an integer of
// 53 bits and E from 1 to 2046. The accumulator is one long fixed-point number in the unit 2^-1075,
// held in chunks of 64 bits whose weights are 32 bits apart. Adding m shifted by E mod 32 touches
// two neighbouring chunks: its lower 32 bits go to chunk E / 32, the rest, below 2^52, to the next.
// The upper half of each chunk takes up what would be carries, so that 2^10 additions need none;
// then propagate() moves them on. Infinities and NaN are counted aside.
//
// Adding two superaccumulators is exact and commutes, so that sums of parts merge into the sum of
// the whole, whatever the parts.
#pragma once

#include <cstdint>
#include <cstring>

namespace strided {

class SuperAccumulator {
 public:
  void add(double x) noexcept;
  void merge(const SuperAccumulator& other) noexcept;

  // The sum rounded once, to nearest, ties to even; +0 when it is zero. Infinities and NaN as IEEE
  // 754 adds them; a sum beyond the largest finite number is an infinity.
  // With a divisor, which is positive, that of the sum divided by it.
  double to_float64(std::int64_t divisor = 1) const noexcept;
  float to_float32(std::int64_t divisor = 1) const noexcept;

 private:
  static constexpr int kChunks = 70;  // 2098 bits of doubles, and room for 2^64 terms
  static constexpr int kAddsBetweenCarries = 1 << 10;

  void add_special(std::uint64_t bits) noexcept;
  void propagate() noexcept;
  // Divides a magnitude; true when something is left over.
  bool divide(std::int64_t divisor) noexcept;
  // The quotient rounded to `precision` bits, of which none has a weight below 2^lowest units.
  double to_rounded(int precision, int lowest, std::int64_t divisor) const noexcept;
  // `more`: there is something below the last chunk.
  double round_magnitude(int precision, int lowest, bool more) const noexcept;

  std::int64_t chunks_[kChunks] = {};
  int adds_left_ = kAddsBetweenCarries;
  bool positive_infinity_ = false;
  bool negative_infinity_ = false;
  bool nan_ = false;
};

inline void SuperAccumulator::add(double x) noexcept {
  std::uint64_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const auto exponent = static_cast<unsigned>(bits >> 52) & 0x7ff;
  std::uint64_t mantissa = bits & 0xfffffffffffffu;
  if (exponent == 0x7ff) return add_special(bits);
  if (adds_left_-- == 0) propagate();
  // A subnormal has no hidden bit, and the weight of exponent 1.
  mantissa |= static_cast<std::uint64_t>(exponent != 0) << 52;
  const unsigned place = exponent + (exponent == 0);
  const unsigned shift = place & 31;
  const auto low = static_cast<std::int64_t>((mantissa << shift) & 0xffffffffu);
  const auto high = static_cast<std::int64_t>(mantissa >> (32 - shift));
  const std::int64_t sign = static_cast<std::int64_t>(bits) >> 63;  // 0 or -1
  chunks_[place >> 5] += (low ^ sign) - sign;
  chunks_[(place >> 5) + 1] += (high ^ sign) - sign;
}

}  // namespace strided
