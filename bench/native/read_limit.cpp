// The machine's memory read limit: how fast a program that only reads and adds goes through a
// block.
//
// usage: read_limit BYTES THREADS ROUNDS; prints the seconds of each round, one a line.

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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: read_limit BYTES THREADS ROUNDS\n");
    return 2;
  }
  const std::int64_t bytes = std::atoll(argv[1]);
  strided::Pool& pool = strided::Pool::instance();
  pool.resize(std::atoi(argv[2]));
  strided::Block* block = strided::Block::create(static_cast<std::size_t>(bytes), false);
  if (block == nullptr) {
    std::fprintf(stderr, "read_limit: no memory for %lld bytes\n", static_cast<long long>(bytes));
    return 1;
  }
  std::memset(block->data(), 1, block->nbytes());
  for (int round = std::atoi(argv[3]); round > 0; --round) {
    volatile std::uint64_t sink = 0;
    const auto start = std::chrono::steady_clock::now();
    pool.run((bytes + kGrain - 1) / kGrain, [&](std::int64_t i) {
      const std::int64_t first = i * kGrain;
      sink = read(block->data() + first, bytes - first < kGrain ? bytes - first : kGrain);
    });
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("%.9f\n", time.count());
  }
  block->drop();
  return 0;
}
