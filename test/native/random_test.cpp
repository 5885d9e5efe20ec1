// NumPy's legacy streams against a few of NumPy's values, and the words against the C++ library's.
// Every dtype, many ranges and many seeds are compared with golden/data/random.json elsewhere.

#include "random.hpp"

#include <random>
#include <vector>

#include "check.hpp"

namespace {

using strided::Mt19937;

Mt19937 seeded(std::uint32_t seed) {
  Mt19937 state;
  strided::mt19937_seed(state, seed);
  return state;
}

// np.random.seed(42), then np.random.randint(low, high, n, dtype): the values and the position.
template <class T>
void check_integers(std::int64_t low, std::uint64_t range, const std::vector<T>& expected,
                    std::uint32_t pos, bool is_bool = false) {
  Mt19937 state = seeded(42);
  std::vector<T> drawn(expected.size() + 1, T{77});
  strided::mt19937_integers(state, sizeof(T), is_bool, static_cast<std::uint64_t>(low), range,
                            drawn.data(), expected.size());
  CHECK(drawn.back() == T{77});  // nothing is written past the end
  drawn.pop_back();
  CHECK(drawn == expected);
  CHECK(state.pos == pos);
}

void words_are_those_of_the_standard_library() {
  Mt19937 state = seeded(5489);
  std::mt19937 standard(5489);
  std::vector<std::uint32_t> words(100000);
  strided::mt19937_integers(state, 4, false, 0, 0xffffffffu, words.data(), words.size());
  bool same = true;
  for (const std::uint32_t word : words) same = same && word == standard();
  CHECK(same);
}

void an_array_seeds_as_its_authors_say() {
  const std::uint32_t seed[] = {0x123, 0x234, 0x345, 0x456};
  Mt19937 state;
  strided::mt19937_seed_array(state, seed, 4);
  CHECK(state.key[0] == 0x80000000u && state.pos == 624);
  std::uint32_t words[3];
  strided::mt19937_integers(state, 4, false, 0, 0xffffffffu, words, 3);
  CHECK(words[0] == 1067595299u && words[1] == 955945823u && words[2] == 477289528u);
}

void doubles_are_numpys() {
  Mt19937 state = seeded(42);
  double drawn[3];
  strided::mt19937_doubles(state, drawn, 3);
  CHECK(drawn[0] == 0x1.7f8771e5f51ecp-2);
  CHECK(drawn[1] == 0x1.e6c4068bbd654p-1);
  CHECK(drawn[2] == 0x1.76c7e8f1e6751p-1);
  CHECK(state.pos == 6);
}

void a_double_may_straddle_two_blocks() {
  Mt19937 state = seeded(42);
  std::int32_t digit;
  strided::mt19937_integers(state, 4, false, 0, 9, &digit, 1);
  CHECK(state.pos == 1);
  double drawn[312];
  strided::mt19937_doubles(state, drawn, 311);
  CHECK(drawn[310] == 0x1.7cf32845056dep-1 && state.pos == 623);
  strided::mt19937_doubles(state, drawn, 1);
  CHECK(drawn[0] == 0x1.00e195033eb16p-2 && state.pos == 1);
}

void pieces_make_the_whole() {
  Mt19937 one = seeded(7);
  Mt19937 many = seeded(7);
  std::vector<double> whole(5000);
  std::vector<double> parts(5000);
  strided::mt19937_doubles(one, whole.data(), whole.size());
  std::size_t done = 0;
  for (std::size_t piece = 0; done < parts.size(); ++piece) {
    const std::size_t n = piece < parts.size() - done ? piece : parts.size() - done;
    strided::mt19937_doubles(many, parts.data() + done, n);
    done += n;
  }
  CHECK(whole == parts);
  CHECK(one.pos == many.pos);
}

void integers_are_numpys() {
  check_integers<std::int8_t>(0, 9, {6, 1, 3, 3, 2, 3, 5, 5}, 4);
  check_integers<std::int8_t>(-5, 9, {1, -4, -2, -2, -3, -2, 0, 0}, 4);
  check_integers<std::uint8_t>(0, 1, {0, 1, 1, 0, 0, 1, 1, 0}, 1, true);
  check_integers<std::int16_t>(-1000, 1999, {126, 459, 2, -140, -134}, 3);
  check_integers<std::uint16_t>(0, 65535, {56422, 24545, 15795, 52202, 860}, 3);
  check_integers<std::int32_t>(-1000, 1999, {126, 459, -140, 294, 130}, 5);
  check_integers<std::int64_t>(-1000, 1999, {126, 459, -140, 294, 130}, 5);
  check_integers<std::int64_t>(0, 0xffffffffu, {1608637542, 3421126067, 4083286876}, 3);
  check_integers<std::int64_t>(0, 0x100000009u, {3421126067, 787846414, 3348747335, 2563451924}, 8);
  check_integers<std::int64_t>(INT64_MIN, UINT64_MAX,
                               {-2314326399425823309, 8314211556539077902, 4279532810384561223}, 6);
}

void a_range_of_one_value_draws_nothing() {
  check_integers<std::int32_t>(-3, 0, {-3, -3, -3}, 624);
  check_integers<std::uint8_t>(1, 0, {1, 1}, 624, true);
  check_integers<std::int16_t>(0, 9, {}, 624);
}

}  // namespace

int main() {
  words_are_those_of_the_standard_library();
  an_array_seeds_as_its_authors_say();
  doubles_are_numpys();
  a_double_may_straddle_two_blocks();
  pieces_make_the_whole();
  integers_are_numpys();
  a_range_of_one_value_draws_nothing();
  return report("random");
}
