// Sums of floats: functors of the loops, and how whole columns become results.
#pragma once

#include "certify.hpp"
#include "loops.hpp"

namespace strided {
namespace {

// Elements are float64, or float32 that are widened.
template <class T>
STRIDED_INLINE VecF64 doubles(Packed<T> x) {
  if constexpr (sizeof(T) == 8) {
    return x;
  } else {
    return widen(x);
  }
}

template <class T>
struct PackedFloats {
  using Element = T;
  using Chunk = Packed<T>;
  static constexpr int64_t kWidth = kLanes;
  static constexpr int64_t kBurst = kMostTerms;
  static STRIDED_INLINE Chunk neutral() { return Chunk{}; }
  STRIDED_INLINE void spill() {}
};

// Adds accumulators, each of one lane of several columns, to these columns.
template <class F>
STRIDED_INLINE void add_lanes(F* lane, Columns* columns, int64_t column, bool fresh) {
#pragma GCC unroll 8
  for (int64_t i = 1; i < kLanes; ++i) lane[0].merge(lane[i]);
  if (!fresh) {
    F before;
    before.open(columns, column);
    lane[0].merge(before);
  }
  lane[0].close(columns, column, 0, fresh);
}

template <class T>
struct Float64Sum : PackedFloats<T> {
  static constexpr int64_t kRunDepth = 2 * kGroups + 2 * kLanes;
  VecF64 s = {}, e = {}, a = {};

  STRIDED_INLINE void add(Packed<T> x) {
    const Sum<VecF64> t = two_sum<VecF64>(s, doubles<T>(x));
    s = t.sum;
    e += t.error;
    a += absolute(t.error);
  }
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    s = load_plane<VecF64>(columns, 0, j);
    e = load_plane<VecF64>(columns, 1, j);
    a = load_plane<VecF64>(columns, 2, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, s), store_plane(columns, 1, j, e), store_plane(columns, 2, j, a);
  }
  STRIDED_INLINE void merge(const Float64Sum& other) {
    const Sum<VecF64> t = two_sum<VecF64>(s, other.s);
    s = t.sum;
    e = (e + other.e) + t.error;
    a = (a + other.a) + absolute(t.error);
  }
  static STRIDED_INLINE void close_runs(const Float64Sum* sums, Columns* columns, int64_t column,
                                        int64_t, bool fresh) {
    VecF64 s[kLanes], e[kLanes], a[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) s[i] = sums[i].s, e[i] = sums[i].e, a[i] = sums[i].a;
    transpose(s), transpose(e), transpose(a);
    Float64Sum lane[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) lane[i].s = s[i], lane[i].e = e[i], lane[i].a = a[i];
    add_lanes(lane, columns, column, fresh);
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    auto total = fresh ? Float64Partial{} : load_partial<Float64Partial>(columns, column);
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const Sum<double> t = two_sum<double>(total.s, s[lane]);
      total.s = t.sum;
      total.e = (total.e + e[lane]) + t.error;
      total.a = (total.a + a[lane]) + absolute(t.error);
    }
    store_partial(columns, column, total);
  }
};

template <class T>
struct CarefulSum : PackedFloats<T> {
  static constexpr int64_t kRunDepth = 4 * kGroups + 4 * kLanes;
  static constexpr bool kLongChains = true;
  VecF64 s = {}, e = {}, f = {}, a = {};

