// Rooms: the memory of blocks that are smaller than a huge page.
//
// Garbage collectors let many results pile up before the first of them goes, so that memory for the
// next one is mostly new. To be given a page by the system takes longer than a sum of a thousand
// numbers, on virtual machines many times longer. So rooms of a size are first taken from the C
// heap, and once there are more of them, cut from slabs of huge pages, of which one comes in the
// time of a few small ones. Rooms are kept when they are given back, and the last one serves first:
// it is still in a cache. Slabs without used rooms serve other sizes; of these 64 MiB are kept, or
// a 64th of the machine's memory. Rooms from the heap are kept for good, but are never more than an
// eighth of a slab. (J. Bonwick, "The Slab Allocator: An Object-Caching Kernel Memory Allocator",
// 1994.)
//
// Nothing that is kept counts in memory_usage(). Under AddressSanitizer every room is one of the
// heap, so that a use after the end is seen.
#pragma once

#include <cstddef>

namespace strided {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kKeepsRooms = false;
#else
inline constexpr bool kKeepsRooms = true;
#endif

struct Slab;

// Aligned to kAlignment.
struct Room {
  std::byte* data = nullptr;
  void* heap = nullptr;  // what the C heap gave, or
  Slab* slab = nullptr;  // where it was cut from
};

// A room of so many bytes, fewer than kHugePage, or one without data when there is no memory.
// Unless they are to be zero, its bytes are any.
Room take_room(std::size_t nbytes, bool zeroed) noexcept;
// Gives back what was taken for so many bytes.
void give_room(Room room, std::size_t nbytes) noexcept;

// Bytes that slabs take of the system.
std::size_t slab_bytes() noexcept;

}  // namespace strided
