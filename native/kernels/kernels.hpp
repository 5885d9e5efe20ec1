// What each instruction set provides: tables of loops, one row per dtype. The tables of all sets
// have the same rows.
//
// Only plain data crosses this border, since everything behind it is compiled with other flags.
#pragma once

#include <stdint.h>

#include "dtype_rows.hpp"

namespace strided {

__extension__ typedef __int128 int128;

// Where elements are likely to be, and how that is read best (see reading.hpp).
enum class Reading : uint8_t {
  cached,
  early,  // from memory, whose lines are announced long before,
  late,   // or shortly before, and from more places at once
};

// Partial results, one for each column, in planes of words: the word of column j in plane p is
// words[p * width + j]. Each kind of partial result below is what a column's words are, in order.
// While tiles are added a kernel may keep the words in a form of its own; see Kernel::arrange.
struct Columns {
  int64_t* words;
  int64_t width;      // columns that there is room for, a multiple of kColumnStep
  int64_t depth = 0;  // bounds the roundings that any one term, or error of a term, has met
  int64_t terms = 0;  // of a column, while tiles are added; for kernels whose bounds take them
  int64_t last = -1;  // the largest number of a term so far, for reductions that keep numbers
  Reading reading = Reading::early;
  int64_t first = 0;  // the column that a tile begins with
};

inline constexpr int64_t kColumnStep = 64;
inline constexpr int kMostPlanes = 4;

// A sum of float64 terms, in three parts. With x_i the terms and d_i the rounding errors of the
// additions made so far (each known without error), sum x_i = s + sum d_i exactly; e is sum d_i as
// computed, and a is sum |d_i| as computed, or more.
struct Float64Partial {
  double s = 0;
  double e = 0;
  double a = 0;
};

// The same with a part more, for terms that cancel: the d_i are added to e without error, too, but
// for the f_j, whose computed sum is f, and of whose absolute values it is a.
struct CarefulPartial {
  double s = 0;
  double e = 0;
  double f = 0;
  double a = 0;
};

// A sum of float32 terms in float64: the sum and the sum of squares, both as computed.
struct Float32Partial {
  double s = 0;
  double q = 0;
};

// An exact sum of integers.
struct IntPartial {
  uint64_t low = 0;
  int64_t high = 0;

  int128 total() const { return static_cast<int128>(high) * (int128{1} << 64) + low; }
};

// How many terms are not zero.
struct CountPartial {
  int64_t count = 0;
};

// The least key, or the greatest, and where it came from. A key is an integer that sorts as the
// elements do: see keys.hpp. Keys of unsigned integers of 64 bits are held as int64_t, too.
struct ExtremePartial {
  int64_t key = 0;
};
struct PlacedPartial {
  int64_t key = 0;
  int64_t number = 0;  // of the first term that has it
};

struct FloatProductPartial {
  double product = 1;
};

// The product modulo 2^64, and a product in floating point whose magnitude is about the same.
struct IntProductPartial {
  uint64_t low = 1;
  double magnitude = 1;
};

// Terms are numbered: this many is the first one's number, and so far are neighbours apart.
struct Terms {
  int64_t first = 0;
  int64_t step = 0;
};

// The most terms that may be added to a column, so that integer lanes cannot overflow.
inline constexpr int64_t kMostTerms = int64_t{1} << 30;

// The elements that `count` results are made of. Either the results' first terms or the terms of
// each result are next to each other, in rows or in runs.
inline constexpr int64_t kMostFew = 32;
inline constexpr int64_t kMostAnchored = 2048;
struct FewTerms {
  const void* source;
  int64_t terms;        // of each result, so many at most as what is called can take
  int64_t term_stride;  // bytes from one term to the next
  int64_t count;
  int64_t stride;  // bytes from one result's first term to that of the next
  bool streamed;   // so many results are made that caches had better be left to others
};

// How columns become contiguous results of the one dtype that suits the elements'. Both write the
// numbers of those columns that they are not certain of to `uncertain`, and give how many these
// are: of integers those that don't fit.
struct Finisher {
  // May be null. Columns of so many terms each.
  int64_t (*finish)(const Columns* columns, int64_t count, int64_t terms, void* results,
                    int64_t* uncertain) = nullptr;
  // May be null. The same for few terms, whose columns need not be kept anywhere: for so many,
  // kMostFew at most, it takes less time.
  int64_t (*few)(const FewTerms& few, void* results, int64_t* uncertain) = nullptr;
  int64_t most_few = kMostFew;
  // May be null. The same for up to kMostAnchored terms, or more of one run, that a cache
  // holds. Gives -1, after which the results hold anything, where these are not such as it can
  // take.
  int64_t (*anchored)(const FewTerms& few, void* results, int64_t* uncertain) = nullptr;
};

inline constexpr int64_t kMostSpacing = 4;  // elements

// The loops of a reduction over one dtype. `source` need not be aligned. `fresh` columns begin with
// no terms; others go on.
struct Kernel {
  using Loop = void (*)(const void* source, int64_t stride, int64_t rows, int64_t count,
                        Terms terms, Columns* columns, bool fresh);

