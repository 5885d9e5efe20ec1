// Memory of any size: a room, or from 2 MiB on a mapping of its own, which starts on a huge page.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "rooms.hpp"

namespace strided {

struct Memory {
  std::byte* data = nullptr;
  std::size_t nbytes = 0;
  std::size_t mapped = 0;  // bytes of the mapping, 0 when it is a room
  Room room;
};

// So many bytes, aligned to kAlignment, or none without data when there is no memory. Unless they
// are to be zero, they are any.
Memory take_memory(std::size_t nbytes, bool zeroed) noexcept;
// Mappings are kept for those that come next, or go back to the system.
void give_memory(const Memory& memory, bool kept) noexcept;

// Memory that an operation uses while it lasts. It does not count in memory_usage().
class Scratch {
 public:
  explicit Scratch(std::size_t nbytes) : memory_(take_memory(nbytes, false)) {
    if (memory_.data == nullptr) throw std::bad_alloc();
  }
  Scratch(Scratch&& other) noexcept : memory_(std::exchange(other.memory_, Memory{})) {}
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    if (memory_.data != nullptr) give_memory(memory_, true);
  }
  std::byte* data() const noexcept { return memory_.data; }

 private:
  Memory memory_;
};

}  // namespace strided
