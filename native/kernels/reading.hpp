// How reads are announced to the memory.
//
// Long chains of additions leave too few reads in flight, so that a core that waits for memory has
// to be told of more of them. What serves best differs between CPUs, for which the width of the
// vectors stands:
//
//   512 bits   One place at a time, and each line is announced long before (AMD Zen 5). But of a
//              loop of a few instructions a line the core sees enough ahead by itself, and what is
//              announced takes a tenth of the speed. Such functors are light: of runs they announce
//              nothing, and of rows one line of each in turn, so that their next pages are found in
//              time, which takes long on virtual machines. Rows of 64-bit elements, of which a line
//              holds so few, are better announced as others are.
//   less       Several places at once, four runs or eight rows, each of which the CPU's own
//              prefetchers follow; lines are announced shortly before. One place that is announced
//              long before gives two thirds of that (AMD Zen 3: 12 and 18 GB/s with one thread).
#pragma once

#include "vector.hpp"

namespace strided {
namespace {

constexpr bool kStreams = kVectorBytes < 64;  // several places at once
constexpr int64_t kLine = 64;
constexpr int64_t kFarAhead = 8192;  // bytes
constexpr int64_t kNearAhead = 512;
constexpr int kRows = kStreams ? 8 : 16;  // of a tile
constexpr int64_t kLightAhead = 2048;
constexpr int64_t kStagedAhead = kStreams ? 512 : 768;
constexpr int64_t kStreamBytes = 4096;  // of a place that the prefetchers take to follow it

// A functor says that it is light by kLight.
template <class F>
constexpr bool kIsLight = !kStreams && requires { requires F::kLight; };
template <class F>
constexpr bool kHasLightRows = kIsLight<F> && sizeof(typename F::Element) < 8;

// Announces what is read from one place `bytes` from here on, and what lies that far ahead.
STRIDED_INLINE void announce_far(const char* at, int64_t bytes = kLine) {
  if constexpr (!kStreams) {
    for (int64_t i = 0; i < bytes; i += kLine) __builtin_prefetch(at + i + kFarAhead);
  }
}

// The same towards the end of a run, of which so many bytes are left; the next one begins `jump`
// bytes behind it.
STRIDED_INLINE void announce_far(const char* at, int64_t bytes, int64_t left, int64_t jump) {
  announce_far(left < kFarAhead ? at + jump : at, bytes);
}

// One of several places.
STRIDED_INLINE void announce_near(const char* at, int64_t left, int64_t jump) {
  __builtin_prefetch(at + kNearAhead + (left > kNearAhead ? 0 : jump));
}

}  // namespace
}  // namespace strided
