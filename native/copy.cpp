#include "copy.hpp"

#include <algorithm>
#include <atomic>
#include <limits>

#include "convert.hpp"
#include "layout.hpp"
#include "pool.hpp"

namespace strided {
namespace {

constexpr std::int64_t kSequential = 1 << 20;  // bytes that are not worth waking a thread
constexpr std::int64_t kUnitElements = 1 << 17;
constexpr std::int64_t kTile = 32;  // elements along each side of a transposed tile

enum { kTo = 0, kFrom = 1 };

using Row = void (*)(std::byte* target, std::int64_t target_stride, const std::byte* source,
                     std::int64_t source_stride, std::int64_t count);

template <class To, class From>
void copy_row(std::byte* target, std::int64_t target_stride, const std::byte* source,
              std::int64_t source_stride, std::int64_t count) {
  const auto one = [](std::byte* to, const std::byte* from) {
    From value;
    std::memcpy(&value, from, sizeof value);
    const To converted = convert<To>(value);
    std::memcpy(to, &converted, sizeof converted);
  };
  constexpr auto to_size = static_cast<std::int64_t>(sizeof(To));
  constexpr auto from_size = static_cast<std::int64_t>(sizeof(From));
  if (target_stride == to_size && source_stride == from_size) {
    if constexpr (std::is_same_v<To, From> && !std::is_same_v<To, Bool>) {
      std::memmove(target, source, static_cast<std::size_t>(count * to_size));
    } else {
      for (std::int64_t i = 0; i < count; ++i) one(target + i * to_size, source + i * from_size);
    }
    return;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    one(target + i * target_stride, source + i * source_stride);
  }
}

Row choose_row(DType to, DType from) {
  return with_type(to, [&]<class To>(Tag<To>) {
    return with_type(from, [&]<class From>(Tag<From>) -> Row { return copy_row<To, From>; });
  });
}

// Loops over both arrays, the innermost along the target's closest elements. When the source lies
// closest along another loop, that one is `across`: the two are walked in tiles, so that each cache
// line is used whole on both sides.
struct CopyPlan {
  std::array<std::byte*, 2> base;
  Loops<2> outer;
  Loop<2> across{1, {}};
  Loop<2> inner{1, {}};
  Row row;

