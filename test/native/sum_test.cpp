// Sums over random layouts, values, masks, thread counts and instruction sets, against Shewchuk's
// exact sum by partials.

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "instruction_sets.hpp"
#include "layout.hpp"
#include "pool.hpp"
#include "reduce.hpp"
#include "superaccumulator.hpp"

using namespace strided;

namespace {

// J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997: non-overlapping partials,
// and one correct rounding at the end. For finite terms whose sums do not overflow.
double oracle(const std::vector<double>& terms) {
  std::vector<double> partials;
  for (double x : terms) {
    std::size_t kept = 0;
    for (double y : partials) {
      if (std::fabs(x) < std::fabs(y)) std::swap(x, y);
      const double high = x + y;
      const double low = y - (high - x);
      if (low != 0) partials[kept++] = low;
      x = high;
    }
    partials.resize(kept);
    partials.push_back(x);
  }
  double sum = 0;
  double low = 0;
  std::size_t n = partials.size();
  while (n > 0 && low == 0) {
    const double x = sum;
    sum = x + partials[--n];
    low = partials[n] - (sum - x);
  }
  if (n > 0 && ((low < 0 && partials[n - 1] < 0) || (low > 0 && partials[n - 1] > 0))) {
    const double y = low * 2;
    const double x = sum + y;
    if (y == x - sum) sum = x;
  }
  return sum + 0.0;
}

double value(int kind) {
  const double unit = static_cast<double>(rng() >> 11) * 0x1p-53;
  switch (kind) {
    case 0:
      return unit;
    case 1:
      return unit - 0.5;
    case 2:
      return std::ldexp(unit - 0.5, static_cast<int>(below(1800)) - 950);
    case 3:
      return std::bit_cast<double>(rng() & 0x800fffffffffffffu);  // subnormal
    case 4:
      return static_cast<double>(below(200)) - 100;
    case 5:
      return (rng() & 1) != 0 ? 1e16 : (rng() & 1) != 0 ? -1e16 : 1.0;
    default:
      return (rng() & 1) != 0 ? -0.0 : std::ldexp(1.0, static_cast<int>(below(60)) - 30);
  }
}

// The kinds' values as T: float32 has fewer exponents.
template <class T>
T value_as(int kind) {
  const double x = value(kind);
  if (sizeof(T) == 4 && std::fabs(x) > 1e30) return static_cast<T>(std::fmod(x, 1e30));
  return static_cast<T>(x);
}

template <class T>
void one_case(DType result, const Case& c = random_case()) {
  const DType dtype = sizeof(T) == 4 ? DType::k_float32 : DType::k_float64;
  const int kind = static_cast<int>(below(7));
  const std::vector<std::int64_t> kept = c.kept();
  Laid in = lay(dtype, c.shape);
  Laid mask = lay(DType::k_bool, c.shape);
  Laid out = lay(result, kept);
  const bool masked = below(3) == 0;
  if (below(4) == 0) repeat_some_axes(in.array, masked ? &mask.array : nullptr);
  Reduction reduction{ReductionKind::k_sum,
                      in.array,
                      out.array,
                      masked ? &mask.array : nullptr,
                      c.axes,
                      {},
                      nullptr};
  reduction.initial.given = below(3) == 0;
  if (reduction.initial.given)
    reduction.initial.real = static_cast<double>(static_cast<T>(value(1)));

  std::vector<std::vector<double>> terms;
  std::vector<std::vector<std::int64_t>> outputs;
  each_index(kept, [&](const auto& index) {
    outputs.push_back(index);
    terms.push_back({reduction.initial.real});
  });
  each_index(c.shape, [&](const auto& index) {
    const bool term = below(2) == 0;
    store_element(element(in.array, index), value_as<T>(kind));
    *element(mask.array, index) = std::byte{static_cast<unsigned char>(term ? 1 + below(255) : 0)};
  });
  each_index(c.shape, [&](const auto& index) {
    const bool term = *element(mask.array, index) != std::byte{0};
    const T x = load_element<T>(element(in.array, index));
    if (term || !masked) terms[c.output(index)].push_back(static_cast<double>(x));
  });

  Pool::instance().resize(1 + static_cast<int>(below(4)));
  CHECK(reduce(reduction) == Status::ok);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::byte* at = element(out.array, outputs[i]);
    if (result == DType::k_float64) {
      CHECK(std::bit_cast<std::uint64_t>(load_element<double>(at)) ==
            std::bit_cast<std::uint64_t>(oracle(terms[i])));
    } else {
      SuperAccumulator exact;
      for (const double x : terms[i]) exact.add(x);
      CHECK(std::bit_cast<std::uint64_t>(exact.to_float64()) ==
            std::bit_cast<std::uint64_t>(oracle(terms[i])));
      CHECK(std::bit_cast<std::uint32_t>(load_element<float>(at)) ==
            std::bit_cast<std::uint32_t>(exact.to_float32()));
    }
  }
}

