// Sums by running anchors, both kinds of them: whatever terms come in whatever order, what a kernel
// calls certain is the exact sum, and little is left open of usual terms.

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "instruction_sets.hpp"
#include "superaccumulator.hpp"

using namespace strided;

namespace {

double unit() {
  return static_cast<double>(rng() >> 11) * 0x1p-53;
}

// What the terms of a column or run are like, one after the other.
enum Kind : int {
  kUnits,
  kOnes,     // so that the sum drifts away from where it began
  kDown,     // the same downwards
  kGrowing,  // slowly
  kLeaping,  // by more than any reserve, now and then
  kShrinking,
  kSparse,    // mostly zeros
  kLate,      // zeros for long
  kZeros,     // of both signs
  kUsual,     // all up to here
  kCentred,   // each with one that cancels it
  kMinute,    // such that their squares are zero, and even smaller ones that get lost beside them
  kTiny,      // about where squares begin to count
  kMixed,     // far apart in size
  kEnormous,  // such that their squares overflow, or their sums
  kStrange,   // infinities and NaN
  kKinds
};

double minute() {
  constexpr double sizes[] = {0x1p-1074, 0x1p-1022, 0x1p-700, 0x1p-540, 0x1p-538, 0x1p-500};
  return sizes[below(6)] * static_cast<double>(below(3) - 1);
}

double term(int kind, std::int64_t i) {
  switch (kind) {
    case kOnes:
      return 1;
    case kDown:
      return -1.25;
    case kGrowing:
      return std::ldexp(unit(), static_cast<int>(i / 40));
    case kLeaping:
      return std::ldexp(unit(), static_cast<int>(i / 97) * 12);
    case kShrinking:
      return std::ldexp(unit(), -static_cast<int>(i / 40));
    case kSparse:
      return below(30) == 0 ? unit() : 0;
    case kLate:
      return i < 150 ? 0 : unit();
    case kZeros:
      return below(2) == 0 ? 0.0 : -0.0;
    case kCentred:
      return (i % 2 == 0 ? 1 : -1) * (1 + static_cast<double>(i / 2) / 3);
    case kMinute:
      return minute();
    case kTiny:
      return std::ldexp(unit() - 0.5, static_cast<int>(below(80)) - 540);
    case kMixed:
      return std::ldexp(unit() - 0.5, static_cast<int>(below(200)) - 100);
    case kEnormous:
      return std::ldexp(unit() - 0.5, below(2) == 0 ? 1024 : 480 + static_cast<int>(below(60)));
    case kStrange:
      return below(60) == 0   ? std::numeric_limits<double>::infinity()
             : below(50) == 0 ? std::copysign(std::nan(""), unit() - 0.5)
                              : unit();
    default:
      return unit();
  }
}

// Rests are rounded when they are added up, or run on anchors of their own.
bool finer = false;

const Kernel& kernel() {
  const Kernel* const table = finer ? kernels().finer_sum : kernels().sum;
  return table[static_cast<int>(DType::k_float64)];
}

struct Sums {
  explicit Sums(std::int64_t count)
      : width(ceil_width(count)), words(static_cast<std::size_t>(width * kMostPlanes)) {}
  Columns columns() { return {words.data(), width}; }
  static std::int64_t ceil_width(std::int64_t count) {
    return (count + kColumnStep - 1) / kColumnStep * kColumnStep;
  }
  std::int64_t width;
  std::vector<std::int64_t> words;
};

// terms[j] are those of the j-th column. Gives how many are left open.
std::int64_t check_sums(const Columns& columns, const std::vector<std::vector<double>>& terms,
                        std::int64_t repeats = 1) {
  const auto count = static_cast<std::int64_t>(terms.size());
  const auto of_each = static_cast<std::int64_t>(terms[0].size()) * repeats;
  std::vector<double> results(terms.size());
  std::vector<std::int64_t> uncertain(terms.size());
  const std::int64_t open =
      kernel().finisher.finish(&columns, count, of_each, results.data(), uncertain.data());
  std::int64_t next = 0;
  for (std::int64_t j = 0; j < count; ++j) {
    if (next < open && uncertain[static_cast<std::size_t>(next)] == j) {
      ++next;
      continue;
    }
    SuperAccumulator exact;
    for (std::int64_t n = 0; n < repeats; ++n) {
      for (const double x : terms[static_cast<std::size_t>(j)]) exact.add(x);
    }
    const double expected = exact.to_float64(1);
    const double result = results[static_cast<std::size_t>(j)];
    CHECK(std::bit_cast<std::uint64_t>(result) == std::bit_cast<std::uint64_t>(expected));
  }
  CHECK(next == open);
  return open;
}

std::vector<std::vector<double>> draw(std::int64_t count, std::int64_t terms, int kind) {
  std::vector<std::vector<double>> all(static_cast<std::size_t>(count));
  for (auto& some : all) {
    for (std::int64_t i = 0; i < terms; ++i) some.push_back(term(kind, i));
  }
  return all;
}

// Rows that come in any number of tiles.
std::int64_t check_columns(std::int64_t count, std::int64_t rows, int kind) {
  const auto terms = draw(count, rows, kind);
  const std::int64_t stride = count + below(4);
  std::vector<double> table(static_cast<std::size_t>(stride * rows + 1));
  const auto first = static_cast<std::size_t>(below(2));
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < count; ++j) {
      table[static_cast<std::size_t>(i * stride + j) + first] =
          terms[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)];
    }
  }
  Sums sums(count);
  Columns columns = sums.columns();
  columns.reading = random_reading();
  for (std::int64_t r = 0; r < rows;) {
    const std::int64_t some = below(3) == 0 ? rows - r : std::min(rows - r, 1 + below(300));
    kernel().tile(table.data() + first + r * stride, stride * 8, some, count, {}, &columns, r == 0);
    r += some;
  }
  kernel().arrange(&columns, count);
  return check_sums(columns, terms);
}

