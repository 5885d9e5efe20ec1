// Overlap against the bytes of the arrays themselves, and copies within one buffer.

#include "overlap.hpp"

#include <algorithm>
#include <cstring>
#include <set>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"
#include "copy.hpp"
#include "layout.hpp"
#include "pool.hpp"

using namespace strided;

namespace {

// An array of any strides within a buffer.
Array draw(std::vector<std::byte>& buffer, DType dtype, const std::vector<std::int64_t>& shape) {
  Array array;
  array.dtype = dtype;
  array.ndim = static_cast<int>(shape.size());
  const std::int64_t unit = below(3) == 0 ? 1 : itemsize(dtype);
  std::int64_t room = static_cast<std::int64_t>(buffer.size()) - itemsize(dtype);
  std::int64_t first = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t turns = std::max<std::int64_t>(1, shape[i] - 1);
    const std::int64_t stride = below(room / turns / unit / (1 + below(3)) + 1) * unit;
    const bool backwards = below(2) == 0;
    array.shape[i] = shape[i];
    array.strides[i] = backwards ? -stride : stride;
    room -= (shape[i] - 1) * stride;
    if (backwards) first += (shape[i] - 1) * stride;
  }
  array.data = buffer.data() + first + below(room / unit + 1) * unit;
  return array;
}

std::vector<std::int64_t> draw_shape(std::int64_t most) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(below(4)));
  for (std::int64_t& size : shape) size = 1 + below(most);
  return shape;
}

std::byte* element(const Array& array, std::int64_t number) {
  std::byte* at = array.data;
  for (int i = array.ndim; i-- > 0; number /= array.shape[i]) {
    at += number % array.shape[i] * array.strides[i];
  }
  return at;
}

// The bytes of an array, and whether one of them is in two elements.
std::set<std::byte*> bytes_of(const Array& array, bool& twice) {
  std::set<std::byte*> bytes;
  twice = false;
  for (std::int64_t i = 0; i < count_elements(array); ++i) {
    for (std::int64_t k = 0; k < itemsize(array.dtype); ++k) {
      twice = !bytes.insert(element(array, i) + k).second || twice;
    }
  }
  return bytes;
}

void one_pair() {
  std::vector<std::byte> buffer(static_cast<std::size_t>(16 + below(500)));
  const Array a = draw(buffer, static_cast<DType>(below(kDTypeCount)), draw_shape(6));
  const Array b = draw(buffer, static_cast<DType>(below(kDTypeCount)), draw_shape(6));
  bool a_twice = false;
  bool b_twice = false;
  const auto a_bytes = bytes_of(a, a_twice);
  const auto b_bytes = bytes_of(b, b_twice);
  const bool share = std::any_of(a_bytes.begin(), a_bytes.end(),
                                 [&](std::byte* at) { return b_bytes.count(at) != 0; });
  CHECK(shares_memory(a, b, kExact) == (share ? Overlap::yes : Overlap::no));
  CHECK(internal_overlap(a, kExact) == (a_twice ? Overlap::yes : Overlap::no));
  CHECK(internal_overlap(b, kExact) == (b_twice ? Overlap::yes : Overlap::no));
  CHECK(bounds_overlap(a, b) || !share);
  const Overlap limited = shares_memory(a, b, 1);
  CHECK(limited == Overlap::too_hard || (limited == Overlap::yes) == share);
}

// The same buffer after a copy one element at a time from sources that were copied first.
std::vector<std::byte> slow_copy(std::vector<std::byte>& buffer, const Array& target,
                                 const Array& source, const Array* mask) {
  const std::vector<std::byte> before = buffer;
  std::vector<std::byte> after = buffer;
  const auto moved = [&](const Array& array, std::vector<std::byte>& to) {
    Array result = array;
    result.data = to.data() + (array.data - buffer.data());
    return result;
  };
  std::vector<std::byte> apart = before;
  const Array from = moved(source, apart);
  const Array to = moved(target, after);
  for (std::int64_t i = 0; i < count_elements(target); ++i) {
    if (mask != nullptr && *element(*mask, i) == std::byte{0}) continue;
    Array one_to{to.dtype, element(to, i), 0, {}, {}};
    const Array one_from{from.dtype, element(from, i), 0, {}, {}};
    copy(one_to, one_from);
  }
  return after;
}

