#include <new>

#include "copy.hpp"
#include "rooms.hpp"
#include "unpack.hpp"

namespace binding {
namespace {

// The mask of an operation over a shape, which slot 2 describes; null when there is none.
struct Mask {
  Mask(const Napi::CallbackInfo& info, const Napi::Value& storage, const strided::Array& of) {
    if (storage.IsUndefined()) return;
    array = unpack(info, 2, storage);
    check_same_shape(info.Env(), array, of);
    if (strided::itemsize(array.dtype) != 1) {
      throw internal_error(info.Env(), "a mask that is not bool");
    }
    pointer = &array;
  }

  strided::Array array;
  const strided::Array* pointer = nullptr;
};

// copy(target, source, mask): slots 0, 1 and, unless it is undefined, 2, of one shape.
void copy(const Napi::CallbackInfo& info) {
  const strided::Array target = unpack(info, 0, info[0]);
  const strided::Array source = unpack(info, 1, info[1]);
  check_same_shape(info.Env(), target, source);
  const Mask mask(info, info[2], target);
  try {
    strided::copy(target, source, mask.pointer);
  } catch (const std::bad_alloc&) {
    throw out_of_memory(info.Env(), "a temporary for operands that overlap");
  }
}

// allFit(source, dtype, mask): slot 1, of an integer dtype, and slot 2 unless mask is undefined.
Napi::Value all_fit(const Napi::CallbackInfo& info) {
  const strided::Array source = unpack(info, 1, info[0]);
  const Mask mask(info, info[2], source);
  const bool fit = strided::all_fit(source, dtype_argument(info[1]), mask.pointer);
  return Napi::Boolean::New(info.Env(), fit);
}

}  // namespace

void add_assign(Napi::Env env, Napi::Object exports) {
  add<copy>(env, exports, "copy");
  add<all_fit>(env, exports, "allFit");
}

}  // namespace binding
