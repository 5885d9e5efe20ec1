#include "storage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <new>

namespace strided {
namespace {

std::atomic<std::int64_t> live_blocks{0};
std::atomic<std::int64_t> live_bytes{0};

std::size_t read_number(const char* path) noexcept {
  std::FILE* file = std::fopen(path, "r");
  if (file == nullptr) return 0;
  unsigned long long value = 0;
  const int fields = std::fscanf(file, "%llu", &value);
  std::fclose(file);
  return fields == 1 ? static_cast<std::size_t>(value) : 0;
}

// The container's limit, control groups version 2 first; 0 when there is none.
std::size_t container_limit() noexcept {
  const std::size_t v2 = read_number("/sys/fs/cgroup/memory.max");
  return v2 != 0 ? v2 : read_number("/sys/fs/cgroup/memory/memory.limit_in_bytes");
}

std::size_t physical_memory() noexcept {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page <= 0) return std::numeric_limits<std::size_t>::max();
  return static_cast<std::size_t>(pages) * static_cast<std::size_t>(page);
}

}  // namespace

std::size_t memory_limit() noexcept {
  static const std::size_t limit = [] {
    const std::size_t container = container_limit();
    return container == 0 ? physical_memory() : std::min(container, physical_memory());
  }();
  return limit;
}

MemoryUsage memory_usage() noexcept {
  return {live_blocks.load(std::memory_order_relaxed), live_bytes.load(std::memory_order_relaxed)};
}

Block* Block::create(std::size_t nbytes, bool zeroed) noexcept {
  if (nbytes > memory_limit()) return nullptr;
  auto* block = new (std::nothrow) Block();
  if (block == nullptr) return nullptr;
  block->memory_ = take_memory(nbytes, zeroed);
  if (block->memory_.data == nullptr) {
    delete block;
    return nullptr;
  }
  live_blocks.fetch_add(1, std::memory_order_relaxed);
  live_bytes.fetch_add(static_cast<std::int64_t>(nbytes), std::memory_order_relaxed);
  return block;
}

void Block::free_memory() noexcept {
  give_memory(memory_, kept_);
  live_blocks.fetch_sub(1, std::memory_order_relaxed);
  live_bytes.fetch_sub(static_cast<std::int64_t>(memory_.nbytes), std::memory_order_relaxed);
}

void Block::hold() noexcept {
  holders_.fetch_add(1, std::memory_order_relaxed);
}

void Block::drop() noexcept {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  release(true);
  delete this;
}

bool Block::pin() noexcept {
  std::int64_t pins = pins_.load(std::memory_order_relaxed);
  do {
    if (pins == 0) return false;
  } while (!pins_.compare_exchange_weak(pins, pins + 1, std::memory_order_acq_rel));
  hold();
  return true;
}

void Block::unpin() noexcept {
  if (pins_.fetch_sub(1, std::memory_order_acq_rel) == 1) free_memory();
  drop();
}

void Block::dispose() noexcept {
  release(false);
}

void Block::release(bool kept) noexcept {
  if (disposed_.exchange(true, std::memory_order_acq_rel)) return;
  kept_ = kept;
  if (pins_.fetch_sub(1, std::memory_order_acq_rel) == 1) free_memory();
}

}  // namespace strided
