// Reads the arguments of a call, and checks each descriptor against its storage: the second lock. A
// mistake in the facade becomes an error here, never a wild pointer.
#pragma once

#include <napi.h>

#include "array.hpp"
#include "environment.hpp"

namespace binding {

// The memory that a storage argument stands for: a native block's handle, or a Uint8Array over a
// user's buffer.
struct Memory {
  std::byte* data = nullptr;
  std::int64_t nbytes = 0;
  strided::Block* block = nullptr;  // null for a user's buffer
};

Memory memory_of(const Napi::Value& storage);

// The array that a slot of the frame describes over a storage.
strided::Array unpack(const Napi::CallbackInfo& info, int slot, const Napi::Value& storage);

// The same over given memory.
strided::Array unpack(Napi::Env env, int slot, const Memory& memory);

void check_same_shape(Napi::Env env, const strided::Array& a, const strided::Array& b);

strided::DType dtype_argument(const Napi::Value& code);

// An error of the addon's own, for what the facade should never let through.
Napi::Error internal_error(Napi::Env env, const char* what);

// ERR_OUT_OF_MEMORY, for memory that the core itself had to take.
Napi::Error out_of_memory(Napi::Env env, const char* what);

}  // namespace binding
