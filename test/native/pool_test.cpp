// Every grain runs exactly once, whoever calls, however many threads there are, while it is
// resized, and wherever they may run.

#include "pool.hpp"

#include <sched.h>

#include <atomic>
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

// What grains throw comes to their caller, once the others have ended, and does no harm.
void run_failing(std::int64_t count) {
  std::atomic<int> inside{0};
  int caught = 0;
  try {
    Pool::instance().run(count, [&](std::int64_t i) {
      inside.fetch_add(1);
      std::this_thread::sleep_for(std::chrono::microseconds(20));
      inside.fetch_sub(1);
      if (i % 3 == 1) throw i;
    });
  } catch (std::int64_t i) {
    caught = i % 3 == 1 ? 1 : 0;
  }
  CHECK(caught == 1);
  CHECK(inside.load() == 0);
}

cpu_set_t own_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CHECK(sched_getaffinity(0, sizeof set, &set) == 0);
  return set;
}

// Threads that find themselves on their caller's processor step aside, and may run anywhere again
// after that. Whether they wake there is up to the system; where there is but one processor they
// always do, and have no other place to go.
void check_processors(bool one) {
  Pool& pool = Pool::instance();
  const cpu_set_t all = own_processors();
  cpu_set_t here;
  CPU_ZERO(&here);
  CPU_SET(sched_getcpu(), &here);
  const cpu_set_t usable = one ? here : all;
  pool.shutdown();
  pool.resize(3);
  if (one) CHECK(sched_setaffinity(0, sizeof here, &here) == 0);
  run_once(100, 10);  // they begin with what the caller may use
  CHECK(sched_setaffinity(0, sizeof here, &here) == 0);
  const std::thread::id caller = std::this_thread::get_id();
  for (int round = 0; round < 100; ++round) {
    std::this_thread::sleep_for(std::chrono::microseconds(round % 3 * 100));
    pool.run(16, [&](std::int64_t i) {
      if (i % 4 == 3) std::this_thread::sleep_for(std::chrono::microseconds(100));
      const cpu_set_t set = own_processors();
      CHECK(CPU_EQUAL(&set, std::this_thread::get_id() == caller ? &here : &usable));
    });
  }
  CHECK(sched_setaffinity(0, sizeof all, &all) == 0);
}

}  // namespace

int main() {
  Pool& pool = Pool::instance();
  for (int threads = 1; threads <= 8; ++threads) {
    pool.resize(threads);
    CHECK(pool.threads() == threads);
    for (int round = 0; round < 200; ++round) run_once(round % 17);
    for (int round = 0; round < 20; ++round) run_failing(2 + round);
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
  check_processors(false);
  check_processors(true);
  pool.shutdown();
  return report("pool");
}
