// The kernels' loops over runs and over tiles, which depend on where rows begin, how long they are
// and how they are read: against the same kernels, a few elements or a row at a time. Then sums of
// arrays that are larger than caches against exact ones.

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "instruction_sets.hpp"
#include "pool.hpp"
#include "reduce.hpp"
#include "superaccumulator.hpp"

using namespace strided;

namespace {

struct Shape {
  std::int64_t rows;
  std::int64_t count;
  std::int64_t stride;  // bytes
  std::int64_t offset;  // of the first element, behind a multiple of 64 bytes
};

Shape random_shape(std::int64_t width) {
  constexpr std::int64_t most_bytes[] = {64, 1024, 9000, 20000, 70000};
  Shape shape;
  shape.rows = 1 + below(20);
  shape.count = 1 + below(most_bytes[below(5)] / width);
  constexpr std::int64_t gaps[] = {0, 0, 1, 8, 64, 4096 + 24};
  std::int64_t gap = gaps[below(6)];
  if (below(8) == 0) {
    shape.rows = 64 + below(below(3) == 0 ? 300 : 8), shape.count = 1 + below(9000 / width);
    // Such tiles are larger than the second-level cache.
    if (shape.rows < 80 && below(3) != 0) gap = 40'000 + below(2) * 24;
  }
  shape.stride = shape.count * width + (gap == 1 ? 1 : gap / width * width);
  shape.offset = below(3) == 0 ? below(64) : below(64) / width * width;
  if (below(6) == 0) shape.stride = -shape.stride;
  return shape;
}

// Values whose sums and products are exact in any order.
template <class T>
T exact_value(bool product) {
  if constexpr (std::is_floating_point_v<T>) {
    if (product) return static_cast<T>(below(3) == 0 ? -1 : 1);
    return static_cast<T>(below(2048) - 1024);
  } else if (product) {
    return static_cast<T>(below(1000) == 0 ? 3 : 1);
  } else {
    return static_cast<T>(rng() >> below(8));
  }
}

constexpr int kWords = 4;
using Words = std::array<std::int64_t, kWords>;

// What a partial result comes to, where several ways of keeping it are the same.
enum class Kept { words, parts, magnitude };

Words meaning(const Columns& columns, std::int64_t column, int planes, Kept kept) {
  Words words{};
  for (int p = 0; p < planes; ++p) words[p] = columns.words[p * columns.width + column];
  if (kept == Kept::magnitude) words[1] = 0;
  if (kept != Kept::parts) return words;
  double sum = 0;
  for (int p = 0; p < planes - 1; ++p) sum += std::bit_cast<double>(words[p]);
  return {std::bit_cast<std::int64_t>(sum + 0.0)};
}

// Rows of elements as `shape` has them, at `first`.
struct Table {
  Shape shape;
  std::vector<std::byte> bytes;
  std::byte* first;
};

template <class T>
Table random_table(bool product) {
  constexpr auto width = static_cast<std::int64_t>(sizeof(T));
  Table table{random_shape(width), {}, nullptr};
  const Shape& shape = table.shape;
  const std::int64_t span = (shape.rows - 1) * std::abs(shape.stride) + shape.count * width;
  table.bytes.resize(static_cast<std::size_t>(span + shape.offset + 64));
  const auto address = reinterpret_cast<std::uintptr_t>(table.bytes.data());
  std::byte* first = table.bytes.data() + (64 - address % 64) % 64 + shape.offset;
  table.bytes.resize(static_cast<std::size_t>(first - table.bytes.data() + span));
  if (shape.stride < 0) first -= (shape.rows - 1) * shape.stride;
  for (std::int64_t r = 0; r < shape.rows; ++r) {
    for (std::int64_t i = 0; i < shape.count; ++i) {
      const T x = exact_value<T>(product);
      std::memcpy(first + r * shape.stride + i * width, &x, sizeof x);
    }
  }
  table.first = first;
  return table;
}

// Columns with room for so many.
struct Room {
  std::vector<std::int64_t> words;
  Columns columns;

