#include "superaccumulator.hpp"

#include <cmath>
#include <limits>

namespace strided {
namespace {

constexpr int kUnitExponent = -1075;  // a chunk 0 of 1 is 2^-1075
constexpr std::int64_t kRadix = std::int64_t{1} << 32;

}  // namespace

void SuperAccumulator::add_special(std::uint64_t bits) noexcept {
  if ((bits & 0xfffffffffffffu) != 0) {
    nan_ = true;
  } else if ((bits >> 63) != 0) {
    negative_infinity_ = true;
  } else {
    positive_infinity_ = true;
  }
}

// Leaves every chunk but the last in [0, 2^32); the last has the sign.
void SuperAccumulator::propagate() noexcept {
  std::int64_t carry = 0;
  for (int i = 0; i + 1 < kChunks; ++i) {
    const std::int64_t value = chunks_[i] + carry;
    carry = value >> 32;
    chunks_[i] = value & (kRadix - 1);
  }
  chunks_[kChunks - 1] += carry;
  adds_left_ = kAddsBetweenCarries - 1;
}

// Chunks stay below 2^63: each side has had fewer than 2^10 additions since its last carries.
void SuperAccumulator::merge(const SuperAccumulator& other) noexcept {
  propagate();
  for (int i = 0; i < kChunks; ++i) chunks_[i] += other.chunks_[i];
  propagate();
  positive_infinity_ |= other.positive_infinity_;
  negative_infinity_ |= other.negative_infinity_;
  nan_ |= other.nan_;
}

bool SuperAccumulator::divide(std::int64_t divisor) noexcept {
  __extension__ using Wide = unsigned __int128;
  Wide rest = 0;
  for (int i = kChunks; i-- > 0;) {
    // The rest is below the divisor, so that the quotient fits a chunk.
    const Wide dividend = (rest << 32) + static_cast<std::uint64_t>(chunks_[i]);
    chunks_[i] = static_cast<std::int64_t>(dividend / static_cast<std::uint64_t>(divisor));
    rest = dividend % static_cast<std::uint64_t>(divisor);
  }
  return rest != 0;
}

double SuperAccumulator::round_magnitude(int precision, int lowest, bool more) const noexcept {
  int top = kChunks - 1;
  while (top >= 0 && chunks_[top] == 0) --top;
  if (top < 0) return 0;
  const int highest = 32 * top + 63 - __builtin_clzll(static_cast<std::uint64_t>(chunks_[top]));
  // The result's last bit has the weight 2^last; below it, one bit decides, and whether there is
  // anything under that one.
  const int last = highest - precision + 1 > lowest ? highest - precision + 1 : lowest;
  const auto bit = [&](int place) {
    return static_cast<std::uint64_t>(chunks_[place / 32] >> (place % 32)) & 1;
  };
  std::uint64_t kept = 0;
  for (int place = highest; place >= last; --place) kept = kept << 1 | bit(place);
  const int half = last - 1;
  bool up = bit(half) != 0;
  if (up && (kept & 1) == 0) {
    bool above_half = more || (chunks_[half / 32] & ((std::int64_t{1} << (half % 32)) - 1)) != 0;
    for (int i = 0; i < half / 32 && !above_half; ++i) above_half = chunks_[i] != 0;
    up = above_half;
  }
  return std::ldexp(static_cast<double>(kept + (up ? 1 : 0)), last + kUnitExponent);
}

namespace {

double special_sum(bool nan, bool positive, bool negative) noexcept {
  if (nan || (positive && negative)) return std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  return positive ? infinity : -infinity;
}

}  // namespace

double SuperAccumulator::to_float64(std::int64_t divisor) const noexcept {
  if (nan_ || positive_infinity_ || negative_infinity_) {
    return special_sum(nan_, positive_infinity_, negative_infinity_);
  }
  return to_rounded(53, 1, divisor);
}

float SuperAccumulator::to_float32(std::int64_t divisor) const noexcept {
  if (nan_ || positive_infinity_ || negative_infinity_) {
    return static_cast<float>(special_sum(nan_, positive_infinity_, negative_infinity_));
  }
  return static_cast<float>(to_rounded(24, -149 - kUnitExponent, divisor));
}

double SuperAccumulator::to_rounded(int precision, int lowest,
                                    std::int64_t divisor) const noexcept {
  SuperAccumulator magnitude = *this;
  magnitude.propagate();
  const bool negative = magnitude.chunks_[kChunks - 1] < 0;
  if (negative) {
    for (std::int64_t& chunk : magnitude.chunks_) chunk = -chunk;
    magnitude.propagate();
  }
  const bool more = divisor != 1 && magnitude.divide(divisor);
  const double value = magnitude.round_magnitude(precision, lowest, more);
  return negative ? -value : value;
}

}  // namespace strided
