// Means, products, extremes, their places, and counts over random layouts, values, masks, thread
// counts and instruction sets, against their slow definitions.

#include "reduce.hpp"

#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "elements.hpp"
#include "instruction_sets.hpp"
#include "nearest.hpp"
#include "pool.hpp"

using namespace strided;

namespace {

// ---- One array, and its terms. ----

template <class T>
struct Problem {
  Case shape;
  int kind;
  Laid in;
  std::optional<Laid> mask;
  // Of each output in C order: its terms, in C order too.
  std::vector<std::vector<T>> terms;
};

template <class T>
Problem<T> draw_problem(const Case& shape) {
  Problem<T> p{shape, static_cast<int>(below(k_kinds)), lay(dtype_of<T>(), shape.shape), {}, {}};
  // Of a mask that hides much, whole outputs are hidden.
  const std::int64_t masking = below(4);
  if (masking > 1) p.mask = lay(DType::k_bool, shape.shape);
  if (below(4) == 0) repeat_some_axes(p.in.array, p.mask ? &p.mask->array : nullptr);
  std::size_t outputs = 1;
  for (const std::int64_t size : shape.kept()) outputs *= static_cast<std::size_t>(size);
  p.terms.resize(outputs);
  each_index(shape.shape, [&](const auto& index) {
    store_element(element(p.in.array, index), draw<T>(p.kind));
    if (p.mask) {
      const bool term = below(2) == 0 && (masking == 2 || shape.output(index) % 3 != 1);
      const std::int64_t byte = term ? 1 + below(255) : 0;
      *element(p.mask->array, index) = static_cast<std::byte>(byte);
    }
  });
  each_index(shape.shape, [&](const auto& index) {
    const bool term = !p.mask || *element(p.mask->array, index) != std::byte{0};
    const T x = load_element<T>(element(p.in.array, index));
    if (term) p.terms[shape.output(index)].push_back(x);
  });
  return p;
}

// The results in C order, of a reduction into an array laid out at random, around whose elements
// nothing may have changed.
template <class R, class T>
std::vector<R> results_of(const Problem<T>& p, ReductionKind kind, const Initial& initial,
                          Status* status) {
  Laid out = lay(dtype_of<R>(), p.shape.kept());
  std::vector<std::byte> before = out.bytes;
  const Array* mask = p.mask ? &p.mask->array : nullptr;
  Pool::instance().resize(1 + static_cast<int>(below(4)));
  *status = reduce({kind, p.in.array, out.array, mask, p.shape.axes, initial, nullptr});
  std::vector<R> results;
  each_index(p.shape.kept(), [&](const auto& index) {
    std::byte* at = element(out.array, index);
    results.push_back(load_element<R>(at));
    std::copy_n(before.data() + (at - out.bytes.data()), sizeof(R), at);
  });
  CHECK(out.bytes == before);
  return results;
}

template <class R, class T, class F>
void check(const Problem<T>& p, ReductionKind kind, const Initial& initial, F&& is_right) {
  CHECK(can_reduce(kind, dtype_of<T>(), dtype_of<R>()));
  Status status;
  const std::vector<R> results = results_of<R>(p, kind, initial, &status);
  CHECK(status == Status::ok);
  CHECK(results.size() == p.terms.size());
  for (std::size_t i = 0; i < results.size(); ++i) CHECK(is_right(p.terms[i], results[i]));
}

// ---- The definitions. ----

// Whether a is before b in the order of minima or maxima, in which NaN comes first.
template <class T>
bool precedes(T a, T b, bool least, bool signed_zeros) {
  if constexpr (kIsBool<T>) {
    return least ? !is_true(a) && is_true(b) : is_true(a) && !is_true(b);
  } else {
    if constexpr (kIsFloat<T>) {
      if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && !std::isnan(b);
      if (a == 0 && b == 0 && signed_zeros)
        return std::signbit(least ? a : b) && !std::signbit(least ? b : a);
    }
    return least ? a < b : a > b;
  }
}

template <class T>
std::size_t first_extreme(const std::vector<T>& terms, bool least, bool signed_zeros) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < terms.size(); ++i) {
    if (precedes(terms[i], terms[best], least, signed_zeros)) best = i;
  }
  return best;
}

