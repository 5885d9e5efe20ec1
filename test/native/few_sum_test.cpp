// Sums and means of few terms, which the kernels read in whole vectors where runs lie close
// together: against exact sums, and at the edges of what may be read.

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "fenced.hpp"
#include "instruction_sets.hpp"
#include "pool.hpp"
#include "reduce.hpp"
#include "superaccumulator.hpp"

using namespace strided;

namespace {

double number(std::int64_t kind) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double unit = static_cast<double>(rng() >> 11) * 0x1p-53;
  switch (kind % 8) {
    case 0:
      return unit;
    case 1:
      return below(40) == 0 ? (below(2) == 0 ? infinity : -infinity) : unit - 0.5;
    case 2:
      return std::ldexp(unit - 0.5, static_cast<int>(below(1800)) - 950);
    case 3:
      return std::bit_cast<double>(rng() & 0x800fffffffffffffu);  // subnormal
    case 4:
      return below(40) == 0 ? std::nan("") : -0.0;
    case 5:
      return below(2) == 0 ? 1e16 : below(2) == 0 ? -1e16 : 1.0;
    case 6:
      return below(2) == 0 ? 0x1p1023 : -0x1p1023;
    default:
      return static_cast<double>(below(64)) * 0.5;
  }
}

// Integers of 64 bits leave room for the sum of some.
template <class T>
T term(std::int64_t kind) {
  if constexpr (std::is_floating_point_v<T>) {
    if (sizeof(T) == 4 && kind % 8 == 3) return static_cast<T>(std::ldexp(number(1), -140));
    return static_cast<T>(number(kind));
  } else {
    const auto bits = static_cast<T>(rng());
    return sizeof(T) == 8 ? bits / 64 : bits;
  }
}

template <class T>
constexpr DType kDType = sizeof(T) == 8 ? std::is_signed_v<T> ? DType::k_int64 : DType::k_uint64
                         : std::is_signed_v<T> ? DType::k_int32
                                               : DType::k_uint32;
template <>
constexpr DType kDType<double> = DType::k_float64;
template <>
constexpr DType kDType<float> = DType::k_float32;

// `lines` sums, or means, of so many terms, which are `down` elements apart; lines are `across`
// apart.
struct Lines {
  std::int64_t terms;
  std::int64_t lines;
  std::int64_t down;
  std::int64_t across;
};

// The bytes of exact results, rounded once where they are floats.
template <class T, class R>
void expect(ReductionKind kind, const Lines& of, const T* first, std::vector<R>& expected) {
  const bool mean = kind == ReductionKind::k_mean;
  for (std::int64_t j = 0; j < of.lines; ++j) {
    SuperAccumulator exact;
    R whole = 0;
    for (std::int64_t i = 0; i < of.terms; ++i) {
      const T x = first[j * of.across + i * of.down];
      if constexpr (std::is_floating_point_v<T> || sizeof(T) == 4) {
        exact.add(static_cast<double>(x));
      } else {
        exact.add(static_cast<double>(static_cast<std::uint32_t>(x)));
        exact.add(std::ldexp(static_cast<double>(x >> 32), 32));
      }
      if constexpr (std::is_integral_v<R>) whole += static_cast<R>(x);
    }
    if constexpr (std::is_integral_v<R>) {
      expected.push_back(whole);
    } else if constexpr (sizeof(R) == 4) {
      expected.push_back(exact.to_float32(mean ? of.terms : 1));
    } else {
      expected.push_back(exact.to_float64(mean ? of.terms : 1));
    }
  }
}

