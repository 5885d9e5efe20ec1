// The threads that share the grains of a big operation.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <list>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

namespace strided {

// One pool serves the whole process. Its threads sleep when there has been nothing to do for some
// microseconds; the thread that calls run() takes part, so that a pool of n threads has n - 1 of
// its own. run() may be called from several threads at once.
class Pool {
 public:
  static Pool& instance();

  // Calls work(i) once for each i below count, in any order, on any of the threads, and returns
  // when all are done. What one of them throws is thrown here; those that have not begun by then
  // are left out.
  template <class F>
  void run(std::int64_t count, F&& work) {
    using Work = std::remove_reference_t<F>;
    run_erased(
        count, [](void* context, std::int64_t i) { (*static_cast<Work*>(context))(i); }, &work);
  }

  int threads() const noexcept { return wanted_.load(std::memory_order_relaxed); }
  void resize(int threads);

  // Ends the pool's threads; the next run() starts them again.
  void shutdown();

  ~Pool() { shutdown(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

 private:
  using Call = void (*)(void*, std::int64_t);
  struct Task {
    Call call;
    void* context;
    std::int64_t count;
    int processor;  // of the caller
    std::atomic<std::int64_t> next{0};
    std::atomic<int> helpers{0};  // pool threads inside, which enter under mutex_
    std::atomic<bool> failed{false};
    std::exception_ptr failure{};  // of who made `failed` true
  };

  Pool();
  void run_erased(std::int64_t count, Call call, void* context);
  void start_threads(int count);
  void thread_main();
  static void call(Task& task, std::int64_t i) noexcept;
  void work(Task& task);
  void leave(Task& task);
  Task* open_task() const noexcept;
  template <class Come>
  static bool glance(Come&& come) noexcept;

  std::atomic<int> wanted_;
  std::mutex mutex_;
  std::mutex resizing_;
  std::condition_variable wake_;
  std::condition_variable left_;
  std::list<Task*> tasks_;          // of those that are in run()
  std::atomic<int> open_tasks_{0};  // that have grains to take, to be looked at without the lock
  std::atomic<int> asleep_{0};      // threads that wait for others to leave a task
  std::vector<std::thread> workers_;
  bool stopping_ = false;
};

// Processors that this process may use: its affinity mask and its container's quota, at least 1.
int usable_processors();

}  // namespace strided
