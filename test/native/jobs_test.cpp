// Jobs run as if each ran when it was submitted: those that conflict in order, others side by side.

#include "jobs.hpp"

#include <dlfcn.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <system_error>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "jobs_model.hpp"
#include "pool.hpp"

using namespace strided;

// Takes the place of the system's function, which has no more threads to give when told so. The
// sanitizers have to have their own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_PTHREAD_CREATE 0
#else
#define OWN_PTHREAD_CREATE 1
namespace {
std::atomic<int> threads_left{1'000'000};
}
extern "C" __attribute__((visibility("default"))) int pthread_create(
    pthread_t* thread, const pthread_attr_t* attributes, void* (*main)(void*),
    void* argument) noexcept {
  if (threads_left-- <= 0) return EAGAIN;
  static const auto system =
      reinterpret_cast<decltype(&pthread_create)>(dlsym(RTLD_NEXT, "pthread_create"));
  return system(thread, attributes, main, argument);
}
#endif

namespace {

constexpr int kThreads = 4;

// Bytes from a place in the memory on.
Array bytes(std::int64_t first, std::int64_t size, std::int64_t stride = 1) {
  return {DType::k_int8, memory + first, 1, {size}, {stride}};
}

Use read(const Array& array) {
  return {array, false};
}
Use write(const Array& array) {
  return {array, true};
}

std::shared_ptr<Job> submit(
    std::vector<Use> uses, std::function<void()> work, std::function<void()> settled = [] {}) {
  const auto job = std::make_shared<Job>([work](const std::atomic<bool>&) { work(); },
                                         std::move(settled), std::move(uses));
  JobQueue::instance().submit(job);
  return job;
}

// Lets all pass when so many have come, and then the next ones.
class Gate {
 public:
  explicit Gate(int size) : size_(size) {}
  void pass() {
    std::unique_lock lock(mutex_);
    const int turn = count_++ / size_;
    if (count_ % size_ == 0) changed_.notify_all();
    changed_.wait(lock, [&] { return count_ >= (turn + 1) * size_; });
  }

 private:
  const int size_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// A job that does not end before it is released.
class Held {
 public:
  explicit Held(std::vector<Use> uses) : job_(submit(std::move(uses), [this] { gate_.pass(); })) {}
  void release() {
    gate_.pass();
    job_->wait();
  }

