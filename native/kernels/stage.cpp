// Staging: scattered or masked elements are brought together.

#include "every.hpp"
#include "reading.hpp"

namespace strided {
namespace {

// Announces what is read later than the byte `offset` of the r-th row.
STRIDED_INLINE void announce(const Scattered& from, int64_t r, int64_t offset) {
  const int64_t at = offset + from.ahead;
  const auto* row = static_cast<const char*>(from.at) + r * from.row_stride;
  __builtin_prefetch(row + at + (at < from.left ? 0 : from.jump));
}

template <class Bits, bool kMasked>
void stage(const Scattered& from, int64_t rows, int64_t count, uint64_t neutral, void* target) {
  constexpr auto size = static_cast<int64_t>(sizeof(Bits));
  auto* to = static_cast<char*>(target);
  for (int64_t r = 0; r < rows; ++r) {
    const auto* at = static_cast<const char*>(from.at) + r * from.row_stride;
    const auto* mask =
        static_cast<const char*>(from.mask) + (kMasked ? r * from.mask_row_stride : 0);
    for (int64_t i = 0; i < count; ++i, to += size) {
      announce(from, r, i * from.stride);
      auto bits = load<Bits>(at + i * from.stride);
      if (kMasked && mask[i * from.mask_stride] == 0) bits = static_cast<Bits>(neutral);
      store(to, bits);
    }
  }
}

// Elements that are kStep apart, so many at a time, of which whole vectors are read. Where the step
// is as long as an integer they are its lower part.
template <class Bits, int kStep>
struct Every {
  static constexpr auto kSize = static_cast<int64_t>(sizeof(Bits));
  static constexpr int64_t kStride = kStep * kSize;
  static constexpr bool kIsPart = kStep > 1 && (kStride == 2 || kStride == 4 || kStride == 8);
  static constexpr bool kIsVector = kIsPart || kSize >= 4;
  static constexpr int64_t kSome =
      kIsPart ? kVectorBytes / kStride : (kIsVector ? kVectorBytes : kLine) / kSize;

  static STRIDED_INLINE void take(const char* at, char* target) {
    if constexpr (kIsPart) {
      using Parts __attribute__((vector_size(kSome * kSize))) = Bits;
      const auto whole = load<Vec<typename Unsigned<kStride>::type>>(at);
      store(target, __builtin_convertvector(whole, Parts));
    } else if constexpr (kIsVector) {
      Vec<Bits> vectors[kStep];
      for (int v = 0; v < kStep; ++v) vectors[v] = load<Vec<Bits>>(at + v * kVectorBytes);
      store(target, take_every<kStep>(vectors));
    } else {
      for (int64_t k = 0; k < kSome; ++k) store(target + k * kSize, load<Bits>(at + k * kStride));
    }
  }
};

// Nothing is read beyond the last element: vectors are taken as long as the row has one behind
// them. A run by itself ends an element at a time anyway: one loop for both took half as long again
// for every third float64 of a long run (AMD Zen 5), for reasons that could not be found.
template <class Bits, int kStep>
void stage_run(const Scattered& from, int64_t count, char* target) {
  using E = Every<Bits, kStep>;
  const auto* at = static_cast<const char*>(from.at);
  int64_t i = 0;
  for (; i + E::kSome < count; i += E::kSome) {
    for (int64_t line = 0; line < E::kSome * E::kStride; line += kLine) {
      announce(from, 0, i * E::kStride + line);
    }
    E::take(at + i * E::kStride, target + i * E::kSize);
  }
  for (; i < count; ++i) store(target + i * E::kSize, load<Bits>(at + i * E::kStride));
}

template <class Bits, int kStep>
void stage_every(const Scattered& from, int64_t rows, int64_t count, char* target) {
  using E = Every<Bits, kStep>;
  if (rows == 1) return stage_run<Bits, kStep>(from, count, target);
  const int64_t behind = !E::kIsVector || count * E::kStride < from.left ? 0 : 1;
  for (int64_t r = 0; r < rows; ++r, target += count * E::kSize) {
    const auto* at = static_cast<const char*>(from.at) + r * from.row_stride;
    // Rows that lie between each other's elements are read together.
    const bool announced = r == 0 || from.row_stride >= kLine || from.row_stride <= -kLine;
    int64_t i = 0;
    for (; i + E::kSome + behind <= count; i += E::kSome) {
      for (int64_t line = 0; announced && line < E::kSome * E::kStride; line += kLine) {
        announce(from, r, i * E::kStride + line);
      }
      E::take(at + i * E::kStride, target + i * E::kSize);
    }
    for (; i < count; ++i) store(target + i * E::kSize, load<Bits>(at + i * E::kStride));
  }
}

template <class Bits>
void stage_all(const Scattered& from, int64_t rows, int64_t count, uint64_t neutral, void* target) {
  constexpr auto size = static_cast<int64_t>(sizeof(Bits));
  auto* to = static_cast<char*>(target);
  if (from.stride == size) return stage_every<Bits, 1>(from, rows, count, to);
  if (from.stride == 2 * size) return stage_every<Bits, 2>(from, rows, count, to);
  if (from.stride == 3 * size) return stage_every<Bits, 3>(from, rows, count, to);
  if (from.stride == 4 * size) return stage_every<Bits, 4>(from, rows, count, to);
  stage<Bits, false>(from, rows, count, neutral, to);
}

}  // namespace

extern const Stage STRIDED_TABLE_NAME(stages)[4][2];
const Stage STRIDED_TABLE_NAME(stages)[4][2] = {{stage_all<uint8_t>, stage<uint8_t, true>},
                                                {stage_all<uint16_t>, stage<uint16_t, true>},
                                                {stage_all<uint32_t>, stage<uint32_t, true>},
                                                {stage_all<uint64_t>, stage<uint64_t, true>}};

}  // namespace strided
