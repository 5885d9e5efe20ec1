#include "kept_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>

#include "storage.hpp"

namespace strided {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kMostMapped = 0;
#else
constexpr std::size_t kMostMapped = std::size_t{4} << 30;  // bytes
#endif
constexpr std::size_t kMostMappings = 8;
constexpr std::size_t kMostOfMemory = 8;  // an eighth

struct Kept {
  std::mutex mutex;
  // The oldest first.
  std::size_t mappings = 0;
  std::size_t mapped = 0;  // bytes of all
  std::array<Mapping, kMostMappings> mapping;

  Mapping remove(std::size_t i) noexcept {
    const Mapping removed = mapping[i];
    std::move(mapping.begin() + static_cast<std::ptrdiff_t>(i) + 1,
              mapping.begin() + static_cast<std::ptrdiff_t>(mappings),
              mapping.begin() + static_cast<std::ptrdiff_t>(i));
    --mappings;
    mapped -= removed.nbytes;
    return removed;
  }
};

Kept& kept() noexcept {
  static Kept kept;
  return kept;
}

bool mark_free([[maybe_unused]] const Mapping& mapping) noexcept {
#ifdef MADV_FREE
  return madvise(mapping.data, mapping.nbytes, MADV_FREE) == 0;
#else
  return false;
#endif
}

}  // namespace

Mapping map_huge(std::size_t nbytes) noexcept {
  void* mapping =
      mmap(nullptr, nbytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return {};
  auto* start = static_cast<std::byte*>(mapping);
  const auto address = reinterpret_cast<std::uintptr_t>(mapping);
  std::byte* const data = start + (kHugePage - address % kHugePage) % kHugePage;
  const auto before = static_cast<std::size_t>(data - start);
  if (before != 0) munmap(start, before);
  munmap(data + nbytes, kHugePage - before);
#ifdef MADV_HUGEPAGE
  madvise(data, nbytes, MADV_HUGEPAGE);
#endif
  return {data, nbytes};
}

Mapping take_kept_mapping(std::size_t nbytes) noexcept {
  std::lock_guard lock(kept().mutex);
  for (std::size_t i = kept().mappings; i-- > 0;) {
    const std::size_t has = kept().mapping[i].nbytes;
    if (has >= nbytes && has - nbytes <= nbytes / 8) return kept().remove(i);
  }
  return {};
}

void keep_mapping(Mapping mapping) noexcept {
  const std::size_t most = std::min(kMostMapped, memory_limit() / kMostOfMemory);
  if (mapping.nbytes > most || !mark_free(mapping)) {
    munmap(mapping.data, mapping.nbytes);
    return;
  }
  std::lock_guard lock(kept().mutex);
  while (kept().mappings == kMostMappings || kept().mapped + mapping.nbytes > most) {
    const Mapping oldest = kept().remove(0);
    munmap(oldest.data, oldest.nbytes);
  }
  kept().mapping[kept().mappings++] = mapping;
  kept().mapped += mapping.nbytes;
}

}  // namespace strided
