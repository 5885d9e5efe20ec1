#include "jobs.hpp"

namespace strided {

void Job::run() {
  if (!cancelled_.load(std::memory_order_relaxed)) work_(cancelled_);
  settled_();
  {
    std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
}

void Job::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return done_; });
}

JobQueue& JobQueue::instance() {
  static JobQueue queue;
  return queue;
}

void JobQueue::submit(std::shared_ptr<Job> job) {
  {
    std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = std::thread([this] { thread_main(); });
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void JobQueue::thread_main() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const std::shared_ptr<Job> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job->run();
    lock.lock();
  }
}

void JobQueue::shutdown() {
  std::thread leaving;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    leaving.swap(thread_);
  }
  wake_.notify_all();
  if (leaving.joinable()) leaving.join();
  std::lock_guard lock(mutex_);
  stopping_ = false;
}

}  // namespace strided
