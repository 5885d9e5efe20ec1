#include "copy.hpp"
#include "rooms.hpp"
#include "unpack.hpp"

namespace binding {
namespace {

// copy(target, source): slots 0 and 1, of one shape.
void copy(const Napi::CallbackInfo& info) {
  const strided::Array target = unpack(info, 0, info[0]);
  const strided::Array source = unpack(info, 1, info[1]);
  check_same_shape(info.Env(), target, source);
  strided::copy(target, source);
}

// allFit(source, dtype): slot 1, of an integer dtype.
Napi::Value all_fit(const Napi::CallbackInfo& info) {
  const strided::Array source = unpack(info, 1, info[0]);
  return Napi::Boolean::New(info.Env(), strided::all_fit(source, dtype_argument(info[1])));
}

}  // namespace

void add_assign(Napi::Env env, Napi::Object exports) {
  add<copy>(env, exports, "copy");
  add<all_fit>(env, exports, "allFit");
}

}  // namespace binding
