#include "rooms.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include "kept_memory.hpp"
#include "storage.hpp"

namespace strided {

// A room that is not used begins with where the next one is.
struct FreeRoom {
  FreeRoom* next;
};

// At the start of its mapping.
struct alignas(kAlignment) Slab {
  std::size_t bytes;  // of the mapping
  Slab* before = nullptr;
  Slab* after = nullptr;
  std::size_t used = 0;  // rooms
  std::size_t fresh;     // where the rooms that were never used begin
  FreeRoom* free = nullptr;
  bool zero;  // what was never used is zero
};

namespace {

constexpr std::size_t kMostIdle = std::size_t{64} << 20;  // bytes of slabs
constexpr std::size_t kMostIdleOfMemory = 64;
constexpr std::size_t kLeastRooms = 8;  // of a slab, or nearly so

// Sizes of rooms: so many steps from one power of two to the next.
constexpr std::size_t kLeastRoom = 512;
constexpr std::size_t kSteps = 8;
constexpr std::size_t kSizes =
    (std::bit_width(kHugePage - 1) - std::bit_width(kLeastRoom - 1) + 1) * kSteps;

struct Size {
  std::size_t number;
  std::size_t bytes;
};

Size size_for(std::size_t nbytes) noexcept {
  const std::size_t last = std::max(nbytes, kLeastRoom) - 1;
  const std::size_t bits = std::bit_width(last);
  const std::size_t shift = bits - std::bit_width(kSteps);
  const std::size_t steps = (last >> shift) + 1;  // kSteps + 1 to 2 kSteps
  const std::size_t octave = bits - std::bit_width(kLeastRoom - 1);
  return {octave * kSteps + steps - kSteps - 1, steps << shift};
}

std::size_t bytes_of_slab(Size size) noexcept {
  return (kLeastRooms * size.bytes + kHugePage - 1) / kHugePage * kHugePage;
}

Room aligned(void* heap) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(heap);
  const std::uintptr_t start = (address + kAlignment - 1) / kAlignment * kAlignment;
  return {heap == nullptr ? nullptr : reinterpret_cast<std::byte*>(start), heap, nullptr};
}

Room heap_room(std::size_t bytes, bool zeroed) noexcept {
  const std::size_t room = bytes + kAlignment;
  return aligned(zeroed ? std::calloc(room, 1) : std::malloc(room));
}

// What there is of one size.
struct Rooms {
  FreeRoom* loose = nullptr;  // from the heap, not used
  std::size_t heap = 0;       // bytes of all that are from the heap
  Slab* slabs = nullptr;      // some of whose rooms are used, and some not

  void link(Slab* slab) noexcept {
    slab->before = nullptr;
    slab->after = slabs;
    if (slabs != nullptr) slabs->before = slab;
    slabs = slab;
  }
  void unlink(Slab* slab) noexcept {
    (slab->before == nullptr ? slabs : slab->before->after) = slab->after;
    if (slab->after != nullptr) slab->after->before = slab->before;
  }
};

bool is_full(const Slab& slab, std::size_t bytes) noexcept {
  return slab.free == nullptr && slab.fresh + bytes > slab.bytes;
}

struct State {
  std::mutex mutex;
  std::array<Rooms, kSizes> rooms;
  Slab* idle = nullptr;  // none of whose rooms is used
  std::size_t idle_bytes = 0;
  std::size_t slab_bytes = 0;

  Slab* take_idle(std::size_t bytes) noexcept {
    for (Slab** at = &idle; *at != nullptr; at = &(*at)->after) {
      Slab* const slab = *at;
      if (slab->bytes != bytes) continue;
      *at = slab->after;
      idle_bytes -= bytes;
      return new (slab) Slab{.bytes = bytes, .fresh = sizeof(Slab), .zero = false};
    }
    return nullptr;
  }

  Slab* make_slab(std::size_t bytes) noexcept {
    if (Slab* const slab = take_idle(bytes)) return slab;
    const Mapping mapping = map_huge(bytes);
    if (mapping.data == nullptr) return nullptr;
    slab_bytes += bytes;
    return new (mapping.data) Slab{.bytes = bytes, .fresh = sizeof(Slab), .zero = true};
  }

  // Those that were idle for the longest time make way.
  void keep_idle(Slab* slab) noexcept {
    const std::size_t most = std::min(kMostIdle, memory_limit() / kMostIdleOfMemory);
    slab->after = idle;
    idle = slab;
    idle_bytes += slab->bytes;
    while (idle_bytes > most) {
      Slab** last = &idle;
      while ((*last)->after != nullptr) last = &(*last)->after;
      const std::size_t bytes = (*last)->bytes;
      idle_bytes -= bytes;
      slab_bytes -= bytes;
      munmap(std::exchange(*last, nullptr), bytes);
    }
  }

  Room cut(Rooms& rooms, Size size, bool zeroed) noexcept {
    Slab* slab = rooms.slabs;
    if (slab == nullptr) {
      slab = make_slab(bytes_of_slab(size));
      if (slab == nullptr) return {};
      rooms.link(slab);
    }
    ++slab->used;
    std::byte* data = reinterpret_cast<std::byte*>(slab->free);
    const bool zero = data == nullptr && slab->zero;
    if (data != nullptr) {
      slab->free = slab->free->next;
    } else {
      data = reinterpret_cast<std::byte*>(slab) + slab->fresh;
      slab->fresh += size.bytes;
    }
    if (is_full(*slab, size.bytes)) rooms.unlink(slab);
    if (zeroed && !zero) std::memset(data, 0, size.bytes);
    return {data, nullptr, slab};
  }
};

State& state() noexcept {
  static State state;
  return state;
}

}  // namespace

Room take_room(std::size_t nbytes, bool zeroed) noexcept {
  if (!kKeepsRooms) return heap_room(nbytes, zeroed);
  const Size size = size_for(nbytes);
  {
    std::lock_guard lock(state().mutex);
    Rooms& rooms = state().rooms[size.number];
    if (rooms.loose != nullptr) {
      const Room room = aligned(rooms.loose);
      rooms.loose = rooms.loose->next;
      if (zeroed) std::memset(room.data, 0, size.bytes);
      return room;
    }
    const bool many = rooms.heap + size.bytes > bytes_of_slab(size) / kLeastRooms;
    if (rooms.slabs != nullptr || many) {
      const Room room = state().cut(rooms, size, zeroed);
      if (room.data != nullptr) return room;
    }
    rooms.heap += size.bytes;
  }
  const Room room = heap_room(size.bytes, zeroed);
  if (room.data == nullptr) {
    std::lock_guard lock(state().mutex);
    state().rooms[size.number].heap -= size.bytes;
  }
  return room;
}

void give_room(Room room, std::size_t nbytes) noexcept {
  if (!kKeepsRooms) return std::free(room.heap);
  const Size size = size_for(nbytes);
  std::lock_guard lock(state().mutex);
  Rooms& rooms = state().rooms[size.number];
  if (room.heap != nullptr) {
    rooms.loose = new (room.heap) FreeRoom{rooms.loose};
    return;
  }
  Slab* const slab = room.slab;
  const bool full = is_full(*slab, size.bytes);
  slab->free = new (room.data) FreeRoom{slab->free};
  --slab->used;
  if (slab->used == 0) {
    if (!full) rooms.unlink(slab);
    state().keep_idle(slab);
  } else if (full) {
    rooms.link(slab);
  }
}

std::size_t slab_bytes() noexcept {
  std::lock_guard lock(state().mutex);
  return state().slab_bytes;
}

}  // namespace strided