template <class T>
Initial initial_of(T x) {
  Initial initial;
  initial.given = true;
  if constexpr (kIsBool<T>) {
    initial.whole = is_true(x) ? 1 : 0;
  } else if constexpr (kIsFloat<T>) {
    initial.real = static_cast<double>(x);
  } else {
    initial.whole = x;
  }
  return initial;
}

template <class T>
void check_extremes(const Problem<T>& p, bool empty) {
  const bool given = p.mask || empty || below(2) == 0;
  const T initial = draw<T>(static_cast<int>(below(k_kinds)));
  for (const bool least : {true, false}) {
    const auto kind = least ? ReductionKind::k_min : ReductionKind::k_max;
    check<T>(p, kind, given ? initial_of(initial) : Initial{}, [&](std::vector<T> terms, T result) {
      if (given) terms.push_back(initial);
      return bits_of(result) == bits_of(terms[first_extreme(terms, least, true)]);
    });
  }
}

template <class T>
void check_places(Problem<T>& p) {
  for (const bool least : {true, false}) {
    const auto kind = least ? ReductionKind::k_argmin : ReductionKind::k_argmax;
    check<std::int64_t>(p, kind, {}, [&](const std::vector<T>& terms, std::int64_t result) {
      return result == static_cast<std::int64_t>(first_extreme(terms, least, false));
    });
  }
}

template <class T>
void check_truths(const Problem<T>& p) {
  const auto count = [](const std::vector<T>& terms) {
    return std::count_if(terms.begin(), terms.end(), is_true<T>);
  };
  check<std::int64_t>(
      p, ReductionKind::k_countNonzero, {},
      [&](const std::vector<T>& terms, std::int64_t result) { return result == count(terms); });
  check<Bool>(p, ReductionKind::k_any, {}, [&](const std::vector<T>& terms, Bool result) {
    return result.byte == (count(terms) > 0 ? 1 : 0);
  });
  check<Bool>(p, ReductionKind::k_all, {}, [&](const std::vector<T>& terms, Bool result) {
    return result.byte == (count(terms) == std::ssize(terms) ? 1 : 0);
  });
}

// A term in pieces that a double holds.
template <class T>
void add_pieces(std::vector<double>& pieces, T x) {
  if constexpr (kIsBool<T>) {
    pieces.push_back(is_true(x) ? 1 : 0);
  } else if constexpr (kIsFloat<T> || sizeof(T) < 8) {
    pieces.push_back(static_cast<double>(x));
  } else {
    pieces.push_back(static_cast<double>(x >> 32) * 0x1p32);
    pieces.push_back(static_cast<double>(x & 0xffffffff));
  }
}

template <class R, class T>
void check_mean(const Problem<T>& p) {
  check<R>(p, ReductionKind::k_mean, {}, [](const std::vector<T>& terms, R result) {
    std::vector<double> pieces;
    for (const T x : terms) add_pieces(pieces, x);
    return is_mean(pieces, std::ssize(terms), result);
  });
}

// ---- Products. ----

// Exactly, or nothing when it does not fit: a magnitude beyond 2^64 only a zero makes fit again.
template <class R, class T>
std::optional<R> integer_product(const std::vector<T>& terms, const Initial& initial) {
  int128 product = initial.given ? initial.whole : 1;
  bool large = false;
  bool zero = product == 0;
  for (const T x : terms) {
    if constexpr (kIsBool<T>) {
      zero = zero || !is_true(x);
    } else {
      zero = zero || x == 0;
      large = large || __builtin_mul_overflow(product, int128{x}, &product) ||
              product > int128{1} << 64 || product < -(int128{1} << 64);
    }
  }
  if (zero) product = large = false;
  if constexpr (kIsBool<R>) {
    return R{static_cast<std::uint8_t>(product != 0)};
  } else {
    using Limits = std::numeric_limits<R>;
    if (large || product < Limits::min() || product > Limits::max()) return std::nullopt;
    return static_cast<R>(product);
  }
}

