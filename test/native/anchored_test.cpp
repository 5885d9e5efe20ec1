// Sums and means of elements that share an anchor: against exact sums, what they leave open, and
// what they may read.

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "fenced.hpp"
#include "instruction_sets.hpp"
#include "superaccumulator.hpp"

using namespace strided;

namespace {

double unit() {
  return static_cast<double>(rng() >> 11) * 0x1p-53;
}

// Kinds of terms that no result may be left open of but by accident, and others.
enum Kind : int {
  kUnits,     // multiples of 2^-53, whose sums often lie halfway
  kSparse,    // the same and zeros
  kZeros,     // of both signs
  kCentred,   // that cancel, each with another
  kSwollen,   // all but the first of them so large that an anchor just holds them
  kSettled,   // all up to here
  kTall,      // one that is much larger than what the first of them let expect
  kMinute,    // subnormal, of either sign
  kMixed,     // far apart in size
  kStrange,   // infinities and NaN
  kEnormous,  // whose sums overflow
  kKinds
};

double term(int kind, std::int64_t i) {
  switch (kind) {
    case kSparse:
      return below(3) == 0 ? unit() : 0;
    case kZeros:
      return below(2) == 0 ? 0.0 : -0.0;
    case kSwollen:
      return i < 64 ? unit() : 800 * unit();
    case kMinute:
      return std::bit_cast<double>(rng() & 0x800fffffffffffffu);
    case kTall:
      return i > 1000 && below(500) == 0 ? 1e6 * unit() : unit();
    case kCentred:
      return i % 2 == 0 ? 0.5 : (below(2) == 0 ? -0.5 : 0.5) + std::ldexp(unit(), -20);
    case kMixed:
      return std::ldexp(unit() - 0.5, static_cast<int>(below(200)) - 100);
    case kStrange:
      return below(2000) == 0  ? std::numeric_limits<double>::infinity()
             : below(900) == 0 ? std::nan("")
                               : unit();
    case kEnormous:
      return std::ldexp(unit() - 0.5, 1024);
    default:
      return unit();
  }
}

struct Shape {
  std::int64_t terms;
  std::int64_t count;
  std::int64_t down;    // elements from one term of a result to the next
  std::int64_t across;  // and from those of one result to those of the next
};

using Make = std::int64_t (*)(const FewTerms& few, void* results, std::int64_t* uncertain);

// Gives how many results were left open, or -1.
std::int64_t check_results(Make make, bool mean, const Shape& of, const double* first) {
  std::vector<double> results(static_cast<std::size_t>(of.count) + 1, 77);
  std::vector<std::int64_t> uncertain(static_cast<std::size_t>(of.count));
  const std::int64_t open = make({first, of.terms, 8 * of.down, of.count, 8 * of.across, false},
                                 results.data(), uncertain.data());
  CHECK(results.back() == 77);
  if (open < 0) return -1;
  std::int64_t next = 0;
  for (std::int64_t j = 0; j < of.count; ++j) {
    if (next < open && uncertain[static_cast<std::size_t>(next)] == j) {
      ++next;
      continue;
    }
    SuperAccumulator exact;
    for (std::int64_t i = 0; i < of.terms; ++i) exact.add(first[j * of.across + i * of.down]);
    const double expected = exact.to_float64(mean ? of.terms : 1);
    const double result = results[static_cast<std::size_t>(j)];
    const bool same =
        std::bit_cast<std::uint64_t>(result) == std::bit_cast<std::uint64_t>(expected);
    if (!same) {
      std::fprintf(stderr, "%lld terms, result %lld: %a, not %a\n",
                   static_cast<long long>(of.terms), static_cast<long long>(j), result, expected);
    }
    CHECK(same);
  }
  CHECK(next == open);
  return open;
}

// Results of tall terms that were left open, and all of them.
std::int64_t tall_open = 0;
std::int64_t tall_all = 0;

void check_shape(const Shape& of, int kind, bool at_end) {
  const std::int64_t low = std::min<std::int64_t>(0, (of.count - 1) * of.across) +
                           std::min<std::int64_t>(0, (of.terms - 1) * of.down);
  const std::int64_t high = std::max<std::int64_t>(0, (of.count - 1) * of.across) +
                            std::max<std::int64_t>(0, (of.terms - 1) * of.down);
  const std::int64_t count = high - low + 1;
  const Fenced memory(static_cast<std::size_t>(count) * sizeof(double), at_end);
  auto* const all = reinterpret_cast<double*>(memory.data());
  for (std::int64_t i = 0; i < count; ++i) all[i] = term(kind, i);
  const Kernel& kernel = kernels().sum[static_cast<int>(DType::k_float64)];
  const std::int64_t sums = check_results(kernel.finisher.anchored, false, of, all - low);
  const std::int64_t means = check_results(kernel.means.anchored, true, of, all - low);
  if (kind < kSettled) {
    CHECK(sums == 0);
    CHECK(means == 0);
  }
  if (kind == kTall && of.count > 1) {
    CHECK(sums >= 0);
    tall_open += sums;
    tall_all += of.count;
  }
}

void check_all() {
  for (const std::int64_t terms : {32, 33, 47, 100, 255, 256, 257, 300, 515, 2047, 2048}) {
    for (const std::int64_t count : {8, 13, 16, 100, 133, 271}) {
      if (terms * count > 100'000) continue;
      for (int kind = 0; kind < kKinds; ++kind) {
        const bool at_end = below(2) == 0;
        check_shape({terms, count, 1, terms}, kind, at_end);       // runs
        check_shape({terms, count, 1, -terms - 3}, kind, at_end);  // backwards, with gaps
        check_shape({terms, count, 1, 1}, kind, at_end);           // windows
        check_shape({terms, count, 1, 0}, kind, at_end);           // the same again
        check_shape({terms, count, count, 1}, kind, at_end);       // rows
        check_shape({terms, count, -count - 5, 1}, kind, at_end);
      }
    }
  }
}

// Rows of all lengths: columns are cut into strips of different widths.
void check_widths() {
  for (std::int64_t count = 2; count < 150; ++count) {
    for (const int kind : {kUnits, kSwollen, kMixed}) {
      check_shape({100, count, count, 1}, kind, true);
    }
  }
}

// One run by itself.
void check_wholes() {
  for (const std::int64_t terms : {1, 16, 64, 127, 128, 129, 333, 900, 2048, 5003, 16383, 16384}) {
    for (int kind = 0; kind < kKinds; ++kind)
      check_shape({terms, 1, 1, terms}, kind, below(2) == 0);
  }
}

// Sums halfway between two numbers but for the last bit of a term that is less and less: where it
// is lost among the others, the result has to be left open.
void check_ties() {
  constexpr std::int64_t n = 41, count = 9;
  const Kernel& kernel = kernels().sum[static_cast<int>(DType::k_float64)];
  std::int64_t open = 0;
  for (int exponent = -20; exponent > -120; --exponent) {
    for (const double sign : {1.0, -1.0}) {
      for (const double odd : {0.0, 0x1p-48}) {
        std::vector<double> terms(n * count, 0.5);
        for (std::int64_t j = 0; j < count; ++j) {
          double* const run = &terms[static_cast<std::size_t>(j * n)];
          run[10] = odd;
          run[20 + j] = 0x1p-49;
          run[30 - j] = std::ldexp(1 + sign * 0x1p-52, exponent);
          run[31 + j % 3] = -std::ldexp(1, exponent);
        }
        open += check_results(kernel.finisher.anchored, false, {n, count, 1, n}, terms.data());
        std::vector<double> rows(n * count);
        for (std::int64_t i = 0; i < n * count; ++i) {
          const std::int64_t from = i % count * n + i / count;
          rows[static_cast<std::size_t>(i)] = terms[static_cast<std::size_t>(from)];
        }
        open += check_results(kernel.finisher.anchored, false, {n, count, count, 1}, rows.data());
      }
    }
  }
  CHECK(open > 0);
}

// Zeros alone are certain; terms that follow zeros, or are too small for any anchor, are not taken
// for such.
void check_zeros() {
  constexpr std::int64_t n = 100, count = 300;
  const Kernel& kernel = kernels().sum[static_cast<int>(DType::k_float64)];
  for (const double last : {0.0, 1.0, 0x1p-540, 0x1p-1074}) {
    std::vector<double> terms(n * count);
    terms.back() = last;
    const std::int64_t runs =
        check_results(kernel.finisher.anchored, false, {n, count, 1, n}, terms.data());
    const std::int64_t columns =
        check_results(kernel.finisher.anchored, false, {n, count, count, 1}, terms.data());
    CHECK(last == 0 || last == 1 ? runs == 0 && columns == 0 : runs != 0 && columns != 0);
  }
}

// A column that leaves its anchor beside one that is no number: whether sums have left is asked of
// both at once. It must be found wrong or left open, and none must suffer but these two.
void check_neighbours() {
  constexpr std::int64_t n = 100, count = 48;
  const Kernel& kernel = kernels().sum[static_cast<int>(DType::k_float64)];
  bool together = false;
  for (const std::int64_t apart : {2, 4, 8}) {
    for (const std::int64_t none : {std::int64_t{1}, 1 + apart}) {
      std::vector<double> terms(n * count);
      for (double& x : terms) x = unit();
      const auto at = [&](std::int64_t row, std::int64_t column) -> double& {
        return terms[static_cast<std::size_t>(row * count + column)];
      };
      const std::int64_t tall = 2 + apart - none;
      at(50, none) = below(2) == 0 ? std::nan("") : std::numeric_limits<double>::infinity();
      at(30, tall) = 0x1p40;
      at(60, tall) = -0x1p40;
      const std::int64_t open =
          check_results(kernel.finisher.anchored, false, {n, count, count, 1}, terms.data());
      together = together || open == 2;
    }
  }
  CHECK(together);
}

}  // namespace

int main() {
  with_each_instruction_set([&] {
    check_all();
    check_widths();
    check_wholes();
    check_ties();
    check_zeros();
    check_neighbours();
    CHECK(500 * tall_open < tall_all);
  });
  return report("anchored");
}
