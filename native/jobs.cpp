// How jobs are put in order.
//
// The jobs that have not ended make a graph: a job has an edge to each earlier one that it waits
// for. A new job looks at the others from the latest to the earliest. Where it conflicts with one
// it gets an edge, and need not look at what that one waits for in turn, which has to end before;
// so a chain of n jobs over one array has n - 1 edges. Most other pairs differ by their bounds,
// which are kept with the job. For what is left, views woven into each other, the solver decides,
// within limits for one submission; beyond them a conflict is assumed, which is always right, and
// late at worst.
//
// Everything that can fail comes before the first change of the graph. Edges and the nodes of lists
// belong to the job that is submitted, so that nothing has to be allocated when a job ends.

#include "jobs.hpp"

#include <algorithm>
#include <exception>
#include <iterator>

#include "pool.hpp"

namespace strided {
namespace {

// For one submission: pairs that the solver is asked about, the candidates for each, and the edges
// that are followed for each job that has not ended.
constexpr int kTests = 512;
constexpr std::int64_t kWork = 100;
constexpr std::size_t kFollowed = 8;

// Two at least, so that a short job gets by a long one even on one processor. Each takes part in
// the work of its job: more than the pool's threads would only contend for processors, and more
// than a few for memory.
std::size_t most_threads() {
  return static_cast<std::size_t>(std::clamp(Pool::instance().threads(), 2, 8));
}

}  // namespace

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

bool Job::conflicts_with(const Job& other, int& tests) const {
  for (const Use& mine : uses_) {
    for (const Use& theirs : other.uses_) {
      if (!mine.writes && !theirs.writes) continue;
      if (!meet(mine.bounds, theirs.bounds)) continue;
      if (tests == 0) return true;
      --tests;
      if (shares_memory(mine.array, theirs.array, kWork) != Overlap::no) return true;
    }
  }
  return false;
}

JobQueue& JobQueue::instance() {
  static JobQueue queue;
  return queue;
}

void JobQueue::submit(std::shared_ptr<Job> job) {
  std::list<std::shared_ptr<Job>> node{job};
  std::lock_guard lock(mutex_);
  std::vector<Job::Edge> edges = find_edges(*job);
  if (threads_.empty()) start_thread();
  jobs_.splice(jobs_.end(), node);
  job->place_ = std::prev(jobs_.end());
  add_edges(*job, std::move(edges));
  start_threads();
}

std::vector<Job::Edge> JobQueue::find_edges(Job& job) {
  std::vector<Job::Edge> edges;
  const std::uint64_t number = ++submissions_;
  int tests = kTests;
  std::size_t followed = 0;
  for (auto at = jobs_.rbegin(); at != jobs_.rend(); ++at) {
    Job& earlier = **at;
    if (earlier.seen_by_ != number) {
      if (!job.conflicts_with(earlier, tests)) continue;
      edges.push_back({&earlier, &job});
    }
    for (const Job::Edge& edge : earlier.waits_for_) {
      if (++followed > kFollowed * jobs_.size()) break;
      if (edge.earlier != nullptr) edge.earlier->seen_by_ = number;
    }
  }
  return edges;
}

void JobQueue::add_edges(Job& job, std::vector<Job::Edge> edges) noexcept {
  job.waits_for_ = std::move(edges);
  job.still_waits_ = job.waits_for_.size();
  for (Job::Edge& edge : job.waits_for_) {
    *edge.earlier->next_wait_ = &edge;
    edge.earlier->next_wait_ = &edge.next;
  }
  if (job.still_waits_ == 0) make_ready(job);
}

void JobQueue::make_ready(Job& job) noexcept {
  ready_.splice(ready_.end(), job.self_);
  wake_.notify_one();
}

// Takes a job that has run out of the graph.
void JobQueue::end(Job& job) noexcept {
  for (Job::Edge* edge = job.waited_for_by_; edge != nullptr; edge = edge->next) {
    edge->earlier = nullptr;
    if (--edge->later->still_waits_ == 0) make_ready(*edge->later);
  }
  jobs_.erase(job.place_);
}

void JobQueue::start_thread() {
  threads_.emplace_back([this] { thread_main(); });
}

// Starts threads for the jobs that are ready while all others are busy.
void JobQueue::start_threads() noexcept {
  if (stopping_) return;
  while (ready_.size() > threads_.size() - busy_ && threads_.size() < most_threads()) {
    try {
      start_thread();
    } catch (const std::exception&) {
      return;  // the machine has no more to give: those that there are take one job after another
    }
  }
}

void JobQueue::thread_main() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stopping_ || !ready_.empty(); });
    // What still waits does so for a job on another thread, which goes on with it.
    if (ready_.empty()) return;
    Job& job = *ready_.front();
    job.self_.splice(job.self_.end(), ready_, ready_.begin());
    ++busy_;
    lock.unlock();
    job.run();
    lock.lock();
    --busy_;
    end(job);
    start_threads();
  }
}

void JobQueue::shutdown() {
  std::vector<std::thread> leaving;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    leaving.swap(threads_);
  }
  wake_.notify_all();
  for (std::thread& thread : leaving) thread.join();
  std::lock_guard lock(mutex_);
  stopping_ = false;
}

}  // namespace strided
