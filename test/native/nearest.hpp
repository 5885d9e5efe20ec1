// Whether a float is the correctly rounded value of an exact quotient, by the definition: no other
// float is nearer. Slow, and unlike the way of the core.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

namespace strided {

// An integer in units of 2^-1074, in pieces of 32 bits.
class Units {
 public:
  // Adds x times a factor below 2^53.
  void add(double x, std::int64_t factor) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    const auto exponent = static_cast<int>(bits >> 52 & 0x7ff);
    std::uint64_t significand = bits & 0xfffffffffffffu;
    if (exponent > 0) significand |= std::uint64_t{1} << 52;
    const int place = exponent > 0 ? exponent - 1 : 0;
    __extension__ using Wide = unsigned __int128;
    Wide product = Wide{significand} * static_cast<std::uint64_t>(std::abs(factor));
    const bool negative = (bits >> 63 != 0) != (factor < 0);
    const auto put = [&](int at, Wide piece) {
      const auto value = static_cast<std::int64_t>(piece);
      pieces_[at] += negative ? -value : value;
    };
    // The product, of up to 106 bits, moved up by less than 32 bits.
    const int shift = place % 32;
    const Wide low = (product & 0xffffffffffffffffu) << shift;
    const Wide high = (product >> 64) << shift;
    for (int i = 0; i < 3; ++i) put(place / 32 + i, low >> (32 * i) & 0xffffffffu);
    for (int i = 0; i < 3; ++i) put(place / 32 + 2 + i, high >> (32 * i) & 0xffffffffu);
  }
  // After fewer than 2^28 additions.
  int sign() {
    carry();
    if (pieces_[kPieces - 1] < 0) return -1;
    for (const std::int64_t piece : pieces_) {
      if (piece != 0) return 1;
    }
    return 0;
  }

 private:
  static constexpr int kPieces = 74;
  void carry() {
    for (int i = 0; i + 1 < kPieces; ++i) {
      pieces_[i + 1] += pieces_[i] >> 32;
      pieces_[i] &= 0xffffffff;
    }
  }
  std::int64_t pieces_[kPieces] = {};
};

// True when `result` is the mean of the terms, of which there are `count` (a term may be in several
// pieces): the exact one, rounded once to R, ties to even, a mean of exactly zero +0.
template <class R>
bool is_mean(const std::vector<double>& terms, std::int64_t count, R result) {
  double special = 0;
  for (const double x : terms) {
    if (!std::isfinite(x)) special += x;
  }
  if (count == 0 || std::isnan(special)) return std::isnan(result);
  if (special != 0) return static_cast<double>(result) == special;
  if (std::isnan(result)) return false;
  Units twice;
  for (const double x : terms) twice.add(x, 2);
  const int sign = twice.sign();
  if (std::signbit(result) != (sign < 0)) return false;
  // The largest number's neighbour is where the next one would be.
  const auto subtract = [count](Units& from, R x) {
    const double half = std::ldexp(1.0, std::numeric_limits<R>::max_exponent - 1);
    if (!std::isinf(x)) return from.add(static_cast<double>(x), -count);
    from.add(x > 0 ? half : -half, -2 * count);
  };
  const R infinity = std::numeric_limits<R>::infinity();
  const R outer = std::nextafter(result, sign < 0 ? -infinity : infinity);
  const R inner = std::nextafter(result, sign < 0 ? infinity : -infinity);
  std::uint64_t bits = 0;
  std::memcpy(&bits, &result, sizeof result);
  const bool even = (bits & 1) == 0;
  const int away = sign < 0 ? -1 : 1;
  if (!std::isinf(result)) {
    Units beyond = twice;  // of the border between the result and the float after it
    subtract(beyond, result), subtract(beyond, outer);
    if (beyond.sign() == away || (beyond.sign() == 0 && !even)) return false;
  }
  if (sign == 0) return result == 0;
  subtract(twice, result), subtract(twice, inner);
  return twice.sign() == away || (twice.sign() == 0 && even);
}

}  // namespace strided
