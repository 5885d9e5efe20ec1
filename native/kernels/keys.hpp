// Keys: integers that sort as the elements do, so that the least element is the least integer.
//
// The key of a signed integer is itself; that of an unsigned one has the top bit turned over. The
// bits of floats sort as signed integers once those of negative numbers are turned round: -0 sorts
// just below +0. NaN is to come out of a minimum as of a maximum: for a minimum all keys are moved
// up by as much as lies above that of infinity, so that positive NaN wraps round to the lowest
// keys, and negative NaN stays just above them; for a maximum likewise downwards. Every order of
// comparisons gives the same result, since keys are never equal for elements that differ.
//
// Where the place of the first extreme is asked for, zeros are the same, and so are all NaN.
#pragma once

#include "kernels.hpp"
#include "vector.hpp"

namespace strided {
namespace {

template <class T>
inline constexpr bool kIsFloat = static_cast<T>(0.5) != 0;

template <int kBytes>
struct Signed;
template <>
struct Signed<1> {
  using type = int8_t;
};
template <>
struct Signed<2> {
  using type = int16_t;
};
template <>
struct Signed<4> {
  using type = int32_t;
};
template <>
struct Signed<8> {
  using type = int64_t;
};

enum class Sort { least, greatest };

template <class T, bool kIsBool, Sort kSort>
struct Keys {
  using Element = T;
  using Key = typename Signed<sizeof(T)>::type;
  using Bits = UnsignedOf<T>;
  static constexpr Bits kTop = static_cast<Bits>(Bits{1} << (8 * sizeof(T) - 1));
  static constexpr auto kLowest = static_cast<Key>(kTop);
  static constexpr auto kHighest = static_cast<Key>(~kTop);
  // The key that no element beats less, and the one that none beats.
  static constexpr Key kWorst = kSort == Sort::least ? kHighest : kLowest;
  static constexpr Key kBest = kSort == Sort::least ? kLowest : kHighest;
  static constexpr Key kTurned = kIsSigned<T> ? Key{0} : kLowest;
  // The bits of a float that are not its exponent or sign.
  static constexpr Bits kAboveInfinity = sizeof(T) == 8 ? static_cast<Bits>(0xfffffffffffffu)  //
                                                        : static_cast<Bits>(0x7fffffu);

  static STRIDED_INLINE Vec<Key> key(Vec<T> x) {
    if constexpr (kIsBool) {
      return (Vec<Key>)(x != 0) & Key{1};
    } else if constexpr (kIsFloat<T>) {
      const auto moved = (Vec<Bits>)float_key(x);
      return (Vec<Key>)(kSort == Sort::least ? moved + kAboveInfinity : moved - kAboveInfinity);
    } else {
      return (Vec<Key>)x ^ kTurned;
    }
  }

  // For places: equal zeros, equal NaN.
  static STRIDED_INLINE Vec<Key> place_key(Vec<T> x) {
    if constexpr (kIsFloat<T>) {
      const auto number = (Vec<Key>)(x == x);
      const auto sorted = float_key(x + T{0});
      return (sorted & number) | (filled<Vec<Key>>(kBest) & ~number);
    } else {
      return key(x);
    }
  }

  template <class V>
  static STRIDED_INLINE V better(V a, V b) {
    return kSort == Sort::least ? (a < b ? a : b) : (a > b ? a : b);
  }
  template <class V>
  static STRIDED_INLINE auto beats(V a, V b) {
    return kSort == Sort::least ? a < b : a > b;
  }

 private:
  static STRIDED_INLINE Vec<Key> float_key(Vec<T> x) {
    const auto bits = (Vec<Key>)x;
    return bits ^ (Vec<Key>)((Vec<Bits>)(bits >> (8 * sizeof(T) - 1)) & static_cast<Bits>(~kTop));
  }
};

// While tiles are added, the first plane has keys of the elements' size; here they become words.
template <class K>
void arrange_keys(Columns* columns, int64_t count) {
  using Key = typename K::Key;
  constexpr auto size = static_cast<int64_t>(sizeof(Key));
  if constexpr (size < 8) {
    using Some __attribute__((vector_size(kLanes * size))) = Key;
    const char* const keys = reinterpret_cast<const char*>(columns->words);
    // From the last on, as words are longer.
    for (int64_t j = (count + kLanes - 1) / kLanes * kLanes; j > 0;) {
      j -= kLanes;
      store(columns->words + j, __builtin_convertvector(load<Some>(keys + j * size), VecI64));
    }
  }
}

}  // namespace
}  // namespace strided
