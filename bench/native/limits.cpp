#include "limits.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "pool.hpp"
#include "storage.hpp"

namespace bench {
namespace {

constexpr std::int64_t kGrain = 1 << 20;
constexpr double kRoundSeconds = 0.05;
constexpr int kTurns = 3;

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
void for_grains(std::int64_t nbytes, Work&& work) {
  strided::Pool::instance().run((nbytes + kGrain - 1) / kGrain, [&](std::int64_t i) {
    const std::int64_t first = i * kGrain;
    work(first, nbytes - first < kGrain ? nbytes - first : kGrain);
  });
}

template <int kWay>
void read_once(const std::byte* block, std::int64_t nbytes) {
  constexpr std::int64_t step = kLine * kPlaces;
  for_grains(nbytes, [&](std::int64_t first, std::int64_t count) {
    [[maybe_unused]] volatile std::uint64_t sink = kReads[kWay](block + first, count / step * step);
  });
}

// Into pages that the system has to give first, and that go back to it.
void copy_once(const std::byte* block, std::int64_t nbytes) {
  strided::Block* fresh = strided::Block::create(static_cast<std::size_t>(nbytes), false);
  if (fresh == nullptr) std::abort();
  for_grains(nbytes, [&](std::int64_t first, std::int64_t count) {
    std::memcpy(fresh->data() + first, block + first, static_cast<std::size_t>(count));
  });
  fresh->dispose();
  fresh->drop();
}

constexpr Once kReadWays[] = {read_once<0>, read_once<1>, read_once<2>, read_once<3>};
constexpr Once kCopyWays[] = {copy_once};

}  // namespace

std::span<const Once> ways_of(std::string_view limit) {
  if (limit == "read") return kReadWays;
  return limit == "copy" ? std::span<const Once>(kCopyWays) : std::span<const Once>();
}

double time_round(Once once, const std::byte* block, std::int64_t nbytes, int threads) {
  strided::Pool& pool = strided::Pool::instance();
  if (pool.threads() != threads) pool.resize(threads);
  const auto start = std::chrono::steady_clock::now();
  std::chrono::duration<double> time{0};
  int times = 0;
  for (; time.count() < kRoundSeconds; ++times) {
    once(block, nbytes);
    time = std::chrono::steady_clock::now() - start;
  }
  return time.count() / times;
}

Once fastest(std::span<const Once> ways, const std::byte* block, std::int64_t nbytes, int threads) {
  Once best = ways.front();
  double least = std::numeric_limits<double>::infinity();
  for (int turn = 0; turn < kTurns && ways.size() > 1; ++turn) {
    for (const Once way : ways) {
      const double time = time_round(way, block, nbytes, threads);
      if (time < least) least = time, best = way;
    }
  }
  return best;
}

}  // namespace bench
