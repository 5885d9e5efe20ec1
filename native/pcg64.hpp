// PCG64, the stream of words below NumPy's Generator: M. E. O'Neill, "PCG: A Family of Simple Fast
// Space-Efficient Statistically Good Algorithms for Random Number Generation", 2014. Its state
// takes steps x -> factor * x + addend modulo 2^128, each of which gives a word of 64 bits.
//
// Any number of steps is again one such map, found in a few squarings. So a stream can be entered
// anywhere: threads start where their part does, and one thread walks several places at once, which
// hides the latency of the long multiplication, or makes vectors of it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace strided {

__extension__ typedef unsigned __int128 uint128;

constexpr uint128 wide(std::uint64_t high, std::uint64_t low) {
  return static_cast<uint128>(high) << 64 | low;
}

// The map x -> factor * x + addend.
struct Affine {
  uint128 factor = 1;
  uint128 addend = 0;
  constexpr uint128 operator()(uint128 x) const { return factor * x + addend; }
  // First the other map, then this one.
  constexpr Affine after(const Affine& other) const {
    return {factor * other.factor, factor * other.addend + addend};
  }
};

constexpr Affine repeated(Affine map, std::uint64_t times) {
  Affine result;
  for (; times != 0; times >>= 1, map = map.after(map)) {
    if ((times & 1) != 0) result = map.after(result);
  }
  return result;
}

// A generator between two draws. A draw of 32 bits takes the low half of a word and leaves the high
// half to the next such draw, whatever comes in between.
struct Pcg64 {
  uint128 state;
  uint128 increment;  // odd; each is a stream of its own
  bool has_half;
  std::uint32_t half;

  constexpr Affine step() const {
    return {wide(0x2360ed051fc65da4, 0x4385df649fccf645), increment};
  }
  void advance(std::uint64_t words) { state = repeated(step(), words)(state); }
};

// As NumPy seeds it, from the eight words of a seed sequence.
Pcg64 pcg64_seed(const std::uint32_t* words);

// A generator as ten plain words, which can live in any memory.
inline constexpr std::size_t kPcg64Words = 10;
Pcg64 pcg64_load(const std::uint32_t* words);
void pcg64_store(const Pcg64& generator, std::uint32_t* words);

// The floats in [0, 1) that NumPy makes of a word, and of half a word.
inline double unit_double(std::uint64_t word) {
  return static_cast<double>(static_cast<std::int64_t>(word >> 11)) * 0x1p-53;
}
inline float unit_float(std::uint32_t half) {
  return static_cast<float>(static_cast<std::int32_t>(half >> 8)) * 0x1p-24f;
}

// The next n words.
void next_words(Pcg64& generator, std::uint64_t* out, std::size_t n);

// low + range * u for each of the next n words, u being unit_double of the word.
void next_uniform(Pcg64& generator, double low, double range, double* out, std::size_t n);

// The stream word by word, for draws that take as many as chance wants. Words are made in blocks;
// what is left of the last one goes back at the end of the scope, as if it had not been made.
class Words {
 public:
  // `about` is how many words are likely to be taken.
  Words(Pcg64& generator, std::size_t about)
      : generator_(generator), block_(std::clamp<std::size_t>(about, 1, kMost)) {}
  ~Words() { settle(); }
  Words(const Words&) = delete;
  Words& operator=(const Words&) = delete;

  std::uint64_t next64() {
    if (at_ == end_) refill();
    return words_[at_++];
  }

  std::uint32_t next32() {
    if (generator_.has_half) {
      generator_.has_half = false;
      return generator_.half;
    }
    const std::uint64_t word = next64();
    generator_.half = static_cast<std::uint32_t>(word >> 32);
    generator_.has_half = true;
    return static_cast<std::uint32_t>(word);
  }

  double next_double() { return unit_double(next64()); }
  float next_float() { return unit_float(next32()); }

 private:
  static constexpr std::size_t kMost = 512;

  void refill();
  void settle() {
    if (at_ == end_) return;
    generator_.state = start_;
    generator_.advance(at_);
  }

  Pcg64& generator_;  // after the block
  uint128 start_ = 0;
  const std::size_t block_;
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t words_[kMost];
};

}  // namespace strided
