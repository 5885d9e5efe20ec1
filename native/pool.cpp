#include "pool.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace strided {
namespace {

constexpr int kMostThreads = 1024;
constexpr std::chrono::microseconds kGlance{30};

// CPUs' worth of time that the container grants, rounded up; 0 when it sets no limit.
int container_processors() {
  long long quota = -1;
  long long period = 0;
  if (std::FILE* v2 = std::fopen("/sys/fs/cgroup/cpu.max", "r")) {
    if (std::fscanf(v2, "%lld %lld", &quota, &period) != 2) quota = -1;
    std::fclose(v2);
  } else if (std::FILE* v1 = std::fopen("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "r")) {
    if (std::fscanf(v1, "%lld", &quota) != 1) quota = -1;
    std::fclose(v1);
    if (std::FILE* p = std::fopen("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "r")) {
      if (std::fscanf(p, "%lld", &period) != 1) quota = -1;
      std::fclose(p);
    }
  }
  if (quota <= 0 || period <= 0) return 0;
  return static_cast<int>(std::min<long long>((quota + period - 1) / period, kMostThreads));
}

int default_threads() {
  if (const char* text = std::getenv("STRIDED_NUM_THREADS")) {
    char* end = nullptr;
    const long value = std::strtol(text, &end, 10);
    if (end != text && *end == '\0' && value >= 1 && value <= kMostThreads) {
      return static_cast<int>(value);
    }
  }
  return usable_processors();
}

// Moves the calling thread from a processor to any other that it may run on, if there is one.
void step_aside(int processor) {
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) != 0) return;
  cpu_set_t others = usable;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return;
  sched_setaffinity(0, sizeof usable, &usable);
}

}  // namespace

int usable_processors() {
  int count = static_cast<int>(std::thread::hardware_concurrency());
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) count = CPU_COUNT(&set);
  const int quota = container_processors();
  if (quota > 0) count = std::min(count, quota);
  return std::clamp(count, 1, kMostThreads);
}

Pool::Pool() : wanted_(default_threads()) {}

Pool& Pool::instance() {
  static Pool pool;
  return pool;
}

void Pool::call(Task& task, std::int64_t i) noexcept {
  if (task.failed.load(std::memory_order_relaxed)) return;
  try {
    task.call(task.context, i);
  } catch (...) {
    if (!task.failed.exchange(true)) task.failure = std::current_exception();
  }
}

void Pool::work(Task& task) {
  for (;;) {
    const std::int64_t i = task.next.fetch_add(1, std::memory_order_relaxed);
    if (i < task.count) {
      call(task, i);
      continue;
    }
    // The first to find no grain left says so.
    if (i == task.count) open_tasks_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
}

// Looks a little while whether it has come: the next task in a burst of small ones, or the end of
// the grains that others still work at, comes before a thread could have gone to sleep and been
// woken. The lock is not held meanwhile, as a thread that has to wait for it goes to sleep, too.
template <class Come>
bool Pool::glance(Come&& come) noexcept {
  const auto end = std::chrono::steady_clock::now() + kGlance;
  while (!come()) {
    if (std::chrono::steady_clock::now() >= end) return false;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  return true;
}

void Pool::run_erased(std::int64_t count, Call call, void* context) {
  const int helpers = static_cast<int>(std::min<std::int64_t>(threads(), count)) - 1;
  if (helpers <= 0) {
    for (std::int64_t i = 0; i < count; ++i) call(context, i);
    return;
  }
  Task task{call, context, count, sched_getcpu()};
  std::list<Task*> node{&task};
  {
    std::lock_guard lock(mutex_);
    start_threads(threads() - 1);
    tasks_.splice(tasks_.end(), node);
    open_tasks_.fetch_add(1, std::memory_order_relaxed);
  }
  for (int i = 0; i < helpers; ++i) wake_.notify_one();
  work(task);
  {
    std::lock_guard lock(mutex_);
    tasks_.remove(&task);
  }
  // No thread comes to it any more.
  const auto alone = [&] { return task.helpers.load() == 0; };
  if (!glance(alone)) {
    std::unique_lock lock(mutex_);
    asleep_.fetch_add(1);
    left_.wait(lock, alone);
    asleep_.fetch_sub(1);
  }
  if (task.failed.load()) std::rethrow_exception(task.failure);
}

// Takes leave of a task, which may be gone after that. Who waits for it either sees that, or has
// said before that it sleeps.
void Pool::leave(Task& task) {
  if (task.helpers.fetch_sub(1) != 1 || asleep_.load() == 0) return;
  { std::lock_guard lock(mutex_); }
  left_.notify_all();
}

Pool::Task* Pool::open_task() const noexcept {
  for (Task* task : tasks_) {
    if (task->next.load(std::memory_order_relaxed) < task->count) return task;
  }
  return nullptr;
}

void Pool::start_threads(int count) {
  while (!stopping_ && static_cast<int>(workers_.size()) < count) {
    try {
      workers_.emplace_back([this] { thread_main(); });
    } catch (const std::system_error&) {
      return;  // the machine has no more threads to give: the caller works alone
    }
  }
}

void Pool::thread_main() {
  std::unique_lock lock(mutex_, std::defer_lock);
  for (bool moved = false;;) {
    const auto comes = [&] { return open_tasks_.load(std::memory_order_relaxed) > 0; };
    if (!glance([&] { return comes() && lock.try_lock(); })) lock.lock();
    Task* task = nullptr;
    wake_.wait(lock, [&] { return stopping_ || (task = open_task()) != nullptr; });
    if (stopping_) return;
    // The system may wake a thread on the processor that its caller runs on, and would again. There
    // it only takes the caller's time.
    const int processor = task->processor;
    if (!moved && sched_getcpu() == processor) {
      lock.unlock();
      step_aside(processor);
      moved = true;
      continue;
    }
    moved = false;
    task->helpers.fetch_add(1);
    lock.unlock();
    work(*task);
    leave(*task);
  }
}

void Pool::resize(int threads) {
  threads = std::clamp(threads, 1, kMostThreads);
  if (wanted_.exchange(threads) > threads) shutdown();
}

void Pool::shutdown() {
  std::lock_guard once(resizing_);
  std::vector<std::thread> leaving;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    leaving.swap(workers_);
  }
  wake_.notify_all();
  for (std::thread& thread : leaving) thread.join();
  std::lock_guard lock(mutex_);
  stopping_ = false;
}

}  // namespace strided