  void block(std::array<std::int64_t, 2> offset, std::int64_t a, std::int64_t a_end) const;
};

CopyPlan plan_copy(const Array& target, const Array& source) {
  CopyPlan plan;
  plan.row = choose_row(target.dtype, source.dtype);
  plan.base = {target.data, source.data};
  for (int i = 0; i < target.ndim; ++i) {
    plan.outer.push_back({target.shape[i], {target.strides[i], source.strides[i]}});
  }
  simplify<2>(plan.outer, plan.base);
  if (plan.outer.empty()) return plan;
  plan.inner = plan.outer.back();
  plan.outer.pop_back();
  std::size_t best = plan.outer.size();
  std::int64_t closest = std::abs(plan.inner.stride[kFrom]);
  for (std::size_t i = 0; i < plan.outer.size(); ++i) {
    const std::int64_t stride = std::abs(plan.outer[i].stride[kFrom]);
    if (stride != 0 && stride < closest) best = i, closest = stride;
  }
  if (best < plan.outer.size()) {
    plan.across = plan.outer[best];
    plan.outer.erase(plan.outer.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return plan;
}

// The turns [a, a_end) of the loop across, each a whole inner loop.
void CopyPlan::block(std::array<std::int64_t, 2> offset, std::int64_t a, std::int64_t a_end) const {
  const std::int64_t step = across.size == 1 ? inner.size : kTile;
  for (std::int64_t first = 0; first < inner.size; first += step) {
    const std::int64_t count = std::min(step, inner.size - first);
    for (std::int64_t i = a; i < a_end; ++i) {
      const auto at = [&](int n) {
        return base[n] + offset[n] + i * across.stride[n] + first * inner.stride[n];
      };
      row(at(kTo), inner.stride[kTo], at(kFrom), inner.stride[kFrom], count);
    }
  }
}

// Work in units of some turns of the outer loops, or of a piece of the innermost ones.
void run(const CopyPlan& whole, std::int64_t bytes) {
  const std::int64_t turns = count_turns(whole.outer);
  const auto all = [&](const CopyPlan& plan, std::int64_t first, std::int64_t last) {
    Walker<2> walker(plan.outer, first);
    for (std::int64_t t = first; t < last; ++t, walker.step()) {
      for (std::int64_t a = 0; a < plan.across.size; a += kTile) {
        plan.block(walker.offset(), a, std::min(a + kTile, plan.across.size));
      }
    }
  };
  if (bytes < kSequential) return all(whole, 0, turns);
  const std::int64_t each = whole.across.size * whole.inner.size;
  if (each <= kUnitElements) {
    const std::int64_t per_unit = std::max<std::int64_t>(1, kUnitElements / each);
    Pool::instance().run((turns + per_unit - 1) / per_unit, [&](std::int64_t unit) {
      all(whole, unit * per_unit, std::min(turns, (unit + 1) * per_unit));
    });
    return;
  }
  const bool tiled = whole.across.size > 1;
  const std::int64_t size = tiled ? whole.across.size : whole.inner.size;
  const std::int64_t other = tiled ? whole.inner.size : 1;
  const std::int64_t piece = (kUnitElements / other + kTile) / kTile * kTile;
  const std::int64_t pieces = (size + piece - 1) / piece;
  Pool::instance().run(turns * pieces, [&](std::int64_t unit) {
    CopyPlan part = whole;
    Loop<2>& loop = tiled ? part.across : part.inner;
    const std::int64_t first = unit % pieces * piece;
    for (int n = 0; n < 2; ++n) part.base[n] += first * loop.stride[n];
    loop.size = std::min(piece, size - first);
    all(part, unit / pieces, unit / pieces + 1);
  });
}

template <class T>
bool row_fits(const std::byte* at, std::int64_t stride, std::int64_t count, T low, T high) {
  bool fits = true;
  for (std::int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, at + i * stride, sizeof value);
    fits = fits && value >= low && value <= high;
  }
  return fits;
}

// The bound of an integer type as a T, or T's own where that is narrower.
template <class T, class Bound>
T clipped(Bound bound) {
  __extension__ using Wide = __int128;
  const Wide low = std::numeric_limits<T>::min();
  const Wide high = std::numeric_limits<T>::max();
  return static_cast<T>(std::clamp(static_cast<Wide>(bound), low, high));
}

}  // namespace

void copy(const Array& target, const Array& source) {
  const std::int64_t count = count_elements(target);
  if (count == 0) return;
  const CopyPlan plan = plan_copy(target, source);
  run(plan, count * std::max(itemsize(target.dtype), itemsize(source.dtype)));
}

bool all_fit(const Array& source, DType target) {
  if (count_elements(source) == 0) return true;
  std::array<std::byte*, 1> base{source.data};
  Loops<1> loops;
  for (int i = 0; i < source.ndim; ++i) {
    loops.push_back({source.shape[i], {source.strides[i]}});
  }
  simplify<1>(loops, base);
  Loop<1> inner{1, {}};
  if (!loops.empty()) {
    inner = loops.back();
    loops.pop_back();
  }
  return with_type(source.dtype, [&]<class From>(Tag<From>) {
    return with_type(target, [&]<class To>(Tag<To>) {
      if constexpr (!std::is_integral_v<From> || !std::is_integral_v<To>) {
        return true;
      } else {
        const From low = clipped<From>(std::numeric_limits<To>::min());
        const From high = clipped<From>(std::numeric_limits<To>::max());
        std::atomic<bool> fits{true};
        Pool::instance().run(count_turns(loops), [&](std::int64_t turn) {
          if (!fits.load(std::memory_order_relaxed)) return;
          const std::byte* at = base[0] + Walker<1>(loops, turn).offset()[0];
          if (!row_fits(at, inner.stride[0], inner.size, low, high)) fits = false;
        });
        return fits.load();
      }
    });
  });
}

}  // namespace strided
