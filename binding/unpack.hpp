// Reads the arguments of a call, and checks each descriptor against its storage: the second lock. A
// mistake in the facade becomes an error here, never a wild pointer.
#pragma once

#include <napi.h>

#include "array.hpp"
#include "environment.hpp"

namespace binding {

// The memory of an array: a native block's, or a user's buffer.
struct Memory {
  std::byte* data = nullptr;
  std::int64_t nbytes = 0;
  strided::Block* block = nullptr;  // null for a user's buffer
};

// The memory that a slot of the frame names; a user's buffer is that argument of the call, a
// Uint8Array, which is not looked at otherwise.
Memory memory_of(Environment& environment, int slot, const Napi::CallbackInfo& info, int argument);
Memory buffer_memory(const Napi::Value& buffer);

// The array that a slot describes.
strided::Array unpack(const Napi::CallbackInfo& info, int slot, int argument);

// The same of a slot over given memory.
strided::Array unpack(Napi::Env env, const double* slot, const Memory& memory);
void unpack(Napi::Env env, const double* slot, const Memory& memory, strided::Array& array);

// Whether a slot describes an array at all.
inline bool is_given(const Environment& environment, int slot) {
  return environment.slot(slot)[0] != kNothing;
}

void check_same_shape(Napi::Env env, const strided::Array& a, const strided::Array& b);

strided::DType dtype_argument(const Napi::Value& code);

// An error of the addon's own, for what the facade should never let through.
Napi::Error internal_error(Napi::Env env, const char* what);

// ERR_OUT_OF_MEMORY, for memory that the core itself had to take.
Napi::Error out_of_memory(Napi::Env env, const char* what);

}  // namespace binding