void one_overlapping_copy() {
  std::vector<std::byte> buffer(static_cast<std::size_t>(16 + below(500)));
  for (std::byte& byte : buffer) byte = static_cast<std::byte>(below(2) == 0 ? 0 : below(256));
  const std::vector<std::int64_t> shape = draw_shape(6);
  const Array target = draw(buffer, static_cast<DType>(below(kDTypeCount)), shape);
  const Array source = draw(buffer, static_cast<DType>(below(kDTypeCount)), shape);
  const Array mask = draw(buffer, DType::k_bool, shape);
  const Array* where = below(3) == 0 ? &mask : nullptr;
  const std::vector<std::byte> expected = slow_copy(buffer, target, source, where);
  copy(target, source, where);
  CHECK(buffer == expected);
}

struct Shift {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> to;  // elements: the first one, then the strides
  std::vector<std::int64_t> from;
  bool temporary;
};

Array view(std::vector<std::int32_t>& memory, const Shift& shift,
           const std::vector<std::int64_t>& place) {
  Array array{DType::k_int32,
              reinterpret_cast<std::byte*>(memory.data() + place[0]),
              static_cast<int>(shift.shape.size()),
              {},
              {}};
  for (std::size_t i = 0; i < shift.shape.size(); ++i) {
    array.shape[i] = shift.shape[i];
    array.strides[i] = 4 * place[i + 1];
  }
  return array;
}

