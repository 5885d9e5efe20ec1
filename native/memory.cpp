#include "memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "kept_memory.hpp"
#include "storage.hpp"

namespace strided {

// A new mapping is zero without being touched.
Memory take_memory(std::size_t nbytes, bool zeroed) noexcept {
  if (nbytes < kHugePage) {
    const Room room = take_room(nbytes, zeroed);
    return {room.data, nbytes, 0, room};
  }
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t whole = (nbytes + page - 1) / page * page;
  Mapping mapping;
  if (!zeroed) mapping = take_kept_mapping(whole);
  if (mapping.data == nullptr) mapping = map_huge(whole);
  return {mapping.data, nbytes, mapping.nbytes, {}};
}

void give_memory(const Memory& memory, bool kept) noexcept {
  if (memory.mapped == 0) {
    give_room(memory.room, memory.nbytes);
  } else if (kept) {
    keep_mapping({memory.data, memory.mapped});
  } else {
    munmap(memory.data, memory.mapped);
  }
}

}  // namespace strided