template <class T, class R>
void check_results(ReductionKind kind, const Lines& of, T* first) {
  const Array in{kDType<T>,
                 reinterpret_cast<std::byte*>(first),
                 2,
                 {of.terms, of.lines},
                 {of.down * std::int64_t{sizeof(T)}, of.across * std::int64_t{sizeof(T)}}};
  std::vector<R> expected;
  expect(kind, of, first, expected);
  for (int threads = 1; threads <= 2; ++threads) {
    Pool::instance().resize(threads);
    std::vector<R> results(expected.size() + 1, R{77});
    const Array out{
        kDType<R>, reinterpret_cast<std::byte*>(results.data() + 1), 1, {of.lines}, {sizeof(R)}};
    CHECK(reduce({kind, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
    CHECK(results[0] == R{77});
    for (std::size_t j = 0; j < expected.size(); ++j) {
      const bool same = std::memcmp(&results[j + 1], &expected[j], sizeof(R)) == 0;
      if (!same) {
        std::fprintf(stderr, "%lld terms, line %zu of kind %d: %a, not %a\n",
                     static_cast<long long>(of.terms), j, static_cast<int>(kind),
                     static_cast<double>(results[j + 1]), static_cast<double>(expected[j]));
      }
      CHECK(same);
    }
  }
}

template <class T>
void check_lines(const Lines& of, bool at_end) {
  const std::int64_t low = std::min<std::int64_t>(0, (of.lines - 1) * of.across);
  const std::int64_t high = std::max<std::int64_t>(0, (of.lines - 1) * of.across);
  const std::int64_t count = high - low + (of.terms - 1) * of.down + 1;
  const Fenced memory(static_cast<std::size_t>(count) * sizeof(T), at_end);
  auto* const all = reinterpret_cast<T*>(memory.data());
  for (std::int64_t i = 0; i < count; ++i) all[i] = term<T>(i / 50);
  T* const first = all - low;
  if constexpr (std::is_floating_point_v<T>) {
    check_results<T, T>(ReductionKind::k_sum, of, first);
    check_results<T, T>(ReductionKind::k_mean, of, first);
  } else {
    using Whole = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
    check_results<T, Whole>(ReductionKind::k_sum, of, first);
  }
  if constexpr (!std::is_same_v<T, double>) {
    check_results<T, double>(ReductionKind::k_mean, of, first);
  }
}

template <class T>
void check_all() {
  for (std::int64_t terms = 1; terms <= 34; terms += terms < 18 ? 1 : 5) {
    for (const std::int64_t lines : {64, 77, 301}) {
      for (const bool at_end : {true, false}) {
        check_lines<T>({terms, lines, 1, terms}, at_end);       // runs without gaps
        check_lines<T>({terms, lines, 1, terms + 3}, at_end);   // with gaps
        check_lines<T>({terms, lines, 1, -terms - 1}, at_end);  // backwards
        check_lines<T>({terms, lines, 1, 1}, at_end);           // windows
        check_lines<T>({terms, lines, 1, 2}, at_end);
        check_lines<T>({terms, lines, lines + 2, 1}, at_end);  // rows
        check_lines<T>({terms, lines, 1, 0}, at_end);          // the same again
      }
    }
  }
}

// Means beside what lies halfway between two numbers, by the kernels and, with a mask, by the rule.
void check_means(std::vector<double> terms, double expected) {
  SuperAccumulator exact;
  for (const double x : terms) exact.add(x);
  const auto count = static_cast<std::int64_t>(terms.size());
  CHECK(exact.to_float64(count) == expected);
  const std::int64_t lines = 70;
  std::vector<std::byte> all(terms.size(), std::byte{1});
  const Array mask{DType::k_bool, all.data(), 2, {lines, count}, {0, 1}};
  for (const double sign : {1.0, -1.0}) {
    const Array in{
        DType::k_float64, reinterpret_cast<std::byte*>(terms.data()), 2, {lines, count}, {0, 8}};
    for (const Array* where : {static_cast<const Array*>(nullptr), &mask}) {
      std::vector<double> means(lines);
      const Array out{
          DType::k_float64, reinterpret_cast<std::byte*>(means.data()), 1, {lines}, {8}};
      CHECK(reduce({ReductionKind::k_mean, in, out, where, 2, {}, nullptr}) == Status::ok);
      for (const double mean : means) CHECK(mean == sign * expected);
    }
    for (double& x : terms) x = -x;
  }
}

void check_halfway() {
  // Below 1 numbers are twice as close: 1 is nearer than half of the distance above it, and yet not
  // the nearest.
  check_means({1, 1, 1, 1, 1 - 0x3p-53}, 1 - 0x1p-53);
  check_means({1, 1, 1, 1, 1 - 0x2p-53}, 1);
  check_means({1, 1, 1, 1, 1 + 0x3p-52}, 1 + 0x1p-52);
  for (const double tail : {-0x1p-50, 0.0, 0x1p-50}) {
    for (const std::int64_t last : {15, 16}) {  // odd and even
      const double q = 0x1p52 + static_cast<double>(last);
      std::vector<double> terms(29, q);
      terms.push_back(2 * q + 14);
      terms.push_back(1.5 + tail);
      const bool up = tail > 0 || (tail == 0 && last == 15);
      check_means(terms, up ? q + 1 : q);
    }
  }
}

// Means a little below 1/2 of sums a little above a power of two: the rests are as large as they
// can be beside the distance of the means. Each that is in doubt is made again, and takes much
// longer.
void check_doubts() {
  constexpr std::int64_t rows = 1025;
  constexpr std::int64_t columns = 512;
  constexpr std::int64_t width = columns + kColumnStep;
  std::vector<double> terms(rows * columns);
  for (double& x : terms) x = 0.49975 + std::ldexp(number(0), -12);
  std::vector<std::int64_t> words(width * kMostPlanes);
  Columns sums{words.data(), width};
  const Kernel& kernel = kernels().sum[static_cast<int>(DType::k_float64)];
  kernel.tile(terms.data(), columns * 8, rows, columns, {}, &sums, true);
  kernel.arrange(&sums, columns);
  std::vector<double> means(columns);
  std::vector<std::int64_t> doubts(columns);
  CHECK(kernel.means.finish(&sums, columns, rows, means.data(), doubts.data()) < 5);
}

// One of many sums that does not fit.
template <class T>
void check_overflow() {
  std::vector<T> terms(3 * 100, 1);
  std::vector<T> sums(100);
  const Array in{kDType<T>, reinterpret_cast<std::byte*>(terms.data()), 2, {100, 3}, {24, 8}};
  const Array out{kDType<T>, reinterpret_cast<std::byte*>(sums.data()), 1, {100}, {8}};
  CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 2, {}, nullptr}) == Status::ok);
  terms[150] = std::numeric_limits<T>::max() - 2;
  CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 2, {}, nullptr}) == Status::ok);
  ++terms[150];
  CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 2, {}, nullptr}) == Status::overflow);
}

}  // namespace

int main() {
  with_each_instruction_set([&] {
    check_all<double>();
    check_all<float>();
    check_all<std::int32_t>();
    check_all<std::uint32_t>();
    check_all<std::int64_t>();
    check_all<std::uint64_t>();
    check_halfway();
    check_doubts();
    check_overflow<std::int64_t>();
    check_overflow<std::uint64_t>();
    // So many results that they go past the caches.
    check_lines<double>({2, 2'200'003, 1, 2}, true);
    check_lines<double>({3, 2'200'003, 1, 3}, false);
    check_lines<double>({3, 2'200'003, 2'200'003, 1}, true);
    check_lines<std::int32_t>({3, 2'200'003, 1, 3}, false);
  });
  return report("few_sum");
}
