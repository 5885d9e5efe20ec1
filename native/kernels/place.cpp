// The kernels that find where the first minimum or maximum is.
//
// Looking for the place of each new extreme would cost more than finding extremes does. So elements
// are taken in groups, of which only the extreme is found; in a group that beats all before it, or
// that may hold an equal one with a lower number, the place is looked up afterwards. That happens a
// few times at the beginning, and hardly ever later.

#include "keys.hpp"
#include "loops.hpp"

namespace strided {
namespace {

constexpr int64_t kGroupVectors = 16;
// Runs of fewer vectors are read once: each lane keeps which vector had its best element. The
// shortest lanes have room for such numbers.
constexpr int64_t kOnceVectors = kNarrow ? kGroupVectors : 64;
static_assert(kOnceVectors <= INT8_MAX);

template <class T>
STRIDED_INLINE Vec<T> lane_numbers() {
  Vec<T> numbers;
#pragma GCC unroll 64
  for (int64_t lane = 0; lane < kVectorBytes / int64_t{sizeof(T)}; ++lane) {
    numbers[lane] = static_cast<T>(lane);
  }
  return numbers;
}

template <class K>
struct Places {
  using Element = typename K::Element;
  using Key = typename K::Key;
  using Keys = Vec<Key>;
  static constexpr auto kSize = static_cast<int64_t>(sizeof(Element));
  static constexpr int64_t kWidth = kVectorBytes / kSize;
  static constexpr int64_t kGroup = kGroupVectors * kWidth;  // elements

  // Behind the last element stand copies of the worst, which the first `count` are never beaten by.
  static STRIDED_INLINE Keys keys_at(const char* at, int64_t count) {
    if (count >= kWidth) return K::place_key(load<Vec<Element>>(at));
    const Keys keys = K::place_key(load_part(at, count * kSize, Vec<Element>{}));
    return lane_numbers<Key>() < static_cast<Key>(count) ? keys : filled<Keys>(K::kWorst);
  }

  static STRIDED_INLINE bool any_lane(Keys mask) { return any((VecI64)mask); }

  // What `join` makes of all lanes, in each of them.
  template <class Join>
  static STRIDED_INLINE Keys joined(Keys keys, Join&& join) {
    const auto lanes = lane_numbers<int64_t>();
#pragma GCC unroll 4
    for (int64_t apart = 1; apart < kLanes; apart *= 2) {
      keys = join(keys, (Keys)shuffle((VecI64)keys, (VecI64)keys, lanes ^ apart));
    }
#pragma GCC unroll 4
    for (int64_t bits = 32; bits >= 8 * kSize; bits /= 2) {
      const auto pairs = (VecU64)keys;
      keys = join(keys, (Keys)(pairs >> bits | pairs << (64 - bits)));
    }
    return keys;
  }
  static STRIDED_INLINE Keys best_of_lanes(Keys keys) {
    return joined(keys, [](Keys a, Keys b) { return K::better(a, b); });
  }
  static STRIDED_INLINE Keys least_of_lanes(Keys numbers) {
    return joined(numbers, [](Keys a, Keys b) { return a < b ? a : b; });
  }

  // The first or last of the elements [from, to) of a run whose key is `key`.
  static int64_t find(const char* run, int64_t from, int64_t to, Key key, bool last) {
    int64_t found = -1;
    for (int64_t i = from; i < to; i += kWidth) {
      const int64_t count = to - i < kWidth ? to - i : kWidth;
      const Keys equal = (Keys)(keys_at(run + i * kSize, count) == key);
      if (!any_lane(equal)) continue;
      for (int64_t lane = 0; lane < count; ++lane) {
        if (equal[lane] == 0) continue;
        found = i + lane;
        if (!last) return found;
      }
    }
    return found;
  }

  struct Run {
    const char* at;
    int64_t count;
    Terms terms;
  };

  // The best of what was seen of a run, and the group where it is.
  struct Scan {
    Keys best;
    int64_t group = 0;