template <class T>
void one_integer_case(DType dtype, const Case& c = random_case()) {
  const std::vector<std::int64_t> kept = c.kept();
  Laid in = lay(dtype, c.shape);
  Laid out = lay(std::is_signed_v<T> ? DType::k_int64 : DType::k_uint64, kept);
  std::vector<int128> totals;
  std::vector<std::vector<std::int64_t>> outputs;
  each_index(kept, [&](const auto& index) { outputs.push_back(index), totals.push_back(0); });
  const int shift = sizeof(T) == 8 ? static_cast<int>(below(20)) : 0;
  if (below(4) == 0) repeat_some_axes(in.array, nullptr);
  each_index(c.shape, [&](const auto& index) {
    const T x = static_cast<T>(static_cast<T>(rng()) >> shift);
    store_element(element(in.array, index), x);
  });
  each_index(c.shape, [&](const auto& index) {
    totals[c.output(index)] += load_element<T>(element(in.array, index));
  });
  using Result = std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>;
  bool fits = true;
  for (const int128 total : totals) {
    fits = fits && total >= std::numeric_limits<Result>::min() &&
           total <= std::numeric_limits<Result>::max();
  }
  const Status status =
      reduce({ReductionKind::k_sum, in.array, out.array, nullptr, c.axes, {}, nullptr});
  CHECK(status == (fits ? Status::ok : Status::overflow));
  if (!fits) return;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CHECK(load_element<Result>(element(out.array, outputs[i])) == static_cast<Result>(totals[i]));
  }
}

// Columns of so many extreme elements that no lane holds them whose width is below 64 bits, and of
// so many columns that they need several tiles.
template <class T>
void tall_case(DType dtype, std::int64_t rows, std::int64_t columns, std::int64_t step) {
  std::vector<T> data(static_cast<std::size_t>(rows * columns * step));
  std::vector<std::int64_t> totals(static_cast<std::size_t>(columns), 0);
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t j = 0; j < columns; ++j) {
      const bool odd = j % 3 == 0 && (r * columns + j) % 7 == 0;
      const T x = odd          ? static_cast<T>(r + j)
                  : j % 2 == 0 ? std::numeric_limits<T>::max()
                               : std::numeric_limits<T>::min();
      data[static_cast<std::size_t>((r * columns + j) * step)] = x;
      totals[static_cast<std::size_t>(j)] += x;
    }
  }
  const auto size = static_cast<std::int64_t>(sizeof(T));
  const Array in{dtype,
                 reinterpret_cast<std::byte*>(data.data()),
                 2,
                 {rows, columns},
                 {columns * step * size, step * size}};
  for (int threads = 1; threads <= 3; ++threads) {
    Pool::instance().resize(threads);
    std::vector<std::int64_t> sums(totals.size(), -1);
    const Array out{std::is_signed_v<T> ? DType::k_int64 : DType::k_uint64,
                    reinterpret_cast<std::byte*>(sums.data()),
                    1,
                    {columns},
                    {8}};
    CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
    CHECK(sums == totals);
  }
}

