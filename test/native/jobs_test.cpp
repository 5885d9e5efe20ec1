// Jobs run in order, each once; cancelled ones do not run; waiting and shutting down are safe.

#include "jobs.hpp"

#include <vector>

#include "check.hpp"

using strided::Job;
using strided::JobQueue;

int main() {
  std::vector<int> order;
  std::atomic<int> settled{0};
  std::vector<std::shared_ptr<Job>> jobs;
  for (int i = 0; i < 200; ++i) {
    jobs.push_back(std::make_shared<Job>(
        [&order, i](const std::atomic<bool>& cancelled) {
          if (!cancelled) order.push_back(i);
        },
        [&settled] { ++settled; }));
    if (i % 50 == 49) jobs.back()->cancel();
    JobQueue::instance().submit(jobs.back());
    if (i == 100) JobQueue::instance().shutdown();
  }
  jobs.back()->wait();
  CHECK(settled == 200);
  CHECK(order.size() == 196);
  for (std::size_t i = 1; i < order.size(); ++i) CHECK(order[i - 1] < order[i]);
  for (const auto& job : jobs) job->wait();
  JobQueue::instance().shutdown();
  JobQueue::instance().shutdown();
  return report("jobs");
}