  STRIDED_INLINE void add(Packed<T> chunk) {
    const VecF64 x = doubles<T>(chunk);
    const VecI64 unusual = is_unusual(x);
    const Sum<VecF64> t = two_sum<VecF64>(s, where(~unusual, x));
    s = t.sum;
    const Sum<VecF64> u = two_sum<VecF64>(e, t.error);
    e = u.sum;
    f += u.error;
    a += (VecF64)(unusual ? (VecI64)x : (VecI64)absolute(u.error));  // a zero has no error
  }
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    s = load_plane<VecF64>(columns, 0, j);
    e = load_plane<VecF64>(columns, 1, j);
    f = load_plane<VecF64>(columns, 2, j);
    a = load_plane<VecF64>(columns, 3, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, s), store_plane(columns, 1, j, e);
    store_plane(columns, 2, j, f), store_plane(columns, 3, j, a);
  }
  template <class V>
  static STRIDED_INLINE void join(V& s, V& e, V& f, V& a, V s2, V e2, V f2, V a2) {
    const Sum<V> t = two_sum<V>(s, s2);
    const Sum<V> u = two_sum<V>(e, e2);
    const Sum<V> v = two_sum<V>(u.sum, t.error);
    s = t.sum;
    e = v.sum;
    f = ((f + f2) + u.error) + v.error;
    a = ((a + a2) + absolute(u.error)) + absolute(v.error);
  }
  STRIDED_INLINE void merge(const CarefulSum& other) {
    join<VecF64>(s, e, f, a, other.s, other.e, other.f, other.a);
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    auto total = fresh ? CarefulPartial{} : load_partial<CarefulPartial>(columns, column);
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      join<double>(total.s, total.e, total.f, total.a, s[lane], e[lane], f[lane], a[lane]);
    }
    store_partial(columns, column, total);
  }
};

struct Float32Sum : PackedFloats<float> {
  static constexpr bool kLongChains = true;
  static constexpr bool kRowsApart = true;
  static constexpr int64_t kRunDepth = kGroups + kLanes;
  VecF64 s = {}, q = {};

  STRIDED_INLINE void add(Packed<float> x) {
    const VecF64 wide = widen(x);
    s += wide;
    q = plus_product(wide, wide, q);
  }
  STRIDED_INLINE void open(const Columns* columns, int64_t j) {
    s = load_plane<VecF64>(columns, 0, j), q = load_plane<VecF64>(columns, 1, j);
  }
  STRIDED_INLINE void close(Columns* columns, int64_t j, int, bool) const {
    store_plane(columns, 0, j, s), store_plane(columns, 1, j, q);
  }
  STRIDED_INLINE void merge(const Float32Sum& other) {
    s += other.s;
    q += other.q;
  }
  static STRIDED_INLINE void close_runs(const Float32Sum* sums, Columns* columns, int64_t column,
                                        int64_t, bool fresh) {
    VecF64 s[kLanes], q[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) s[i] = sums[i].s, q[i] = sums[i].q;
    transpose(s), transpose(q);
    Float32Sum lane[kLanes];
#pragma GCC unroll 8
    for (int64_t i = 0; i < kLanes; ++i) lane[i].s = s[i], lane[i].q = q[i];
    add_lanes(lane, columns, column, fresh);
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t, bool fresh) const {
    auto total = fresh ? Float32Partial{} : load_partial<Float32Partial>(columns, column);
    for (int64_t lane = 0; lane < kLanes; ++lane) total.s += s[lane], total.q += q[lane];
    store_partial(columns, column, total);
  }
};

// Of long runs the sums of some terms at a time are added up: a few hundred roundings bound the
// error so well that even sums near zero are mostly certain, where thousands would not.
struct LongFloat32Sum : PackedFloats<float> {
  static constexpr int64_t kBurst = 256;
  static constexpr int64_t kRunDepth = Float32Sum::kRunDepth;
  Float32Sum sum, spilled;

  STRIDED_INLINE void add(Packed<float> x) { sum.add(x); }
  STRIDED_INLINE void spill() {
    spilled.merge(sum);
    sum = Float32Sum{};
  }
  STRIDED_INLINE void merge(const LongFloat32Sum& other) {
    sum.merge(other.sum);
    spilled.merge(other.spilled);
  }
  STRIDED_INLINE void close_run(Columns* columns, int64_t column, int64_t count, bool fresh) {
    spill();
    spilled.close_run(columns, column, count, fresh);
  }
};

constexpr int64_t kLongFloat32Run = 16384;

inline void float32_rows(const void* source, int64_t stride, int64_t rows, int64_t count,
                         Terms terms, Columns* columns, bool fresh) {
  const bool is_long = count > kLongFloat32Run;
  const auto reduce = is_long ? reduce_rows<LongFloat32Sum> : reduce_rows<Float32Sum>;
  reduce(source, stride, rows, count, terms, columns, fresh);
}

