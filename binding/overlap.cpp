#include "overlap.hpp"

#include "rooms.hpp"
#include "unpack.hpp"

namespace binding {
namespace {

// The array that a slot describes, at its offset in a space of addresses of its own: only where its
// elements lie is of interest, not what is there.
strided::Array place(const Napi::CallbackInfo& info, int slot) {
  constexpr std::int64_t kSpace = std::int64_t{1} << 53;
  const double* from = Environment::of(info.Env()).slot(slot);
  return unpack(info.Env(), from, {reinterpret_cast<std::byte*>(kSpace), kSpace, nullptr});
}

// sharesMemory(maxWork): slots 0 and 1, their offsets counted from one place. 0 is no, 1 yes, and 2
// that maxWork candidates were too few to tell; -1 considers as many as it takes.
Napi::Value shares_memory(const Napi::CallbackInfo& info) {
  const std::int64_t work = info[0].As<Napi::Number>().Int64Value();
  const strided::Overlap found = strided::shares_memory(place(info, 0), place(info, 1), work);
  return Napi::Number::New(info.Env(), static_cast<int>(found));
}

// overlapsItself(): slot 0.
Napi::Value overlaps_itself(const Napi::CallbackInfo& info) {
  const strided::Overlap found = strided::internal_overlap(place(info, 0), strided::kExact);
  return Napi::Boolean::New(info.Env(), found == strided::Overlap::yes);
}

// addressOf(buffer): of its first byte, as a number.
Napi::Value address_of(const Napi::CallbackInfo& info) {
  const auto address = reinterpret_cast<std::uintptr_t>(buffer_memory(info[0]).data);
  return Napi::Number::New(info.Env(), static_cast<double>(address));
}

}  // namespace

void add_overlap(Napi::Env env, Napi::Object exports) {
  add<shares_memory>(env, exports, "sharesMemory");
  add<overlaps_itself>(env, exports, "overlapsItself");
  add<address_of>(env, exports, "addressOf");
}

}  // namespace binding
