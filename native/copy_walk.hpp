// Nested loops over the operands of a copy, walked in some order or on all threads.
#pragma once

#include "array.hpp"
#include "copy_rows.hpp"
#include "layout.hpp"

namespace strided {

enum { kTo = 0, kFrom = 1, kMask = 2 };

struct Operands {
  Operands(const Array& target, const Array& source, const Array* mask);

  std::array<std::byte*, 3> base;
  Loops<3> loops;
  DType to;
  DType from;
  bool masked;
};

// Walks the loops as they are, the last of them running fastest, on this thread.
void walk_in_order(const Operands& operands);

// The same from the last element to the first.
void walk_backwards(Operands operands);

// Walks loops that were simplified, in any order, on all threads of the pool. Nothing of the source
// or the mask may lie in the target.
void walk_apart(const Operands& operands);

}  // namespace strided
