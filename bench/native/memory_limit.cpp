// The machine's limits: how fast a program that only reads and adds goes through a block, in the
// fastest of several ways, and how fast one that only copies fills fresh memory, by memcpy on all
// threads.
//
// usage: memory_limit read|copy BYTES THREADS ROUNDS; prints the seconds of each round, one a line.
//        memory_limit read|copy BYTES; for each line "THREADS ROUNDS" of the input, prints a line
//        with the seconds of each round.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <span>

#include "pool.hpp"
#include "storage.hpp"

namespace {

constexpr std::int64_t kGrain = 1 << 20;

// As many bytes as any loop reads at once without running out of registers.
typedef std::uint64_t Words __attribute__((vector_size(32)));
constexpr std::int64_t kLine = 64;
constexpr int kPlaces = 4;

// Reads from four places at once, `apart` bytes from one to the next, so many bytes of each, which
// are announced so far ahead, if at all.
template <int kAhead>
std::uint64_t read(const std::byte* at, std::int64_t apart, std::int64_t bytes) {
  Words sums[2 * kPlaces] = {};
  for (std::int64_t i = 0; i < bytes; i += apart < kLine * kPlaces ? kLine * kPlaces : kLine) {
    for (int place = 0; place < kPlaces; ++place) {
      const std::byte* const line = at + place * apart + i;
      if (kAhead > 0) __builtin_prefetch(line + kAhead);
      for (int half = 0; half < 2; ++half) {
        Words words;
        std::memcpy(&words, line + half * sizeof words, sizeof words);
        sums[2 * place + half] += words;
      }
    }
  }
  std::uint64_t total = 0;
  for (const Words& sum : sums) total += sum[0] + sum[1] + sum[2] + sum[3];
  return total;
}

// Ways to read a grain, of which CPUs like different ones best.
using Read = std::uint64_t (*)(const std::byte* at, std::int64_t bytes);
constexpr Read kReads[] = {
    // one place, announced long before
    [](const std::byte* at, std::int64_t bytes) { return read<8192>(at, kLine, bytes); },
    // one place
    [](const std::byte* at, std::int64_t bytes) { return read<0>(at, kLine, bytes); },
    // several places
    [](const std::byte* at, std::int64_t bytes) {
      return read<0>(at, bytes / kPlaces, bytes / kPlaces);
    },
    // several places, announced shortly before
    [](const std::byte* at, std::int64_t bytes) {
      return read<512>(at, bytes / kPlaces, bytes / kPlaces);
    },
};

template <class Work>
void for_grains(std::size_t nbytes, Work&& work) {
  const auto bytes = static_cast<std::int64_t>(nbytes);
  strided::Pool::instance().run((bytes + kGrain - 1) / kGrain, [&](std::int64_t i) {
    const std::int64_t first = i * kGrain;
    work(first, bytes - first < kGrain ? bytes - first : kGrain);
  });
}

template <int kWay>
void read_once(const strided::Block& block) {
  constexpr std::int64_t step = kLine * kPlaces;
  for_grains(block.nbytes(), [&](std::int64_t first, std::int64_t count) {
    [[maybe_unused]] volatile std::uint64_t sink =
        kReads[kWay](block.data() + first, count / step * step);
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

constexpr Once kReadWays[] = {read_once<0>, read_once<1>, read_once<2>, read_once<3>};
constexpr Once kCopyWays[] = {copy_once};
using Ways = std::span<const Once>;

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

Once fastest(Ways ways, const strided::Block& block) {
  if (ways.size() == 1) return ways.front();
  Once best = nullptr;
  double least = std::numeric_limits<double>::infinity();
  for (const Once way : ways) {
    const double time = time_round(way, block);
    if (time < least) least = time, best = way;
  }
  return best;
}

void print_rounds(Ways ways, const strided::Block& block, int threads, int rounds, char between) {
  strided::Pool::instance().resize(threads);
  const Once once = fastest(ways, block);
  for (int round = 1; round <= rounds; ++round) {
    std::printf("%.9f%c", time_round(once, block), round == rounds ? '\n' : between);
  }
  std::fflush(stdout);
}

Ways ways_of(const char* name) {
  if (std::strcmp(name, "read") == 0) return kReadWays;
  return std::strcmp(name, "copy") == 0 ? Ways(kCopyWays) : Ways();
}

}  // namespace

int main(int argc, char** argv) {
  const Ways ways = argc > 1 ? ways_of(argv[1]) : Ways();
  const std::int64_t bytes = argc > 2 ? std::atoll(argv[2]) : 0;
  if ((argc != 3 && argc != 5) || ways.empty() || bytes < 1) {
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
    print_rounds(ways, *block, std::atoi(argv[3]), std::atoi(argv[4]), '\n');
  } else {
    int threads = 0;
    int rounds = 0;
    while (std::scanf("%d %d", &threads, &rounds) == 2) {
      print_rounds(ways, *block, threads, rounds, ' ');
    }
  }
  block->drop();
  return 0;
}
