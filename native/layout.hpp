// Arithmetic on shapes and strides: bounds, and loops over several arrays at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "array.hpp"

namespace strided {

// Elements of an array; -1 when that is more than 63 bits hold.
std::int64_t count_elements(const Array& array) noexcept;

// True when every element lies within [0, nbytes), the array's first element being at `offset`.
bool lies_within(const Array& array, std::int64_t offset, std::int64_t nbytes) noexcept;

// One loop over N arrays that are walked together; strides in bytes.
template <int N>
struct Loop {
  std::int64_t size;
  std::array<std::int64_t, N> stride;
};

template <int N>
using Loops = std::vector<Loop<N>>;

// Drops loops of one turn, turns loops round whose first stride is negative (moving `base` along),
// sorts by the first stride, largest first, and merges each loop with the one inside it where
// together they are a single loop. For operations that do not care in which order elements come.
template <int N>
void simplify(Loops<N>& loops, std::array<std::byte*, N>& base);

// Where the turn number `turn` of nested loops (the last is the innermost) starts, per array.
template <int N>
class Walker {
 public:
  Walker(const Loops<N>& loops, std::int64_t turn);
  const std::array<std::int64_t, N>& offset() const noexcept { return offset_; }
  void step() noexcept;

 private:
  const Loops<N>& loops_;
  std::array<std::int64_t, N> offset_{};
  std::array<std::int64_t, kMaxDims> index_{};
};

template <int N>
std::int64_t count_turns(const Loops<N>& loops) noexcept {
  std::int64_t turns = 1;
  for (const Loop<N>& loop : loops) turns *= loop.size;
  return turns;
}

template <int N>
void simplify(Loops<N>& loops, std::array<std::byte*, N>& base) {
  std::erase_if(loops, [](const Loop<N>& loop) { return loop.size == 1; });
  for (Loop<N>& loop : loops) {
    bool backwards = false;
    for (int n = 0; n < N; ++n) {
      if (loop.stride[n] == 0) continue;
      backwards = loop.stride[n] < 0;
      break;
    }
    if (!backwards || loop.size == 0) continue;
    for (int n = 0; n < N; ++n) {
      if (base[n] != nullptr) base[n] += (loop.size - 1) * loop.stride[n];
      loop.stride[n] = -loop.stride[n];
    }
  }
  std::stable_sort(loops.begin(), loops.end(),
                   [](const Loop<N>& a, const Loop<N>& b) { return a.stride > b.stride; });
  std::size_t kept = 0;
  for (std::size_t i = 1; i < loops.size(); ++i) {
    Loop<N>& outer = loops[kept];
    const Loop<N>& inner = loops[i];
    bool one = true;
    for (int n = 0; n < N; ++n) one = one && outer.stride[n] == inner.stride[n] * inner.size;
    if (one) {
      outer = {outer.size * inner.size, inner.stride};
    } else {
      loops[++kept] = inner;
    }
  }
  if (!loops.empty()) loops.resize(kept + 1);
}

template <int N>
Walker<N>::Walker(const Loops<N>& loops, std::int64_t turn) : loops_(loops) {
  for (std::size_t i = loops.size(); i-- > 0;) {
    const std::int64_t size = loops[i].size;
    index_[i] = turn % size;
    turn /= size;
    for (int n = 0; n < N; ++n) offset_[n] += index_[i] * loops[i].stride[n];
  }
}

template <int N>
void Walker<N>::step() noexcept {
  for (std::size_t i = loops_.size(); i-- > 0;) {
    const Loop<N>& loop = loops_[i];
    if (++index_[i] < loop.size) {
      for (int n = 0; n < N; ++n) offset_[n] += loop.stride[n];
      return;
    }
    index_[i] = 0;
    for (int n = 0; n < N; ++n) offset_[n] -= (loop.size - 1) * loop.stride[n];
  }
}

}  // namespace strided
