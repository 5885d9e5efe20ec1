// Every grain runs exactly once, whoever calls, however many threads there are, while it is
// resized.

#include "pool.hpp"

#include <chrono>
#include <thread>
#include <vector>

#include "check.hpp"

using strided::Pool;

namespace {

// Grains of which one in so many takes long, so that those who wait for it go to sleep. What they
// write is not atomic, as run() returns after all of it.
void run_once(std::int64_t count, std::int64_t slow = 1 << 20) {
  std::vector<int> hits(static_cast<std::size_t>(count));
  Pool::instance().run(count, [&](std::int64_t i) {
    if (i % slow == slow - 1) std::this_thread::sleep_for(std::chrono::microseconds(200));
    ++hits[static_cast<std::size_t>(i)];
  });
  for (const int hit : hits) CHECK(hit == 1);
}

}  // namespace

int main() {
  Pool& pool = Pool::instance();
  for (int threads = 1; threads <= 8; ++threads) {
    pool.resize(threads);
    CHECK(pool.threads() == threads);
    for (int round = 0; round < 200; ++round) run_once(round % 17);
    run_once(10'000);
    for (int round = 0; round < 50; ++round) run_once(2 + round % 9, 2 + round % 5);
  }
  pool.resize(0);
  CHECK(pool.threads() == 1);

  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([] {
      for (int round = 0; round < 300; ++round) run_once(64, round % 10 == 0 ? 32 : 1 << 20);
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
