// What each instruction set provides: a table of loops. The tables of all sets have the same rows.
//
// Only plain data crosses this border, since everything behind it is compiled with other flags.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "../dtype_rows.hpp"

namespace strided {

// A partial sum of float64 terms, in three parts. With x_i the terms and d_i the rounding errors
// of the additions made so far (each known without error), sum x_i = s + sum d_i exactly; e is
// sum d_i as computed, and a is sum |d_i| as computed. `depth` bounds the number of roundings that
// any one d_i met on its way into e or a.
struct Float64Partial {
  double s = 0;
  double e = 0;
  double a = 0;
  int64_t depth = 0;
};

// A partial sum of float32 terms in float64: the sum and the sum of absolute values, both as
// computed, and a bound for the roundings that any one term met.
struct Float32Partial {
  double s = 0;
  double a = 0;
  int64_t depth = 0;
};

__extension__ typedef __int128 int128;

// A partial sum of integers of up to 64 bits: exact.
struct IntPartial {
  int128 total = 0;
};

// Running sums of many columns: up to three planes of `width` words each, laid out one after
// another. Float64: s, e, a. Float32: s, a. Integers of 64 bits: the sum of the elements modulo
// 2^64 and the sum of their upper halves. Shorter integers: the sum.
struct Columns {
  void* words;
  int64_t width;  // columns that there is room for, a multiple of kColumnStep
};

inline constexpr int64_t kColumnStep = 64;
inline constexpr int kColumnPlanes = 3;

// The most elements that one call may add, so that integer lanes cannot overflow.
inline constexpr int64_t kMostTerms = int64_t{1} << 30;

// One dtype's loops. `source` need not be aligned.
struct SumKernels {
  // Adds `count` contiguous elements to *partial, a Float64Partial, Float32Partial or IntPartial.
  void (*row)(const void* source, int64_t count, void* partial);
  // Adds `rows` rows of `count` contiguous elements, `stride` bytes apart, to the first `count`
  // columns. Elements behind a row's end are never read.
  void (*tile)(const void* source, int64_t stride, int64_t rows, int64_t count, Columns columns);
};

struct KernelTable {
  const char* name;
#define ROW(name, type, kind) SumKernels sum_##name;
  STRIDED_DTYPES(ROW)
#undef ROW
};

}  // namespace strided