// Which copies need a temporary, and that all of them are right, on several threads.
void shifts() {
  const std::vector<Shift> table = {
      {{599'999}, {1, 1}, {0, 1}, false},                       // x[1:] = x[:-1]
      {{599'999}, {0, 1}, {1, 1}, false},                       // x[:-1] = x[1:]
      {{599'999}, {599'999, -1}, {599'998, -1}, false},         // the same, both reversed
      {{300'000}, {0, 2}, {1, 2}, false},                       // evens from odds
      {{300'000}, {0, 1}, {0, 2}, false},                       // gathered
      {{300'000}, {1, 2}, {0, 1}, false},                       // spread
      {{600'000}, {0, 1}, {599'999, -1}, true},                 // reversed
      {{700, 700}, {0, 700, 1}, {0, 1, 700}, true},             // transposed
      {{699, 700}, {700, 700, 1}, {0, 700, 1}, false},          // rows, down
      {{699, 700}, {0, 700, 1}, {700, 700, 1}, false},          // rows, up
      {{700, 699}, {1, 700, 1}, {0, 700, 1}, false},            // columns, right
      {{700, 699}, {0, 700, 1}, {1, 700, 1}, false},            // columns, left
      {{700, 350}, {0, 700, 1}, {350, 700, 1}, false},          // halves
      {{350, 700}, {0, 700, 1}, {350 * 700, 1, 350}, false},    // a half, the other one turned
      {{100, 100, 50}, {0, 5000, 50, 1}, {0, 0, 50, 1}, true},  // one plane to all
      {{600'000}, {0, 1}, {0, 1}, false},                       // itself
  };
  for (const Shift& shift : table) {
    std::vector<std::int32_t> memory(600'000);
    for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<std::int32_t>(i);
    const Array target = view(memory, shift, shift.to);
    const Array source = view(memory, shift, shift.from);
    std::vector<std::int32_t> expected = memory;
    for (std::int64_t i = 0; i < count_elements(target); ++i) {
      const auto at = element(target, i) - reinterpret_cast<std::byte*>(memory.data());
      std::memcpy(&expected[static_cast<std::size_t>(at / 4)], element(source, i), 4);
    }
    Pool::instance().resize(3);
    Copy copy(target, source, nullptr);
    CHECK(copy.has_temporary() == shift.temporary);
    copy.run();
    CHECK(memory == expected);
  }
}

// Wider elements over narrower ones, from the end, and narrower ones over wider, from the start.
void widths() {
  std::vector<double> memory(100'000);
  auto* const data = reinterpret_cast<std::byte*>(memory.data());
  const Array wide{DType::k_float64, data, 1, {100'000}, {8}};
  const Array narrow{DType::k_int32, data, 1, {100'000}, {4}};
  for (std::int32_t i = 0; i < 100'000; ++i) std::memcpy(data + 4 * i, &i, 4);
  Copy widen(wide, narrow, nullptr);
  CHECK(!widen.has_temporary());
  widen.run();
  bool right = true;
  for (std::size_t i = 0; i < 100'000; ++i) right = right && memory[i] == static_cast<double>(i);
  CHECK(right);
  Copy narrow_again(narrow, wide, nullptr);
  CHECK(!narrow_again.has_temporary());
  narrow_again.run();
  for (std::int32_t i = 0; i < 100'000; ++i) right = right && std::memcmp(data + 4 * i, &i, 4) == 0;
  CHECK(right);
}

// Small equations against all candidates.
void equations() {
  for (int i = 0; i < 20'000; ++i) {
    std::vector<Term> terms(static_cast<std::size_t>(below(5)));
    std::int64_t most = 0;
    for (Term& term : terms) {
      term = {1 + below(30), below(5)};
      most += term.a * term.u;
    }
    std::vector<bool> sums(static_cast<std::size_t>(most + 1));
    sums[0] = true;
    for (const Term& term : terms) {
      std::vector<bool> more(sums.size());
      for (std::int64_t s = 0; s <= most; ++s) {
        for (std::int64_t x = 0; sums[static_cast<std::size_t>(s)] && x <= term.u; ++x) {
          const std::int64_t sum = s + x * term.a;
          if (sum <= most) more[static_cast<std::size_t>(sum)] = true;
        }
      }
      sums = more;
    }
    const std::int64_t b = below(most + 3) - 1;
    const bool expected = b >= 0 && b <= most && sums[static_cast<std::size_t>(b)];
    std::int64_t work = kExact;
    CHECK(solve(terms, b, work) == (expected ? Overlap::yes : Overlap::no));
  }
}

// Coefficients whose products with a modular inverse pass 64 bits.
void large_equations() {
  const std::int64_t p = (std::int64_t{1} << 59) - 55;
  const std::int64_t q = (std::int64_t{1} << 58) - 27;
  std::int64_t work = kExact;
  CHECK(solve({{p, 3}, {q, 3}}, 2 * p + 3 * q, work) == Overlap::yes);
  CHECK(solve({{p, 3}, {q, 3}}, 2 * p + 3 * q + 1, work) == Overlap::no);
  CHECK(solve({{p, 3}, {q, 3}, {7, 5}}, 3 * p + q + 35, work) == Overlap::yes);
  CHECK(solve({{p, 3}, {q, 3}, {7, 5}}, 3 * p + q + 36, work) == Overlap::yes);  // p == 2 q - 1
  CHECK(solve({{p, 3}, {q, 3}, {7, 5}}, 3 * p + q + 3, work) == Overlap::no);
}

}  // namespace

// Whatever the strides are, of which a product may be more than 63 bits hold.
void without_elements() {
  std::byte byte{};
  const Array none{
      DType::k_float64, &byte, 2, {std::int64_t{1} << 40, 0}, {std::int64_t{1} << 50, 8}};
  CHECK(shares_memory(none, none, -1) == Overlap::no);
  CHECK(!bounds_overlap(none, none));
}

int main() {
  for (int i = 0; i < 20'000; ++i) one_pair();
  for (int i = 0; i < 20'000; ++i) one_overlapping_copy();
  equations();
  large_equations();
  shifts();
  widths();
  without_elements();
  return report("overlap");
}
