#include "stage.hpp"

#include <cstring>

namespace strided {
namespace {

constexpr std::int64_t kPrefetchBytes = 1536;

template <class Bits, bool kMasked>
void stage(const std::byte* source, std::int64_t stride, const std::byte* mask,
           std::int64_t mask_stride, std::int64_t count, std::uint64_t neutral, std::byte* target) {
  for (std::int64_t i = 0; i < count; ++i) {
    Bits bits;
    __builtin_prefetch(source + i * stride + kPrefetchBytes);
    std::memcpy(&bits, source + i * stride, sizeof bits);
    if constexpr (kMasked) {
      if (mask[i * mask_stride] == std::byte{0}) bits = static_cast<Bits>(neutral);
    }
    std::memcpy(target + i * static_cast<std::int64_t>(sizeof bits), &bits, sizeof bits);
  }
}

// Elements that are kStep elements apart: a loop that the compiler makes vectors of.
template <class Bits, int kStep>
void take_every(const std::byte* source, std::int64_t count, std::byte* target) {
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(target + i * static_cast<std::int64_t>(sizeof(Bits)),
                source + i * static_cast<std::int64_t>(kStep * sizeof(Bits)), sizeof(Bits));
  }
}

template <class Bits>
void stage_all(const std::byte* source, std::int64_t stride, const std::byte* mask,
               std::int64_t mask_stride, std::int64_t count, std::uint64_t neutral,
               std::byte* target) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(Bits));
  if (stride == size) return take_every<Bits, 1>(source, count, target);
  if (stride == 2 * size) return take_every<Bits, 2>(source, count, target);
  if (stride == 3 * size) return take_every<Bits, 3>(source, count, target);
  if (stride == 4 * size) return take_every<Bits, 4>(source, count, target);
  stage<Bits, false>(source, stride, mask, mask_stride, count, neutral, target);
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
