// Copies between random layouts and dtypes, against one element at a time.

#include "copy.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "convert.hpp"
#include "copy_rows.hpp"
#include "fenced.hpp"
#include "layout.hpp"
#include "pool.hpp"

using namespace strided;

namespace {

std::byte* element(const Array& array, std::int64_t number) {
  std::byte* at = array.data;
  for (int i = array.ndim; i-- > 0; number /= array.shape[i]) {
    at += number % array.shape[i] * array.strides[i];
  }
  return at;
}

template <class To, class From>
bool same_after_copy(const Array& target, const Array& source, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    From value;
    To copied;
    std::memcpy(&value, element(source, i), sizeof value);
    std::memcpy(&copied, element(target, i), sizeof copied);
    const To expected = convert<To>(value);
    if constexpr (std::is_floating_point_v<To>) {
      if (std::isnan(expected) && std::isnan(copied)) continue;
    }
    if (std::memcmp(&copied, &expected, sizeof copied) != 0) return false;
  }
  return true;
}

void copy_between(DType to, DType from, const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  Laid target = lay(to, shape);
  Laid source = lay(from, shape);
  Pool::instance().resize(1 + static_cast<int>(below(3)));
  copy(target.array, source.array);
  CHECK(with_type(to, [&]<class To>(Tag<To>) {
    return with_type(from, [&]<class From>(Tag<From>) {
      return same_after_copy<To, From>(target.array, source.array, count);
    });
  }));
}

void one_copy(const std::vector<std::int64_t>& shape) {
  const auto to = static_cast<DType>(below(kDTypeCount));
  copy_between(to, static_cast<DType>(below(kDTypeCount)), shape);
}

// Targets beyond the caches, which are written past them.
void large_copies() {
  copy_between(DType::k_float64, DType::k_float64, {2100 + below(9), 2100 + below(9)});
  copy_between(DType::k_float64, DType::k_int32, {2100 + below(9), 2100 + below(9)});
  copy_between(DType::k_uint8, DType::k_uint8, {5900 + below(99), 5900 + below(99)});
  copy_between(DType::k_int16, DType::k_int16, {130, 160, 900 + below(9)});
}

// Rows of every length about those that are short, between bytes that no copy may touch or read.
void short_rows() {
  constexpr std::int64_t kRows = 5;
  for (std::int64_t count = 1; count <= kMostShort + 1; ++count) {
    const std::int64_t from = count + below(3), to = count + below(3);
    const std::int64_t read = (kRows - 1) * from + count, written = (kRows - 1) * to + count;
    const Fenced source(static_cast<std::size_t>(read), true);
    const Fenced target(static_cast<std::size_t>(written), true);
    for (std::int64_t i = 0; i < read; ++i)
      source.data()[i] = static_cast<std::byte>(1 + below(99));
    std::fill_n(target.data(), written, std::byte{0});
    copy({DType::k_uint8, target.data(), 2, {kRows, count}, {to, 1}},
         {DType::k_uint8, source.data(), 2, {kRows, count}, {from, 1}});
    bool same = true;
    for (std::int64_t i = 0; i < written; ++i) {
      const std::int64_t row = i / to, column = i % to;
      const std::byte expected = column < count ? source.data()[row * from + column] : std::byte{0};
      same = same && target.data()[i] == expected;
    }
    CHECK(same);
  }
}

// Bytes of a mask decide, and no other element is touched.
void one_masked_copy(const std::vector<std::int64_t>& shape) {
  const auto to = static_cast<DType>(below(kDTypeCount));
  Laid target = lay(to, shape);
  Laid source = lay(static_cast<DType>(below(kDTypeCount)), shape);
  Laid mask = lay(DType::k_bool, shape);
  for (std::byte& byte : mask.bytes) byte &= static_cast<std::byte>(below(4));
  const std::int64_t count = count_elements(target.array);
  Laid expected = target;
  expected.array.data = expected.bytes.data() + (target.array.data - target.bytes.data());
  for (std::int64_t i = 0; i < count; ++i) {
    if (*element(mask.array, i) == std::byte{0}) continue;
    const Array one_to{to, element(expected.array, i), 0, {}, {}};
    copy(one_to, {source.array.dtype, element(source.array, i), 0, {}, {}});
  }
  Pool::instance().resize(1 + static_cast<int>(below(3)));
  copy(target.array, source.array, &mask.array);
  CHECK(target.bytes == expected.bytes);
}

void defined_conversions() {
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(convert<std::int8_t>(300.7) == 44);
  CHECK(convert<std::uint8_t>(-1.5) == 255);
  CHECK(convert<std::int64_t>(0x1p63) == std::numeric_limits<std::int64_t>::min());
  CHECK(convert<std::int64_t>(-0x1p63) == std::numeric_limits<std::int64_t>::min());
  CHECK(convert<std::uint64_t>(0x1p63) == std::uint64_t{1} << 63);
  CHECK(convert<std::uint64_t>(0x1.8p64) == std::uint64_t{1} << 63);
  CHECK(convert<std::int32_t>(0x1p100) == 0);
  CHECK(convert<std::int32_t>(infinity) == 0);
  CHECK(convert<std::uint16_t>(std::nan("")) == 0);
  CHECK(convert<Bool>(std::nan("")).byte == 1);
  CHECK(convert<double>(Bool{7}) == 1);
}

void fits() {
  std::vector<std::int64_t> values(5000, 127);
  const Array array{
      DType::k_int64, reinterpret_cast<std::byte*>(values.data()), 2, {50, 100}, {800, 8}};
  CHECK(all_fit(array, DType::k_int8));
  CHECK(all_fit(array, DType::k_uint64));
  values[4321] = 128;
  CHECK(!all_fit(array, DType::k_int8));
  values[4321] = -1;
  CHECK(all_fit(array, DType::k_int8));
  CHECK(!all_fit(array, DType::k_uint64));
}

}  // namespace

int main() {
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::int64_t> shape;
    for (std::int64_t n = below(5); n > 0; --n) shape.push_back(1 + below(9));
    one_copy(shape);
  }
  for (int i = 0; i < 30; ++i) {
    one_copy({300 + below(300), 400 + below(300)});
    one_copy({below(500'000) + 1});
    one_copy({70, 80, 1 + below(50)});
    one_masked_copy({300 + below(99), 400 + below(99)});
  }
  for (int i = 0; i < 1000; ++i) one_masked_copy({1 + below(9), 1 + below(30)});
  short_rows();
  large_copies();
  defined_conversions();
  fits();
  return report("copy");
}
