// How the memory is read, and what of it is announced.
//
// A core that waits for memory has to have many reads begun. What serves best differs between CPUs;
// in any case it is to read at several places at once, each of which goes on so far that the CPU's
// own prefetchers follow it: from one run or row to the next, if these lie side by side. One place
// alone gives two thirds of that on AMD Zen 3 (12 and 18 GB/s with one thread), and five sixths on
// AMD Zen 5, whatever is announced.
//
//   early   Four places of runs, or four rows of a tile, each announced long before. A core that a
//           thread has to itself sees enough ahead without announcements, but they cost nothing
//           there. Where another thread has its other half, as it may on a machine that is shared,
//           it sees half as far, and reads a tenth to a third faster with them. More places, or
//           fewer instructions for a line, are no better: where too many lines are on their way at
//           once, memory gives three quarters. (AMD Zen 5.)
//   late    Four places of runs, or eight rows, each announced shortly before. With one thread,
//           four rows, or eight that are announced a kilobyte before, take a third longer. (AMD
//           Zen 4, and Zen 3, whose vectors have 256 bits: those are always read so.)
//
// With 512 bits, runs that are too short for that are read one after the other and announced long
// before, unless the functor is light: it has few instructions for a vector. (Those of a common
// anchor are not announced where CPUs read late: a fifth less time.) With less, four are read at
// once however short they are.
#pragma once

#include "kernels.hpp"
#include "vector.hpp"

namespace strided {
namespace {

constexpr bool kNarrow = kVectorBytes < 64;
constexpr int64_t kLine = 64;
constexpr int64_t kFarAhead = 8192;  // bytes
constexpr int64_t kCachedAhead = 1536;
constexpr int64_t kNearAhead = 512;
constexpr int kRows = kNarrow ? 8 : 16;  // of a tile
constexpr int64_t kStagedAhead = kNarrow ? 512 : 768;
constexpr int64_t kGroups = 4;             // accumulators of a run
constexpr int64_t kPlaces = kGroups;       // of runs that are read at once
constexpr int64_t kPlacesApart = 2 << 20;  // bytes from one place to the next, at most
constexpr int64_t kPlaceBytes = kNarrow ? 4096 : 16384;  // of each, to be followed

// Functors say that they are light by kLight.
template <class F>
constexpr bool kIsLight = !kNarrow && requires { requires F::kLight; };

// How the two ways to read at places go.
struct PlaceReading {
  int rows;           // of a tile, of which each is a place
  int64_t row_ahead;  // bytes
  int64_t run_ahead;
  int64_t least_run;  // bytes of runs: shorter ones end too often
};
constexpr PlaceReading kEarly{4, 2048, 1024, 8192};
constexpr PlaceReading kLate =
    kNarrow ? PlaceReading{8, kNearAhead, kNearAhead, 0} : PlaceReading{8, 384, 256, 4096};

STRIDED_INLINE bool reads_late(const Columns* columns) {
  return kNarrow || columns->reading == Reading::late;
}

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
STRIDED_INLINE void announce_place(const char* at, int64_t ahead, int64_t left, int64_t jump) {
  __builtin_prefetch(at + ahead + (left > ahead ? 0 : jump));
}

// How far ahead of runs of so many bytes, which are read one after the other, lies what is
// announced: what they come to after so many bytes. 0 where the CPU had better see by itself what
// comes.
STRIDED_INLINE int64_t far_ahead(Reading reading, int64_t stride, int64_t bytes) {
  if (reading == Reading::late) return 0;
  const int64_t ahead = reading == Reading::cached ? kCachedAhead : kFarAhead;
  if (stride == bytes) return ahead;
  return stride * (bytes < ahead ? ahead / bytes : 1);
}

// How long before the lines of runs of so many bytes are announced where these are read at several
// places at once; 0 where they are not.
STRIDED_INLINE int64_t places_ahead(const Columns* columns, int64_t bytes) {
  if (!kNarrow && columns->reading == Reading::cached) return 0;
  const PlaceReading& places = reads_late(columns) ? kLate : kEarly;
  return bytes < places.least_run ? 0 : places.run_ahead;
}

}  // namespace
}  // namespace strided
