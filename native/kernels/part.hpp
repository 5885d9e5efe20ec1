// Vectors of which only the first elements are there. To copy these to memory and to read a whole
// vector of it takes long: a read has to wait for the stores that it covers. So masks select them
// where the CPU has such reads.
#pragma once

#include "vector.hpp"

namespace strided {
namespace {

template <class V>
using BytesAs = typename VectorOf<char, sizeof(V)>::type;

#if defined(__AVX2__) && !(defined(__AVX512BW__) && defined(__AVX512VL__)) && !defined(__clang__)

template <class V>
using WordsAs = typename VectorOf<int, sizeof(V)>::type;

// By words that a mask selects, and a last one of fewer bytes where elements are shorter.
template <class Words, class Element>
STRIDED_INLINE Words load_words(const void* source, int64_t bytes, Words rest, Element) {
  static constexpr int32_t kWords[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
  const auto whole = load<Words>(kWords + 8 - bytes / 4);
  Words words;
  if constexpr (sizeof(Words) == 32) {
    words = __builtin_ia32_maskloadd256(static_cast<const Words*>(source), whole);
  } else {
    words = __builtin_ia32_maskloadd(static_cast<const Words*>(source), whole);
  }
  if constexpr (sizeof(Element) >= 4) {
    return whole != 0 ? words : rest;
  } else {
    using Bytes = BytesAs<Words>;
    static constexpr char kBytes[64] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                                        -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    const auto* tail = static_cast<const unsigned char*>(source) + bytes / 4 * 4;
    uint32_t last = 0;
    for (int64_t i = 0; i < bytes % 4; ++i) last |= static_cast<uint32_t>(tail[i]) << (8 * i);
    words |= filled<Words>(static_cast<int>(last)) & ~whole;
    return (Words)(load<Bytes>(kBytes + 32 - bytes) != 0 ? (Bytes)words : (Bytes)rest);
  }
}

#endif

// The first `bytes` bytes, fewer than all, over those of `rest`; reads nothing beyond.
template <class V>
STRIDED_INLINE V load_part(const void* source, int64_t bytes, V rest) {
#if defined(__AVX512BW__) && defined(__AVX512VL__) && !defined(__clang__)
  using Bytes = BytesAs<V>;
  const auto* from = static_cast<const char*>(source);
  const auto mask = (uint64_t{1} << bytes) - 1;
  if constexpr (sizeof(V) == 64) {
    return (V)__builtin_ia32_loaddquqi512_mask(from, (Bytes)rest, mask);
  } else if constexpr (sizeof(V) == 32) {
    return (V)__builtin_ia32_loaddquqi256_mask(from, (Bytes)rest, static_cast<uint32_t>(mask));
  } else if constexpr (sizeof(V) == 16) {
    return (V)__builtin_ia32_loaddquqi128_mask(from, (Bytes)rest, static_cast<uint16_t>(mask));
  }
#elif defined(__AVX2__) && !defined(__clang__)
  if constexpr (sizeof(V) >= 16) return (V)load_words(source, bytes, (WordsAs<V>)rest, rest[0]);
#endif
  __builtin_memcpy(&rest, source, static_cast<size_t>(bytes));
  return rest;
}

}  // namespace
}  // namespace strided
