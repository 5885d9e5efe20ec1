#include "storage.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <mutex>
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

// Memory of blocks of the size that small arrays are cut of, kept for the next ones. The C heap
// would give it back to the system as soon as a sweep frees many, and page faults cost more than
// all else that it takes to make a small array.
class KeptMemory {
 public:
  static constexpr std::size_t kBlockBytes = 16 << 10;
  static constexpr std::size_t kRoom = kBlockBytes + kAlignment;

  // Null when there is none.
  void* take() noexcept {
    std::lock_guard lock(mutex_);
    return count_ == 0 ? nullptr : kept_[--count_];
  }
  // False when there is enough.
  bool give(void* memory) noexcept {
    std::lock_guard lock(mutex_);
    if (count_ == kMost) return false;
    kept_[count_++] = memory;
    return true;
  }

 private:
#if defined(__SANITIZE_ADDRESS__)
  static constexpr std::size_t kMost = 0;  // so that a use after the end is seen
#else
  static constexpr std::size_t kMost = 256;
#endif
  std::mutex mutex_;
  std::size_t count_ = 0;
  void* kept_[kMost + 1];
};

KeptMemory& kept_memory() noexcept {
  static KeptMemory kept;
  return kept;
}

void* take_heap(std::size_t nbytes, bool zeroed) noexcept {
  if (nbytes == KeptMemory::kBlockBytes) {
    if (void* kept = kept_memory().take()) {
      return zeroed ? std::memset(kept, 0, KeptMemory::kRoom) : kept;
    }
  }
  const std::size_t room = nbytes + kAlignment;
  return zeroed ? std::calloc(room, 1) : std::malloc(room);
}

void give_heap(std::size_t nbytes, void* heap) noexcept {
  if (nbytes == KeptMemory::kBlockBytes && kept_memory().give(heap)) return;
  std::free(heap);
}

std::byte* align_up(void* pointer, std::size_t alignment) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(pointer);
  return reinterpret_cast<std::byte*>((address + alignment - 1) / alignment * alignment);
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
  if (!block->allocate(nbytes, zeroed)) {
    delete block;
    return nullptr;
  }
  live_blocks.fetch_add(1, std::memory_order_relaxed);
  live_bytes.fetch_add(static_cast<std::int64_t>(nbytes), std::memory_order_relaxed);
  return block;
}

// From 2 MiB on a block is a mapping of its own, which starts on a huge page and is zero without
// being touched. Below, calloc decides what has to be cleared.
bool Block::allocate(std::size_t nbytes, bool zeroed) noexcept {
  nbytes_ = nbytes;
  if (nbytes < kHugePage) {
    heap_ = take_heap(nbytes, zeroed);
    if (heap_ == nullptr) return false;
    data_ = align_up(heap_, kAlignment);
    return true;
  }
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t room = (nbytes + page - 1) / page * page;
  void* mapping =
      mmap(nullptr, room + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return false;
  data_ = align_up(mapping, kHugePage);
  auto* start = static_cast<std::byte*>(mapping);
  const auto before = static_cast<std::size_t>(data_ - start);
  if (before != 0) munmap(start, before);
  munmap(data_ + room, kHugePage - before);
  mapped_ = room;
#ifdef MADV_HUGEPAGE
  madvise(data_, room, MADV_HUGEPAGE);
#endif
  return true;
}

void Block::free_memory() noexcept {
  if (mapped_ != 0) {
    munmap(data_, mapped_);
  } else {
    give_heap(nbytes_, heap_);
  }
  live_blocks.fetch_sub(1, std::memory_order_relaxed);
  live_bytes.fetch_sub(static_cast<std::int64_t>(nbytes_), std::memory_order_relaxed);
}

void Block::hold() noexcept {
  holders_.fetch_add(1, std::memory_order_relaxed);
}

void Block::drop() noexcept {
  if (holders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  dispose();
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
  if (disposed_.exchange(true, std::memory_order_acq_rel)) return;
  if (pins_.fetch_sub(1, std::memory_order_acq_rel) == 1) free_memory();
}

}  // namespace strided
