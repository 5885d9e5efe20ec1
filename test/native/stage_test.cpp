// Staging against one element at a time, in blocks that end where the last element does, so that a
// sanitizer sees every read beyond.

#include "stage.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "dtype.hpp"

using namespace strided;

namespace {

constexpr DType kSizes[] = {DType::k_uint8, DType::k_int16, DType::k_float32, DType::k_float64};
constexpr std::int64_t kCounts[] = {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 63, 64, 65, 127, 128, 300};

// Rows of elements of some bytes each, in memory that they fill from the first byte to the last.
struct Block {
  Block(std::int64_t size, std::int64_t rows, std::int64_t count, std::int64_t stride,
        std::int64_t row_stride) {
    std::int64_t first = 0;
    std::int64_t last = 0;
    for (const std::int64_t reach : {(count - 1) * stride, (rows - 1) * row_stride}) {
      (reach < 0 ? first : last) += reach;
    }
    if (count == 0) first = last = 0;
    const std::int64_t bytes = last - first + size;
    memory.reset(new std::byte[static_cast<std::size_t>(bytes)]);
    std::uint64_t bits = rng();
    std::generate_n(memory.get(), bytes, [&] {
      bits = bits * 6364136223846793005u + 1442695040888963407u;
      return static_cast<std::byte>(bits >> 56);
    });
    at = memory.get() - first;
  }
  std::unique_ptr<std::byte[]> memory;
  std::byte* at;
};

void test_case(DType dtype, std::int64_t rows, std::int64_t count, std::int64_t stride,
               bool masked) {
  const std::int64_t size = itemsize(dtype);
  const std::int64_t row_stride = (below(2) == 0 ? 1 : -1) * (count * std::abs(stride) + below(40));
  const std::int64_t mask_stride = below(7) - 3;
  const std::int64_t mask_row_stride = below(200) - 100;
  const Block source(size, rows, count, stride, row_stride);
  const Block mask(1, rows, count, mask_stride, mask_row_stride);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t i = 0; i < count; ++i) {
      if (below(2) == 0) mask.at[r * mask_row_stride + i * mask_stride] = std::byte{0};
    }
  }
  const std::uint64_t neutral = rng();
  const std::byte guard{0x5a};
  std::vector<std::byte> staged(static_cast<std::size_t>(rows * count * size + 64), guard);
  std::vector<std::byte> expected = staged;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t i = 0; i < count; ++i) {
      const bool hidden = masked && mask.at[r * mask_row_stride + i * mask_stride] == std::byte{0};
      const void* from = hidden ? static_cast<const void*>(&neutral)  // its lowest bytes are first
                                : source.at + r * row_stride + i * stride;
      std::memcpy(expected.data() + (r * count + i) * size, from, static_cast<std::size_t>(size));
    }
  }
  const Scattered from{source.at,     stride,          row_stride,  masked ? mask.at : nullptr,
                       mask_stride,   mask_row_stride, below(9000), count * stride,
                       below(1 << 20)};
  choose_stage(dtype, masked)(from, rows, count, neutral, staged.data());
  CHECK(staged == expected);
}

}  // namespace

int main() {
  for (const DType dtype : kSizes) {
    const std::int64_t size = itemsize(dtype);
    std::vector<std::int64_t> strides = {0, 1, -1, 5, 63, 64, -65, 1000};
    for (std::int64_t step = -9; step <= 9; ++step) strides.push_back(step * size);
    for (std::int64_t step = 2; step <= 5; ++step) strides.push_back(step * size + 1);
    for (const std::int64_t stride : strides) {
      for (const std::int64_t count : kCounts) {
        for (const std::int64_t rows : {1, 2, 16}) {
          for (const bool masked : {false, true}) test_case(dtype, rows, count, stride, masked);
        }
      }
    }
  }
  return report("stage");
}
