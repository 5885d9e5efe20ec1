// What a job needs of the memory that its call named.
#pragma once

#include <napi.h>

#include <vector>

#include "unpack.hpp"

namespace binding {

// Blocks are pinned; a user's buffer, which is a SharedArrayBuffer, is referred to.
class Pins {
 public:
  void add(const Napi::Value& storage, const Memory& memory) {
    if (memory.block == nullptr) {
      references_.push_back(Napi::Persistent(storage.As<Napi::Object>()));
    } else {
      memory.block->pin();
      blocks_.push_back(memory.block);
    }
  }
  ~Pins() {
    for (strided::Block* block : blocks_) block->unpin();
  }
  Pins() = default;
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

 private:
  std::vector<strided::Block*> blocks_;
  std::vector<Napi::ObjectReference> references_;
};

}  // namespace binding