template <class T>
void tall_cases(DType dtype) {
  constexpr std::int64_t burst = std::int64_t{1} << (8 * sizeof(T));
  for (const std::int64_t step : {1, 2}) {
    tall_case<T>(dtype, 2 * burst + 37, 35, step);
    tall_case<T>(dtype, 2 * burst, 130, step);
    tall_case<T>(dtype, 531, 8200, step);
    tall_case<T>(dtype, 40, 33000, step);
  }
  // From memory, in rows that begin anywhere.
  for (const std::int64_t columns : {310, 311}) tall_case<T>(dtype, 60'011, columns, 1);
  tall_case<T>(dtype, 1009, 18'774, 1);
}

// Wide rows that cancel: of the terms that are looked at before, every fifth, the sign does not
// show it.
template <class T>
void hidden_case(std::int64_t rows, std::int64_t columns) {
  constexpr DType dtype = sizeof(T) == 4 ? DType::k_float32 : DType::k_float64;
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  std::vector<T> data(static_cast<std::size_t>(rows * columns));
  for (std::int64_t r = 0; r + 1 < rows; r += 5) {
    for (std::int64_t j = 0; j < columns; ++j) {
      T* const x = &data[static_cast<std::size_t>(r * columns + j)];
      x[0] = static_cast<T>(1 + static_cast<double>(below(1000)) / 1024);
      x[columns] = -x[0];
    }
  }
  const Array in{
      dtype, reinterpret_cast<std::byte*>(data.data()), 2, {rows, columns}, {columns * size, size}};
  for (int threads = 1; threads <= 3; ++threads) {
    Pool::instance().resize(threads);
    std::vector<T> sums(static_cast<std::size_t>(columns), T{-1});
    const Array out{dtype, reinterpret_cast<std::byte*>(sums.data()), 1, {columns}, {size}};
    CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
    for (const T sum : sums) CHECK(sum == 0);
  }
}

// More columns than a tile has, whose results lie in either direction and with gaps; some cancel,
// some lie halfway, some overflow before a term takes it back, and some have unusual terms.
template <class T>
void wide_case(std::int64_t rows, std::int64_t columns) {
  constexpr DType dtype = sizeof(T) == 4 ? DType::k_float32 : DType::k_float64;
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  constexpr double unusual[] = {std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity(),
                                std::numeric_limits<double>::quiet_NaN()};
  std::vector<T> data(static_cast<std::size_t>(rows * columns));
  std::vector<T> expected;
  for (std::int64_t j = 0; j < columns; ++j) {
    SuperAccumulator exact;
    const auto put = [&](std::int64_t r, T x) {
      data[static_cast<std::size_t>(r * columns + j)] = x;
      exact.add(static_cast<double>(x));
    };
    const auto few = static_cast<std::int64_t>(j % 11 == 0) + 2 * (j % 7 == 0);
    constexpr T large = std::numeric_limits<T>::max();
    const T half = std::ldexp(large, -std::numeric_limits<T>::digits - 1);  // of its last place
    for (std::int64_t r = 0; r < rows - few; ++r) {
      const T near_large = r == j % rows ? large : below(2) == 0 ? half : -half;
      put(r,
          j % 13 == 0 ? (j % 2 == 0 ? near_large : -near_large) : value_as<T>(j % 3 == 0 ? 5 : 1));
    }
    for (std::int64_t r = rows - few; r < rows; ++r) {
      put(r, few == 2 ? (r % 2 == 0 ? large : -large) : static_cast<T>(unusual[(j / 7 + r) % 3]));
    }
    if constexpr (sizeof(T) == 4) {
      expected.push_back(exact.to_float32());
    } else {
      expected.push_back(exact.to_float64());
    }
  }
  const Array in{
      dtype, reinterpret_cast<std::byte*>(data.data()), 2, {rows, columns}, {columns * size, size}};
  for (int threads = 1; threads <= 3; ++threads) {
    Pool::instance().resize(threads);
    for (const std::int64_t step : {1, 2, -1, -3}) {
      const auto room = static_cast<std::size_t>(columns * std::abs(step));
      std::vector<T> sums(room, T{-1});
      T* const first = step > 0 ? sums.data() : sums.data() + room - 1;
      const Array out{dtype, reinterpret_cast<std::byte*>(first), 1, {columns}, {step * size}};
      // The kernels make the results, or what takes an initial value into account.
      Reduction reduction{ReductionKind::k_sum, in, out, nullptr, 1, {}, nullptr};
      reduction.initial.given = threads == 2;
      CHECK(reduce(reduction) == Status::ok);
      for (std::int64_t j = 0; j < columns; ++j) {
        CHECK(std::memcmp(first + j * step, &expected[static_cast<std::size_t>(j)], sizeof(T)) ==
              0);
      }
    }
  }
}

// A few columns here and there cancel, or lie halfway, in rows that are not evenly apart.
template <class T>
void scattered_case(std::int64_t blocks, std::int64_t rows, std::int64_t columns) {
  constexpr DType dtype = sizeof(T) == 4 ? DType::k_float32 : DType::k_float64;
  constexpr auto size = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t turns = 2;
  const std::int64_t block = (rows + 3) * columns;
  std::vector<T> data(static_cast<std::size_t>(turns * blocks * block));
  std::vector<T> expected;
  for (std::int64_t turn = 0; turn < turns; ++turn) {
    for (std::int64_t j = 0; j < columns; ++j) {
      SuperAccumulator exact;
      const bool cancels = (j * j + turn) % 97 == 3;
      for (std::int64_t i = 0; i < blocks * rows; ++i) {
        T x = cancels ? static_cast<T>(i % 3 == 0 ? 1e16 : i % 3 == 1 ? -1e16 : 1) : value_as<T>(0);
        // Nearly halfway, as only exact arithmetic tells.
        constexpr int digits = std::numeric_limits<T>::digits;
        const int places[] = {0, -digits, -2 * digits - 12};
        if (cancels && j % 2 == 0) x = i < 3 ? std::ldexp(T{1}, places[i]) : T{0};
        exact.add(static_cast<double>(x));
        const std::int64_t at = (turn * blocks + i / rows) * block + i % rows * columns + j;
        data[static_cast<std::size_t>(at)] = x;
      }
      if constexpr (sizeof(T) == 4) {
        expected.push_back(exact.to_float32());
      } else {
        expected.push_back(exact.to_float64());
      }
    }
  }
  const Array in{dtype,
                 reinterpret_cast<std::byte*>(data.data()),
                 4,
                 {turns, blocks, rows, columns},
                 {blocks * block * size, block * size, columns * size, size}};
  for (int threads = 1; threads <= 3; ++threads) {
    Pool::instance().resize(threads);
    std::vector<T> sums(expected.size(), T{-1});
    const Array out{dtype,
                    reinterpret_cast<std::byte*>(sums.data()),
                    2,
                    {turns, columns},
                    {columns * size, size}};
    CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 6, {}, nullptr}) == Status::ok);
    CHECK(std::memcmp(sums.data(), expected.data(), sums.size() * sizeof(T)) == 0);
  }
}