    STRIDED_INLINE void begin(const Run& run) { best = best_of_lanes(keys_at(run.at, run.count)); }
    // Of the group at the i-th element, these are the best of each lane.
    STRIDED_INLINE void add(const Run& run, int64_t i, Keys keys) {
      const bool ties = run.terms.step < 0 && any_lane((Keys)(keys == best));
      if (!any_lane((Keys)K::beats(keys, best)) && !ties) return;
      group = i;
      best = best_of_lanes(keys);
    }
    // The last group, which may have fewer elements.
    STRIDED_INLINE void add_rest(const Run& run, int64_t i) {
      if (i >= run.count) return;
      Keys keys = keys_at(run.at + i * kSize, run.count - i);
      for (int64_t j = i + kWidth; j < run.count; j += kWidth) {
        keys = K::better(keys, keys_at(run.at + j * kSize, run.count - j));
      }
      add(run, i, keys);
    }
    PlacedPartial end(const Run& run) const {
      const bool last = run.terms.step < 0;  // of equal elements, the last has the lowest number
      const int64_t end = run.count - group < kGroup ? run.count : group + kGroup;
      const int64_t place = find(run.at, group, end, best[0], last);
      return {best[0], run.terms.first + place * run.terms.step};
    }
  };

  // Of whole groups of some runs, the best of each lane.
  template <int kRuns>
  static STRIDED_INLINE void read_groups(const Run* runs, int64_t ahead, int64_t i, Keys* keys) {
    const auto read = [&](int g, int64_t v) {
      const char* at = runs[g].at + i * kSize + v * kVectorBytes;
      if (kRuns == 1) {
        announce(at + ahead, kVectorBytes);
      } else if (v * kVectorBytes % kLine == 0) {
        announce_place(at, kPlaceAhead, (runs[g].count - i) * kSize, 0);
      }
      return K::place_key(load<Vec<Element>>(at));
    };
    for (int g = 0; g < kRuns; ++g) keys[g] = read(g, 0);
    for (int64_t v = 1; v < kGroupVectors; ++v) {
      for (int g = 0; g < kRuns; ++g) keys[g] = K::better(keys[g], read(g, v));
    }
  }

  static STRIDED_INLINE bool is_read_once(const Run& run) {
    return run.count < kOnceVectors * kWidth && run.terms.step >= 0;
  }
  static PlacedPartial best_once(const Run& run, int64_t ahead) {
    Keys best = keys_at(run.at, run.count);
    Keys vector = {}, vector_of_best = {};
    const auto add = [&](Keys keys) {
      vector += 1;
      vector_of_best = K::beats(keys, best) ? vector : vector_of_best;
      best = K::better(keys, best);
    };
    announce(run.at + ahead, run.count * kSize);
    int64_t i = kWidth;
#pragma GCC unroll 4
    for (; i + kWidth <= run.count; i += kWidth) add(keys_at(run.at + i * kSize, kWidth));
    if (i < run.count) add(keys_at(run.at + i * kSize, run.count - i));
    const Keys key = best_of_lanes(best);
    auto has_it = (Keys)(best == key);
    int64_t place = 0;
    if (run.count > kWidth) {
      const Keys vectors = has_it ? vector_of_best : filled<Keys>(K::kHighest);
      const Keys first = least_of_lanes(vectors);
      has_it = (Keys)(vectors == first);
      place = first[0] * kWidth;
    }
    place += first_lane<Key>(has_it);
    return {key[0], run.terms.first + place * run.terms.step};
  }

  // The extremes of runs that are read at once, and the lowest numbers of terms that have them.
  template <int kRuns>
  static void best_of_runs(const Run* runs, int64_t ahead, PlacedPartial* found) {
    if (is_read_once(runs[0])) {
      for (int g = 0; g < kRuns; ++g) found[g] = best_once(runs[g], ahead);
      return;
    }
    Scan scans[kRuns];
    int64_t least = runs[0].count;
    for (int g = 0; g < kRuns; ++g) {
      scans[g].begin(runs[g]);
      if (runs[g].count < least) least = runs[g].count;
    }
    int64_t i = 0;
    for (; i + kGroup <= least; i += kGroup) {
      Keys keys[kRuns];
      read_groups<kRuns>(runs, ahead, i, keys);
      for (int g = 0; g < kRuns; ++g) scans[g].add(runs[g], i, keys[g]);
    }
    for (int g = 0; g < kRuns; ++g) {
      int64_t j = i;
      for (; j + kGroup <= runs[g].count; j += kGroup) {
        Keys keys;
        read_groups<1>(runs + g, ahead, j, &keys);
        scans[g].add(runs[g], j, keys);
      }
      scans[g].add_rest(runs[g], j);
      found[g] = scans[g].end(runs[g]);
    }
  }

