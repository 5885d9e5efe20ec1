// Copies between arrays of any layout and dtype.
#pragma once

#include "array.hpp"

namespace strided {

// Writes every element of `source` to `target`, of the same shape, converted to its dtype; the two
// must not overlap, unless they are the same elements in the same layout.
//
// Conversions are C's where C defines them. Anything but 0 is true (NaN too). An integer that does
// not fit is taken modulo 2^bits. A float becomes an integer as ECMAScript's TypedArrays do it: the
// fraction is dropped, then the value taken modulo 2^bits; NaN and the infinities become 0.
void copy(const Array& target, const Array& source);

// True when every element of `source`, of an integer dtype, is one of the integer dtype `target`.
bool all_fit(const Array& source, DType target);

}  // namespace strided
