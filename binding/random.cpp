#include "random.hpp"

#include "generator.hpp"
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
Target target_argument(const Napi::CallbackInfo& info, int argument) {
  const strided::Array array = unpack(info, 0, argument);
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

struct Bounded : Target {
  bool is_bool;
  std::uint64_t low;
  std::uint64_t range;  // what can be added to low
};

// (state, target, isBool, low, range): low and range are bigints.
Bounded bounded_argument(const Napi::CallbackInfo& info) {
  bool lossless = false;
  const Bounded to{target_argument(info, 1), info[2].As<Napi::Boolean>().Value(),
                   info[3].As<Napi::BigInt>().Uint64Value(&lossless),
                   info[4].As<Napi::BigInt>().Uint64Value(&lossless)};
  const std::uint64_t most = to.is_bool ? 1 : ~std::uint64_t{0} >> (64 - 8 * to.itemsize);
  if (to.range > most) throw internal_error(info.Env(), "a range that the dtype does not hold");
  return to;
}

// randomIntegers(state, target, isBool, low, range)
void random_integers(const Napi::CallbackInfo& info) {
  const Bounded to = bounded_argument(info);
  strided::mt19937_integers(state_argument(info[0]), to.itemsize, to.is_bool, to.low, to.range,
                            to.data, to.count);
}

// A generator whose state is a Uint32Array, for the length of a call.
class Borrowed {
 public:
  explicit Borrowed(const Napi::Value& value) {
    auto words = value.As<Napi::Uint32Array>();
    if (words.ElementLength() != strided::kPcg64Words) {
      throw internal_error(value.Env(), "not the state of a generator");
    }
    words_ = words.Data();
    generator = strided::pcg64_load(words_);
  }
  ~Borrowed() { strided::pcg64_store(generator, words_); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  strided::Pcg64 generator;

 private:
  std::uint32_t* words_;
};

// generatorSeed(state, words): the eight words of a seed sequence.
void generator_seed(const Napi::CallbackInfo& info) {
  const auto words = info[1].As<Napi::Uint32Array>();
  if (words.ElementLength() != 8) throw internal_error(info.Env(), "not the words of a seed");
  Borrowed(info[0]).generator = strided::pcg64_seed(words.Data());
}

// generatorUniform(state, target, low, range); float32 elements are those of the unit interval.
void generator_uniform(const Napi::CallbackInfo& info) {
  const Target target = target_argument(info, 1);
  Borrowed state(info[0]);
  if (target.itemsize == 4) {
    return strided::draw_uniform(state.generator, static_cast<float*>(target.data), target.count);
  }
  if (target.itemsize != 8) throw internal_error(info.Env(), "floats go to float32 or float64");
  strided::draw_uniform(state.generator, info[2].As<Napi::Number>(), info[3].As<Napi::Number>(),
                        static_cast<double*>(target.data), target.count);
}

// generatorNormal(state, target, mean, deviation); float32 elements are standard normal.
void generator_normal(const Napi::CallbackInfo& info) {
  const Target target = target_argument(info, 1);
  Borrowed state(info[0]);
  if (target.itemsize == 4) {
    return strided::draw_normal(state.generator, static_cast<float*>(target.data), target.count);
  }
  if (target.itemsize != 8) throw internal_error(info.Env(), "floats go to float32 or float64");
  strided::draw_normal(state.generator, info[2].As<Napi::Number>(), info[3].As<Napi::Number>(),
                       static_cast<double*>(target.data), target.count);
}

// generatorIntegers(state, target, isBool, low, range), as randomIntegers.
void generator_integers(const Napi::CallbackInfo& info) {
  const Bounded to = bounded_argument(info);
  Borrowed state(info[0]);
  strided::draw_integers(state.generator, to.itemsize, to.is_bool, to.low, to.range, to.data,
                         to.count);
}

// generatorShuffle(state, target): any array of at least one axis in slot 0.
void generator_shuffle(const Napi::CallbackInfo& info) {
  const strided::Array array = unpack(info, 0, 1);
  if (array.ndim == 0) throw internal_error(info.Env(), "nothing to shuffle");
  Borrowed state(info[0]);
  strided::shuffle(state.generator, array);
}

}  // namespace

void add_random(Napi::Env env, Napi::Object exports) {
  add<random_seed>(env, exports, "randomSeed");
  add<random_doubles>(env, exports, "randomDoubles");
  add<random_integers>(env, exports, "randomIntegers");
  add<generator_seed>(env, exports, "generatorSeed");
  add<generator_uniform>(env, exports, "generatorUniform");
  add<generator_normal>(env, exports, "generatorNormal");
  add<generator_integers>(env, exports, "generatorIntegers");
  add<generator_shuffle>(env, exports, "generatorShuffle");
}

}  // namespace binding
