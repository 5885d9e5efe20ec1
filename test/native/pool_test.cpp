// Every grain runs exactly once, whoever calls, however many threads there are, while it is
// resized.

#include "pool.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "check.hpp"

using strided::Pool;

namespace {

void run_once(std::int64_t count) {
  std::vector<std::atomic<int>> hits(static_cast<std::size_t>(count));
  Pool::instance().run(count, [&](std::int64_t i) {
    hits[static_cast<std::size_t>(i)].fetch_add(1, std::memory_order_relaxed);
  });
  for (const auto& hit : hits) CHECK(hit.load(std::memory_order_relaxed) == 1);
}

}  // namespace

int main() {
  Pool& pool = Pool::instance();
  for (int threads = 1; threads <= 8; ++threads) {
    pool.resize(threads);
    CHECK(pool.threads() == threads);
    for (int round = 0; round < 200; ++round) run_once(round % 17);
    run_once(10'000);
  }
  pool.resize(0);
  CHECK(pool.threads() == 1);

  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([] {
      for (int round = 0; round < 300; ++round) run_once(64);
    });
  }
  for (int round = 0; round < 40; ++round) pool.resize(1 + round % 5);
  for (std::thread& caller : callers) caller.join();

  pool.resize(4);
  pool.shutdown();
  run_once(100);
  pool.shutdown();
  return report("pool");
}
