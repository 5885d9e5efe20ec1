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

Memory memory_of(const Napi::Value& storage) {
  const Napi::Env env = storage.Env();
  if (storage.IsExternal()) {
    auto* block = storage.As<Napi::External<strided::Block>>().Data();
    if (block == nullptr || block->released()) throw internal_error(env, "storage was released");
    return {block->data(), static_cast<std::int64_t>(block->nbytes()), block};
  }
  if (!storage.IsTypedArray()) throw internal_error(env, "expected a storage");
  napi_typedarray_type type;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, storage, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    throw internal_error(env, "expected a Uint8Array as storage");
  }
  return {static_cast<std::byte*>(data), static_cast<std::int64_t>(length), nullptr};
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

strided::Array unpack(Napi::Env env, int slot, const Memory& memory) {
  const double* from = Environment::of(env).frame() + slot * kSlotSize;
  strided::Array array;
  const std::int64_t dtype = whole(env, from[0]);
  const std::int64_t offset = whole(env, from[1]);
  const std::int64_t ndim = whole(env, from[2]);
  if (dtype < 0 || dtype >= strided::kDTypeCount) throw internal_error(env, "no such dtype");
  if (ndim < 0 || ndim > strided::kMaxDims) throw internal_error(env, "too many dimensions");
  array.dtype = static_cast<strided::DType>(dtype);
  array.ndim = static_cast<int>(ndim);
  for (int i = 0; i < array.ndim; ++i) {
    array.shape[i] = whole(env, from[5 + i]);
    array.strides[i] = whole(env, from[5 + kSlotDims + i]);
  }
  const std::int64_t origin = whole(env, from[3]);
  const std::int64_t nbytes = whole(env, from[4]);
  if (origin < 0 || nbytes < 0 || nbytes > memory.nbytes - origin) {
    throw internal_error(env, "a storage does not lie within its block");
  }
  if (!strided::lies_within(array, offset, nbytes)) {
    throw internal_error(env, "an array does not lie within its storage");
  }
  if (strided::count_elements(array) < 0) throw internal_error(env, "too many elements");
  array.data = memory.data == nullptr ? nullptr : memory.data + origin + offset;
  return array;
}

strided::Array unpack(const Napi::CallbackInfo& info, int slot, const Napi::Value& storage) {
  return unpack(info.Env(), slot, memory_of(storage));
}

}  // namespace binding
