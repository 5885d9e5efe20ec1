// The limits of memory for the benchmark's process: of bytes of its own.

#include <napi.h>

#include <algorithm>

#include "limits.hpp"

namespace {

// (limit, bytes, threads, way)
struct Call {
  std::span<const bench::Once> ways;
  const std::byte* block;
  std::int64_t nbytes;
  int threads;

  explicit Call(const Napi::CallbackInfo& info)
      : ways(bench::ways_of(info[0].As<Napi::String>().Utf8Value())) {
    if (ways.empty()) throw Napi::Error::New(info.Env(), "limit: expected 'read' or 'copy'");
    const auto bytes = info[1].As<Napi::Uint8Array>();
    block = reinterpret_cast<const std::byte*>(bytes.Data());
    nbytes = static_cast<std::int64_t>(bytes.ByteLength());
    threads = info[2].As<Napi::Number>().Int32Value();
  }
};

// fastest(limit, bytes, threads): the number of the way that takes the least time.
Napi::Value fastest(const Napi::CallbackInfo& info) {
  const Call call(info);
  const bench::Once best = bench::fastest(call.ways, call.block, call.nbytes, call.threads);
  const auto place = std::find(call.ways.begin(), call.ways.end(), best) - call.ways.begin();
  return Napi::Number::New(info.Env(), static_cast<double>(place));
}

// timeRound(limit, bytes, threads, way): the seconds that one pass takes.
Napi::Value time_round(const Napi::CallbackInfo& info) {
  const Call call(info);
  const std::uint32_t way = info[3].As<Napi::Number>().Uint32Value();
  if (way >= call.ways.size())
    throw Napi::Error::New(info.Env(), "way: there is none of the number");
  const double seconds = bench::time_round(call.ways[way], call.block, call.nbytes, call.threads);
  return Napi::Number::New(info.Env(), seconds);
}

Napi::Object init(Napi::Env env, Napi::Object exports) {
  exports.Set("fastest", Napi::Function::New(env, fastest));
  exports.Set("timeRound", Napi::Function::New(env, time_round));
  return exports;
}

}  // namespace

NODE_API_MODULE(limits, init)