template <class R, class T>
void check_integer_product(const Problem<T>& p) {
  Initial initial;
  if (below(3) == 0) initial = initial_of(std::is_signed_v<R> ? below(4) - 1 : below(3));
  Status status;
  const std::vector<R> results = results_of<R>(p, ReductionKind::k_prod, initial, &status);
  bool fits = true;
  for (const auto& terms : p.terms) {
    fits = fits && integer_product<R>(terms, initial).has_value();
  }
  CHECK(status == (fits ? Status::ok : Status::overflow));
  if (!fits) return;
  for (std::size_t i = 0; i < results.size(); ++i) {
    CHECK(bits_of(results[i]) == bits_of(*integer_product<R>(p.terms[i], initial)));
  }
}

// True of a product of the kinds whose products are exact, and of others with few roundings.
template <class R, class T>
bool is_product(int kind, const std::vector<T>& terms, double initial, R result) {
  long double product = initial;
  bool nan = false;
  for (const T x : terms) {
    product *= static_cast<long double>(x);
    nan = nan || std::isnan(x);
  }
  // So many powers of two may overflow on the way, in one order and not in another.
  const bool exact =
      kind == k_specials || kind == k_zeros || (kind == k_powers && terms.size() < 1000);
  if (exact) {
    return bits_of(result) == bits_of(static_cast<R>(product));
  }
  // No order of these products overflows.
  if (kind == k_unit && terms.size() < (sizeof(R) == 8 ? 1500u : 150u)) {
    const auto rounding = static_cast<long double>(std::numeric_limits<R>::epsilon());
    const long double bound = static_cast<long double>(terms.size()) * 0x1p-52L + rounding;
    return std::fabs(static_cast<long double>(result) - product) <= bound * std::fabs(product);
  }
  return !nan || std::isnan(result);
}

template <class R, class T>
void check_float_product(const Problem<T>& p) {
  constexpr double initials[] = {2, -1, 0.5, 1};
  Initial initial;
  if (below(3) == 0) initial = initial_of(initials[below(4)]);
  const double first = initial.given ? initial.real : 1;
  check<R>(p, ReductionKind::k_prod, initial, [&](const std::vector<T>& terms, R result) {
    return is_product(p.kind, terms, first, result);
  });
}

template <class T>
void check_all(const Case& shape) {
  Problem<T> p = draw_problem<T>(shape);
  bool empty = false;
  for (std::size_t i = 0; i < shape.shape.size(); ++i) {
    empty = empty || (shape.reduces(i) && shape.shape[i] == 0);
  }
  check_extremes(p, empty);
  check_truths(p);
  check_mean<double>(p);
  check_mean<float>(p);
  if constexpr (kIsFloat<T>) {
    check_float_product<double>(p);
    check_float_product<float>(p);
  } else {
    using Wide = std::conditional_t<std::is_unsigned_v<T>, std::uint64_t, std::int64_t>;
    check_integer_product<Wide>(p);
    check_integer_product<T>(p);
    check_integer_product<std::int16_t>(p);
  }
  if (!p.mask && !empty) check_places(p);
}

// ---- What took a case of its own to find. ----

