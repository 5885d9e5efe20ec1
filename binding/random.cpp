#include "random.hpp"

#include "layout.hpp"
#include "rooms.hpp"
#include "unpack.hpp"

namespace binding {
namespace {

strided::Mt19937& state_argument(const Napi::Value& value) {
  auto words = value.As<Napi::Uint32Array>();
  if (words.ElementLength() * 4 != sizeof(strided::Mt19937)) {
    throw internal_error(value.Env(), "not the state of a generator");
  }
  return *reinterpret_cast<strided::Mt19937*>(words.Data());
}

struct Target {
  void* data;
  std::size_t count;
  int itemsize;
};

// Slot 0, contiguous and aligned.
Target target_argument(const Napi::CallbackInfo& info, int index) {
  const strided::Array array = unpack(info, 0, info[static_cast<std::size_t>(index)]);
  const auto size = static_cast<int>(strided::itemsize(array.dtype));
  const std::int64_t count = strided::count_elements(array);
  if (array.ndim != 1 || (count > 1 && array.strides[0] != size) ||
      reinterpret_cast<std::uintptr_t>(array.data) % static_cast<std::uintptr_t>(size) != 0) {
    throw internal_error(info.Env(), "random numbers go to contiguous aligned arrays");
  }
  return {array.data, static_cast<std::size_t>(count), size};
}

// randomSeed(state, seed): a number, or a Uint32Array of at least one word.
void random_seed(const Napi::CallbackInfo& info) {
  strided::Mt19937& state = state_argument(info[0]);
  if (info[1].IsNumber()) {
    strided::mt19937_seed(state, info[1].As<Napi::Number>().Uint32Value());
    return;
  }
  const auto words = info[1].As<Napi::Uint32Array>();
  if (words.ElementLength() == 0) throw internal_error(info.Env(), "an empty seed");
  strided::mt19937_seed_array(state, words.Data(), words.ElementLength());
}

// randomDoubles(state, target)
void random_doubles(const Napi::CallbackInfo& info) {
  const Target target = target_argument(info, 1);
  if (target.itemsize != 8) throw internal_error(info.Env(), "doubles go to float64");
  strided::mt19937_doubles(state_argument(info[0]), static_cast<double*>(target.data),
                           target.count);
}

// randomIntegers(state, target, isBool, low, range): low and range are bigints; the range is what
// can be added to low.
void random_integers(const Napi::CallbackInfo& info) {
  const Target target = target_argument(info, 1);
  const bool is_bool = info[2].As<Napi::Boolean>().Value();
  bool lossless = false;
  const std::uint64_t low = info[3].As<Napi::BigInt>().Uint64Value(&lossless);
  const std::uint64_t range = info[4].As<Napi::BigInt>().Uint64Value(&lossless);
  const std::uint64_t most = is_bool ? 1 : ~std::uint64_t{0} >> (64 - 8 * target.itemsize);
  if (range > most) throw internal_error(info.Env(), "a range that the dtype does not hold");
  strided::mt19937_integers(state_argument(info[0]), target.itemsize, is_bool, low, range,
                            target.data, target.count);
}

}  // namespace

void add_random(Napi::Env env, Napi::Object exports) {
  add<random_seed>(env, exports, "randomSeed");
  add<random_doubles>(env, exports, "randomDoubles");
  add<random_integers>(env, exports, "randomIntegers");
}

}  // namespace binding
