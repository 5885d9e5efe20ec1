// The kernels of minima and maxima.

#include "keys.hpp"
#include "loops.hpp"

namespace strided {
namespace {

template <class K>
struct Extreme {
  using Element = typename K::Element;
  using Chunk = Vec<Element>;
  using Key = typename K::Key;
  static constexpr int64_t kWidth = kVectorBytes / static_cast<int64_t>(sizeof(Element));
  static constexpr int64_t kBurst = kMostTerms;
  static constexpr int64_t kRunDepth = 0;
  Vec<Key> best = filled<Vec<Key>>(K::kWorst);

  static STRIDED_INLINE Chunk neutral() { return filled<Chunk>(worst_element()); }
  STRIDED_INLINE void add(Chunk x) { best = K::better(best, K::key(x)); }
  STRIDED_INLINE void spill() {}
  // While tiles are added, keys have the size of elements.
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    best = load<Vec<Key>>(reinterpret_cast<const Key*>(columns->words) + j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store(reinterpret_cast<Key*>(columns->words) + j, best);
  }
  STRIDED_INLINE void merge(const Extreme& other) { best = K::better(best, other.best); }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    int64_t total = fresh ? K::kWorst : columns->words[column];
    for (int64_t lane = 0; lane < kWidth; ++lane) {
      total = K::better(total, static_cast<int64_t>(best[lane]));
    }
    columns->words[column] = total;
  }

 private:
  static constexpr Element worst_element() {
    constexpr bool least = K::kWorst == K::kHighest;
    if constexpr (kIsFloat<Element>) {
      return least ? static_cast<Element>(__builtin_inf()) : -static_cast<Element>(__builtin_inf());
    } else if constexpr (kIsSigned<Element>) {
      return static_cast<Element>(K::kWorst);
    } else {
      return least ? static_cast<Element>(-1) : Element{0};
    }
  }
};

template <class T, Sort kSort>
constexpr Kernel extreme_of() {
  using K = Keys<typename ElementOf<T>::type, __is_same(T, Bool), kSort>;
  return kernel_of<Extreme<K>>(arrange_keys<K>);
}

template <class T>
constexpr Kernel min_of() {
  return extreme_of<T, Sort::least>();
}
template <class T>
constexpr Kernel max_of() {
  return extreme_of<T, Sort::greatest>();
}

}  // namespace

#define STRIDED_KERNEL_MAKER min_of
STRIDED_DEFINE_KERNELS(min)
#undef STRIDED_KERNEL_MAKER
#define STRIDED_KERNEL_MAKER max_of
STRIDED_DEFINE_KERNELS(max)
#undef STRIDED_KERNEL_MAKER

}  // namespace strided
