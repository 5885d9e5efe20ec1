#include "copy_rows.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "convert.hpp"

namespace strided {
namespace {

template <class To, class From>
void convert_one(std::byte* target, const std::byte* source) {
  From value;
  std::memcpy(&value, source, sizeof value);
  const To converted = convert<To>(value);
  std::memcpy(target, &converted, sizeof converted);
}

template <class To, class From>
void copy_row(std::byte* target, std::int64_t target_stride, const std::byte* source,
              std::int64_t source_stride, std::int64_t count) {
  constexpr auto to_size = static_cast<std::int64_t>(sizeof(To));
  constexpr auto from_size = static_cast<std::int64_t>(sizeof(From));
  constexpr bool same = std::is_same_v<To, From> && !std::is_same_v<To, Bool>;
  if (same && target_stride == -to_size && source_stride == -from_size) {
    target += (count - 1) * target_stride;
    source += (count - 1) * source_stride;
    std::memmove(target, source, static_cast<std::size_t>(count * to_size));
  } else if (target_stride == to_size && source_stride == from_size) {
    if constexpr (same) {
      std::memmove(target, source, static_cast<std::size_t>(count * to_size));
    } else {
      for (std::int64_t i = 0; i < count; ++i) {
        convert_one<To, From>(target + i * to_size, source + i * from_size);
      }
    }
  } else if (target_stride == to_size) {
    for (std::int64_t i = 0; i < count; ++i) {
      convert_one<To, From>(target + i * to_size, source + i * source_stride);
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      convert_one<To, From>(target + i * target_stride, source + i * source_stride);
    }
  }
}

// Masks tend to come in runs: eight bytes of one are looked at together.
template <class To, class From>
void copy_masked_row(std::byte* target, std::int64_t target_stride, const std::byte* source,
                     std::int64_t source_stride, const std::byte* mask, std::int64_t mask_stride,
                     std::int64_t count) {
  const auto one = [&](std::int64_t i) {
    if (mask[i * mask_stride] == std::byte{0}) return;
    convert_one<To, From>(target + i * target_stride, source + i * source_stride);
  };
  std::int64_t i = 0;
  if (mask_stride == 1) {
    for (; i + 8 <= count; i += 8) {
      std::uint64_t eight;
      std::memcpy(&eight, mask + i, sizeof eight);
      if (eight == 0) continue;
      for (std::int64_t k = i; k < i + 8; ++k) one(k);
    }
  }
  for (; i < count; ++i) one(i);
}

template <std::size_t kBytes>
void copy_short_rows(std::byte* target, std::int64_t target_stride, const std::byte* source,
                     std::int64_t source_stride, std::int64_t rows) {
  for (std::int64_t r = 0; r < rows; ++r) {
    std::memcpy(target + r * target_stride, source + r * source_stride, kBytes);
  }
}

// Transposes n vectors of n elements: each round deals the first and the second half of the vectors
// out alternately, element by element; log2 n rounds send the element (i, k) to (k, i).
template <class T>
struct Square {
  static constexpr int kSide = 16 / sizeof(T);
  typedef T Vector __attribute__((vector_size(16)));
  struct Rows {
    Vector at[kSide];
  };

  // The elements at the given places of two vectors, those of b following those of a.
  template <int... kPlace>
  static Vector pick(Vector a, Vector b) {
#ifdef __clang__
    return __builtin_shufflevector(a, b, kPlace...);
#else
    return __builtin_shuffle(a, b, Vector{static_cast<T>(kPlace)...});
#endif
  }

  template <int... kLane>
  static void deal(Rows& rows, std::integer_sequence<int, kLane...>) {
    const Rows before = rows;
    for (int i = 0; i < kSide / 2; ++i) {
      const Vector a = before.at[i];
      const Vector b = before.at[i + kSide / 2];
      rows.at[2 * i] = pick<(kLane / 2 + kLane % 2 * kSide)...>(a, b);
      rows.at[2 * i + 1] = pick<(kSide / 2 + kLane / 2 + kLane % 2 * kSide)...>(a, b);
    }
  }

  static void transpose(std::byte* target, std::int64_t target_stride, const std::byte* source,
                        std::int64_t source_stride) {
    Rows rows;
    for (int i = 0; i < kSide; ++i) {
      std::memcpy(&rows.at[i], source + i * source_stride, 16);
    }
    for (int n = 1; n < kSide; n *= 2) deal(rows, std::make_integer_sequence<int, kSide>());
    for (int i = 0; i < kSide; ++i) {
      std::memcpy(target + i * target_stride, &rows.at[i], 16);
    }
  }
};

template <class T>
void transpose_tile(std::byte* tile, const std::byte* source, std::int64_t stride,
                    std::int64_t rows, std::int64_t count) {
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  constexpr std::int64_t side = Square<T>::kSide;
  const std::int64_t whole_rows = rows / side * side;
  const std::int64_t whole_count = count / side * side;
  for (std::int64_t k = 0; k < whole_count; k += side) {
    for (std::int64_t i = 0; i < whole_rows; i += side) {
      Square<T>::transpose(tile + (i * count + k) * size, count * size,
                           source + k * stride + i * size, stride);
    }
  }
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t k = i < whole_rows ? whole_count : 0; k < count; ++k) {
      std::memcpy(tile + (i * count + k) * size, source + k * stride + i * size, sizeof(T));
    }
  }
}

}  // namespace

Row choose_row(DType to, DType from) {
  return with_type(to, [&]<class To>(Tag<To>) {
    return with_type(from, [&]<class From>(Tag<From>) -> Row { return copy_row<To, From>; });
  });
}

MaskedRow choose_masked_row(DType to, DType from) {
  return with_type(to, [&]<class To>(Tag<To>) {
    return with_type(from,
                     [&]<class From>(Tag<From>) -> MaskedRow { return copy_masked_row<To, From>; });
  });
}

ShortRows choose_short_rows(std::int64_t nbytes) {
  static constexpr auto kRows = []<std::size_t... kLess>(std::index_sequence<kLess...>) {
    return std::array<ShortRows, kMostShort>{copy_short_rows<kLess + 1>...};
  }
  (std::make_index_sequence<kMostShort>());
  return kRows[static_cast<std::size_t>(nbytes - 1)];
}

Transpose choose_transpose(std::int64_t itemsize) {
  switch (itemsize) {
    case 1:
      return transpose_tile<std::uint8_t>;
    case 2:
      return transpose_tile<std::uint16_t>;
    case 4:
      return transpose_tile<std::uint32_t>;
    default:
      return transpose_tile<std::uint64_t>;
  }
}

void stream(std::byte* target, const std::byte* source, std::int64_t nbytes) {
#ifdef __SSE2__
  const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(target) % 64);
  const std::int64_t head = std::min(nbytes, (64 - past) % 64);
  std::memcpy(target, source, static_cast<std::size_t>(head));
  std::int64_t at = head;
  for (; at + 64 <= nbytes; at += 64) {
    for (int i = 0; i < 4; ++i) {
      const __m128i lane = _mm_loadu_si128(reinterpret_cast<const __m128i*>(source + at) + i);
      _mm_stream_si128(reinterpret_cast<__m128i*>(target + at) + i, lane);
    }
  }
  std::memcpy(target + at, source + at, static_cast<std::size_t>(nbytes - at));
#else
  std::memcpy(target, source, static_cast<std::size_t>(nbytes));
#endif
}

void finish_streaming() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

}  // namespace strided
