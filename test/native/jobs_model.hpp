// A random sequence of jobs over the same bytes, and what it would do one after another.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "jobs.hpp"
#include "layout.hpp"

namespace strided {

inline std::byte memory[1 << 16];

// What each job of a random sequence must find in the bytes that it uses.
class Model {
 public:
  static constexpr std::int64_t kSize = 40;

  // The bytes of some uses, and how often each has been written and read when it is their turn.
  struct Turn {
    std::vector<std::int64_t> reads;
    std::vector<std::int64_t> writes;
    std::array<int, kSize> written;
    std::array<int, kSize> read;
  };

  Turn next(const std::vector<Use>& uses) {
    Turn turn{{}, {}, written_, read_};
    std::array<int, kSize> used{};
    for (const Use& use : uses) mark(use, used);
    for (std::int64_t i = 0; i < kSize; ++i) {
      const auto at = static_cast<std::size_t>(i);
      if (used[at] == 0) continue;
      (used[at] == 2 ? turn.writes : turn.reads).push_back(i);
      ++(used[at] == 2 ? written_ : read_)[at];
    }
    return turn;
  }

  // Counters without locks: a write beside another use is a data race too.
  void run(const Turn& turn) {
    for (const std::int64_t i : turn.reads) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(writes_[at] == turn.written[at]);
      ++reads_[at];
    }
    for (const std::int64_t i : turn.writes) {
      const auto at = static_cast<std::size_t>(i);
      CHECK(reads_[at] == turn.read[at]);
      CHECK(writes_[at]++ == turn.written[at]);
    }
  }

 private:
  static void mark(const Use& use, std::array<int, kSize>& used) {
    const Array& array = use.array;
    const std::vector<std::int64_t> shape(array.shape, array.shape + array.ndim);
    each_index(shape, [&](const std::vector<std::int64_t>& index) {
      for (std::int64_t k = 0; k < itemsize(array.dtype); ++k) {
        int& mark = used[static_cast<std::size_t>(element(array, index) + k - memory)];
        mark = std::max(mark, use.writes ? 2 : 1);
      }
    });
  }

  std::array<int, kSize> written_{};
  std::array<int, kSize> read_{};
  std::array<int, kSize> writes_{};
  std::array<std::atomic<int>, kSize> reads_{};
};

// Up to three axes of any strides within the model's bytes.
inline Array draw() {
  for (;;) {
    Array array{
        static_cast<DType>(below(kDTypeCount)), nullptr, static_cast<int>(below(4)), {}, {}};
    for (int i = 0; i < array.ndim; ++i) {
      array.shape[i] = below(5);
      array.strides[i] = below(27) - 13;
    }
    const std::int64_t first = below(Model::kSize);
    if (!lies_within(array, first, Model::kSize)) continue;
    array.data = memory + first;
    return array;
  }
}

}  // namespace strided