  // Of one run, which may be read at several places when it is long.
  static PlacedPartial best_of_run(const Run& run, bool several, int64_t ahead) {
    PlacedPartial found[kGroups];
    if (!several || run.count * kSize < kGroups * kPlaceBytes) {
      best_of_runs<1>(&run, ahead, found);
      return found[0];
    }
    const int64_t each = run.count / kGroups / kGroup * kGroup;
    Run parts[kGroups];
    for (int64_t g = 0; g < kGroups; ++g) {
      const int64_t first = g * each;
      const int64_t count = g == kGroups - 1 ? run.count - first : each;
      parts[g] = {run.at + first * kSize, count,
                  Terms{run.terms.first + first * run.terms.step, run.terms.step}};
    }
    best_of_runs<kGroups>(parts, ahead, found);
    for (int64_t g = 1; g < kGroups; ++g) {
      if (goes_before(found[g], found[0])) found[0] = found[g];
    }
    return found[0];
  }

  static STRIDED_INLINE bool goes_before(const PlacedPartial& a, const PlacedPartial& b) {
    return K::beats(a.key, b.key) || (a.key == b.key && a.number < b.number);
  }
};

template <class K>
void place_rows(const void* source, int64_t stride, int64_t rows, int64_t count, Terms terms,
                Columns* columns, bool fresh) {
  using P = Places<K>;
  const char* at = static_cast<const char*>(source);
  const auto keep = [&](int64_t r, const PlacedPartial& found) {
    if (!fresh && !P::goes_before(found, load_partial<PlacedPartial>(columns, r))) return;
    store_partial(columns, r, found);
  };
  const int64_t ahead = far_ahead(columns->reading, stride, count * P::kSize);
  const bool several = at_places(columns, count * P::kSize);
  const int64_t apart = several ? rows / kGroups : 0;
  for (int64_t r = 0; r < apart; ++r) {
    typename P::Run runs[kGroups];
    PlacedPartial found[kGroups];
    for (int64_t g = 0; g < kGroups; ++g) runs[g] = {at + (r + g * apart) * stride, count, terms};
    P::template best_of_runs<kGroups>(runs, ahead, found);
    for (int64_t g = 0; g < kGroups; ++g) keep(r + g * apart, found[g]);
  }
  for (int64_t r = kGroups * apart; r < rows; ++r) {
    keep(r, P::best_of_run({at + r * stride, count, terms}, several, ahead));
  }
}

// Some rows of a tile. Keys have the size of elements while tiles are added; the plane of numbers
// is behind that of keys.
template <class K>
struct RowGroup {
  using P = Places<K>;
  using Key = typename P::Key;
  const char* source;
  int64_t stride;
  int64_t rows;
  Terms terms;
  Columns* columns;

  char* key_at(int64_t j) const {
    return reinterpret_cast<char*>(columns->words) +
           (columns->first + j) * static_cast<int64_t>(sizeof(Key));
  }
  int64_t* numbers() const { return columns->words + columns->width + columns->first; }

  void add(int64_t count, bool fresh) const {
    const int64_t end = terms.first + (rows - 1) * terms.step;
    const int64_t lowest = terms.step < 0 ? end : terms.first;
    const int64_t highest = terms.step < 0 ? terms.first : end;
    const bool may_tie = lowest < columns->last;
    if (highest > columns->last) columns->last = highest;
    for (int64_t j = 0; j < count; j += P::kWidth) {
      const int64_t width = count - j < P::kWidth ? count - j : P::kWidth;
      const char* at = source + j * P::kSize;
      const int64_t ahead =
          look_ahead((count - j) * P::kSize, count * P::kSize, rows * stride, kNearAhead);
      auto best = P::keys_at(at, width);
      for (int64_t r = 1; r < rows; ++r) {
        __builtin_prefetch(at + r * stride + ahead);
        best = K::better(best, P::keys_at(at + r * stride, width));
      }
      const auto before = load<Vec<Key>>(key_at(j));
      auto wins = (Vec<Key>)K::beats(best, before);
      if (may_tie) wins |= (Vec<Key>)(best == before);
      if (fresh) wins = filled<Vec<Key>>(Key{-1});
      if (!P::any_lane(wins)) continue;
      if (width == P::kWidth && (fresh || !may_tie)) {
        take_lanes(at, j, best, wins, (Vec<Key>)before);
      } else {
        take(at, j, width, best, wins, fresh);
      }
    }
  }

