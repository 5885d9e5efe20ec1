// The machine's limits: how fast a program that only reads and adds goes through a block, and how
// fast one that only copies fills fresh memory, by memcpy on all threads.
//
// usage: memory_limit read|copy BYTES THREADS ROUNDS; prints the seconds of each round, one a line.
//        memory_limit read|copy BYTES; for each line "THREADS ROUNDS" of the input, prints a line
//        with the seconds of each round.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "pool.hpp"
#include "storage.hpp"

namespace {

constexpr std::int64_t kGrain = 1 << 20;

typedef std::uint64_t Words __attribute__((vector_size(64)));

std::uint64_t read(const std::byte* at, std::int64_t bytes) {
  Words sums[4] = {};
  for (std::int64_t i = 0; i + 256 <= bytes; i += 256) {
    for (int part = 0; part < 4; ++part) {
      Words words;
      __builtin_prefetch(at + i + 8192 + part * 64);
      std::memcpy(&words, at + i + part * 64, sizeof words);
      sums[part] += words;
    }
  }
  const Words sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  std::uint64_t total = 0;
  for (int lane = 0; lane < 8; ++lane) total += sum[lane];
  return total;
}

template <class Work>
void for_grains(std::size_t nbytes, Work&& work) {
  const auto bytes = static_cast<std::int64_t>(nbytes);
  strided::Pool::instance().run((bytes + kGrain - 1) / kGrain, [&](std::int64_t i) {
    const std::int64_t first = i * kGrain;
    work(first, bytes - first < kGrain ? bytes - first : kGrain);
  });
}

void read_once(const strided::Block& block) {
  for_grains(block.nbytes(), [&](std::int64_t first, std::int64_t count) {
    [[maybe_unused]] volatile std::uint64_t sink = read(block.data() + first, count);
  });
}

// Into pages that the system has to give first, and that go back to it.
void copy_once(const strided::Block& block) {
  strided::Block* fresh = strided::Block::create(block.nbytes(), false);
  if (fresh == nullptr) std::abort();
  for_grains(block.nbytes(), [&](std::int64_t first, std::int64_t count) {
    std::memcpy(fresh->data() + first, block.data() + first, static_cast<std::size_t>(count));
  });
  fresh->dispose();
  fresh->drop();
}

using Once = void (*)(const strided::Block&);

// Seconds that it takes once: of as many times as take 50 ms, the mean.
double time_round(Once once, const strided::Block& block) {
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> time{0};
  int times = 0;
  for (; time.count() < 0.05; ++times) {
    once(block);
    time = std::chrono::steady_clock::now() - start;
  }
  return time.count() / times;
}

void print_rounds(Once once, const strided::Block& block, int threads, int rounds, char between) {
  strided::Pool::instance().resize(threads);
  for (int round = 1; round <= rounds; ++round) {
    std::printf("%.9f%c", time_round(once, block), round == rounds ? '\n' : between);
  }
  std::fflush(stdout);
}

Once limit_of(const char* name) {
  if (std::strcmp(name, "read") == 0) return read_once;
  return std::strcmp(name, "copy") == 0 ? copy_once : nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  const Once once = argc > 1 ? limit_of(argv[1]) : nullptr;
  const std::int64_t bytes = argc > 2 ? std::atoll(argv[2]) : 0;
  if ((argc != 3 && argc != 5) || once == nullptr || bytes < 1) {
    std::fprintf(stderr, "usage: memory_limit read|copy BYTES [THREADS ROUNDS]\n");
    return 2;
  }
  strided::Block* block = strided::Block::create(static_cast<std::size_t>(bytes), false);
  if (block == nullptr) {
    std::fprintf(stderr, "memory_limit: no memory for %lld bytes\n", static_cast<long long>(bytes));
    return 1;
  }
  std::memset(block->data(), 1, block->nbytes());
  if (argc == 5) {
    print_rounds(once, *block, std::atoi(argv[3]), std::atoi(argv[4]), '\n');
  } else {
    int threads = 0;
    int rounds = 0;
    while (std::scanf("%d %d", &threads, &rounds) == 2) {
      print_rounds(once, *block, threads, rounds, ' ');
    }
  }
  block->drop();
  return 0;
}
