#include "stage.hpp"

#include <cstring>

namespace strided {
namespace {

template <class Bits, bool kMasked>
void stage(const std::byte* source, std::int64_t stride, const std::byte* mask,
           std::int64_t mask_stride, std::int64_t count, std::uint64_t neutral, std::byte* target) {
  for (std::int64_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, source + i * stride, sizeof bits);
    if constexpr (kMasked) {
      if (mask[i * mask_stride] == std::byte{0}) bits = static_cast<Bits>(neutral);
    }
    std::memcpy(target + i * static_cast<std::int64_t>(sizeof bits), &bits, sizeof bits);
  }
}

template <class Bits>
Stage choose_masked(bool masked) {
  return masked ? stage<Bits, true> : stage<Bits, false>;
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