template <class T, bool kMean>
int64_t finish_float64(const Columns* columns, int64_t count, int64_t terms, void* results,
                       int64_t* uncertain) {
  const double factor = static_cast<double>(columns->depth) * (2 * kRoundoff);
  auto* out = static_cast<double*>(results);
  return for_columns(count, uncertain, [&](int64_t j, int64_t lanes) {
    const auto s = load_plane<VecF64>(columns, 0, j);
    const auto a = load_plane<VecF64>(columns, 2, j);
    const Sum<VecF64> r = two_sum<VecF64>(s, load_plane<VecF64>(columns, 1, j));
    const Enclosed sum{r.sum, r.error, where(~(a == 0), a * factor + kLeast)};
    VecF64 result;
    VecI64 certain = certify<double, kMean>(sum, static_cast<double>(terms), &result);
    if constexpr (sizeof(T) == 4) {
      const VecI64 unusual = is_unusual(s);
      if (any(unusual)) result = replaced(unusual, s, result), certain |= unusual;
    }
    store_lanes(out + j, result, lanes);
    return certain;
  });
}

// Results of type T of some lanes; a lane is true where its result is certain.
template <class T, bool kMean>
STRIDED_INLINE VecI64 finish_careful_lanes(const CarefulSum<double>& x, double factor, double terms,
                                           VecF64* results) {
  const Sum<VecF64> r = two_sum<VecF64>(x.s, x.e);
  const Sum<VecF64> t = two_sum<VecF64>(r.error, x.f);
  const Sum<VecF64> sum = two_sum<VecF64>(r.sum, t.sum);
  const VecF64 bound = where(~(x.a == 0), x.a * factor + kLeast) + absolute(t.error);
  VecF64 result;
  VecI64 certain = certify<T, kMean>({sum.sum, sum.error, bound}, terms, &result);
  const VecI64 unusual = ~is_unusual(x.s) & ~is_unusual(x.e) & is_unusual(x.a);
  if (any(unusual)) result = replaced(unusual, x.a, result), certain |= unusual;
  *results = result;
  return certain;
}

template <bool kMean>
int64_t finish_careful(const Columns* columns, int64_t count, int64_t terms, void* results,
                       int64_t* uncertain) {
  const double factor = static_cast<double>(columns->depth) * (2 * kRoundoff);
  auto* out = static_cast<double*>(results);
  return for_columns(count, uncertain, [&](int64_t j, int64_t lanes) {
    CarefulSum<double> sums;
    sums.open(columns, j);
    VecF64 result;
    const VecI64 certain =
        finish_careful_lanes<double, kMean>(sums, factor, static_cast<double>(terms), &result);
    store_lanes(out + j, result, lanes);
    return certain;
  });
}

template <bool kMean>
int64_t finish_float32(const Columns* columns, int64_t count, int64_t terms, void* results,
                       int64_t* uncertain) {
  // A mean's ends are rounded once more.
  const double factor = (2 * static_cast<double>(columns->depth) + (kMean ? 8 : 4)) * kRoundoff;
  const double divisor = kMean ? static_cast<double>(terms) : 1;
  auto* out = static_cast<float*>(results);
  return for_columns(count, uncertain, [&](int64_t j, int64_t lanes) {
    const auto s = load_plane<VecF64>(columns, 0, j);
    const auto q = load_plane<VecF64>(columns, 1, j);
    const VecF64 bound = square_root(q * static_cast<double>(terms)) * factor;
    VecF64 least = s - bound, most = s + bound;
    if constexpr (kMean) least /= divisor, most /= divisor;
    const Packed<float> low = __builtin_convertvector(least, Packed<float>);
    Packed<float> high = __builtin_convertvector(most, Packed<float>);
    const VecF64 wide = widen(low);
    VecI64 certain = (wide == widen(high)) & ((wide != 0) | (q == 0));
    const VecI64 unusual = is_unusual(s);
    if (any(unusual)) {
      high = __builtin_convertvector(replaced(unusual, s, widen(high)), Packed<float>);
      certain |= unusual;
    }
    __builtin_memcpy(out + j, &high, static_cast<size_t>(lanes) * sizeof(float));
    return certain;
  });
}

}  // namespace
}  // namespace strided
