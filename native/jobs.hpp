// Work that goes on while its caller does something else.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "array.hpp"
#include "overlap.hpp"

namespace strided {

// An array that a job uses.
struct Use {
  Array array;
  bool writes;
  Bounds bounds = bounds_of(array);
};

// One asynchronous operation, which behaves as if it ran, whole, when it was submitted: it waits
// for the earlier jobs that it conflicts with. Two jobs conflict if one writes memory that the
// other reads or writes.
class Job {
 public:
  // `work` runs once, on a thread of the queue, unless the job was cancelled before; `settled`
  // follows it in either case, before any job that waits for this one begins. `work` should look at
  // `cancelled` now and then. Of memory that other jobs may use, it touches only `uses`.
  Job(std::function<void(const std::atomic<bool>& cancelled)> work, std::function<void()> settled,
      std::vector<Use> uses)
      : work_(std::move(work)), settled_(std::move(settled)), uses_(std::move(uses)) {}

  // A job that has not begun still waits for its turn, and then only settles.
  void cancel() noexcept { cancelled_.store(true, std::memory_order_relaxed); }
  // Returns when `settled` has.
  void wait();

 private:
  friend class JobQueue;

  // That one job waits for another. The later one owns it, and it is in the earlier one's list.
  struct Edge {
    Job* earlier;  // null once that has ended
    Job* later;
    Edge* next = nullptr;
  };

  void run();
  bool conflicts_with(const Job& other, int& tests) const;

  std::function<void(const std::atomic<bool>&)> work_;
  std::function<void()> settled_;
  const std::vector<Use> uses_;
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;

  // The queue's, guarded by its mutex.
  std::list<std::shared_ptr<Job>>::iterator place_;
  std::list<Job*> self_{this};     // moves to the queue's list of jobs that are ready
  std::vector<Edge> waits_for_;    // not all that it conflicts with: see JobQueue::find_edges
  std::size_t still_waits_ = 0;    // for so many of them
  Edge* waited_for_by_ = nullptr;  // the first of a list, by the order of submission
  Edge** next_wait_ = &waited_for_by_;
  std::uint64_t seen_by_ = 0;  // the number of a submission that need not wait for this job
};

// The process's queue. Jobs that wait for none are ready, and run in the order in which they became
// so on the queue's threads, each with the help of the pool.
class JobQueue {
 public:
  static JobQueue& instance();
  // Throws std::bad_alloc, and std::system_error when there is not one thread to run jobs; then the
  // job is not in the queue.
  void submit(std::shared_ptr<Job> job);
  // Ends the threads, after the jobs that are in the queue; the next job starts them again. No job
  // may be submitted meanwhile.
  void shutdown();
  ~JobQueue() { shutdown(); }

 private:
  std::vector<Job::Edge> find_edges(Job& job);
  void add_edges(Job& job, std::vector<Job::Edge> edges) noexcept;
  void make_ready(Job& job) noexcept;
  void end(Job& job) noexcept;
  void start_thread();
  void start_threads() noexcept;
  void thread_main();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<std::shared_ptr<Job>> jobs_;  // all that have not ended, in the order of submission
  std::list<Job*> ready_;                 // those that have not begun and wait for none
  std::vector<std::thread> threads_;
  std::size_t busy_ = 0;  // threads that run a job
  std::uint64_t submissions_ = 0;
  bool stopping_ = false;
};

}  // namespace strided