 private:
  Gate gate_{2};
  std::shared_ptr<Job> job_;
};

// Chains over one array, one after another: what they write has no lock. Cancelled ones do not run.
void in_order() {
  std::vector<int> order;
  int settled = 0;
  std::vector<std::shared_ptr<Job>> jobs;
  for (int i = 0; i < 200; ++i) {
    jobs.push_back(std::make_shared<Job>(
        [&order, i](const std::atomic<bool>& cancelled) {
          if (!cancelled) order.push_back(i);
        },
        [&settled] { ++settled; }, std::vector{write(bytes(0, 8))}));
    if (i % 50 == 49) jobs.back()->cancel();
    JobQueue::instance().submit(jobs.back());
    if (i == 100) JobQueue::instance().shutdown();
  }
  jobs.back()->wait();
  CHECK(settled == 200);
  CHECK(order.size() == 196);
  CHECK(std::is_sorted(order.begin(), order.end()));
  for (const auto& job : jobs) job->wait();
}

// What runs while a job over a[0] is held, and what must wait for it.
void overtaking(const char* what, const Use& held_by, const std::vector<Use>& uses, bool waits) {
  Held held({held_by});
  std::atomic<bool> ran{false};
  const auto job = submit(uses, [&] { ran = true; });
  // In order with the job in question, if that one waits; the jobs here are too few to make it
  // late.
  if (!waits) job->wait();
  const bool overtook = ran;
  held.release();
  job->wait();
  CHECK(ran);
  if (overtook == waits) {
    std::fprintf(stderr, "%s: expected %s\n", what, waits ? "to wait" : "not to wait");
    ++failures;
  }
}

void overtakings() {
  const Array a = bytes(0, 100);
  const Array even = bytes(0, 50, 2);
  const Array odd = bytes(1, 50, 2);
  const Array third = bytes(0, 34, 3);
  const Array back = bytes(98, 50, -2);
  const Array none = bytes(0, 0);
  const Array zero_d{DType::k_float64, memory + 96, 0, {}, {}};
  overtaking("no memory", write(a), {}, false);
  overtaking("other memory", write(a), {write(bytes(100, 8)), read(bytes(200, 8))}, false);
  overtaking("a read of what is read", read(a), {read(a)}, false);
  overtaking("a read of what is written", write(a), {read(a)}, true);
  overtaking("a write of what is read", read(a), {write(bytes(500, 8)), write(a)}, true);
  overtaking("a write of what is written", write(a), {read(bytes(500, 8)), write(a)}, true);
  overtaking("a 0-d array", write(a), {read(zero_d)}, true);
  overtaking("an array of no elements", write(a), {write(none)}, false);
  overtaking("woven without a common byte", write(even), {write(odd)}, false);
  overtaking("woven backwards", write(odd), {write(back)}, false);
  overtaking("woven with a common byte", write(even), {write(third)}, true);
  overtaking("the same backwards", write(even), {write(back)}, true);
}

// Each of these ends only when as many run as there may be threads.
void side_by_side() {
  Gate all(kThreads);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  bool written = false;
  std::vector<std::shared_ptr<Job>> jobs;
  const auto reader = [&](bool expected) {
    jobs.push_back(submit({read(bytes(0, 8))}, [&, expected] {
      const int now = ++running;
      for (int before = most; before < now && !most.compare_exchange_weak(before, now);) {
      }
      all.pass();
      CHECK(written == expected);
      --running;
    }));
  };
  for (int i = 0; i < 2 * kThreads; ++i) reader(false);
  jobs.push_back(submit({write(bytes(7, 8))}, [&] {
    CHECK(running == 0);
    written = true;
  }));
  for (int i = 0; i < 2 * kThreads; ++i) reader(true);
  for (const auto& job : jobs) job->wait();
  CHECK(most == kThreads);
}

// More jobs that are held than there are threads: the others have their turn when they are
// released. Memory of their own makes them ready at once: a job that was waited for is in the queue
// until its thread has noted its end.
void more_than_threads() {
  std::vector<std::unique_ptr<Held>> held;
  for (int i = 0; i < 3 * kThreads; ++i) {
    held.push_back(std::make_unique<Held>(std::vector{write(bytes(10'000 + 8 * i, 8))}));
  }
  for (const auto& one : held) one->release();
}

#if OWN_PTHREAD_CREATE
// Without a thread a job is refused, and not in the queue; with only one, jobs take turns.
void few_threads() {
  JobQueue::instance().shutdown();
  threads_left = 0;
  int refused = 0;
  try {
    submit({write(bytes(0, 8))}, [&] { ++refused; });
  } catch (const std::system_error&) {
    refused += 10;
  }
  threads_left = 1;
  std::vector<std::int64_t> order;
  std::vector<std::shared_ptr<Job>> jobs;
  for (std::int64_t i = 0; i < 20; ++i) {
    jobs.push_back(submit({write(bytes(8 * i, 8))}, [&order, i] { order.push_back(i); }));
  }
  for (const auto& job : jobs) job->wait();
  CHECK(refused == 10);
  CHECK(order.size() == 20);
  CHECK(std::is_sorted(order.begin(), order.end()));
  JobQueue::instance().shutdown();
  threads_left = 1'000'000;
}
#endif

// A cancelled job that waits does not run, settles in its turn, and lets no other by.
void cancelled() {
  std::string events;
  Held held({write(bytes(0, 8))});
  const auto first = submit(
      {write(bytes(0, 16))}, [&] { events += 'x'; }, [&] { events += 'a'; });
  const auto second = submit(
      {read(bytes(8, 8))}, [&] { events += 'b'; }, [&] { events += 'c'; });
  first->cancel();
  CHECK(events.empty());
  held.release();
  second->wait();
  CHECK(events == "abc");
}

void shutdown_with_waiting_jobs() {
  std::array<std::vector<int>, 3> orders;
  Gate gate(2);
  std::vector<std::shared_ptr<Job>> jobs;
  jobs.push_back(submit({write(bytes(0, 24))}, [&] { gate.pass(); }));
  for (int i = 0; i < 300; ++i) {
    const int n = i % 3;
    jobs.push_back(submit({write(bytes(8 * n, 8))},
                          [&orders, i, n] { orders[static_cast<std::size_t>(n)].push_back(i); }));
  }
  const auto later = std::async(std::launch::async, [&] { gate.pass(); });
  JobQueue::instance().shutdown();
  for (const auto& order : orders) {
    CHECK(order.size() == 100);
    CHECK(std::is_sorted(order.begin(), order.end()));
  }
  for (const auto& job : jobs) job->wait();
  JobQueue::instance().shutdown();
}

// Several threads submit at once; the jobs of each are in order.
void many_callers() {
  std::vector<std::future<void>> callers;
  for (int c = 0; c < 4; ++c) {
    callers.push_back(std::async(std::launch::async, [c] {
      int count = 0;
      std::vector<std::shared_ptr<Job>> jobs;
      for (int i = 0; i < 200; ++i) {
        const std::vector uses{write(bytes(8 * c, 8)), read(bytes(64, 8))};
        jobs.push_back(submit(uses, [&count, i] { CHECK(count++ == i); }));
      }
      jobs.back()->wait();
      CHECK(count == 200);
    }));
  }
}

// More pending jobs over woven views than the queue compares exactly: readers of all after writers
// of columns, and then writers again.
void thousands() {
  constexpr int kColumns = 1000;
  std::vector<int> values(kColumns);
  std::atomic<int> right{0};
  const Array all = bytes(0, 8 * kColumns);
  Held held({write(all)});
  std::vector<std::shared_ptr<Job>> jobs;
  const auto columns = [&](int value) {
    for (std::size_t i = 0; i < kColumns; ++i) {
      jobs.push_back(submit({write(bytes(static_cast<std::int64_t>(i), 8, kColumns))},
                            [&values, i, value] { values[i] = value; }));
    }
  };
  columns(1);
  for (int i = 0; i < 1000; ++i) {
    jobs.push_back(submit({read(all)}, [&] {
      if (std::count(values.begin(), values.end(), 1) == kColumns) ++right;
    }));
  }
  columns(2);
  held.release();
  for (const auto& job : jobs) job->wait();
  CHECK(right == 1000);
  CHECK(std::count(values.begin(), values.end(), 2) == kColumns);
}

void random_jobs() {
  for (int round = 0; round < 40; ++round) {
    Model model;
    std::vector<std::shared_ptr<Job>> jobs;
    std::atomic<int> settled{0};
    for (int i = 0; i < 300; ++i) {
      std::vector<Use> uses;
      for (std::int64_t n = below(4); n-- > 0;) uses.push_back({draw(), below(3) == 0});
      const Model::Turn turn = model.next(uses);
      jobs.push_back(submit(
          std::move(uses), [&model, turn] { model.run(turn); }, [&] { ++settled; }));
    }
    if (round % 4 == 0) JobQueue::instance().shutdown();
    for (const auto& job : jobs) job->wait();
    CHECK(settled == 300);
  }
}

}  // namespace

int main() {
  Pool::instance().resize(kThreads);
  in_order();
  overtakings();
  side_by_side();
  more_than_threads();
#if OWN_PTHREAD_CREATE
  few_threads();
#endif
  cancelled();
  shutdown_with_waiting_jobs();
  many_callers();
  thousands();
  random_jobs();
  JobQueue::instance().shutdown();
  JobQueue::instance().shutdown();
  return report("jobs");
}
