// The table of reductions, by their public names.
#pragma once

// clang-format off
#define STRIDED_REDUCTIONS(ROW) \
  ROW(sum)                      \
  ROW(mean)                     \
  ROW(prod)                     \
  ROW(min)                      \
  ROW(max)                      \
  ROW(argmin)                   \
  ROW(argmax)                   \
  ROW(any)                      \
  ROW(all)                      \
  ROW(countNonzero)
// clang-format on
