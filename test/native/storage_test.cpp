// Blocks are aligned, zero when asked, counted, and go exactly when nobody needs them any more.

#include "storage.hpp"

#include <cstring>

#include "check.hpp"
#include "kept_memory.hpp"

using namespace strided;

namespace {

bool all_zero(const Block& block) {
  for (std::size_t i = 0; i < block.nbytes(); ++i) {
    if (block.data()[i] != std::byte{0}) return false;
  }
  return true;
}

#if defined(__SANITIZE_ADDRESS__)
void test_kept_memory() {}  // none is kept
#else
Block* filled(std::size_t size) {
  Block* block = Block::create(size, false);
  std::memset(block->data(), 0x5a, size);
  return block;
}

// Memory that was let go of serves again, unless it was disposed of or must be zero.
void test_kept_memory() {
  for (const std::size_t size : {std::size_t{0}, std::size_t{8000}, kHugePage - 1, 3 * kHugePage}) {
    Block* block = filled(size);
    const std::byte* place = block->data();
    block->drop();
    block = Block::create(size, false);
    CHECK(block->data() == place);
    block->drop();
    block = Block::create(size, true);
    CHECK(all_zero(*block));
    block->drop();
  }
  while (take_kept_mapping(3 * kHugePage).data != nullptr) {
  }

  Block* block = filled(8 * kHugePage);
  const std::byte* place = block->data();
  block->drop();
  CHECK(take_kept_mapping(9 * kHugePage).data == nullptr);
  CHECK(take_kept_mapping(5 * kHugePage).data == nullptr);  // too good for that
  block = Block::create(8 * kHugePage - 5, false);
  CHECK(block->data() == place && block->nbytes() == 8 * kHugePage - 5);
  block->dispose();
  block->drop();
  CHECK(take_kept_mapping(8 * kHugePage).data == nullptr);

  // No more of them than a few.
  Block* many[20];
  for (Block*& one : many) one = filled(4 * kHugePage);
  for (Block* one : many) one->drop();
  int kept = 0;
  for (; take_kept_mapping(4 * kHugePage).data != nullptr; ++kept) {
  }
  CHECK(kept > 1 && kept < 20);
}
#endif

}  // namespace

// Scratch memory does not count as a block's, and goes with its last owner.
void test_scratch() {
  const MemoryUsage before = memory_usage();
  for (const std::size_t size : {std::size_t{1}, std::size_t{500000}, 2 * kHugePage + 1}) {
    Scratch first(size);
    CHECK(reinterpret_cast<std::uintptr_t>(first.data()) % kAlignment == 0);
    std::memset(first.data(), 7, size);
    const std::byte* const place = first.data();
    const Scratch second(std::move(first));
    CHECK(second.data() == place && second.data()[size - 1] == std::byte{7});
    CHECK(memory_usage().blocks == before.blocks && memory_usage().bytes == before.bytes);
  }
  bool refused = false;
  try {
    const Scratch much(std::size_t{1} << 60);
  } catch (const std::bad_alloc&) {
    refused = true;
  }
  CHECK(refused);
}

int main() {
  const MemoryUsage before = memory_usage();
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{63}, std::size_t{4096},
                                 kHugePage - 1, kHugePage, kHugePage + 1, 3 * kHugePage + 17}) {
    for (const bool zeroed : {true, false}) {
      Block* block = Block::create(size, zeroed);
      CHECK(block != nullptr);
      CHECK(reinterpret_cast<std::uintptr_t>(block->data()) % kAlignment == 0);
      if (size >= kHugePage) CHECK(reinterpret_cast<std::uintptr_t>(block->data()) % 4096 == 0);
      if (zeroed) CHECK(all_zero(*block));
      if (size > 0) std::memset(block->data(), 0xa5, size);
      CHECK(memory_usage().blocks == before.blocks + 1);
      CHECK(memory_usage().bytes == before.bytes + static_cast<std::int64_t>(size));
      block->drop();
      CHECK(memory_usage().blocks == before.blocks);
    }
  }
  CHECK(Block::create(std::size_t{1} << 60, false) == nullptr);
  CHECK(Block::create(static_cast<std::size_t>(-1), true) == nullptr);

  // A pin keeps the memory of a disposed block, and a disposed block cannot be pinned again.
  Block* block = Block::create(100, false);
  CHECK(block->pin());
  block->dispose();
  block->dispose();
  CHECK(block->released());
  CHECK(memory_usage().blocks == before.blocks + 1);
  block->unpin();
  CHECK(memory_usage().blocks == before.blocks);
  CHECK(!block->pin());
  block->drop();

  // The last holder goes while a job still runs.
  block = Block::create(100, false);
  CHECK(block->pin());
  block->drop();
  CHECK(memory_usage().blocks == before.blocks + 1);
  std::memset(block->data(), 1, 100);
  block->unpin();
  CHECK(memory_usage().blocks == before.blocks);
  CHECK(memory_usage().bytes == before.bytes);
  CHECK(memory_limit() > 0);
  test_kept_memory();
  test_scratch();
  CHECK(memory_usage().bytes == before.bytes);
  return report("storage");
}
