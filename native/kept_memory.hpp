// Memory that blocks have left, kept for the next ones: to be given new pages by the system costs
// more than to write to them.
//
// Small rooms, of the size that small arrays are cut of, are a few MiB at most. Large mappings are
// marked with MADV_FREE: the system takes their pages as soon as it needs some, without writing
// them anywhere, and until then they are ready for use. Neither counts in memory_usage(). Under
// AddressSanitizer nothing is kept, so that a use after the end is seen.
#pragma once

#include <cstddef>

namespace strided {

inline constexpr std::size_t kKeptRoom = (16 << 10) + 64;  // bytes of a small room

// A small room, or nullptr when none is kept; its bytes are old ones.
void* take_kept_room() noexcept;
// False when enough are kept.
bool keep_room(void* room) noexcept;

struct Mapping {
  std::byte* data = nullptr;
  std::size_t nbytes = 0;
};

// A mapping of at least so many bytes and not much more, or one without data. Its bytes are old
// ones, or zero.
Mapping take_kept_mapping(std::size_t nbytes) noexcept;
// Keeps a mapping, or gives it back to the system.
void keep_mapping(Mapping mapping) noexcept;

}  // namespace strided
