// The addon's door: what JavaScript finds when it loads it. lib/native.ts has the types.

#include <napi.h>

#include "cpu.hpp"
#include "dtype.hpp"
#include "environment.hpp"
#include "pool.hpp"
#include "rooms.hpp"

namespace binding {
namespace {

// dtypes(): the rows of the table, for lib/native.ts to compare with its own.
Napi::Value dtypes(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array rows = Napi::Array::New(env);
  for (std::uint32_t i = 0; i < strided::kDTypeCount; ++i) {
    const strided::DTypeInfo& dtype = strided::kDTypes[i];
    Napi::Object row = Napi::Object::New(env);
    row.Set("name", dtype.name);
    row.Set("itemsize", static_cast<double>(dtype.itemsize));
    row.Set("kind", std::string(1, dtype.kind));
    rows.Set(i, row);
  }
  return rows;
}

Napi::Value instruction_sets(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Napi::Array names = Napi::Array::New(env);
  std::uint32_t count = 0;
  for (const std::string& name : strided::instruction_sets()) names.Set(count++, name);
  return names;
}

Napi::Value instruction_set(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), strided::kernels().name);
}

Napi::Value get_num_threads(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), strided::Pool::instance().threads());
}

void set_num_threads(const Napi::CallbackInfo& info) {
  strided::Pool::instance().resize(info[0].As<Napi::Number>().Int32Value());
}

// setup(onSettled): the frame as an ArrayBuffer. onSettled gets the number and the status of
// each job that has settled.
Napi::Value setup(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  environment.set_on_settled(info[0].As<Napi::Function>());
  return Napi::ArrayBuffer::New(env, environment.frame(), kFrameSize * sizeof(double));
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  if (const std::string wrong = strided::choose_kernels(); !wrong.empty()) {
    throw Napi::Error::New(env, wrong);
  }
  Environment::create(env);
  add<setup>(env, exports, "setup");
  add<dtypes>(env, exports, "dtypes");
  add<instruction_sets>(env, exports, "instructionSets");
  add<instruction_set>(env, exports, "instructionSet");
  add<get_num_threads>(env, exports, "getNumThreads");
  add<set_num_threads>(env, exports, "setNumThreads");
  add_storage(env, exports);
  add_assign(env, exports);
  add_overlap(env, exports);
  add_reduce(env, exports);
  add_random(env, exports);
  return exports;
}

}  // namespace
}  // namespace binding

static Napi::Object init_strided(Napi::Env env, Napi::Object exports) {
  return binding::init(env, exports);
}

NODE_API_MODULE(strided, init_strided)
