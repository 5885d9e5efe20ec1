// Rooms are aligned, apart from each other, zero when asked, and serve again; slabs come where
// there are many rooms, and go.

#include "rooms.hpp"

#include <cstdint>
#include <cstring>
#include <random>
#include <thread>
#include <vector>

#include "check.hpp"
#include "storage.hpp"

using namespace strided;

namespace {

struct Taken {
  Room room;
  std::size_t nbytes;
  unsigned char mark;
};

bool holds(const std::byte* data, std::size_t nbytes, unsigned char mark) {
  for (std::size_t i = 0; i < nbytes; ++i) {
    if (data[i] != std::byte{mark}) return false;
  }
  return true;
}

Taken take(std::size_t nbytes, bool zeroed, unsigned char mark) {
  const Room room = take_room(nbytes, zeroed);
  CHECK(room.data != nullptr);
  CHECK(reinterpret_cast<std::uintptr_t>(room.data) % kAlignment == 0);
  CHECK((room.heap == nullptr) != (room.slab == nullptr));
  if (zeroed) CHECK(holds(room.data, nbytes, 0));
  std::memset(room.data, mark, nbytes);
  return {room, nbytes, mark};
}

void give(const Taken& taken) {
  CHECK(holds(taken.room.data, taken.nbytes, taken.mark));
  std::memset(taken.room.data, 0xee, taken.nbytes);
  give_room(taken.room, taken.nbytes);
}

// Sizes of all kinds come and go in any order, and nobody else's bytes change.
void come_and_go(unsigned seed, int steps) {
  std::mt19937 random(seed);
  std::vector<Taken> held;
  std::size_t bytes = 0;
  for (int step = 0; step < steps; ++step) {
    const bool more = bytes < (std::size_t{24} << 20) && random() % 5 < 3;
    if (more || held.empty()) {
      // A few sizes many times, so that slabs fill up, and any size now and then.
      const std::size_t nbytes = random() % 4 != 0 ? std::size_t{3000} << (random() % 8)
                                                   : random() % (kHugePage >> (random() % 12));
      held.push_back(take(nbytes, random() % 2 == 0, static_cast<unsigned char>(random() % 255)));
      bytes += nbytes;
    } else {
      std::swap(held[random() % held.size()], held.back());
      give(held.back());
      bytes -= held.back().nbytes;
      held.pop_back();
    }
  }
  for (const Taken& taken : held) give(taken);
}

void test_serves_again() {
  for (const std::size_t nbytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{8000}, std::size_t{300000}, kHugePage - 1}) {
    for (int many = 1; many <= 100; many *= 100) {
      std::vector<Taken> held;
      for (int i = 0; i < many; ++i) held.push_back(take(nbytes, false, 1));
      const std::byte* last = held.back().room.data;
      give(held.back());
      held.back() = take(nbytes - nbytes / 100, true, 2);  // about the same
      CHECK(held.back().room.data == last);
      for (const Taken& taken : held) give(taken);
    }
  }
}

void test_slabs() {
  const std::size_t most = std::size_t{64} << 20;
  CHECK(slab_bytes() <= most);
  // The first rooms of a size are from the heap, as there may never be others.
  std::vector<Taken> held;
  held.push_back(take(5000, false, 1));
  CHECK(held[0].room.slab == nullptr);
  const std::size_t before = slab_bytes();
  for (int i = 0; i < 20000; ++i) held.push_back(take(5000, false, 1));
  CHECK(held.back().room.slab != nullptr);
  CHECK(slab_bytes() - before < 20000 * std::size_t{5700} && slab_bytes() > 20000 * 5000);
  for (const Taken& taken : held) give(taken);
  CHECK(slab_bytes() <= most);
  // What was kept for that size serves another one.
  const std::size_t kept = slab_bytes();
  held.clear();
  for (int i = 0; i < 300; ++i) held.push_back(take(100000, true, 1));
  CHECK(slab_bytes() == kept);
  for (const Taken& taken : held) give(taken);
}

}  // namespace

int main() {
  if (kKeepsRooms) test_serves_again();
  if (kKeepsRooms) test_slabs();
  come_and_go(1, 20000);
  std::thread other([] { come_and_go(2, 10000); });
  come_and_go(3, 10000);
  other.join();
  return report("rooms");
}
