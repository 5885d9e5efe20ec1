// Sums of float64 that lie some elements apart, along the axis that is walked fastest: against
// exact ones. Nothing but them lies in the memory that may be touched.

#include <bit>
#include <cmath>
#include <cstring>
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

enum class Values { plain, spread, cancelling, zeros, infinite };
constexpr Values kValues[] = {Values::plain,      Values::plain, Values::spread,
                              Values::cancelling, Values::zeros, Values::infinite};

double term(Values kind, std::int64_t number) {
  const double unit = static_cast<double>(rng() >> 11) * 0x1p-53 - 0.25;
  switch (kind) {
    case Values::plain:
      return unit;
    case Values::spread:
      return std::ldexp(unit, static_cast<int>(below(600)) - 300);
    case Values::cancelling:
      return number % 2 == 0 ? unit : -unit * (1 + 0x1p-40);
    case Values::zeros:
      return number % 7 == 0 ? unit : 0;
    case Values::infinite:
      return below(300) == 0 ? (below(2) == 0 ? HUGE_VAL : -HUGE_VAL) : unit;
  }
  return 0;
}

// Rows of elements `spacing` apart, with a gap of so many bytes behind each row but the last.
struct Grid {
  std::int64_t rows;
  std::int64_t count;
  std::int64_t spacing;
  std::int64_t gap;

  std::int64_t stride() const { return count * spacing * 8 + gap; }
  std::int64_t bytes() const { return (rows - 1) * stride() + (count - 1) * spacing * 8 + 8; }
};

bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b);
}

// Whether the first axis is reduced, the second, or both.
void compare(const Grid& grid, const std::byte* data, std::uint32_t axes,
             const std::vector<SuperAccumulator>& exact) {
  const Array in{DType::k_float64,
                 const_cast<std::byte*>(data),
                 2,
                 {grid.rows, grid.count},
                 {grid.stride(), grid.spacing * 8}};
  std::vector<double> sums(exact.size(), -1);
  Array out{DType::k_float64, reinterpret_cast<std::byte*>(sums.data()), 0, {}, {}};
  if (axes != 3)
    out.ndim = 1, out.shape[0] = axes == 1 ? grid.count : grid.rows, out.strides[0] = 8;
  CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, axes, {}, nullptr}) == Status::ok);
  bool all = true;
  for (std::size_t i = 0; i < sums.size(); ++i) all = all && same(sums[i], exact[i].to_float64());
  CHECK(all);
}

void check(const Grid& grid, Values kind, bool at_end) {
  const Fenced memory(static_cast<std::size_t>(grid.bytes()), at_end);
  // What lies between the elements does not count, whatever it is.
  std::memset(memory.data(), 0xff, static_cast<std::size_t>(grid.bytes()));
  std::vector<SuperAccumulator> by_column(static_cast<std::size_t>(grid.count));
  std::vector<SuperAccumulator> by_row(static_cast<std::size_t>(grid.rows));
  std::vector<SuperAccumulator> whole(1);
  for (std::int64_t r = 0; r < grid.rows; ++r) {
    for (std::int64_t i = 0; i < grid.count; ++i) {
      const double x = term(kind, r + i);
      std::memcpy(memory.data() + r * grid.stride() + i * grid.spacing * 8, &x, sizeof x);
      by_column[static_cast<std::size_t>(i)].add(x);
      by_row[static_cast<std::size_t>(r)].add(x);
      whole[0].add(x);
    }
  }
  compare(grid, memory.data(), 1, by_column);
  compare(grid, memory.data(), 2, by_row);
  compare(grid, memory.data(), 3, whole);
}

}  // namespace

int main() {
  with_each_instruction_set([&] {
    for (int n = 0; n < 600; ++n) {
      constexpr std::int64_t most_rows[] = {3, 12, 40, 200};
      constexpr std::int64_t gaps[] = {0, 0, 8, 24, 3, 4096};
      Grid grid{1 + below(most_rows[below(4)]), 50 + below(200), 1 + below(6), gaps[below(6)]};
      if (below(10) == 0) grid.count = 1 + below(6000), grid.rows = 1 + below(20);
      Pool::instance().resize(1 + static_cast<int>(below(3)));
      check(grid, kValues[below(6)], below(2) == 0);
    }
    // From memory, and at several places of it.
    for (const std::int64_t spacing : {2, 3, 4}) {
      Pool::instance().resize(1 + static_cast<int>(spacing % 2));
      check({3000, 300, spacing, 40}, Values::plain, true);
      check({41, 23000, spacing, 0}, Values::spread, false);
    }
  });
  return report("spaced");
}