// Terms that outgrow what came before, in ways of several kinds.
double growing(std::int64_t kind, std::int64_t i, std::int64_t terms) {
  switch (kind % 9) {
    case 0:
      return std::ldexp(value(1), static_cast<int>(std::min<std::int64_t>(i / 3, 900)));
    case 1:
      return i == terms * 2 / 3 ? 1e300 : i == terms / 2 ? -1e300 : 0;
    case 2:
      return i < terms / 2 ? value(3) : value(1);
    case 3:
      return (i % 2 == 0 ? 1 : -1) * std::numeric_limits<double>::max();
    case 4:
      return 1.999;
    case 5:
      return i % 50 == 49 ? std::ldexp(value(0), static_cast<int>(i / 50)) : -value(0);
    case 6:
      return i == terms / 2 ? -6e307 : value(1);
    case 7:
      return i == 0 ? 0x1p60 : i == terms - 1 ? -0x1p60 : value(1);
    default:
      return value(2);
  }
}

// Of lines of so many terms, which are the columns or the rows of an array that a cache holds.
void growing_case(std::int64_t terms, std::int64_t lines, std::int64_t room) {
  std::vector<double> columns(static_cast<std::size_t>(terms * room));
  std::vector<double> rows(static_cast<std::size_t>(terms * lines));
  std::vector<double> expected;
  for (std::int64_t j = 0; j < lines; ++j) {
    SuperAccumulator exact;
    for (std::int64_t i = 0; i < terms; ++i) {
      const double x = growing(j, i, terms);
      exact.add(x);
      columns[static_cast<std::size_t>(i * room + j)] = x;
      rows[static_cast<std::size_t>(j * terms + i)] = x;
    }
    expected.push_back(exact.to_float64());
  }
  Pool::instance().resize(1);
  const auto sum_of = [&](std::vector<double>& data, std::int64_t down, std::int64_t across) {
    std::vector<double> sums(expected.size(), -1);
    const Array in{DType::k_float64,
                   reinterpret_cast<std::byte*>(data.data()),
                   2,
                   {terms, lines},
                   {down, across}};
    const Array out{DType::k_float64, reinterpret_cast<std::byte*>(sums.data()), 1, {lines}, {8}};
    CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
    CHECK(std::memcmp(sums.data(), expected.data(), sums.size() * 8) == 0);
  };
  sum_of(columns, room * 8, 8);
  sum_of(rows, 8, terms * 8);
}

