// Arithmetic on shapes and strides: bounds, and loops over several arrays at once.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

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

// At most one loop per dimension, held in place: planning an operation on a small array must not
// cost an allocation.
template <int N>
class Loops {
 public:
  Loops() {}
  Loops(const Loops& other) { *this = other; }
  Loops& operator=(const Loops& other) {
    size_ = other.size_;
    std::copy(other.begin(), other.end(), begin());
    return *this;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  Loop<N>* begin() noexcept { return loops_; }
  Loop<N>* end() noexcept { return loops_ + size_; }
  const Loop<N>* begin() const noexcept { return loops_; }
  const Loop<N>* end() const noexcept { return loops_ + size_; }
  Loop<N>& operator[](std::size_t i) noexcept { return loops_[i]; }
  const Loop<N>& operator[](std::size_t i) const noexcept { return loops_[i]; }
  Loop<N>& back() noexcept { return loops_[size_ - 1]; }

  void push_back(const Loop<N>& loop) noexcept { loops_[size_++] = loop; }
  void pop_back() noexcept { --size_; }
  void resize(std::size_t size) noexcept { size_ = size; }
  void erase(const Loop<N>* at) noexcept {
    std::copy(begin() + (at - begin()) + 1, end(), begin() + (at - begin()));
    --size_;
  }
  // Takes out a loop.
  Loop<N> take(std::size_t i) noexcept {
    const Loop<N> taken = loops_[i];
    erase(begin() + i);
    return taken;
  }

 private:
  std::size_t size_ = 0;
  Loop<N> loops_[kMaxDims];  // uninitialised behind the last
};

// Drops loops of one turn, turns loops round whose first stride is negative, sorts by the first
// stride, largest first, and merges each loop with the one inside it where together they are a
// single loop. Gives how far each array's first element has moved. For operations that do not care
// in which order elements come.
template <int N>
std::array<std::int64_t, N> simplify(Loops<N>& loops);

// The same, moving `base` along.
template <int N>
void simplify(Loops<N>& loops, std::array<std::byte*, N>& base) {
  const std::array<std::int64_t, N> moved = simplify<N>(loops);
  for (int n = 0; n < N; ++n) {
    if (base[n] != nullptr) base[n] += moved[n];
  }
}

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
  std::int64_t index_[kMaxDims];  // uninitialised behind the last loop's
};

template <int N>
std::int64_t count_turns(const Loops<N>& loops) noexcept {
  std::int64_t turns = 1;
  for (const Loop<N>& loop : loops) turns *= loop.size;
  return turns;
}

template <int N>
std::array<std::int64_t, N> simplify(Loops<N>& loops) {
  std::array<std::int64_t, N> moved{};
  Loop<N>* const kept_end = std::remove_if(loops.begin(), loops.end(),
                                           [](const Loop<N>& loop) { return loop.size == 1; });
  loops.resize(static_cast<std::size_t>(kept_end - loops.begin()));
  for (Loop<N>& loop : loops) {
    bool backwards = false;
    for (int n = 0; n < N; ++n) {
      if (loop.stride[n] == 0) continue;
      backwards = loop.stride[n] < 0;
      break;
    }
    if (!backwards || loop.size == 0) continue;
    for (int n = 0; n < N; ++n) {
      moved[n] += (loop.size - 1) * loop.stride[n];
      loop.stride[n] = -loop.stride[n];
    }
  }
  // By insertion: there are few, and equal ones must keep their order.
  for (Loop<N>* next = loops.begin(); next != loops.end(); ++next) {
    std::rotate(
        std::upper_bound(loops.begin(), next, *next,
                         [](const Loop<N>& a, const Loop<N>& b) { return a.stride > b.stride; }),
        next, next + 1);
  }
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
  return moved;
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
