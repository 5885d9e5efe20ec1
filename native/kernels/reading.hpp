// How the memory is read, and what of it is announced.
//
// A core that waits for memory has to have many reads begun. What serves best differs between CPUs,
// for which the width of the vectors stands; in any case it is to read at several places at once,
// each of which goes on so far that the CPU's own prefetchers follow it: from one run or row to the
// next, if these lie side by side. One place alone gives two thirds of that on AMD Zen 3 (12 and 18
// GB/s with one thread), and five sixths on AMD Zen 5, whatever is announced.
//
//   512 bits   Four places of runs, or four rows of a tile, each announced a while before. A core
//              that a thread has to itself sees enough ahead without announcements, but they cost
//              nothing there. Where another thread has its other half, as it may on a machine that
//              is shared, it sees half as far, and reads a tenth to a third faster with them. More
//              places, or fewer instructions for a line, are no better: where too many lines are on
//              their way at once, memory gives three quarters.
//              Runs that are too short for that are read one after the other and announced long
//              before, unless the functor is light: it has few instructions for a vector.
//   less       Four runs are always read at once, or eight rows, and announced shortly before.
#pragma once

#include "kernels.hpp"
#include "vector.hpp"

namespace strided {
namespace {

constexpr bool kNarrow = kVectorBytes < 64;
constexpr int64_t kLine = 64;
constexpr int64_t kFarAhead = 8192;  // bytes
constexpr int64_t kNearAhead = 512;
constexpr int kRows = kNarrow ? 8 : 16;  // of a tile
constexpr int64_t kStagedAhead = kNarrow ? 512 : 768;
constexpr int64_t kGroups = 4;                   // accumulators of a run
constexpr int64_t kPlaces = kGroups;             // of runs that are read at once
constexpr int kPlaceRows = kNarrow ? kRows : 4;  // of a tile, of which each is a place
constexpr int64_t kPlacesApart = 2 << 20;        // bytes from one of them to the next, at most
constexpr int64_t kPlaceRun = 8192;              // shorter ones end too often
constexpr int64_t kPlaceBytes = kNarrow ? 4096 : 16384;  // of each, to be followed

// Functors say that they are light by kLight.
template <class F>
constexpr bool kIsLight = !kNarrow && requires { requires F::kLight; };

// How long before the lines of places are announced, of runs and of rows.
constexpr int64_t kPlaceAhead = kNarrow ? kNearAhead : 1024;
constexpr int64_t kRowAhead = kNarrow ? kNearAhead : 2048;

// Announces what is read from one place `bytes` from here on, and what lies that far ahead.
STRIDED_INLINE void announce_far(const char* at, int64_t bytes = kLine) {
  if constexpr (!kNarrow) {
    for (int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(at + i + kFarAhead);
  }
}

// The same towards the end of a run, of which so many bytes are left; the next one begins `jump`
// bytes behind it.
STRIDED_INLINE void announce_far(const char* at, int64_t bytes, int64_t left, int64_t jump) {
  announce_far(left < kFarAhead ? at + jump : at, bytes);
}

// The same of one of several places.
STRIDED_INLINE void announce_place(const char* at, int64_t left, int64_t jump) {
  __builtin_prefetch(at + kPlaceAhead + (left > kPlaceAhead ? 0 : jump));
}

// How far ahead of runs of so many bytes, which are read one after the other, lies what they come
// to after about as many bytes.
STRIDED_INLINE int64_t far_ahead(int64_t stride, int64_t bytes) {
  if (stride == bytes) return kFarAhead;
  return stride * (bytes < kFarAhead ? kFarAhead / bytes : 1);
}

// Whether runs of so many bytes are read at several places at once.
STRIDED_INLINE bool at_places(const Columns* columns, int64_t bytes) {
  return kNarrow || (!columns->near && bytes >= kPlaceRun);
}

}  // namespace
}  // namespace strided
