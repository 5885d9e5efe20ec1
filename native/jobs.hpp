// Work that goes on while its caller does something else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace strided {

// One asynchronous operation. Jobs run one after another, in the order in which they were
// submitted, each on all threads of the pool: so each sees its memory as every earlier job left it.
class Job {
 public:
  // `work` runs once, on the queue's thread, unless the job was cancelled before; `settled` follows
  // it in either case. It should look at `cancelled` now and then.
  Job(std::function<void(const std::atomic<bool>& cancelled)> work, std::function<void()> settled)
      : work_(std::move(work)), settled_(std::move(settled)) {}

  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  // Returns when `settled` has.
  void wait();

 private:
  friend class JobQueue;
  void run();

  std::function<void(const std::atomic<bool>&)> work_;
  std::function<void()> settled_;
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

// The process's queue. Its thread starts with the first job.
class JobQueue {
 public:
  static JobQueue& instance();
  void submit(std::shared_ptr<Job> job);
  // Ends the thread, after the jobs that are in the queue; the next job starts it again.
  void shutdown();
  ~JobQueue() { shutdown(); }

 private:
  void thread_main();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
  std::thread thread_;
  bool stopping_ = false;
};

}  // namespace strided