template <class R>
R mean_of(const std::vector<double>& terms) {
  std::vector<double> data = terms;
  const std::int64_t n = std::ssize(data);
  Array in{DType::k_float64, reinterpret_cast<std::byte*>(data.data()), 1, {n}, {8}};
  R result = -1;
  Array out{dtype_of<R>(), reinterpret_cast<std::byte*>(&result), 0, {}, {}};
  CHECK(reduce({ReductionKind::k_mean, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
  CHECK(is_mean(terms, n, result));
  return result;
}

// Means that are, or nearly are, halfway between two floats.
void check_ties() {
  constexpr double tiny = std::numeric_limits<double>::denorm_min();
  CHECK(mean_of<float>({2 + 0x1p-23, tiny}) == 1 + 0x1p-23f);
  CHECK(mean_of<float>({2 + 0x1p-23, -tiny}) == 1);
  CHECK(mean_of<float>({2 + 0x1p-23, 0}) == 1);
  CHECK(mean_of<double>({2 + 0x1p-51, 1}) == 1.5 + 0x1p-52);
  CHECK(mean_of<double>({3, 0x1p-52, 0}) == 1);
  CHECK(std::signbit(mean_of<double>({-tiny, 0, 0})));
  for (int i = 0; i < 2000; ++i) {
    const double base = 1 + static_cast<double>(below(1 << 23)) * 0x1p-23 + 0x1p-24;
    const std::int64_t n = 2 + below(9);
    std::vector<double> terms(static_cast<std::size_t>(n), base);
    terms[0] += static_cast<double>(below(3) - 1) * std::ldexp(1.0, -static_cast<int>(below(51)));
    terms.push_back(base + std::ldexp(1.0, -20)), terms.push_back(base - std::ldexp(1.0, -20));
    mean_of<float>(terms);
    terms.push_back(std::ldexp(static_cast<double>(below(3) - 1), -static_cast<int>(below(1074))));
    mean_of<float>(terms);
    mean_of<double>(terms);
  }
}

// Outputs without terms between outputs that only the exact way makes.
void check_hidden_outputs() {
  constexpr std::int64_t columns = 5;
  for (const std::int64_t rows : {4, 70'000}) {
    std::vector<double> data(static_cast<std::size_t>(rows * columns), 1e308);
    std::uint8_t shown[columns] = {1, 0, 1, 0, 1};
    double means[columns];
    Array in{DType::k_float64,
             reinterpret_cast<std::byte*>(data.data()),
             2,
             {rows, columns},
             {8 * columns, 8}};
    Array mask{DType::k_bool, reinterpret_cast<std::byte*>(shown), 2, {rows, columns}, {0, 1}};
    Array out{DType::k_float64, reinterpret_cast<std::byte*>(means), 1, {columns}, {8}};
    CHECK(reduce({ReductionKind::k_mean, in, out, &mask, 1, {}, nullptr}) == Status::ok);
    for (std::size_t j = 0; j < columns; ++j) {
      CHECK(shown[j] != 0 ? means[j] == 1e308 : std::isnan(means[j]));
    }
  }
}

// Runs that are settled by their first terms, by later ones, or by none: most of some next to each
// other by the same.
void check_settled_runs() {
  constexpr std::int64_t runs = 61;
  constexpr std::int64_t terms = 3001;
  for (int round = 0; round < 10; ++round) {
    const bool all = round % 2 != 0;
    std::vector<std::int32_t> data(runs * terms, all ? 1 : 0);
    std::vector<std::uint8_t> settled(runs);
    for (std::int64_t run = 0, most = 0; run < runs; ++run) {
      if (run % 8 == 0) most = below(3);
      const std::int64_t by = below(12) == 0 ? below(3) : most;
      settled[static_cast<std::size_t>(run)] = by > 0;
      if (by == 0) continue;
      const std::int64_t place = by == 1 ? below(256) : terms - 1 - below(2000);
      data[static_cast<std::size_t>(run * terms + place)] = all ? 0 : -1;
    }
    std::uint8_t results[runs];
    Array in{DType::k_int32,
             reinterpret_cast<std::byte*>(data.data()),
             2,
             {runs, terms},
             {4 * terms, 4}};
    Array out{DType::k_bool, reinterpret_cast<std::byte*>(results), 1, {runs}, {1}};
    const auto kind = all ? ReductionKind::k_all : ReductionKind::k_any;
    CHECK(reduce({kind, in, out, nullptr, 2, {}, nullptr}) == Status::ok);
    for (std::size_t run = 0; run < runs; ++run) {
      CHECK((results[run] != 0) == ((settled[run] != 0) != all));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 40;
  const Case large[] = {{{700'001}, 1},       {{2, 200'000}, 2}, {{2, 200'000}, 1},
                        {{200'000, 2}, 1},    {{20, 25'003}, 1}, {{25'003, 20}, 2},
                        {{3, 11'000, 50}, 2}, {{50'000, 40}, 1}};
  with_each_instruction_set([&] {
    for (const Case& shape : kOfShortLoops) {
      check_all<double>(shape);
      check_all<std::int8_t>(shape);
    }
    for (int i = 0; i < rounds; ++i) {
      for (int d = 0; d < kDTypeCount; ++d) {
        with_type(static_cast<DType>(d), []<class T>(Tag<T>) { check_all<T>(random_case()); });
      }
    }
    for (const Case& shape : large) {
      check_all<double>(shape);
      check_all<float>(shape);
      check_all<std::int16_t>(shape);
      check_all<std::uint64_t>(shape);
      check_all<Bool>(shape);
    }
    check_ties();
    check_hidden_outputs();
    check_settled_runs();
  });
  return report("reduce");
}
