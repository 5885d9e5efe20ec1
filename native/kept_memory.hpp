// Large mappings, and those that blocks have left, kept for the next ones: to be given new pages by
// the system costs more than to write to them.
//
// They are marked with MADV_FREE: the system takes their pages as soon as it needs some, without
// writing them anywhere, and until then they are ready for use. They don't count in memory_usage().
// Under AddressSanitizer nothing is kept, so that a use after the end is seen.
#pragma once

#include <cstddef>

namespace strided {

struct Mapping {
  std::byte* data = nullptr;
  std::size_t nbytes = 0;
};

// A new mapping of so many bytes, whole pages: it starts at a huge page, asks for such pages, and
// is zero. Without data when the system has none.
Mapping map_huge(std::size_t nbytes) noexcept;
// A mapping of at least so many bytes and not much more, or one without data. Its bytes are old
// ones, or zero.
Mapping take_kept_mapping(std::size_t nbytes) noexcept;
// Keeps a mapping, or gives it back to the system.
void keep_mapping(Mapping mapping) noexcept;

}  // namespace strided