// Work that is split over the terms, and a fallback that is too.
void large_case(double first, double second) {
  const std::int64_t n = 1'500'001;
  std::vector<double> data(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = i % 2 == 0 ? first : second;
  Array in{DType::k_float64, reinterpret_cast<std::byte*>(data.data()), 1, {n}, {8}};
  double result = -1;
  Array out{DType::k_float64, reinterpret_cast<std::byte*>(&result), 0, {}, {}};
  for (int threads = 1; threads <= 4; ++threads) {
    Pool::instance().resize(threads);
    CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
    CHECK(result == oracle(data));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 300;
  with_each_instruction_set([&] {
    for (int i = 0; i < rounds; ++i) {
      one_case<double>(DType::k_float64);
      one_case<double>(DType::k_float32);
      one_case<float>(DType::k_float32);
      one_case<float>(DType::k_float64);
      one_integer_case<std::int8_t>(DType::k_int8);
      one_integer_case<std::uint16_t>(DType::k_uint16);
      one_integer_case<std::int32_t>(DType::k_int32);
      one_integer_case<std::int64_t>(DType::k_int64);
      one_integer_case<std::uint64_t>(DType::k_uint64);
    }
    for (const Case& c : kOfShortLoops) {
      one_case<double>(DType::k_float64, c);
      one_case<float>(DType::k_float32, c);
      one_integer_case<std::int16_t>(DType::k_int16, c);
      one_integer_case<std::int64_t>(DType::k_int64, c);
    }
    tall_cases<std::int8_t>(DType::k_int8);
    tall_cases<std::uint8_t>(DType::k_uint8);
    tall_cases<std::int16_t>(DType::k_int16);
    tall_cases<std::uint16_t>(DType::k_uint16);
    for (const std::int64_t rows : {20, 90}) {
      wide_case<double>(rows, 25'003);
      wide_case<float>(rows, 25'003);
    }
    hidden_case<double>(1282, 5000);
    hidden_case<float>(1282, 5000);
    scattered_case<double>(7, 100, 500);
    scattered_case<float>(7, 100, 500);
    scattered_case<double>(150, 3, 5000);
    // So few that all threads mend each of them.
    scattered_case<double>(25, 100, 200);
    scattered_case<float>(25, 100, 200);
    for (const std::int64_t terms : {32, 47, 100, 511, 512, 1037}) {
      for (const std::int64_t lines : {3, 16, 61}) growing_case(terms, lines, lines + 5);
    }
    growing_case(60'000, 9, 9);
    growing_case(420'000, 5, 5);
    large_case(0.1, 0.3);
    large_case(1e100, -1e100);
  });
  return report("sum");
}
