#include "kept_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <mutex>

#include "storage.hpp"

namespace strided {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kMostRooms = 0;
constexpr std::size_t kMostMapped = 0;
#else
constexpr std::size_t kMostRooms = 256;
constexpr std::size_t kMostMapped = std::size_t{4} << 30;  // bytes
#endif
constexpr std::size_t kMostMappings = 8;
constexpr std::size_t kMostOfMemory = 8;  // an eighth

struct Kept {
  std::mutex mutex;
  std::size_t rooms = 0;
  std::array<void*, kMostRooms + 1> room;
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

void* take_kept_room() noexcept {
  std::lock_guard lock(kept().mutex);
  return kept().rooms == 0 ? nullptr : kept().room[--kept().rooms];
}

bool keep_room(void* room) noexcept {
  std::lock_guard lock(kept().mutex);
  if (kept().rooms == kMostRooms) return false;
  kept().room[kept().rooms++] = room;
  return true;
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
