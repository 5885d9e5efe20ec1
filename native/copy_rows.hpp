// The innermost loops of copies.
#pragma once

#include <cstdint>

#include "array.hpp"

namespace strided {

// Converts `count` elements, from the first to the last; strides are in bytes.
using Row = void (*)(std::byte* target, std::int64_t target_stride, const std::byte* source,
                     std::int64_t source_stride, std::int64_t count);
Row choose_row(DType to, DType from);

// The same for those elements whose byte of the mask is not 0. No other element is written.
using MaskedRow = void (*)(std::byte* target, std::int64_t target_stride, const std::byte* source,
                           std::int64_t source_stride, const std::byte* mask,
                           std::int64_t mask_stride, std::int64_t count);
MaskedRow choose_masked_row(DType to, DType from);

// Copies so many rows of contiguous elements, all of the same length, which is known beforehand:
// for those that are short, to find the way to copy each takes longer than the copy.
using ShortRows = void (*)(std::byte* target, std::int64_t target_stride, const std::byte* source,
                           std::int64_t source_stride, std::int64_t rows);
inline constexpr std::int64_t kMostShort = 128;  // bytes of such a row
ShortRows choose_short_rows(std::int64_t nbytes);

// Brings a tile into C order: `rows` rows of `count` elements, `count` elements apart; in the
// source the elements of a column are next to each other and those of a row `stride` bytes apart.
using Transpose = void (*)(std::byte* tile, const std::byte* source, std::int64_t stride,
                           std::int64_t rows, std::int64_t count);
Transpose choose_transpose(std::int64_t itemsize);

// Copies bytes past the caches, for memory that is too large to be found there again. Call
// finish_streaming() before another thread looks at them.
void stream(std::byte* target, const std::byte* source, std::int64_t nbytes);
void finish_streaming();

}  // namespace strided
