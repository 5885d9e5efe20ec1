#include <memory>
#include <new>

#include "copy.hpp"
#include "pins.hpp"
#include "rooms.hpp"
#include "status.hpp"
#include "unpack.hpp"

namespace binding {
namespace {

// The mask of an operation over a shape, if slot 2 describes one; null when there is none.
struct Mask {
  Mask(const Napi::CallbackInfo& info, int argument, const strided::Array& of) {
    if (!is_given(Environment::of(info.Env()), 2)) return;
    array = unpack(info, 2, argument);
    check_same_shape(info.Env(), array, of);
    if (strided::itemsize(array.dtype) != 1) {
      throw internal_error(info.Env(), "a mask that is not bool");
    }
    pointer = &array;
  }

  strided::Array array;
  const strided::Array* pointer = nullptr;
};

// copy(target, source, mask): slots 0, 1 and 2, of one shape; the arguments are their buffers.
void copy(const Napi::CallbackInfo& info) {
  const strided::Array target = unpack(info, 0, 0);
  const strided::Array source = unpack(info, 1, 1);
  check_same_shape(info.Env(), target, source);
  const Mask mask(info, 2, target);
  try {
    strided::copy(target, source, mask.pointer);
  } catch (const std::bad_alloc&) {
    throw out_of_memory(info.Env(), "a temporary for operands that overlap");
  }
}

// allFit(source, dtype, mask): slot 1, of an integer dtype, and slot 2.
Napi::Value all_fit(const Napi::CallbackInfo& info) {
  const strided::Array source = unpack(info, 1, 0);
  const Mask mask(info, 2, source);
  const bool fit = strided::all_fit(source, dtype_argument(info[1]), mask.pointer);
  return Napi::Boolean::New(info.Env(), fit);
}

struct CopyCall {
  CopyCall(const Napi::CallbackInfo& info, Pins& pins)
      : target(pinned(info, 0, pins)),
        source(pinned(info, 1, pins)),
        mask(info, 2, target),
        fit(info[3].IsUndefined() ? target.dtype : dtype_argument(info[3])),
        checked(!info[3].IsUndefined()) {
    check_same_shape(info.Env(), target, source);
    if (mask.pointer != nullptr) {
      pins.add(info[2], memory_of(Environment::of(info.Env()), 2, info, 2));
    }
  }
  CopyCall(const CopyCall&) = delete;

  int run() const {
    try {
      if (checked && !strided::all_fit(source, fit, mask.pointer)) return kNoFit;
      strided::copy(target, source, mask.pointer);
    } catch (const std::bad_alloc&) {
      return kNoMemory;
    }
    return kDone;
  }

  static strided::Array pinned(const Napi::CallbackInfo& info, int slot, Pins& pins) {
    Environment& environment = Environment::of(info.Env());
    const Memory memory = memory_of(environment, slot, info, slot);
    pins.add(info[static_cast<std::size_t>(slot)], memory);
    return unpack(info.Env(), environment.slot(slot), memory);
  }

  strided::Array target;
  strided::Array source;
  Mask mask;
  strided::DType fit;
  bool checked;
};

// copyJob(target, source, mask, dtype, late): starts a copy like copy's and gives its number. With
// a dtype, the integers of the source must fit it, or nothing is written. A copy that has begun
// goes on to its end, cancelled or not: the target is as before or wholly written. `late`, which
// slot 3 describes, is what JavaScript will write when the job has settled.
Napi::Value copy_job(const Napi::CallbackInfo& info) {
  auto pins = std::make_shared<Pins>();
  const auto call = std::make_shared<CopyCall>(info, *pins);
  auto status = std::make_shared<int>(kCancelled);
  const auto work = [call, status](const std::atomic<bool>&) { *status = call->run(); };
  std::vector<strided::Use> uses{{call->target, true}, {call->source, false}};
  if (call->mask.pointer != nullptr) uses.push_back({call->mask.array, false});
  if (is_given(Environment::of(info.Env()), 3)) uses.push_back({unpack(info, 3, 4), true});
  const double number =
      Environment::of(info.Env()).start(info.Env(), work, status, std::move(pins), std::move(uses));
  return Napi::Number::New(info.Env(), number);
}

}  // namespace

void add_assign(Napi::Env env, Napi::Object exports) {
  add<copy>(env, exports, "copy");
  add<all_fit>(env, exports, "allFit");
  add<copy_job>(env, exports, "copyJob");
}

}  // namespace binding
