#include "environment.hpp"

#include <mutex>

#include "pool.hpp"

namespace binding {
namespace {

std::mutex process_mutex;
int environments = 0;

void check(Napi::Env env, napi_status status) {
  if (status != napi_ok) throw Napi::Error::New(env);
}

}  // namespace

void Environment::create(Napi::Env env) {
  auto* self = new Environment();
  env.SetInstanceData<Environment>(self);
  check(env,
        napi_create_threadsafe_function(env, nullptr, nullptr, Napi::String::New(env, "strided"), 0,
                                        1, nullptr, nullptr, self, settle, &self->settled_));
  check(env, napi_unref_threadsafe_function(env, self->settled_));
  check(env, napi_add_env_cleanup_hook(env, leave, self));
  std::lock_guard lock(process_mutex);
  ++environments;
}

void Environment::leave(void* context) {
  auto* self = static_cast<Environment*>(context);
  for (auto& [number, running] : self->running_) running.job->cancel();
  for (auto& [number, running] : self->running_) running.job->wait();
  self->running_.clear();
  std::lock_guard lock(process_mutex);
  if (--environments > 0) return;
  strided::JobQueue::instance().shutdown();
  strided::Pool::instance().shutdown();
}

double Environment::start(Napi::Env env, std::function<void(const std::atomic<bool>&)> work,
                          std::shared_ptr<int> status, std::shared_ptr<void> pins,
                          std::vector<strided::Use> uses) {
  const std::uint64_t number = ++last_number_;
  const napi_threadsafe_function settled = settled_;
  const auto settle = [settled, number] {
    napi_call_threadsafe_function(settled, reinterpret_cast<void*>(number), napi_tsfn_nonblocking);
  };
  const auto job = std::make_shared<strided::Job>(std::move(work), settle, std::move(uses));
  const auto place =
      running_.emplace(number, Started{job, std::move(status), std::move(pins)}).first;
  try {
    strided::JobQueue::instance().submit(job);
  } catch (...) {
    running_.erase(place);  // what does not run must not be waited for
    throw;
  }
  if (running_.size() == 1) check(env, napi_ref_threadsafe_function(env, settled_));
  return static_cast<double>(number);
}

const Environment::Started* Environment::job(double number) const {
  const auto found = running_.find(static_cast<std::uint64_t>(number));
  return found == running_.end() ? nullptr : &found->second;
}

void Environment::settle(napi_env raw, napi_value, void* context, void* data) {
  auto* self = static_cast<Environment*>(context);
  const auto number = reinterpret_cast<std::uint64_t>(data);
  const auto found = self->running_.find(number);
  if (raw == nullptr || found == self->running_.end()) return;  // the environment has left
  const int status = *found->second.status;
  self->running_.erase(found);
  const Napi::Env env(raw);
  if (self->running_.empty()) napi_unref_threadsafe_function(env, self->settled_);
  // Called without the C++ wrapper, which would throw: an environment that is being terminated runs
  // no JavaScript any more, and an exception of the callback is Node's to report.
  const napi_value arguments[] = {Napi::Number::New(env, static_cast<double>(number)),
                                  Napi::Number::New(env, status)};
  napi_call_function(env, env.Undefined(), self->on_settled_.Value(), 2, arguments, nullptr);
}

}  // namespace binding
