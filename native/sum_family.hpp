// What differs between the sums of different dtypes: how partial sums merge and become a result.
#pragma once

#include <cstring>
#include <limits>

#include "certificate.hpp"
#include "cpu.hpp"
#include "dtype.hpp"
#include "superaccumulator.hpp"

namespace strided {

enum class Finish { done, not_certain, overflow };

// A term that every output starts with.
struct Initial {
  double real = 0;   // for floats
  int128 whole = 0;  // for integers
};

template <class T>
T load_element(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store_element(std::byte* at, T value) noexcept {
  std::memcpy(at, &value, sizeof value);
}

// Writes an exact integer as the result dtype; false when it does not fit. Floats are rounded once.
inline bool store_integer(int128 total, DType dtype, std::byte* at) noexcept {
  return with_type(dtype, [&]<class T>(Tag<T>) {
    if constexpr (std::is_same_v<T, Bool>) {
      store_element(at, Bool{static_cast<std::uint8_t>(total != 0)});
    } else if constexpr (std::is_floating_point_v<T>) {
      store_element(at, static_cast<T>(total));
    } else {
      if (total < std::numeric_limits<T>::min() || total > std::numeric_limits<T>::max()) {
        return false;
      }
      store_element(at, static_cast<T>(total));
    }
    return true;
  });
}

struct Float64Family {
  using Element = double;
  using Partial = Float64Partial;
  static constexpr bool kNeedsExact = true;

  static const SumKernels& loops() { return kernels().sum_float64; }
  static Partial from_columns(const std::int64_t* words, std::int64_t width, std::int64_t depth) {
    return {load_word(words), load_word(words + width), load_word(words + 2 * width), depth};
  }
  static void merge(Partial& into, const Partial& part) noexcept {
    const TwoSum t = two_sum(into.s, part.s);
    into.s = t.sum;
    into.e = (into.e + part.e) + t.error;
    into.a = (into.a + part.a) + (t.error < 0 ? -t.error : t.error);
    into.depth = (into.depth > part.depth ? into.depth : part.depth) + 2;
  }
  static Finish finish(Partial partial, const Initial& initial, DType dtype, std::byte* at) {
    if (initial.real != 0) merge(partial, {initial.real, 0, 0, 0});
    if (dtype == DType::k_float32) return store<float>(partial, at);
    return store<double>(partial, at);
  }
  static void finish_exact(SuperAccumulator& exact, DType dtype, std::byte* at) {
    if (dtype == DType::k_float32) return store_element(at, exact.to_float32());
    store_element(at, exact.to_float64());
  }

 private:
  static double load_word(const std::int64_t* at) noexcept {
    double value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  template <class R>
  static Finish store(const Partial& partial, std::byte* at) {
    R result;
    if (!certify(partial, &result)) return Finish::not_certain;
    store_element(at, result);
    return Finish::done;
  }
};

struct Float32Family {
  using Element = float;
  using Partial = Float32Partial;
  static constexpr bool kNeedsExact = true;

  static const SumKernels& loops() { return kernels().sum_float32; }
  static Partial from_columns(const std::int64_t* words, std::int64_t width, std::int64_t depth) {
    Partial partial;
    std::memcpy(&partial.s, words, sizeof partial.s);
    std::memcpy(&partial.a, words + width, sizeof partial.a);
    partial.depth = depth;
    return partial;
  }
  static void merge(Partial& into, const Partial& part) noexcept {
    into.s += part.s;
    into.a += part.a;
    into.depth = (into.depth > part.depth ? into.depth : part.depth) + 1;
  }
  static Finish finish(Partial partial, const Initial& initial, DType, std::byte* at) {
    merge(partial, {initial.real, initial.real < 0 ? -initial.real : initial.real, 0});
    float result;
    if (!certify(partial, &result)) return Finish::not_certain;
    store_element(at, result);
    return Finish::done;
  }
  static void finish_exact(SuperAccumulator& exact, DType, std::byte* at) {
    store_element(at, exact.to_float32());
  }
};

// Adds an integer in pieces that a double holds.
inline void add_integer(SuperAccumulator& exact, int128 value) noexcept {
  exact.add(static_cast<double>(static_cast<std::uint32_t>(value)));
  exact.add(static_cast<double>(static_cast<std::uint32_t>(value >> 32)) * 0x1p32);
  exact.add(static_cast<double>(static_cast<std::int64_t>(value >> 64)) * 0x1p64);
}

// T is the type of the elements; sums of 64-bit ones come from the tile loop in two planes.
template <class T>
struct IntFamily {
  using Element = T;
  using Partial = IntPartial;
  static constexpr bool kNeedsExact = false;

  static const SumKernels& loops() {
#define ROW(name, type, kind) \
  if constexpr (std::is_same_v<T, type>) return kernels().sum_##name;
    STRIDED_DTYPES(ROW)
#undef ROW
  }
  static Partial from_columns(const std::int64_t* words, std::int64_t width, std::int64_t) {
    if constexpr (sizeof(T) < 8) {
      return {words[0]};
    } else {
      using High = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
      const auto high = static_cast<High>(words[width]);
      const std::uint64_t lower_halves =
          static_cast<std::uint64_t>(words[0]) - (static_cast<std::uint64_t>(high) << 32);
      return {static_cast<int128>(high) * (std::int64_t{1} << 32) + lower_halves};
    }
  }
  static void merge(Partial& into, const Partial& part) noexcept {
    into.total += part.total;
  }
  static Finish finish(const Partial& partial, const Initial& initial, DType dtype, std::byte* at) {
    if (initial.real != 0) {
      SuperAccumulator exact;
      exact.add(initial.real);
      add_integer(exact, partial.total);
      if (dtype == DType::k_float32) {
        store_element(at, exact.to_float32());
      } else {
        store_element(at, exact.to_float64());
      }
      return Finish::done;
    }
    const bool fits = store_integer(partial.total + initial.whole, dtype, at);
    return fits ? Finish::done : Finish::overflow;
  }
};

// Calls f with the family that sums elements of `source` to `result`. float32 elements that are to
// give a float64 are converted before they are added, which is exact.
template <class F>
auto with_family(DType source, DType result, F&& f) {
  return with_type(source, [&]<class T>(Tag<T>) {
    if constexpr (std::is_same_v<T, double>) {
      return f(Float64Family{});
    } else if constexpr (std::is_same_v<T, float>) {
      return result == DType::k_float64 ? f(Float64Family{}) : f(Float32Family{});
    } else {
      return f(IntFamily<T>{});
    }
  });
}

}  // namespace strided