  explicit Room(std::int64_t count) {
    const std::int64_t width = (count + kColumnStep - 1) / kColumnStep * kColumnStep;
    words.assign(static_cast<std::size_t>(kMostPlanes * width), 0);
    columns = {words.data(), width};
  }
};

// What is known of a kernel's partial results.
struct Kind {
  int planes;
  Kept kept;
  bool numbered = false;
  bool product = false;
};

void check_same(const Room* rooms, std::int64_t count, const Kind& kind) {
  for (std::int64_t j = 0; j < count; ++j) {
    CHECK(meaning(rooms[0].columns, j, kind.planes, kind.kept) ==
          meaning(rooms[1].columns, j, kind.planes, kind.kept));
  }
}

template <class T>
void compare_runs(const Kernel& kernel, const Kind& kind) {
  constexpr auto width = static_cast<std::int64_t>(sizeof(T));
  const Table table = random_table<T>(kind.product);
  const Shape& shape = table.shape;
  const Terms terms{100, kind.numbered && below(3) == 0 ? -2 : 3};
  const bool fresh = below(3) != 0;
  Room rooms[] = {Room(shape.rows), Room(shape.rows)};
  for (Room& room : rooms) {
    if (!fresh) kernel.rows(table.first, 0, shape.rows, 1, {90, 1}, &room.columns, true);
  }
  rooms[0].columns.reading = random_reading();
  kernel.rows(table.first, shape.stride, shape.rows, shape.count, terms, &rooms[0].columns, fresh);
  for (std::int64_t r = 0; r < shape.rows; ++r) {
    Columns one = rooms[1].columns;
    one.words += r;
    one.reading = Reading::cached;
    for (std::int64_t i = 0; i < shape.count; i += 5) {
      kernel.rows(table.first + r * shape.stride + i * width, 0, 1,
                  std::min<std::int64_t>(5, shape.count - i),
                  {terms.first + i * terms.step, terms.step}, &one, fresh && i == 0);
    }
  }
  check_same(rooms, shape.rows, kind);
}

template <class T>
void compare_tiles(const Kernel& kernel, const Kind& kind) {
  const Table table = random_table<T>(kind.product);
  const Shape& shape = table.shape;
  const Terms terms{100, kind.numbered && below(3) == 0 ? -2 : 3};
  const bool fresh = below(3) != 0;
  Room rooms[] = {Room(shape.count), Room(shape.count)};
  for (Room& room : rooms) {
    if (!fresh) kernel.tile(table.first, 0, 1, shape.count, {90, 1}, &room.columns, true);
  }
  rooms[0].columns.reading = random_reading();
  kernel.tile(table.first, shape.stride, shape.rows, shape.count, terms, &rooms[0].columns, fresh);
  rooms[1].columns.reading = Reading::cached;
  for (std::int64_t r = 0; r < shape.rows; ++r) {
    kernel.tile(table.first + r * shape.stride, 0, 1, shape.count,
                {terms.first + r * terms.step, terms.step}, &rooms[1].columns, fresh && r == 0);
  }
  for (Room& room : rooms) kernel.arrange(&room.columns, shape.count);
  check_same(rooms, shape.count, kind);
}

template <class T>
void compare(const Kernel& kernel, const Kind& kind) {
  if (kernel.rows == nullptr) return;
  for (int n = 0; n < 60; ++n) {
    compare_runs<T>(kernel, kind);
    compare_tiles<T>(kernel, kind);
  }
}

template <class T>
void compare_all(DType dtype) {
  const auto d = static_cast<int>(dtype);
  const KernelTable& table = kernels();
  constexpr bool real = std::is_floating_point_v<T>;
  const Kept sum = real ? Kept::parts : Kept::words;
  const int float_planes = dtype == DType::k_float32 ? 2 : 3;
  compare<T>(table.sum[d], {real ? float_planes : 2, sum});
  if (dtype == DType::k_float64) compare<T>(table.finer_sum[d], {4, sum});
  compare<T>(table.careful_sum[d], {dtype == DType::k_float32 ? 3 : 4, sum});
  compare<T>(table.product[d], {real ? 1 : 2, real ? Kept::words : Kept::magnitude, false, true});
  compare<T>(table.count[d], {1, Kept::words});
  compare<T>(table.min[d], {1, Kept::words});
  compare<T>(table.max[d], {1, Kept::words});
  compare<T>(table.argmin[d], {2, Kept::words, true});
  compare<T>(table.argmax[d], {2, Kept::words, true});
}

// More bytes than a cache is taken to hold, in rows that begin anywhere.
template <class T>
void far_case(DType dtype, std::int64_t count, std::int64_t gap, std::int64_t threads) {
  constexpr auto width = static_cast<std::int64_t>(sizeof(T));
  const std::int64_t rows = (std::int64_t{17} << 20) / (count * width) + 1;
  std::vector<T> data(static_cast<std::size_t>(rows * (count + gap)));
  std::vector<double> expected;
  for (std::int64_t r = 0; r < rows; ++r) {
    SuperAccumulator exact;
    const int spread = static_cast<int>(r % 5) * 12;
    T* const row = data.data() + r * (count + gap);
    for (std::int64_t i = 0; i < count; ++i) {
      const double unit = static_cast<double>(rng() >> 11) * 0x1p-53 - (r % 3 == 0 ? 0.5 : 0);
      row[i] =
          static_cast<T>(spread == 0 ? unit : std::ldexp(unit, static_cast<int>(below(spread))));
      exact.add(static_cast<double>(row[i]));
    }
    expected.push_back(dtype == DType::k_float32 ? exact.to_float32() : exact.to_float64());
  }
  std::vector<T> sums(static_cast<std::size_t>(rows));
  const Array in{dtype,
                 reinterpret_cast<std::byte*>(data.data()),
                 2,
                 {rows, count},
                 {(count + gap) * width, width}};
  const Array out{dtype, reinterpret_cast<std::byte*>(sums.data()), 1, {rows}, {width}};
  Pool::instance().resize(static_cast<int>(threads));
  CHECK(reduce({ReductionKind::k_sum, in, out, nullptr, 2, {}, nullptr}) == Status::ok);
  for (std::size_t r = 0; r < expected.size(); ++r) {
    CHECK(sums[r] == static_cast<T>(expected[r]));
  }
}

// Products round: they must not show at which address the elements lie.
void product_case() {
  constexpr std::int64_t rows = 352;
  constexpr std::int64_t count = 7000;
  std::vector<double> data(rows * count);
  for (double& x : data) x = 1 + std::ldexp(static_cast<double>(below(1000)) - 500, -20);
  std::vector<double> moved(data.size() + 8);
  std::vector<double> products[3];
  Pool::instance().resize(2);
  for (int k = 0; k < 3; ++k) {
    std::copy(data.begin(), data.end(), moved.begin() + k);
    products[k].resize(rows);
    const Array in{DType::k_float64,
                   reinterpret_cast<std::byte*>(moved.data() + k),
                   2,
                   {rows, count},
                   {count * 8, 8}};
    const Array out{
        DType::k_float64, reinterpret_cast<std::byte*>(products[k].data()), 1, {rows}, {8}};
    CHECK(reduce({ReductionKind::k_prod, in, out, nullptr, 2, {}, nullptr}) == Status::ok);
  }
  CHECK(products[0] == products[1] && products[0] == products[2]);
}

}  // namespace

int main() {
  with_each_instruction_set([&] {
#define ROW(name, type, letter) \
  compare_all<std::conditional_t<std::is_same_v<type, Bool>, std::uint8_t, type>>(DType::k_##name);
    STRIDED_DTYPES(ROW)
#undef ROW
    std::int64_t threads = 1;
    for (const std::int64_t count : {250, 1100, 5000, 9001, 2000000}) {
      far_case<double>(DType::k_float64, count, 3 * (threads % 2), threads);
      far_case<float>(DType::k_float32, count, 3 * (threads % 2), threads);
      threads = threads % 3 + 1;
    }
    product_case();
  });
  return report("loops");
}
