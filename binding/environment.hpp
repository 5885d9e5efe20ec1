// What each JavaScript environment (the main thread, a worker thread) has of its own, and what the
// whole process shares.
//
// The process shares the core's thread pool and its job queue. They hold threads that run this
// library's code, so they must end before it can be unloaded: the environment that leaves last ends
// them. When an environment leaves, its jobs are cancelled and waited for first, since they settle
// through its thread-safe function; that function is made before the clean-up hook is registered,
// and hooks run in reverse order, so that it is still there then.
#pragma once

#include <napi.h>

#include <functional>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "block_table.hpp"
#include "jobs.hpp"
#include "storage.hpp"

namespace binding {

// A mailbox of doubles that JavaScript fills before a call: what would be dozens of calls across
// the border to read is one read of memory. lib/native.ts has the same layout.
inline constexpr int kSlotDims = strided::kMaxDims;
// dtype, offset, ndim, origin, nbytes, block, shape, strides
inline constexpr int kSlotBlock = 5;
inline constexpr int kSlotShape = 6;
inline constexpr int kSlotStrides = kSlotShape + kSlotDims;
inline constexpr int kSlotSize = kSlotStrides + kSlotDims;
// What a slot has for a dtype when it describes nothing, and for a block: a number of the table, 0
// for a user's buffer, or the scalar result at the frame's end.
inline constexpr double kNothing = -1;
inline constexpr double kUserBuffer = 0;
inline constexpr double kFrameResult = -1;
inline constexpr int kSlots = 4;
inline constexpr int kFrameSize = kSlots * kSlotSize + 1;  // and the result of a scalar operation

struct Handle;

class Environment {
 public:
  static void create(Napi::Env env);
  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  double* frame() noexcept { return frame_; }
  const double* slot(int number) const noexcept { return frame_ + number * kSlotSize; }
  std::byte* frame_result() noexcept {
    return reinterpret_cast<std::byte*>(frame_ + kFrameSize - 1);
  }

  // Starts a job over `uses`, whose work writes its status. `pins` keep its memory until it has
  // settled; then the function given to set_on_settled is called with the job's number and status.
  // Jobs that conflict settle in the order in which they were started.
  struct Started {
    std::shared_ptr<strided::Job> job;
    std::shared_ptr<int> status;
    std::shared_ptr<void> pins;
  };
  double start(Napi::Env env, std::function<void(const std::atomic<bool>&)> work,
               std::shared_ptr<int> status, std::shared_ptr<void> pins,
               std::vector<strided::Use> uses);
  // Null when it has settled already.
  const Started* job(double number) const;
  void set_on_settled(Napi::Function callback) { on_settled_ = Napi::Persistent(callback); }

  // The handles that JavaScript has for blocks: see storage.cpp.
  BlockTable blocks;
  std::list<Handle*> handles;
  std::int64_t bytes_since_sweep = 0;
  std::size_t handles_after_sweep = 0;

 private:
  Environment() = default;
  static void settle(napi_env env, napi_value callback, void* context, void* number);
  static void leave(void* self);

  alignas(64) double frame_[kFrameSize] = {};
  napi_threadsafe_function settled_ = nullptr;
  Napi::FunctionReference on_settled_;
  std::unordered_map<std::uint64_t, Started> running_;
  std::uint64_t last_number_ = 0;
};

}  // namespace binding
