// Sums and means of few float64 terms, which the kernels read in whole vectors where runs lie close
// together: against exact sums, and at the edges of what may be read.

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "cpu.hpp"
#include "pool.hpp"
#include "reduce.hpp"
#include "superaccumulator.hpp"

using namespace strided;

namespace {

double term(std::int64_t number) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double unit = static_cast<double>(rng() >> 11) * 0x1p-53;
  switch (number % 8) {
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

// Bytes between two pages that may not be touched, at the end or at the beginning of them.
class Fenced {
 public:
  Fenced(std::size_t bytes, bool at_end) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    room_ = (bytes + page_ - 1) / page_ * page_;
    const std::size_t all = room_ + 2 * page_;
    void* mapping = mmap(nullptr, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapping == MAP_FAILED) std::abort();
    mapping_ = static_cast<std::byte*>(mapping);
    if (mprotect(mapping_ + page_, room_, PROT_READ | PROT_WRITE) != 0) std::abort();
    data_ = mapping_ + page_ + (at_end ? room_ - bytes : 0);
  }
  Fenced(const Fenced&) = delete;
  Fenced& operator=(const Fenced&) = delete;
  ~Fenced() { munmap(mapping_, room_ + 2 * page_); }
  std::byte* data() const { return data_; }

 private:
  std::size_t page_;
  std::size_t room_;
  std::byte* mapping_;
  std::byte* data_;
};

// `lines` sums, or means, of so many terms, which are `down` elements apart; lines are `across`
// apart.
struct Lines {
  std::int64_t terms;
  std::int64_t lines;
  std::int64_t down;
  std::int64_t across;
};

void check_results(ReductionKind kind, const Array& in, const std::vector<double>& expected) {
  for (int threads = 1; threads <= 2; ++threads) {
    Pool::instance().resize(threads);
    std::vector<double> results(expected.size() + 1, -1);
    const Array out{
        DType::k_float64, reinterpret_cast<std::byte*>(results.data() + 1), 1, {in.shape[1]}, {8}};
    CHECK(reduce({kind, in, out, nullptr, 1, {}, nullptr}) == Status::ok);
    CHECK(results[0] == -1);
    for (std::size_t j = 0; j < expected.size(); ++j) {
      const bool same = std::memcmp(&results[j + 1], &expected[j], 8) == 0;
      if (!same) {
        std::fprintf(stderr, "%lld terms, line %zu of kind %d: %a, not %a\n",
                     static_cast<long long>(in.shape[0]), j, static_cast<int>(kind), results[j + 1],
                     expected[j]);
      }
      CHECK(same);
    }
  }
}

void check_lines(const Lines& of, bool at_end) {
  const std::int64_t low = std::min<std::int64_t>(0, (of.lines - 1) * of.across);
  const std::int64_t high = std::max<std::int64_t>(0, (of.lines - 1) * of.across);
  const std::int64_t count = high - low + (of.terms - 1) * of.down + 1;
  const Fenced memory(static_cast<std::size_t>(count) * 8, at_end);
  auto* const all = reinterpret_cast<double*>(memory.data());
  for (std::int64_t i = 0; i < count; ++i) all[i] = term(i / 50);
  double* const first = all - low;
  const Array in{DType::k_float64,
                 reinterpret_cast<std::byte*>(first),
                 2,
                 {of.terms, of.lines},
                 {of.down * 8, of.across * 8}};
  for (const ReductionKind kind : {ReductionKind::k_sum, ReductionKind::k_mean}) {
    std::vector<double> expected;
    for (std::int64_t j = 0; j < of.lines; ++j) {
      SuperAccumulator exact;
      for (std::int64_t i = 0; i < of.terms; ++i) exact.add(first[j * of.across + i * of.down]);
      expected.push_back(exact.to_float64(kind == ReductionKind::k_mean ? of.terms : 1));
    }
    check_results(kind, in, expected);
  }
}

}  // namespace

int main() {
  for (const std::string& isa : instruction_sets()) {
    setenv("STRIDED_ISA", isa.c_str(), 1);
    CHECK(choose_kernels().empty());
    for (std::int64_t terms = 1; terms <= 18; ++terms) {
      for (const std::int64_t lines : {64, 77, 1003}) {
        for (const bool at_end : {true, false}) {
          check_lines({terms, lines, 1, terms}, at_end);       // runs without gaps
          check_lines({terms, lines, 1, terms + 3}, at_end);   // with gaps
          check_lines({terms, lines, 1, -terms - 1}, at_end);  // backwards
          check_lines({terms, lines, 1, 1}, at_end);           // windows
          check_lines({terms, lines, 1, 2}, at_end);
          check_lines({terms, lines, lines + 2, 1}, at_end);  // rows
          check_lines({terms, lines, 1, 0}, at_end);          // the same again
        }
      }
    }
    // So many results that they go past the caches.
    check_lines({2, 2'200'003, 1, 2}, true);
    check_lines({3, 2'200'003, 1, 3}, false);
    check_lines({3, 2'200'003, 2'200'003, 1}, true);
  }
  return report("few_sum");
}
