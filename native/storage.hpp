// Blocks of aligned memory: who holds one, when it goes, and how much there is.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "memory.hpp"

namespace strided {

inline constexpr std::size_t kAlignment = 64;
inline constexpr std::size_t kHugePage = std::size_t{2} << 20;

// A block's memory goes when its last holder lets go, or, once it was disposed of, when its last
// pin does (see rooms.hpp and kept_memory.hpp for where it goes): a holder keeps the block from
// being forgotten, a pin keeps its memory from going while a job runs on it.
class Block {
 public:
  // nullptr when there is not so much memory; the block starts with one holder.
  static Block* create(std::size_t nbytes, bool zeroed) noexcept;

  std::byte* data() const noexcept { return memory_.data; }
  std::size_t nbytes() const noexcept { return memory_.nbytes; }

  void hold() noexcept;
  void drop() noexcept;
  // False when the memory is gone already.
  bool pin() noexcept;
  void unpin() noexcept;
  // Lets the memory go before its last holder does; mappings go back to the system.
  void dispose() noexcept;
  bool released() const noexcept { return disposed_.load(std::memory_order_acquire); }

  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

 private:
  Block() = default;
  ~Block() = default;
  void release(bool kept) noexcept;
  void free_memory() noexcept;

  Memory memory_;
  std::atomic<std::int64_t> holders_{1};
  std::atomic<std::int64_t> pins_{1};  // one is held for the holders until dispose or the last drop
  std::atomic<bool> disposed_{false};
  bool kept_ = false;  // the memory is kept for the next block, not given back
};

struct MemoryUsage {
  std::int64_t blocks;
  std::int64_t bytes;
};

MemoryUsage memory_usage() noexcept;

// The most that one block may have: the machine's memory or the container's limit.
std::size_t memory_limit() noexcept;

}  // namespace strided
