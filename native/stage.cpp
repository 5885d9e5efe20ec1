#include "stage.hpp"

#include <cstring>
#include <type_traits>

namespace strided {
namespace {

template <class From, class To, bool kMasked>
void stage(const std::byte* source, std::int64_t stride, const std::byte* mask,
           std::int64_t mask_stride, std::int64_t count, std::byte* target) {
  for (std::int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, source + i * stride, sizeof value);
    To out = static_cast<To>(value);
    if constexpr (kMasked) {
      if (mask[i * mask_stride] == std::byte{0}) out = To{};
    }
    std::memcpy(target + i * static_cast<std::int64_t>(sizeof out), &out, sizeof out);
  }
}

template <class From, class To>
Stage choose_masked(bool masked) {
  return masked ? stage<From, To, true> : stage<From, To, false>;
}

}  // namespace

Stage choose_stage(DType source, DType staged, bool masked) {
  if (source != staged) return choose_masked<float, double>(masked);
  switch (itemsize(source)) {
    case 1:
      return choose_masked<std::uint8_t, std::uint8_t>(masked);
    case 2:
      return choose_masked<std::uint16_t, std::uint16_t>(masked);
    case 4:
      return choose_masked<std::uint32_t, std::uint32_t>(masked);
    default:
      return choose_masked<std::uint64_t, std::uint64_t>(masked);
  }
}

}  // namespace strided
