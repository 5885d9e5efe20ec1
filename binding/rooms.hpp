// The functions that each room adds to the addon's exports.
#pragma once

#include <napi.h>

namespace binding {

void add_storage(Napi::Env env, Napi::Object exports);
void add_assign(Napi::Env env, Napi::Object exports);
void add_overlap(Napi::Env env, Napi::Object exports);
void add_reduce(Napi::Env env, Napi::Object exports);
void add_random(Napi::Env env, Napi::Object exports);

// Adds a function under its name.
template <auto kFunction>
void add(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New<kFunction>(env, name));
}

}  // namespace binding