  // What wins of a whole vector, where none has to be asked for its number.
  void take_lanes(const char* at, int64_t j, Vec<Key> best, Vec<Key> wins, Vec<Key> before) const {
    Vec<Key> row = {};
    for (int64_t n = rows; n-- > 0;) {
      const int64_t r = terms.step < 0 ? rows - 1 - n : n;
      const auto found = (Vec<Key>)(P::keys_at(at + r * stride, P::kWidth) == best);
      row = (filled<Vec<Key>>(static_cast<Key>(r)) & found) | (row & ~found);
    }
    store(key_at(j), (best & wins) | (before & ~wins));
    using Some __attribute__((vector_size(kLanes * sizeof(Key)))) = Key;
    Key row_of[P::kWidth], won[P::kWidth];
    store(row_of, row);
    store(won, wins);
    for (int64_t lane = 0; lane < P::kWidth; lane += kLanes) {
      const auto rows_of_some = __builtin_convertvector(load<Some>(row_of + lane), VecI64);
      const auto wins_of_some = __builtin_convertvector(load<Some>(won + lane), VecI64);
      int64_t* const kept = numbers() + j + lane;
      const VecI64 number = rows_of_some * terms.step + terms.first;
      store(kept, (number & wins_of_some) | (load<VecI64>(kept) & ~wins_of_some));
    }
  }

  void take(const char* at, int64_t j, int64_t width, Vec<Key> best, Vec<Key> wins,
            bool fresh) const {
    Key keys_of_row[kRows][P::kWidth];
    for (int64_t r = 0; r < rows; ++r) store(keys_of_row[r], P::keys_at(at + r * stride, width));
    for (int64_t lane = 0; lane < width; ++lane) {
      if (wins[lane] == 0) continue;
      const Key key = best[lane];
      int64_t row = terms.step < 0 ? rows - 1 : 0;
      while (keys_of_row[row][lane] != key) row += terms.step < 0 ? -1 : 1;
      const int64_t number = terms.first + row * terms.step;
      char* const kept = key_at(j + lane);
      if (!fresh && load<Key>(kept) == key && numbers()[j + lane] < number) continue;
      store(kept, key);
      numbers()[j + lane] = number;
    }
  }
};

template <class K>
void place_tile(const void* source, int64_t stride, int64_t rows, int64_t count, Terms terms,
                Columns* columns, bool fresh) {
  const char* row = static_cast<const char*>(source);
  const int64_t most = reads_late(columns) ? kLateRows.rows : kRows;
  for (int64_t r = 0; r < rows; r += most, row += most * stride) {
    const int64_t some = rows - r < most ? rows - r : most;
    const Terms here{terms.first + r * terms.step, terms.step};
    RowGroup<K>{row, stride, some, here, columns}.add(count, fresh && r == 0);
  }
}

template <class T, Sort kSort>
constexpr Kernel place_of() {
  using K = Keys<typename ElementOf<T>::type, __is_same(T, Bool), kSort>;
  return {place_rows<K>, place_tile<K>, arrange_keys<K>};
}

template <class T>
constexpr Kernel argmin_of() {
  return place_of<T, Sort::least>();
}
template <class T>
constexpr Kernel argmax_of() {
  return place_of<T, Sort::greatest>();
}

}  // namespace

#define STRIDED_KERNEL_MAKER argmin_of
STRIDED_DEFINE_KERNELS(argmin)
#undef STRIDED_KERNEL_MAKER
#define STRIDED_KERNEL_MAKER argmax_of
STRIDED_DEFINE_KERNELS(argmax)
#undef STRIDED_KERNEL_MAKER

}  // namespace strided
