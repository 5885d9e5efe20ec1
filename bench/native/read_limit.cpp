// The machine's memory read limit: how fast a program that only reads and adds goes through a
// block.
//
// usage: read_limit BYTES THREADS ROUNDS; prints the seconds of each round, one a line.
//        read_limit BYTES; for each line "THREADS ROUNDS" of the input, prints a line with the
//        seconds of each round.

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

void read_once(const strided::Block& block) {
  const auto bytes = static_cast<std::int64_t>(block.nbytes());
  strided::Pool::instance().run((bytes + kGrain - 1) / kGrain, [&](std::int64_t i) {
    const std::int64_t first = i * kGrain;
    const std::int64_t count = bytes - first < kGrain ? bytes - first : kGrain;
    [[maybe_unused]] volatile std::uint64_t sink = read(block.data() + first, count);
  });
}

// Seconds that the pool takes to read the block once: of as many times as take 50 ms, the mean.
double time_round(const strided::Block& block) {
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> time{0};
  int reads = 0;
  for (; time.count() < 0.05; ++reads) {
    read_once(block);
    time = std::chrono::steady_clock::now() - start;
  }
  return time.count() / reads;
}

void print_rounds(const strided::Block& block, int threads, int rounds, char between) {
  strided::Pool::instance().resize(threads);
  for (int round = 1; round <= rounds; ++round) {
    std::printf("%.9f%c", time_round(block), round == rounds ? '\n' : between);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t bytes = argc > 1 ? std::atoll(argv[1]) : 0;
  if ((argc != 2 && argc != 4) || bytes < 1) {
    std::fprintf(stderr, "usage: read_limit BYTES [THREADS ROUNDS]\n");
    return 2;
  }
  strided::Block* block = strided::Block::create(static_cast<std::size_t>(bytes), false);
  if (block == nullptr) {
    std::fprintf(stderr, "read_limit: no memory for %lld bytes\n", static_cast<long long>(bytes));
    return 1;
  }
  std::memset(block->data(), 1, block->nbytes());
  if (argc == 4) {
    print_rounds(*block, std::atoi(argv[2]), std::atoi(argv[3]), '\n');
  } else {
    int threads = 0;
    int rounds = 0;
    while (std::scanf("%d %d", &threads, &rounds) == 2) print_rounds(*block, threads, rounds, ' ');
  }
  block->drop();
  return 0;
}
