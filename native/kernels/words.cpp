// The words of PCG64, in vectors.

#include "words.hpp"

#include "vector.hpp"

namespace strided {
namespace {

constexpr int kVectors = WordLanes::kCount / kLanes;

// Multiplies 128-bit numbers, held as halves, by one factor, and adds one addend.
struct Step {
  VecU64 factor_high, factor_low, addend_high, addend_low;

  STRIDED_INLINE void apply(VecU64& high, VecU64& low) const {
    const VecU64 mask = filled<VecU64>(uint64_t{0xffffffff});
    // The high half of low * factor_low, from products of 32 bits.
    const VecU64 a0 = low & mask, a1 = low >> 32;
    const VecU64 b0 = factor_low & mask, b1 = factor_low >> 32;
    const VecU64 middle = a1 * b0 + ((a0 * b0) >> 32);
    const VecU64 rest = a0 * b1 + (middle & mask);
    const VecU64 carried = a1 * b1 + (middle >> 32) + (rest >> 32);
    high = carried + high * factor_low + low * factor_high + addend_high;
    low = low * factor_low + addend_low;
    high -= (VecU64)(low < addend_low);  // true is -1: the carry
  }
};

STRIDED_INLINE VecU64 output(VecU64 high, VecU64 low) {
  const VecU64 mixed = high ^ low;
  const VecU64 turn = high >> 58;
  return mixed >> turn |
         mixed << ((filled<VecU64>(uint64_t{0}) - turn) & filled<VecU64>(uint64_t{63}));
}

// emit(i, words) gets the words number i to i + kLanes - 1.
template <class Emit>
STRIDED_INLINE void each_vector(const WordLanes& lanes, size_t n, Emit emit) {
  const Step step = {filled<VecU64>(lanes.factor_high), filled<VecU64>(lanes.factor_low),
                     filled<VecU64>(lanes.addend_high), filled<VecU64>(lanes.addend_low)};
  VecU64 high[kVectors], low[kVectors];
  for (int v = 0; v < kVectors; ++v) {
    high[v] = load<VecU64>(lanes.high + v * kLanes);
    low[v] = load<VecU64>(lanes.low + v * kLanes);
  }
  for (size_t i = 0; i < n; i += WordLanes::kCount) {
    for (int v = 0; v < kVectors; ++v) {
      emit(i + static_cast<size_t>(v * kLanes), output(high[v], low[v]));
      step.apply(high[v], low[v]);
    }
  }
}

void words(const WordLanes& lanes, uint64_t* out, size_t n) {
  each_vector(lanes, n, [=](size_t i, VecU64 word) { store(out + i, word); });
}

void uniform(const WordLanes& lanes, double low, double range, double* out, size_t n) {
  each_vector(lanes, n, [=](size_t i, VecU64 word) {
    const VecF64 unit = __builtin_convertvector((VecI64)(word >> 11), VecF64) * 0x1p-53;
    store(out + i, low + range * unit);
  });
}

}  // namespace

#define STRIDED_TABLE_NAME_(isa) words_##isa
#define STRIDED_TABLE_NAME(isa) STRIDED_TABLE_NAME_(isa)

extern const WordKernels STRIDED_TABLE_NAME(STRIDED_ISA);
const WordKernels STRIDED_TABLE_NAME(STRIDED_ISA) = {words, uniform};

}  // namespace strided
