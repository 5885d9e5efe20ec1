// A limit of memory, of a block of its own.
//
// usage: memory_limit read|copy BYTES THREADS ROUNDS; prints the seconds of each round, one a line.

#include <cstdio>
#include <cstring>

#include "limits.hpp"
#include "storage.hpp"

int main(int argc, char** argv) {
  std::span<const bench::Once> ways;
  if (argc == 5) ways = bench::ways_of(argv[1]);
  const std::int64_t bytes = argc == 5 ? std::atoll(argv[2]) : 0;
  if (ways.empty() || bytes < 1) {
    std::fprintf(stderr, "usage: memory_limit read|copy BYTES THREADS ROUNDS\n");
    return 2;
  }
  strided::Block* block = strided::Block::create(static_cast<std::size_t>(bytes), false);
  if (block == nullptr) {
    std::fprintf(stderr, "memory_limit: no memory for %lld bytes\n", static_cast<long long>(bytes));
    return 1;
  }
  std::memset(block->data(), 1, block->nbytes());
  const int threads = std::atoi(argv[3]);
  const int rounds = std::atoi(argv[4]);
  const bench::Once once = bench::fastest(ways, block->data(), bytes, threads);
  for (int round = 0; round < rounds; ++round) {
    std::printf("%.9f\n", bench::time_round(once, block->data(), bytes, threads));
  }
  block->drop();
  return 0;
}
