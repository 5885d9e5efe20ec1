// How the memory is read, and what of it is announced.
//
// A core that waits for memory has to have many reads begun, of which long chains of additions
// leave too few. What serves best differs between CPUs, for which the width of the vectors stands.
// Of long runs from memory it is to read at four places at once, each of which goes on so far that
// the CPU's own prefetchers follow it: one place alone gives two thirds of that on AMD Zen 3 (12
// and 18 GB/s with one thread), and five sixths on AMD Zen 5, whatever is announced.
//
//   512 bits   Such runs are not announced. Others are read one after the other and announced long
//              before, as is each line of a tile. But of a loop of a few instructions a line the
//              core sees enough ahead by itself, and announcements take a tenth of the speed. Such
//              functors are light: of runs they announce nothing, and of rows one line of each in
//              turn, so that their next pages are found in time, which takes long on virtual
//              machines. Rows of 64-bit elements, of which a line holds so few, are better
//              announced as others are.
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
constexpr int64_t kLightAhead = 2048;
constexpr int64_t kStagedAhead = kNarrow ? 512 : 768;
constexpr int64_t kGroups = 4;       // accumulators, and places of runs that are read at once
constexpr int64_t kPlaceRun = 8192;  // shorter ones end too often
constexpr int64_t kPlaceBytes = kNarrow ? 4096 : 16384;  // of each, to be followed

// A functor says that it is light by kLight.
template <class F>
constexpr bool kIsLight = !kNarrow && requires { requires F::kLight; };
template <class F>
constexpr bool kHasLightRows = kIsLight<F> && sizeof(typename F::Element) < 8;

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
STRIDED_INLINE void announce_near(const char* at, int64_t left, int64_t jump) {
  if constexpr (kNarrow) __builtin_prefetch(at + kNearAhead + (left > kNearAhead ? 0 : jump));
}

// Whether runs of so many bytes are read at several places at once.
STRIDED_INLINE bool at_places(const Columns* columns, int64_t bytes) {
  return kNarrow || (!columns->near && bytes >= kPlaceRun);
}

}  // namespace
}  // namespace strided
