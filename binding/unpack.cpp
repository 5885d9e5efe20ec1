#include "unpack.hpp"

#include <string>

#include "layout.hpp"

namespace binding {
namespace {

// Exact in a double, and far from overflowing 63 bits when doubled.
constexpr double kLargest = 9007199254740992.0;

std::int64_t whole(Napi::Env env, double value) {
  if (!(value >= -kLargest && value <= kLargest)) throw internal_error(env, "number out of range");
  const auto integer = static_cast<std::int64_t>(value);
  if (static_cast<double>(integer) != value) throw internal_error(env, "fractional number");
  return integer;
}

}  // namespace

Napi::Error internal_error(Napi::Env env, const char* what) {
  Napi::Error error = Napi::Error::New(env, std::string("strided addon: ") + what);
  error.Set("code", Napi::String::New(env, "ERR_INDEX"));
  return error;
}

Napi::Error out_of_memory(Napi::Env env, const char* what) {
  Napi::Error error =
      Napi::RangeError::New(env, std::string("memory: expected room for ") + what + ", found none");
  error.Set("code", Napi::String::New(env, "ERR_OUT_OF_MEMORY"));
  return error;
}

Memory buffer_memory(const Napi::Value& buffer) {
  const Napi::Env env = buffer.Env();
  if (!buffer.IsTypedArray()) throw internal_error(env, "expected a storage");
  napi_typedarray_type type;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, buffer, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    throw internal_error(env, "expected a Uint8Array as storage");
  }
  return {static_cast<std::byte*>(data), static_cast<std::int64_t>(length), nullptr};
}

Memory memory_of(Environment& environment, int slot, const Napi::CallbackInfo& info, int argument) {
  const double number = environment.slot(slot)[kSlotBlock];
  if (number == kUserBuffer) return buffer_memory(info[static_cast<std::size_t>(argument)]);
  if (number == kFrameResult) return {environment.frame_result(), sizeof(double), nullptr};
  strided::Block* block = environment.blocks.find(number);
  if (block == nullptr || block->released()) {
    throw internal_error(info.Env(), "storage was released");
  }
  return {block->data(), static_cast<std::int64_t>(block->nbytes()), block};
}

strided::DType dtype_argument(const Napi::Value& code) {
  const double value = code.As<Napi::Number>().DoubleValue();
  const std::int64_t row = whole(code.Env(), value);
  if (row < 0 || row >= strided::kDTypeCount) throw internal_error(code.Env(), "no such dtype");
  return static_cast<strided::DType>(row);
}

void check_same_shape(Napi::Env env, const strided::Array& a, const strided::Array& b) {
  bool same = a.ndim == b.ndim;
  for (int i = 0; same && i < a.ndim; ++i) same = a.shape[i] == b.shape[i];
  if (!same) throw internal_error(env, "a copy between different shapes");
}

void unpack(Napi::Env env, const double* from, const Memory& memory, strided::Array& array) {
  const std::int64_t dtype = whole(env, from[0]);
  const std::int64_t offset = whole(env, from[1]);
  const std::int64_t ndim = whole(env, from[2]);
  if (dtype < 0 || dtype >= strided::kDTypeCount) throw internal_error(env, "no such dtype");
  if (ndim < 0 || ndim > strided::kMaxDims) throw internal_error(env, "too many dimensions");
  array.dtype = static_cast<strided::DType>(dtype);
  array.ndim = static_cast<int>(ndim);
  for (int i = 0; i < array.ndim; ++i) {
    array.shape[i] = whole(env, from[kSlotShape + i]);
    array.strides[i] = whole(env, from[kSlotStrides + i]);
  }
  const std::int64_t origin = whole(env, from[3]);
  const std::int64_t nbytes = whole(env, from[4]);
  if (origin < 0 || nbytes < 0 || nbytes > memory.nbytes - origin) {
    throw internal_error(env, "a storage does not lie within its block");
  }
  if (!strided::lies_within(array, offset, nbytes)) {
    throw internal_error(env, "an array does not lie within its storage");
  }
  const std::int64_t count = strided::count_elements(array);
  if (count < 0 || count > static_cast<std::int64_t>(kLargest) / strided::itemsize(array.dtype)) {
    throw internal_error(env, "too many elements");
  }
  array.data = memory.data == nullptr ? nullptr : memory.data + origin + offset;
}

strided::Array unpack(Napi::Env env, const double* from, const Memory& memory) {
  strided::Array array;
  unpack(env, from, memory, array);
  return array;
}

strided::Array unpack(const Napi::CallbackInfo& info, int slot, int argument) {
  Environment& environment = Environment::of(info.Env());
  const Memory memory = memory_of(environment, slot, info, argument);
  return unpack(info.Env(), environment.slot(slot), memory);
}

}  // namespace binding
