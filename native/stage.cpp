#include "stage.hpp"

#include <cstdlib>
#include <cstring>

namespace strided {
namespace {

constexpr std::int64_t kLine = 64;

// Announces what is read later than the byte `offset` of the r-th row.
inline void announce(const Scattered& from, std::int64_t r, std::int64_t offset) {
  const std::int64_t at = offset + from.ahead;
  __builtin_prefetch(from.at + r * from.row_stride + at + (at < from.left ? 0 : from.jump));
}

template <class Bits, bool kMasked>
void stage(const Scattered& from, std::int64_t rows, std::int64_t count, std::uint64_t neutral,
           std::byte* target) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const std::byte* const at = from.at + r * from.row_stride;
    const std::byte* const mask = kMasked ? from.mask + r * from.mask_row_stride : nullptr;
    for (std::int64_t i = 0; i < count; ++i, target += sizeof(Bits)) {
      Bits bits;
      announce(from, r, i * from.stride);
      std::memcpy(&bits, at + i * from.stride, sizeof bits);
      if constexpr (kMasked) {
        if (mask[i * from.mask_stride] == std::byte{0}) bits = static_cast<Bits>(neutral);
      }
      std::memcpy(target, &bits, sizeof bits);
    }
  }
}

// Elements that are kStep elements apart: loops that the compiler makes vectors of.
template <class Bits, int kStep>
void take_every(const Scattered& from, std::int64_t rows, std::int64_t count, std::byte* target) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(Bits));
  constexpr std::int64_t stride = kStep * size;
  constexpr std::int64_t some = kLine / size;
  for (std::int64_t r = 0; r < rows; ++r, target += count * size) {
    const std::byte* const at = from.at + r * from.row_stride;
    // Rows that lie between each other's elements are read together.
    const bool announced = r == 0 || std::abs(from.row_stride) >= kLine;
    const auto take = [&](std::int64_t i) {
      std::memcpy(target + i * size, at + i * stride, sizeof(Bits));
    };
    std::int64_t i = 0;
    while (i + some <= count) {
      for (int line = 0; announced && line < kStep; ++line) {
        announce(from, r, i * stride + line * kLine);
      }
      for (const std::int64_t stop = i + some; i < stop; ++i) take(i);
    }
    for (; i < count; ++i) take(i);
  }
}

template <class Bits>
void stage_all(const Scattered& from, std::int64_t rows, std::int64_t count, std::uint64_t neutral,
               std::byte* target) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(Bits));
  if (from.stride == size) return take_every<Bits, 1>(from, rows, count, target);
  if (from.stride == 2 * size) return take_every<Bits, 2>(from, rows, count, target);
  if (from.stride == 3 * size) return take_every<Bits, 3>(from, rows, count, target);
  if (from.stride == 4 * size) return take_every<Bits, 4>(from, rows, count, target);
  stage<Bits, false>(from, rows, count, neutral, target);
}

template <class Bits>
Stage choose_masked(bool masked) {
  return masked ? stage<Bits, true> : stage_all<Bits>;
}

}  // namespace

Stage choose_stage(DType dtype, bool masked) {
  switch (itemsize(dtype)) {
    case 1:
      return choose_masked<std::uint8_t>(masked);
    case 2:
      return choose_masked<std::uint16_t>(masked);
    case 4:
      return choose_masked<std::uint32_t>(masked);
    default:
      return choose_masked<std::uint64_t>(masked);
  }
}

}  // namespace strided
