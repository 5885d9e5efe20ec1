// NumPy's Generator: a few of NumPy's values, and that the ways to make words agree. Every method,
// dtype and many seeds are compared with golden/data/generator.json elsewhere.

#include "generator.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "check.hpp"
#include "pool.hpp"

namespace {

using strided::Pcg64;

// The state after np.random.default_rng(42).
Pcg64 seeded() {
  const std::uint32_t words[8] = {0xcd540ab7u, 0x9f1e2e6du, 0x79fb94b6u, 0xd57873dcu,
                                  0x64d420b7u, 0x7d282a1bu, 0x4692d5ffu, 0x33657971u};
  return strided::pcg64_seed(words);
}

bool same(const Pcg64& a, const Pcg64& b) {
  return a.state == b.state && a.increment == b.increment && a.has_half == b.has_half &&
         (!a.has_half || a.half == b.half);
}

void words_are_numpys() {
  Pcg64 generator = seeded();
  std::uint64_t words[3];
  strided::next_words(generator, words, 3);
  CHECK(words[0] == 0xc621fbcd16d92688u && words[1] == 0x705a5661a791ffc1u &&
        words[2] == 0xdbcd12c26eda1624u);
}

void many_words_are_those_of_single_steps() {
  Pcg64 single = seeded();
  std::vector<std::uint64_t> wanted(700);
  for (std::uint64_t& word : wanted) strided::next_words(single, &word, 1);
  bool all = true;
  for (std::size_t n = 0; n < wanted.size(); ++n) {
    Pcg64 generator = seeded();
    std::vector<std::uint64_t> words(n + 1, 77);
    strided::next_words(generator, words.data(), n);
    all = all && words[n] == 77 && std::equal(words.begin(), words.end() - 1, wanted.begin());
    Pcg64 jumped = seeded();
    jumped.advance(n);
    all = all && same(generator, jumped);
  }
  CHECK(all);
}

void unused_words_go_back() {
  for (const std::size_t about : {0, 1, 5, 100, 100000}) {
    Pcg64 generator = seeded();
    Pcg64 jumped = seeded();
    {
      strided::Words words(generator, about);
      for (int i = 0; i < 1001; ++i) words.next64();
    }
    jumped.advance(1001);
    CHECK(same(generator, jumped));
  }
}

void half_a_word_waits_for_the_next_narrow_draw() {
  Pcg64 generator = seeded();
  std::uint64_t first, second;
  {
    strided::Words words(generator, 1);
    CHECK(words.next32() == static_cast<std::uint32_t>(0xc621fbcd16d92688u));
    CHECK(words.next64() == 0x705a5661a791ffc1u);
  }
  std::uint32_t memory[strided::kPcg64Words];
  strided::pcg64_store(generator, memory);
  Pcg64 loaded = strided::pcg64_load(memory);
  CHECK(same(loaded, generator) && loaded.has_half);
  CHECK(strided::Words(loaded, 1).next32() == 0xc621fbcd16d92688u >> 32);
  strided::next_words(generator, &first, 1);
  strided::next_words(loaded, &second, 1);
  CHECK(first == 0xdbcd12c26eda1624u && second == 0xdbcd12c26eda1624u);
}

// As many elements as several threads share, and a few more.
void threads_change_nothing() {
  constexpr std::size_t kCount = 300001;
  std::vector<double> one(kCount), many(kCount);
  std::vector<float> one_f(kCount), many_f(kCount);
  Pcg64 alone = seeded();
  strided::Pool::instance().resize(1);
  strided::draw_uniform(alone, -1, 3, one.data(), kCount);
  strided::draw_uniform(alone, one_f.data(), kCount);
  strided::draw_uniform(alone, one_f.data(), kCount);
  Pcg64 shared = seeded();
  strided::Pool::instance().resize(4);
  strided::draw_uniform(shared, -1, 3, many.data(), kCount);
  strided::draw_uniform(shared, many_f.data(), kCount);
  strided::draw_uniform(shared, many_f.data(), kCount);
  CHECK(one == many && one_f == many_f);
  CHECK(same(alone, shared));
}

void draws_are_numpys() {
  Pcg64 generator = seeded();
  double normal[3];
  strided::draw_normal(generator, -0.0, 1, normal, 3);
  CHECK(normal[0] == 0x1.3807c1104fc6bp-2 && normal[1] == -0x1.0a3c65fca9a7ep+0 &&
        normal[2] == 0x1.803b239e77350p-1);
  std::int64_t whole[3];
  strided::draw_integers(generator, 8, false, 0, 999, whole, 3);
  CHECK(whole[0] == 85 && whole[1] == 697 && whole[2] == 201);
  std::int64_t wide[2];
  strided::draw_integers(generator, 8, false, 0, (std::uint64_t{1} << 40) - 1, wide, 2);
  CHECK(wide[0] == 1072708119942 && wide[1] == 836881952700);
  std::int8_t small[5] = {0, 0, 0, 0, 77};
  strided::draw_integers(generator, 1, false, static_cast<std::uint64_t>(-5), 9, small, 4);
  CHECK(small[0] == 2 && small[1] == -5 && small[2] == -4 && small[3] == -5);
  CHECK(small[4] == 77);  // nothing is written past the end
}

void shuffles_move_whole_parts_and_touch_nothing_else() {
  // Every other row of 3 of the 5 columns, from the last row up, of int32.
  std::vector<std::int32_t> memory(2 * 40 * 5);
  std::iota(memory.begin(), memory.end(), 0);
  const std::vector<std::int32_t> before = memory;
  strided::Array array;
  array.dtype = strided::DType::k_int32;
  array.ndim = 2;
  array.shape[0] = 40, array.shape[1] = 3;
  array.strides[0] = -2 * 5 * 4, array.strides[1] = 2 * 4;
  array.data = reinterpret_cast<std::byte*>(memory.data() + 78 * 5);
  Pcg64 generator = seeded();
  strided::shuffle(generator, array);
  std::vector<int> rows;
  bool whole = true;
  for (int row = 0; row < 80; ++row) {
    const std::int32_t* const at = memory.data() + row * 5;
    const int from = row % 2 == 0 ? at[0] / 5 : row;
    if (row % 2 == 0) rows.push_back(from / 2);
    for (int column = 0; column < 5; ++column) {
      const int source = column % 2 == 0 ? from : row;
      whole = whole && at[column] == before[static_cast<std::size_t>(source * 5 + column)];
    }
  }
  CHECK(whole);
  std::vector<int> sorted(40);
  std::iota(sorted.begin(), sorted.end(), 0);
  CHECK(rows != sorted);
  std::sort(rows.begin(), rows.end());
  CHECK(rows == sorted);
}

}  // namespace

int main() {
  words_are_numpys();
  many_words_are_those_of_single_steps();
  unused_words_go_back();
  half_a_word_waits_for_the_next_narrow_draw();
  threads_change_nothing();
  draws_are_numpys();
  shuffles_move_whole_parts_and_touch_nothing_else();
  return report("generator");
}
