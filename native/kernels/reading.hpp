// How the memory is read, and what of it is announced.
//
// A core that waits for memory has to have many reads begun. What serves best differs between CPUs.
// Most read at several places at once, each of which goes on so far that the CPU's own prefetchers
// follow it: from one run or row to the next, if these lie side by side. One place alone gives two
// thirds of that on AMD Zen 3, whatever is announced (12 and 18 GB/s with one thread).
//
//   early   One place of runs, announced long before, or six rows of a tile at once. A core that
//           a thread has to itself sees enough ahead of runs without announcements, but they cost
//           little there. Where another thread has its other half, as it may on a machine that is
//           shared, it sees half as far, and reads a tenth to a third faster with them. Four places
//           of runs are no better, or a tenth slower: where too many lines are on their way at
//           once, memory gives less. So the more rows are read at once, the shorter before they are
//           announced, 8 KB of all of them together: six rows take 2 to 10 per cent less time than
//           four, as running sums are read and written less often; eight take longer again.
//           Elements that lie three or four apart, of which few come from each line, are read at
//           four places, which takes up to a sixth less time. (AMD Zen 5.)
//   late    Four places of runs, or eight rows, each announced shortly before. With one thread,
//           four rows, or eight that are announced a kilobyte before, take a third longer. (AMD
//           Zen 4, and Zen 3, whose vectors have 256 bits: those are always read so.)
//
// With 512 bits, runs that are too short for several places, or that a cache holds, are read one
// after the other. What comes from a farther cache is announced, too, but not as long before as
// what comes from memory, or it takes a tenth longer: the nearest cache is small. (Where CPUs read
// late, runs from memory that are read in turn are not announced: those of a common anchor take a
// fifth less time so, others about as much.) With less than 512 bits, places of extremes
// are looked for in four runs at once, however short they are.
#pragma once

#include "kernels.hpp"
#include "vector.hpp"

namespace strided {
namespace {

constexpr bool kNarrow = kVectorBytes < 64;
constexpr int64_t kLine = 64;
constexpr int64_t kFarAhead = 8192;  // bytes
constexpr int64_t kCachedAhead = 2048;
constexpr int64_t kNearAhead = 512;
constexpr int kRows = kNarrow ? 8 : 16;  // of a tile
constexpr int64_t kStagedAhead = kNarrow ? 512 : 768;
// A part of a vector is read by a mask where vectors have 256 bits or more; others take long.
constexpr ShortRuns kShortRuns = kVectorBytes == 64   ? ShortRuns{4, 1}
                                 : kVectorBytes == 32 ? ShortRuns{8, 2}
                                                      : ShortRuns{16, 16};
constexpr int64_t kGroups = 4;             // accumulators of a run
constexpr int64_t kPlaces = kGroups;       // of runs that are read at once
constexpr int64_t kPlacesApart = 2 << 20;  // bytes from one place to the next, at most
constexpr int64_t kPlaceBytes = kNarrow ? 4096 : 16384;  // of each, to be followed

// Rows of a tile, each of which is a place.
constexpr RowReading kEarlyRows{6, 1280};
constexpr RowReading kLateRows{8, kNarrow ? kNearAhead : 384};

// Runs at places.
constexpr int64_t kPlaceAhead = kNarrow ? kNearAhead : 256;
constexpr int64_t kPlaceRun = kNarrow ? 0 : 4096;  // bytes: shorter ones end too often
constexpr int64_t kApartAhead = 1024;              // of elements that lie far apart
constexpr int64_t kApartRun = 8192;

STRIDED_INLINE bool reads_late(const Columns* columns) {
  return kNarrow || columns->reading == Reading::late;
}

// Announces so many bytes of what is read from one place.
STRIDED_INLINE void announce(const char* at, int64_t bytes) {
  if constexpr (!kNarrow) {
    for (int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(at + i);
  }
}

// Announces what lies `ahead` bytes further on in one of several places. So many bytes of its run
// are left, behind whose end the next one begins `jump` bytes on.
STRIDED_INLINE void announce_place(const char* at, int64_t ahead, int64_t left, int64_t jump) {
  __builtin_prefetch(at + ahead + (left > ahead ? 0 : jump));
}

// How far ahead of runs of so many bytes, which are read one after the other, lies what is
// announced. Behind the end of a long run that may be anything; before a short one ends it is what
// comes after so many bytes. 0 where the CPU had better see by itself what comes.
STRIDED_INLINE int64_t far_ahead(Reading reading, int64_t stride, int64_t bytes) {
  if (reading == Reading::late) return 0;
  const int64_t ahead = reading == Reading::cached ? kCachedAhead : kFarAhead;
  if (stride == bytes || bytes >= 4 * ahead) return ahead;
  return stride * (bytes < ahead ? ahead / bytes : 1);
}

// Whether runs of so many bytes are read at several places at once.
STRIDED_INLINE bool at_places(const Columns* columns, int64_t bytes) {
  return reads_late(columns) && bytes >= kPlaceRun;
}

// The same of runs whose elements may lie apart: how long before they are announced, or 0.
template <int64_t kApart>
STRIDED_INLINE int64_t places_ahead(const Columns* columns, int64_t bytes) {
  if (at_places(columns, bytes)) return kPlaceAhead;
  const bool apart = kApart > 2 && columns->reading == Reading::early && bytes >= kApartRun;
  return apart ? kApartAhead : 0;
}

}  // namespace
}  // namespace strided
