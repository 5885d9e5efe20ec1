// What differs between reductions: how partial results merge and become results, as rows of data,
// so that the walk over the memory is written and compiled once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include "cpu.hpp"
#include "dtype.hpp"

namespace strided {

// A term that every output starts with: for floats and for integers. There is none when `given` is
// false.
struct Initial {
  bool given = false;
  double real = 0;
  int128 whole = 0;
};

// What makes results of partial results.
struct Ending {
  DType dtype;  // of the results
  Initial initial;
  std::int64_t terms;                    // of each output
  const std::int64_t* counts = nullptr;  // of each column, where a mask makes them differ
};

enum class Finish { done, not_certain, overflow };

// Roundings of a merge of partial results, whatever their kind.
inline constexpr std::int64_t kMergeDepth = 4;

// What became of some columns.
struct Outcome {
  std::vector<std::int64_t> uncertain;  // columns
  bool overflow = false;
};

// A way to reduce: its loops, and what is done with their columns.
struct Tier {
  const Kernel* kernel = nullptr;
  int planes = 1;
  Finisher at_once = {};  // of the kernel, where it may make the results
  // Makes the first column what no terms give.
  void (*nothing)(const Columns& columns);
  // Adds the columns of `part` to those of `into`; their terms' numbers rise by `shift`.
  void (*merge)(const Columns& into, const Columns& part, std::int64_t count, std::int64_t shift);
  // Writes results that are `stride` bytes apart.
  void (*finish)(const Columns& columns, std::int64_t count, const Ending& ending, std::byte* at,
                 std::int64_t stride, Outcome& outcome);
};

// A way that is always certain, an element at a time. States are copied as bytes.
inline constexpr std::size_t kMostStateBytes = 1024;

struct Exact {
  void (*create)(void* state);
  void (*add)(void* state, const std::byte* elements, std::int64_t count);
  void (*merge)(void* state, const void* other);
  Finish (*finish)(void* state, const Ending& ending, std::int64_t column, std::byte* at);
};

inline constexpr int kMostTiers = 3;

struct Family {
  // To be tried in turn, for the outputs that are not certain yet; at last `exact`.
  Tier tiers[kMostTiers];
  int tier_count = 1;
  const Exact* exact = nullptr;  // null when all is certain at once
  std::uint64_t neutral = 0;     // the bits of an element that changes no result
  bool rounded = false;          // merges round: what terms a unit has shows in the results
  bool numbered = false;         // terms have numbers, which count
  // May be null. True when no further term changes the result of a column, if its number is higher.
  bool (*settled)(const Columns& columns, std::int64_t column, std::int64_t terms) = nullptr;
  // Elements of a run by itself from which on it pays to ask that; 0 if always, in any walk.
  std::int64_t settled_from = 0;
};

// Partial results are some words, one in each plane.
template <class P>
P load_partial(const Columns& columns, std::int64_t column) noexcept {
  constexpr int planes = sizeof(P) / 8;
  std::int64_t words[planes];
  for (int p = 0; p < planes; ++p) words[p] = columns.words[p * columns.width + column];
  P partial;
  std::memcpy(&partial, words, sizeof partial);
  return partial;
}

template <class P>
void store_partial(const Columns& columns, std::int64_t column, const P& partial) noexcept {
  constexpr int planes = sizeof(P) / 8;
  std::int64_t words[planes];
  std::memcpy(words, &partial, sizeof partial);
  for (int p = 0; p < planes; ++p) columns.words[p * columns.width + column] = words[p];
}

template <class T>
T load_element(const std::byte* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store_element(std::byte* at, T value) noexcept {
  std::memcpy(at, &value, sizeof value);
}

// The tier of a rule: a class with a Partial, and how two of them merge and one finishes.
template <class Rule>
Tier tier_of(const Kernel& kernel) {
  using Partial = typename Rule::Partial;
  Tier tier;
  tier.kernel = &kernel;
  tier.planes = sizeof(Partial) / 8;
  tier.nothing = [](const Columns& columns) { store_partial(columns, 0, Partial{}); };
  tier.merge = [](const Columns& into, const Columns& part, std::int64_t count,
                  std::int64_t shift) {
    for (std::int64_t j = 0; j < count; ++j) {
      auto partial = load_partial<Partial>(into, j);
      auto other = load_partial<Partial>(part, j);
      if constexpr (requires { other.number; }) other.number += shift;
      Rule::merge(partial, other);
      store_partial(into, j, partial);
    }
  };
  tier.finish = [](const Columns& columns, std::int64_t count, const Ending& ending, std::byte* at,
                   std::int64_t stride, Outcome& outcome) {
    for (std::int64_t j = 0; j < count; ++j, at += stride) {
      const std::int64_t terms = ending.counts == nullptr ? ending.terms : ending.counts[j];
      const Finish finish =
          Rule::finish(load_partial<Partial>(columns, j), columns.depth, terms, ending, at);
      if (finish == Finish::not_certain) outcome.uncertain.push_back(j);
      if (finish == Finish::overflow) outcome.overflow = true;
    }
  };
  return tier;
}

// The exact way of a state: a class that is copied as bytes.
template <class State, class Element>
const Exact* exact_of() {
  static_assert(sizeof(State) <= kMostStateBytes);
  static constexpr Exact exact = {
      [](void* state) { new (state) State(); },
      [](void* state, const std::byte* at, std::int64_t count) {
        auto& self = *static_cast<State*>(state);
        for (std::int64_t i = 0; i < count; ++i, at += sizeof(Element)) {
          self.add(load_element<Element>(at));
        }
      },
      [](void* state, const void* other) {
        static_cast<State*>(state)->merge(*static_cast<const State*>(other));
      },
      [](void* state, const Ending& ending, std::int64_t column, std::byte* at) {
        const std::int64_t terms = ending.counts == nullptr ? ending.terms : ending.counts[column];
        return static_cast<State*>(state)->finish(terms, ending, at);
      }};
  return &exact;
}

// The kernel of a kind of reduction for a dtype.
#define STRIDED_KERNEL(kind, dtype) (kernels().kind[static_cast<int>(dtype)])

// The rules of the families.
Family sum_family(DType source, DType result);
Family mean_family(DType source, DType result);
Family prod_family(DType source, DType result);
Family min_family(DType source, DType result);
Family max_family(DType source, DType result);
Family argmin_family(DType source, DType result);
Family argmax_family(DType source, DType result);
Family any_family(DType source, DType result);
Family all_family(DType source, DType result);
Family countNonzero_family(DType source, DType result);

// What makes results of sums, or means, without tiers and partial results, where there is anything.
struct AtOnce {
  const Kernel* kernel = nullptr;
  const Finisher* finisher = nullptr;
};
AtOnce sum_at_once(DType source, DType result) noexcept;
AtOnce mean_at_once(DType source, DType result) noexcept;

}  // namespace strided