  // Reduces `rows` runs of `count` contiguous elements, `stride` bytes apart, each into a column:
  // the first into the first.
  Loop rows;
  // Adds `rows` rows of `count` contiguous elements, `stride` bytes apart, to the first `count`
  // columns. Elements behind a row's end are never read; words behind the last column may be
  // written, up to a multiple of kColumnStep.
  Loop tile;
  // After the last tile: brings the first `count` columns into the form of the partial results.
  void (*arrange)(Columns* columns, int64_t count);
  // What makes results of columns, where there is something: the reduction's own, and means.
  Finisher finisher = {};
  Finisher means = {};
  // May be null. A run that comes in pieces, all but the last of kPieceBytes: `piece` adds one to
  // what `sums` keep of those before, of which a `fresh` one has none; `close` makes the first
  // column of them, of `count` elements in all.
  void (*piece)(const void* source, int64_t count, void* sums, bool fresh) = nullptr;
  void (*close)(const void* sums, int64_t count, Columns* columns) = nullptr;
  // May be null. Rows and tiles whose elements lie 2, 3, ... apart instead of side by side: nothing
  // beyond the last one of a row is read.
  struct Spaced {
    Loop rows = nullptr;
    Loop tile = nullptr;
  };
  Spaced spaced[kMostSpacing - 1] = {};
};

inline constexpr int64_t kPieceBytes = 1024;
inline constexpr int64_t kSumsBytes = 1152;

// name of the table
// clang-format off
#define STRIDED_KERNELS(ROW) \
  ROW(sum)                   \
  ROW(finer_sum)             \
  ROW(careful_sum)           \
  ROW(product)               \
  ROW(count)                 \
  ROW(min)                   \
  ROW(max)                   \
  ROW(argmin)                \
  ROW(argmax)
// clang-format on

// Rows of elements where they lie, each at a multiple of `stride` and of `row_stride` bytes, and
// the mask that says which of them count (one byte an element), or none.
//
// Reading them is announced to the memory `ahead` bytes before, since hardware does not foresee the
// next row. The first row ends `left` bytes after the first element, and what is read after this
// end lies `jump` bytes behind it; the other rows likewise.
struct Scattered {
  const void* at;
  int64_t stride;
  int64_t row_stride;
  const void* mask;
  int64_t mask_stride;
  int64_t mask_row_stride;
  int64_t ahead;
  int64_t left;
  int64_t jump;
};

// Copies `rows` rows of `count` elements to contiguous `target`; where the mask is 0, the element's
// bytes become the lowest of `neutral`.
using Stage = void (*)(const Scattered& from, int64_t rows, int64_t count, uint64_t neutral,
                       void* target);

// How rows that lie apart are read best: so many at once, announced so many bytes ahead.
struct RowReading {
  int64_t rows = 1;
  int64_t ahead = 0;
};

// Runs of up to so many elements are better turned into columns, where many lie side by side: most
// kinds, and those whose terms have numbers.
struct ShortRuns {
  int64_t plain = 0;
  int64_t numbered = 0;
};

struct KernelTable {
  const char* name;
  ShortRuns short_runs;
  RowReading staging;
  const Stage (*stages)[2];  // by the elements' size, 1 to 8 bytes, and whether there is a mask
#define ROW(kind) const Kernel* kind;  // by dtype; some have empty rows
  STRIDED_KERNELS(ROW)
#undef ROW
};

}  // namespace strided

// What a table of the instruction set that is compiled for is called.
#define STRIDED_TABLE_NAME__(kind, isa) kind##_##isa
#define STRIDED_TABLE_NAME_(kind, isa) STRIDED_TABLE_NAME__(kind, isa)
#define STRIDED_TABLE_NAME(kind) STRIDED_TABLE_NAME_(kind, STRIDED_ISA)
