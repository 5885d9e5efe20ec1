// How a copy is made safe when its operands overlap, in the order of what costs least:
//
// 1. The same elements in the same layout are left alone.
// 2. Operands whose bounds are apart, or of which the solver proves that their elements are, are
//    copied in any order, on all threads.
// 3. Some pairs can be copied element by element on one thread, from the first to the last or back,
//    so that each element is read before it is overwritten. See reads_ahead.
// 4. For what is left, the source is copied first.

#include "copy.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include "copy_walk.hpp"
#include "layout.hpp"
#include "overlap.hpp"
#include "pool.hpp"

namespace strided {
namespace {

// Candidates that the solver may look at: fewer than a temporary of few elements costs.
constexpr std::int64_t kWork = 256;

bool same_elements(const Array& a, const Array& b) {
  if (a.data != b.data || a.dtype != b.dtype) return false;
  for (int i = 0; i < a.ndim; ++i) {
    if (a.shape[i] > 1 && a.strides[i] != b.strides[i]) return false;
  }
  return true;
}

bool may_overlap(const Array& a, const Array& b) {
  return bounds_overlap(a, b) && shares_memory(a, b, kWork) != Overlap::no;
}

// Whether a walk from the first element to the last, or with `backwards` from the last to the
// first, reads each element of the source before it writes over it. The source's addresses must
// ascend along the loops, so that of all the elements still to be read the next one is the closest:
// then it is enough that the next one never lies in what is written. The next element's address
// minus the written one's is a sum with one term for each loop, which is least at one of the loop's
// two ends. Here `l` is the loop that takes a step; those inside it start anew.
bool reads_ahead(const Operands& operands, bool backwards) {
  const Loops<3>& loops = operands.loops;
  const std::int64_t to_size = itemsize(operands.to);
  const std::int64_t from_size = itemsize(operands.from);
  std::int64_t reach = 0;
  for (std::size_t l = loops.size(); l-- > 0;) {
    if (loops[l].stride[kFrom] < reach + from_size) return false;
    reach += (loops[l].size - 1) * loops[l].stride[kFrom];
  }
  const std::int64_t shift = backwards ? operands.base[kTo] - operands.base[kFrom]
                                       : operands.base[kFrom] - operands.base[kTo];
  std::int64_t least = shift;  // with the terms of the loops outside l
  for (std::size_t l = 0; l < loops.size(); ++l) {
    const std::int64_t turns = loops[l].size - 1;
    const std::int64_t from = loops[l].stride[kFrom];
    const std::int64_t to = loops[l].stride[kTo];
    std::int64_t inside = 0;
    for (std::size_t m = l + 1; m < loops.size(); ++m) {
      inside += (loops[m].size - 1) * loops[m].stride[backwards ? kFrom : kTo];
    }
    const std::int64_t change = backwards ? to - from : from - to;
    const std::int64_t at_ends = backwards ? std::min(change, turns * change) + from
                                           : std::min<std::int64_t>(0, (turns - 1) * change) + from;
    if (least + at_ends - inside < (backwards ? from_size : to_size)) return false;
    least += std::min<std::int64_t>(0, turns * change);
  }
  return true;
}

Operands simplified(const Array& target, const Array& source, const Array* mask) {
  Operands operands(target, source, mask);
  simplify<3>(operands.loops, operands.base);
  return operands;
}

void fill(const Copy::Temporary& temporary, const Array& source) {
  Array to = temporary.array;
  Array from = source;
  for (int i = 0; i < to.ndim; ++i) {
    if (to.strides[i] == 0) to.shape[i] = from.shape[i] = 1;
  }
  walk_apart(simplified(to, from, nullptr));
}

template <class T>
bool row_fits(const std::byte* at, std::int64_t stride, const std::byte* mask,
              std::int64_t mask_stride, std::int64_t count, T low, T high) {
  bool fits = true;
  for (std::int64_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, at + i * stride, sizeof value);
    const bool counts = mask == nullptr || mask[i * mask_stride] != std::byte{0};
    fits = fits && (!counts || (value >= low && value <= high));
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

// Axes along which an array repeats its elements are not written out.
Copy::Temporary::Temporary(const Array& of, const Array& like) : array(of) {
  std::array<int, kMaxDims> axes;
  for (int i = 0; i < of.ndim; ++i) axes[static_cast<std::size_t>(i)] = i;
  std::stable_sort(axes.begin(), axes.begin() + of.ndim, [&](int a, int b) {
    return std::abs(like.strides[a]) < std::abs(like.strides[b]);
  });
  std::int64_t nbytes = itemsize(of.dtype);
  for (int i = 0; i < of.ndim; ++i) {
    const int axis = axes[static_cast<std::size_t>(i)];
    if (of.strides[axis] == 0) continue;
    array.strides[axis] = nbytes;
    nbytes *= of.shape[axis];
  }
  block_ = Block::create(static_cast<std::size_t>(nbytes), false);
  if (block_ == nullptr) throw std::bad_alloc();
  array.data = block_->data();
}

Copy::Temporary::~Temporary() {
  if (block_ != nullptr) block_->drop();
}

Copy::Temporary& Copy::Temporary::operator=(Temporary&& other) noexcept {
  array = other.array;
  std::swap(block_, other.block_);
  return *this;
}

Copy::Copy(const Array& target, const Array& source, const Array* mask)
    : target_(target), source_(source), masked_(mask != nullptr) {
  if (masked_) mask_ = *mask;
  if (count_elements(target) == 0 || same_elements(target, source)) {
    order_ = Order::nothing;
    return;
  }
  if (masked_ && may_overlap(target, mask_)) mask_copy_ = Temporary(mask_, target);
  const bool apart = !may_overlap(target, source);
  if (internal_overlap(target, kWork) != Overlap::no) {
    order_ = Order::c;
  } else if (!apart) {
    const Operands operands = simplified(target, source, mask);
    if (reads_ahead(operands, false)) {
      order_ = Order::forwards;
    } else if (reads_ahead(operands, true)) {
      order_ = Order::backwards;
    }
  }
  if (!apart && (order_ == Order::any || order_ == Order::c)) {
    source_copy_ = Temporary(source, target);
  }
}

void Copy::run() {
  if (order_ == Order::nothing) return;
  if (source_copy_) fill(source_copy_, source_);
  if (mask_copy_) fill(mask_copy_, mask_);
  const Array& source = source_copy_ ? source_copy_.array : source_;
  const Array* mask = !masked_ ? nullptr : mask_copy_ ? &mask_copy_.array : &mask_;
  if (order_ == Order::c) return walk_in_order(Operands(target_, source, mask));
  const Operands operands = simplified(target_, source, mask);
  if (order_ == Order::any) {
    walk_apart(operands);
  } else if (order_ == Order::forwards) {
    walk_in_order(operands);
  } else {
    walk_backwards(operands);
  }
}

void copy(const Array& target, const Array& source, const Array* mask) {
  Copy(target, source, mask).run();
}

bool all_fit(const Array& source, DType target, const Array* mask) {
  if (count_elements(source) == 0) return true;
  std::array<std::byte*, 2> base{source.data, mask == nullptr ? nullptr : mask->data};
  Loops<2> loops;
  for (int i = 0; i < source.ndim; ++i) {
    const std::int64_t mask_stride = mask == nullptr ? 0 : mask->strides[i];
    loops.push_back({source.shape[i], {source.strides[i], mask_stride}});
  }
  simplify<2>(loops, base);
  Loop<2> inner{1, {}};
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
          const auto offset = Walker<2>(loops, turn).offset();
          const std::byte* at = base[0] + offset[0];
          const std::byte* where = mask == nullptr ? nullptr : base[1] + offset[1];
          if (!row_fits(at, inner.stride[0], where, inner.stride[1], inner.size, low, high)) {
            fits = false;
          }
        });
        return fits.load();
      }
    });
  });
}

}  // namespace strided