// Runs that come in any number of parts.
std::int64_t check_runs(std::int64_t count, std::int64_t length, int kind, Reading reading) {
  const auto terms = draw(count, length, kind);
  const std::int64_t stride = length + below(9);
  std::vector<double> runs(static_cast<std::size_t>(stride * count + 1));
  for (std::int64_t j = 0; j < count; ++j) {
    std::copy(terms[static_cast<std::size_t>(j)].begin(), terms[static_cast<std::size_t>(j)].end(),
              runs.begin() + j * stride);
  }
  Sums sums(count);
  Columns columns = sums.columns();
  columns.reading = reading;
  for (std::int64_t i = 0; i < length;) {
    const std::int64_t some = below(2) == 0 ? length - i : 1 + below(length - i);
    kernel().rows(runs.data() + i, stride * 8, count, some, {}, &columns, i == 0);
    i += some;
  }
  return check_sums(columns, terms);
}

std::int64_t check_pieces(std::int64_t length, int kind) {
  const auto terms = draw(1, length, kind);
  alignas(64) std::byte kept[kSumsBytes];
  const std::int64_t piece = kPieceBytes / 8;
  for (std::int64_t i = 0; i < length; i += piece) {
    kernel().piece(terms[0].data() + i, std::min(piece, length - i), kept, i == 0);
  }
  Sums sums(1);
  Columns columns = sums.columns();
  kernel().close(kept, length, &columns);
  return check_sums(columns, terms);
}

void check_kinds() {
  for (int kind = 0; kind < kKinds; ++kind) {
    std::int64_t open = 0, all = 0;
    for (const std::int64_t count : {1, 3, 8, 21, 100}) {
      for (const std::int64_t terms : {1, 7, 64, 333, 1000, 3001}) {
        open += check_columns(count, terms, kind);
        if (count * terms < 100'000) open += check_runs(count, terms, kind, random_reading());
        all += 2 * count;
      }
    }
    for (const std::int64_t length : {5, 128, 1000, 40'000}) open += check_pieces(length, kind);
    // Sums of few terms often lie halfway.
    if (kind < (finer ? kMinute : kUsual)) CHECK((finer ? 100 : 6) * open < all);
    if (kind == kZeros || kind == kOnes || kind == kDown) CHECK(open == 0);
  }
}

// Long runs, which are read at several places.
void check_long_runs() {
  for (int kind = 0; kind < kKinds; ++kind) {
    for (const Reading reading : {Reading::cached, Reading::early, Reading::late}) {
      check_runs(kind % 2 == 0 ? 1 : 9, 20'011, kind, reading);
    }
  }
}

// So many equal rows that the sums leave their anchors again and again.
void check_drift() {
  constexpr std::int64_t count = 19, rows = 300'000;
  std::vector<std::vector<double>> terms(count);
  std::vector<double> row;
  for (auto& one : terms) {
    row.push_back(below(2) == 0 ? unit() : -1 - unit());
    one.push_back(row.back());
  }
  Sums sums(count);
  Columns columns = sums.columns();
  for (std::int64_t r = 0; r < rows; r += 1000) {
    kernel().tile(row.data(), 0, 1000, count, {}, &columns, r == 0);
  }
  kernel().arrange(&columns, count);
  CHECK(check_sums(columns, terms, rows) == 0);
}

// A million rows, the same ones again and again: bounds of errors do not grow so far that many
// columns are left open.
void check_many() {
  constexpr std::int64_t count = 128, rows = 2048, times = 500;
  const auto terms = draw(count, rows, kUnits);
  std::vector<double> table;
  for (std::size_t r = 0; r < rows; ++r) {
    for (const auto& one : terms) table.push_back(one[r]);
  }
  Sums sums(count);
  Columns columns = sums.columns();
  for (std::int64_t t = 0; t < times; ++t) {
    kernel().tile(table.data(), count * 8, rows, count, {}, &columns, t == 0);
  }
  kernel().arrange(&columns, count);
  CHECK(check_sums(columns, terms, times) <= 2);
}

// Tiles of all columns and of the first of them in turn, as those of folded rows are, with as many
// blocks as let the turn to settle always come to the narrow ones.
void check_uneven() {
  constexpr std::int64_t count = 16, narrow = 8, turns = 3000;
  const std::vector<double> row(count, 1.0);
  for (const std::int64_t block : {8, 10, 16}) {
    Sums sums(count);
    Columns columns = sums.columns();
    columns.reading = block == 10 ? Reading::late : Reading::cached;
    for (std::int64_t t = 0; t < turns; ++t) {
      kernel().tile(row.data(), 0, 15 * block, count, {}, &columns, t == 0);
      kernel().tile(row.data(), 0, block, narrow, {}, &columns, false);
    }
    kernel().arrange(&columns, count);
    double results[count];
    std::int64_t uncertain[count];
    CHECK(kernel().finisher.finish(&columns, count, 0, results, uncertain) == 0);
    for (std::int64_t j = 0; j < count; ++j) {
      CHECK(results[j] == static_cast<double>(block * turns * (j < narrow ? 16 : 15)));
    }
  }
}

}  // namespace

int main() {
  with_each_instruction_set([&] {
    for (finer = false;; finer = true) {
      check_kinds();
      check_long_runs();
      check_drift();
      check_many();
      check_uneven();
      if (finer) break;
    }
  });
  return report("running");
}
