// The table of element types, one row each: nothing but a macro, so that kernels may read it too.
#pragma once

#include <stdint.h>

namespace strided {

// One byte that holds a truth value; any value but 0 is true.
struct Bool {
  uint8_t byte;
};

}  // namespace strided

// name, C++ type, NumPy's letter for the family ('b'ool, 'i'nt, 'u'int, 'f'loat)
// clang-format off
#define STRIDED_DTYPES(ROW)          \
  ROW(bool, strided::Bool, 'b')      \
  ROW(int8, int8_t, 'i')        \
  ROW(uint8, uint8_t, 'u')      \
  ROW(int16, int16_t, 'i')      \
  ROW(uint16, uint16_t, 'u')    \
  ROW(int32, int32_t, 'i')      \
  ROW(uint32, uint32_t, 'u')    \
  ROW(int64, int64_t, 'i')      \
  ROW(uint64, uint64_t, 'u')    \
  ROW(float32, float, 'f')           \
  ROW(float64, double, 'f')
// clang-format on
