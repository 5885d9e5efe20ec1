// How native memory and JavaScript's collector meet.
//
// A block's handle is an External; its finalizer drops the handle's hold on the block. Node runs
// finalizers when the event loop turns, so a loop that never yields would keep every block that it
// let go of. Therefore handles are also known through weak references, which are empty as soon as
// the collector has run, and allocate() sweeps over them now and then; V8 runs the collector since
// it is told of the memory. Whoever comes first, the sweep or the finalizer, drops the hold.
//
// An ArrayBuffer over a block has a hold of its own, which only its finalizer drops: V8 may have
// moved its memory on to another ArrayBuffer.

#include "storage.hpp"

#include <algorithm>
#include <cstring>

#include "rooms.hpp"
#include "unpack.hpp"

namespace binding {

struct Handle {
  Environment* environment;
  strided::Block* block;
  double number;  // in the table
  napi_ref weak = nullptr;
  std::list<Handle*>::iterator place;
};

namespace {

using strided::Block;

// What a block costs besides its elements, about.
constexpr std::int64_t kOverhead = 256;
constexpr std::int64_t kSweepBytes = 4 << 20;
constexpr std::size_t kSweepHandles = 1 << 16;

void adjust_external_memory(napi_env env, std::int64_t change) {
  std::int64_t total;
  napi_adjust_external_memory(env, change, &total);
}

void let_go(napi_env env, Handle& handle) {
  if (handle.block == nullptr) return;
  adjust_external_memory(env, -static_cast<std::int64_t>(handle.block->nbytes()) - kOverhead);
  napi_delete_reference(env, handle.weak);
  handle.environment->handles.erase(handle.place);
  handle.environment->blocks.remove(handle.number);
  std::exchange(handle.block, nullptr)->drop();
}

void finalize(napi_env env, void*, void* hint) {
  auto* handle = static_cast<Handle*>(hint);
  let_go(env, *handle);
  delete handle;
}

void sweep_if_due(Napi::Env env, Environment& environment) {
  // A sweep's cost is shared by so many allocations that it does not count.
  const std::size_t kept = environment.handles_after_sweep;
  if (environment.bytes_since_sweep <
          std::max(kSweepBytes, static_cast<std::int64_t>(kept) << 10) &&
      environment.handles.size() - kept < std::max(kSweepHandles, kept)) {
    return;
  }
  environment.bytes_since_sweep = 0;
  const Napi::HandleScope scope(env);
  for (auto place = environment.handles.begin(); place != environment.handles.end();) {
    Handle& handle = **place++;
    napi_value value = nullptr;
    napi_get_reference_value(env, handle.weak, &value);
    if (value == nullptr) let_go(env, handle);
  }
  environment.handles_after_sweep = environment.handles.size();
}

// allocate(nbytes, zeroed): the handle of a new block, whose number is the frame's result then, or
// undefined when there is no memory.
Napi::Value allocate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  const auto nbytes = info[0].As<Napi::Number>().Int64Value();
  sweep_if_due(env, environment);
  Block* block = nbytes < 0 ? nullptr
                            : Block::create(static_cast<std::size_t>(nbytes),
                                            info[1].As<Napi::Boolean>().Value());
  if (block == nullptr) return env.Undefined();
  auto* handle = new Handle{&environment, block, environment.blocks.add(block), nullptr, {}};
  handle->place = environment.handles.insert(environment.handles.end(), handle);
  napi_value external;
  napi_create_external(env, block, finalize, handle, &external);
  napi_create_reference(env, external, 0, &handle->weak);
  environment.bytes_since_sweep += nbytes;
  std::memcpy(environment.frame_result(), &handle->number, sizeof handle->number);
  adjust_external_memory(env, nbytes + kOverhead);
  return {env, external};
}

Block& block_argument(const Napi::Value& handle) {
  Block* block = handle.IsExternal() ? handle.As<Napi::External<Block>>().Data() : nullptr;
  if (block == nullptr) throw internal_error(handle.Env(), "expected a block");
  if (block->released()) throw internal_error(handle.Env(), "storage was released");
  return *block;
}

// False when one of the ArrayBuffers was moved elsewhere before.
bool detach_from(const Napi::CallbackInfo& info, std::size_t first) {
  bool all_here = true;
  for (std::size_t i = first; i < info.Length(); ++i) {
    const auto buffer = info[i].As<Napi::ArrayBuffer>();
    all_here =
        all_here && !buffer.IsDetached() && napi_detach_arraybuffer(info.Env(), buffer) == napi_ok;
  }
  return all_here;
}

// detach(...arrayBuffers)
void detach(const Napi::CallbackInfo& info) {
  detach_from(info, 0);
}

// dispose(handle, ...arrayBuffers): detaches what JavaScript has over the block, then frees its
// memory once no job uses it. When an ArrayBuffer was moved elsewhere, its memory is still in use,
// and goes with that.
void dispose(const Napi::CallbackInfo& info) {
  Block& block = block_argument(info[0]);
  if (detach_from(info, 1)) block.dispose();
}

// arrayBuffer(handle, offset, nbytes): an ArrayBuffer over a part of the block.
Napi::Value array_buffer(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Block& block = block_argument(info[0]);
  const std::int64_t offset = info[1].As<Napi::Number>().Int64Value();
  const std::int64_t nbytes = info[2].As<Napi::Number>().Int64Value();
  if (offset < 0 || nbytes < 0 || nbytes > static_cast<std::int64_t>(block.nbytes()) - offset) {
    throw internal_error(env, "a buffer does not lie within its storage");
  }
  block.hold();
  const auto finalize_buffer = [](napi_env, void*, void* held) {
    static_cast<Block*>(held)->drop();
  };
  napi_value buffer;
  const napi_status status =
      napi_create_external_arraybuffer(env, block.data() + offset, static_cast<std::size_t>(nbytes),
                                       finalize_buffer, &block, &buffer);
  if (status != napi_ok) {
    block.drop();
    throw internal_error(env, "this JavaScript engine does not allow external ArrayBuffers");
  }
  return {env, buffer};
}

Napi::Value memory_usage(const Napi::CallbackInfo& info) {
  const strided::MemoryUsage usage = strided::memory_usage();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("blocks", Napi::Number::New(info.Env(), static_cast<double>(usage.blocks)));
  result.Set("bytes", Napi::Number::New(info.Env(), static_cast<double>(usage.bytes)));
  return result;
}

}  // namespace

void add_storage(Napi::Env env, Napi::Object exports) {
  add<allocate>(env, exports, "allocate");
  add<dispose>(env, exports, "dispose");
  add<detach>(env, exports, "detach");
  add<array_buffer>(env, exports, "arrayBuffer");
  add<memory_usage>(env, exports, "memoryUsage");
}

}  // namespace binding
