// Copies between arrays of any layout and dtype.
#pragma once

#include "array.hpp"
#include "storage.hpp"

namespace strided {

// One copy of every element of `source` to `target`, of the same shape, converted to its dtype;
// with a mask (of the same shape, a byte an element) of those where it is not 0. The result is as
// if the source and the mask had been copied first, however the three overlap. Where elements of
// the target overlap each other, the last one in C order is written last.
//
// Conversions are C's where C defines them. Anything but 0 is true (NaN too). An integer that does
// not fit is taken modulo 2^bits. A float becomes an integer as ECMAScript's TypedArrays do it: the
// fraction is dropped, then the value taken modulo 2^bits; NaN and the infinities become 0.
class Copy {
 public:
  // Decides how to go about it, and takes memory for a temporary where there is no way without one.
  // Throws std::bad_alloc.
  Copy(const Array& target, const Array& source, const Array* mask);
  void run();

  // What takes the place of a source or a mask that the target would overwrite too early.
  class Temporary {
   public:
    Temporary() = default;
    // Memory for the elements of an array, in about the order in which `like` has them.
    Temporary(const Array& of, const Array& like);
    ~Temporary();
    Temporary(const Temporary&) = delete;
    Temporary& operator=(Temporary&& other) noexcept;
    explicit operator bool() const noexcept { return block_ != nullptr; }

    Array array;  // of the same shape

   private:
    Block* block_ = nullptr;
  };

  bool has_temporary() const noexcept { return static_cast<bool>(source_copy_); }

 private:
  enum class Order { any, c, forwards, backwards, nothing };

  Array target_;
  Array source_;
  Array mask_;
  bool masked_;
  Order order_ = Order::any;
  Temporary source_copy_;
  Temporary mask_copy_;
};

// Makes and runs one. Throws std::bad_alloc.
void copy(const Array& target, const Array& source, const Array* mask = nullptr);

// True when every element of `source`, of an integer dtype, is one of the integer dtype `target`;
// with a mask, every one where it is not 0.
bool all_fit(const Array& source, DType target, const Array* mask = nullptr);

}  // namespace strided
