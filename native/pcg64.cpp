#include "pcg64.hpp"

#include <bit>
#include <cstring>

#include "cpu.hpp"
#include "kernels/words.hpp"

namespace strided {

#if defined(__x86_64__)
extern const WordKernels words_avx512;
#endif

namespace {

// The vector loops of the instruction set in use, if it has them.
const WordKernels* word_kernels() {
#if defined(__x86_64__)
  if (std::strcmp(kernels().name, "avx512") == 0) return &words_avx512;
#endif
  return nullptr;
}

constexpr std::size_t kWorthVectors = 64;

std::uint64_t output(uint128 state) {
  const auto high = static_cast<std::uint64_t>(state >> 64);
  return std::rotr(high ^ static_cast<std::uint64_t>(state), static_cast<int>(high >> 58));
}

// The next n words by vectors: as many as there are whole rounds. Returns how many those are.
template <class Kernel>
std::size_t by_vectors(Pcg64& generator, std::size_t n, Kernel kernel) {
  const WordKernels* const kernels = n < kWorthVectors ? nullptr : word_kernels();
  if (kernels == nullptr) return 0;
  WordLanes lanes;
  const Affine step = generator.step();
  uint128 state = generator.state;
  for (int l = 0; l < WordLanes::kCount; ++l) {
    state = step(state);
    lanes.high[l] = static_cast<std::uint64_t>(state >> 64);
    lanes.low[l] = static_cast<std::uint64_t>(state);
  }
  const Affine stride = repeated(step, WordLanes::kCount);
  lanes.factor_high = static_cast<std::uint64_t>(stride.factor >> 64);
  lanes.factor_low = static_cast<std::uint64_t>(stride.factor);
  lanes.addend_high = static_cast<std::uint64_t>(stride.addend >> 64);
  lanes.addend_low = static_cast<std::uint64_t>(stride.addend);
  const std::size_t whole = n / WordLanes::kCount * WordLanes::kCount;
  kernel(*kernels, lanes, whole);
  generator.advance(whole);
  return whole;
}

// The next n words one after another, from four places at once: emit(i, word).
template <class Emit>
void by_words(Pcg64& generator, std::size_t n, Emit emit) {
  constexpr std::size_t kLanes = 4;
  const Affine step = generator.step();
  std::size_t i = 0;
  if (n >= kWorthVectors) {
    uint128 lane[kLanes] = {step(generator.state)};
    for (std::size_t l = 1; l < kLanes; ++l) lane[l] = step(lane[l - 1]);
    const Affine stride = repeated(step, kLanes);
    for (; i + kLanes <= n; i += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) {
        emit(i + l, output(lane[l]));
        lane[l] = stride(lane[l]);
      }
    }
    generator.advance(i);
  }
  for (; i < n; ++i) {
    generator.state = step(generator.state);
    emit(i, output(generator.state));
  }
}

std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

// Four words, the lowest first.
uint128 load128(const std::uint32_t* words) {
  return wide(joined(words[2], words[3]), joined(words[0], words[1]));
}

void store128(uint128 value, std::uint32_t* words) {
  for (int i = 0; i < 4; ++i) words[i] = static_cast<std::uint32_t>(value >> (32 * i));
}

}  // namespace

Pcg64 pcg64_seed(const std::uint32_t* words) {
  // A seed sequence gives 64-bit numbers, the higher half of each 128-bit one first.
  const auto number = [&](int i) {
    const std::uint32_t* at = words + 4 * i;
    return wide(joined(at[0], at[1]), joined(at[2], at[3]));
  };
  Pcg64 generator{0, number(1) << 1 | 1, false, 0};
  generator.state = generator.step()(generator.increment + number(0));
  return generator;
}

Pcg64 pcg64_load(const std::uint32_t* words) {
  return {load128(words), load128(words + 4) | 1, words[8] != 0, words[9]};
}

void pcg64_store(const Pcg64& generator, std::uint32_t* words) {
  store128(generator.state, words);
  store128(generator.increment, words + 4);
  words[8] = generator.has_half;
  words[9] = generator.half;
}

void next_words(Pcg64& generator, std::uint64_t* out, std::size_t n) {
  const std::size_t done = by_vectors(
      generator, n, [=](const WordKernels& kernels, const WordLanes& lanes, std::size_t whole) {
        kernels.words(lanes, out, whole);
      });
  by_words(generator, n - done, [=](std::size_t i, std::uint64_t word) { out[done + i] = word; });
}

void next_uniform(Pcg64& generator, double low, double range, double* out, std::size_t n) {
  const std::size_t done = by_vectors(
      generator, n, [=](const WordKernels& kernels, const WordLanes& lanes, std::size_t whole) {
        kernels.uniform(lanes, low, range, out, whole);
      });
  by_words(generator, n - done, [=](std::size_t i, std::uint64_t word) {
    out[done + i] = low + range * unit_double(word);
  });
}

void Words::refill() {
  start_ = generator_.state;
  next_words(generator_, words_, block_);
  at_ = 0;
  end_ = block_;
}

}  // namespace strided
