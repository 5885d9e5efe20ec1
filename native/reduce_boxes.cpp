#include "reduce_boxes.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include "copy.hpp"
#include "layout.hpp"
#include "pool.hpp"

namespace strided {
namespace {

constexpr std::int64_t kShort = 64;          // terms of a turn, of all its columns
constexpr std::int64_t kShortInOrder = 128;  // where these lie as their results do
constexpr std::int64_t kShortOfFew = 4096;   // and are less than a line
constexpr std::int64_t kLeastTurns = 16;     // that are worth a copy
constexpr std::int64_t kElements = 1 << 14;  // of a box: the second-level cache holds them

// Where a box is reduced.
struct Room {
  alignas(64) std::byte elements[kElements * 8];
  alignas(64) std::byte mask[kElements];
  alignas(64) std::byte results[kElements * 8];
};

// An array of the same shape in C order.
Array contiguous(Array array, std::byte* at) noexcept {
  array.data = at;
  std::int64_t stride = itemsize(array.dtype);
  for (int i = array.ndim; i-- > 0; stride *= array.shape[i]) array.strides[i] = stride;
  return array;
}

bool is_contiguous(const Array& array) noexcept {
  const Array expected = contiguous(array, array.data);
  for (int i = 0; i < array.ndim; ++i) {
    if (array.shape[i] != 1 && array.strides[i] != expected.strides[i]) return false;
  }
  return true;
}

// Bytes of bools as they are: the loops know that any but 0 is true.
void copy_bytes(Array target, Array source) {
  if (source.dtype == DType::k_bool) target.dtype = source.dtype = DType::k_uint8;
  copy(target, source);
}

// The same reduction with axes the other way round along which elements lie backwards, but for
// those whose terms have numbers.
Reduction forwards(Reduction reduction, Array& mask, bool numbered) noexcept {
  if (reduction.mask != nullptr) {
    mask = *reduction.mask;
    reduction.mask = &mask;
  }
  const auto turn = [](Array& array, int axis) {
    array.data += (array.shape[axis] - 1) * array.strides[axis];
    array.strides[axis] = -array.strides[axis];
  };
  for (int i = 0, kept = 0; i < reduction.in.ndim; ++i) {
    const bool is_kept = (reduction.axes >> i & 1) == 0;
    if (reduction.in.strides[i] < 0 && (is_kept || !numbered)) {
      turn(reduction.in, i);
      if (reduction.mask != nullptr) turn(mask, i);
      if (is_kept) turn(reduction.out, kept);
    }
    if (is_kept) ++kept;
  }
  return reduction;
}

class Boxes {
 public:
  explicit Boxes(const Reduction& reduction);
  std::int64_t count() const noexcept { return fixed_ * pieces_; }
  Status reduce(std::int64_t number) const;

 private:
  bool is_reduced(int axis) const noexcept { return (reduction_.axes >> axis & 1) != 0; }
  bool has_runs() const noexcept;
  void cut();
  Array box_of(Array array, std::int64_t number, bool is_result) const noexcept;
  Array room_for(const Array& box, std::byte* at) const noexcept;
  Array matrix(DType dtype, std::byte* at, std::int64_t columns) const noexcept;

  const Reduction& reduction_;
  std::int64_t terms_ = 1;
  bool runs_;                 // the terms of each result are brought together, else columns
  int axis_ = 0;              // that is cut, of the input
  std::int64_t pieces_ = 1;   // of it
  std::int64_t fixed_ = 1;    // turns of the kept axes before it
  bool fixed_first_ = false;  // boxes that differ by these lie closer together
};

Boxes::Boxes(const Reduction& reduction) : reduction_(reduction), runs_(has_runs()) {
  cut();
}

// Whether the axis along which the elements lie closest is reduced.
bool Boxes::has_runs() const noexcept {
  const Array& in = reduction_.in;
  int closest = -1;
  for (int i = 0; i < in.ndim; ++i) {
    if (in.shape[i] == 1 || in.strides[i] == 0) continue;
    const bool closer = closest < 0 || std::abs(in.strides[i]) <= std::abs(in.strides[closest]);
    if (closer) closest = i;
  }
  return closest >= 0 && is_reduced(closest);
}

void Boxes::cut() {
  const Array& in = reduction_.in;
  for (int i = 0; i < in.ndim; ++i) {
    if (is_reduced(i)) terms_ *= in.shape[i];
  }
  const std::int64_t most = std::max<std::int64_t>(kElements / terms_, 1);
  std::int64_t behind = 1;  // columns of one step of the axis
  int axis = in.ndim;
  while (axis-- > 0) {
    if (is_reduced(axis)) continue;
    axis_ = axis;
    const std::int64_t steps = most / behind;
    pieces_ = (in.shape[axis] + steps - 1) / steps;
    if (pieces_ > 1) break;
    behind *= in.shape[axis];
  }
  while (axis-- > 0) {
    if (is_reduced(axis) || in.shape[axis] == 1) continue;
    fixed_first_ |= std::abs(in.strides[axis]) < std::abs(in.strides[axis_]);
    fixed_ *= in.shape[axis];
  }
}

// A box of the input or the mask, or of the results, which have the kept axes only.
Array Boxes::box_of(Array array, std::int64_t number, bool is_result) const noexcept {
  const std::int64_t piece = fixed_first_ ? number / fixed_ : number % pieces_;
  std::int64_t fixed = fixed_first_ ? number % fixed_ : number / pieces_;
  const auto start = [&](std::int64_t n) {
    const int128 size = reduction_.in.shape[axis_];
    return static_cast<std::int64_t>(size * n / pieces_);
  };
  const std::int64_t first = start(piece);
  int at = is_result ? array.ndim : reduction_.in.ndim;
  for (int i = reduction_.in.ndim; i-- > 0;) {
    if (is_result && is_reduced(i)) continue;
    --at;
    if (is_reduced(i) || i > axis_) continue;
    const std::int64_t all = array.shape[at];
    const std::int64_t index = i == axis_ ? first : fixed % all;
    if (i != axis_) fixed /= all;
    array.data += index * array.strides[at];
    array.shape[at] = i == axis_ ? start(piece + 1) - first : 1;
  }
  return array;
}

// An array of a box's shape, in C order but for the reduced axes, which are the last or the first.
Array Boxes::room_for(const Array& box, std::byte* at) const noexcept {
  Array room = box;
  room.data = at;
  std::int64_t stride = itemsize(box.dtype);
  for (const bool reduced : {runs_, !runs_}) {
    for (int i = box.ndim; i-- > 0;) {
      if (is_reduced(i) != reduced) continue;
      room.strides[i] = stride;
      stride *= box.shape[i];
    }
  }
  return room;
}

// The same as a matrix of columns and terms.
Array Boxes::matrix(DType dtype, std::byte* at, std::int64_t columns) const noexcept {
  const std::int64_t width = itemsize(dtype);
  if (runs_) return {dtype, at, 2, {columns, terms_}, {terms_ * width, width}};
  return {dtype, at, 2, {terms_, columns}, {columns * width, width}};
}

Status Boxes::reduce(std::int64_t number) const {
  Room room;
  const Array in = box_of(reduction_.in, number, false);
  copy_bytes(room_for(in, room.elements), in);
  const Array out = box_of(reduction_.out, number, true);
  const std::int64_t columns = count_elements(out);
  const bool direct = is_contiguous(out);
  std::byte* const results = direct ? out.data : room.results;
  Reduction matrix{reduction_.kind,
                   this->matrix(in.dtype, room.elements, columns),
                   Array(out.dtype, results, 1, {columns}, {itemsize(out.dtype)}),
                   nullptr,
                   runs_ ? 2u : 1u,
                   reduction_.initial};
  Array mask;
  if (reduction_.mask != nullptr) {
    const Array box = box_of(*reduction_.mask, number, false);
    copy_bytes(room_for(box, room.mask), box);
    mask = this->matrix(box.dtype, room.mask, columns);
    matrix.mask = &mask;
  }
  const Status status = strided::reduce(matrix);
  if (!direct && status == Status::ok) copy(out, contiguous(out, results));
  return status;
}

}  // namespace

bool has_short_loops(const ReducePlan& plan, DType result) noexcept {
  // Then rows of columns are copied as they lie.
  const bool in_order = std::abs(plan.across.stride[kOut]) == itemsize(result) &&
                        plan.across.stride[kIn] == plan.width();
  const bool few = !plan.inner && in_order && plan.columns * plan.width() < kLine;
  const std::int64_t most = few ? kShortOfFew : in_order ? kShortInOrder : kShort;
  return plan.outputs / plan.columns >= kLeastTurns && plan.columns * plan.terms <= most;
}

Status reduce_boxes(const Reduction& given, bool numbered) {
  Array mask;
  const Reduction reduction = forwards(given, mask, numbered);
  const Boxes boxes(reduction);
  std::atomic<bool> overflow{false};
  const auto stopped = [&] {
    return reduction.cancelled != nullptr && reduction.cancelled->load(std::memory_order_relaxed);
  };
  auto reduce = [&](std::int64_t number) {
    if (stopped()) return;
    if (boxes.reduce(number) == Status::overflow) overflow.store(true, std::memory_order_relaxed);
  };
  const double bytes = static_cast<double>(count_elements(reduction.in)) *
                       static_cast<double>(itemsize(reduction.in.dtype));
  if (bytes < kSequential) {
    for (std::int64_t number = 0; number < boxes.count(); ++number) reduce(number);
  } else {
    Pool::instance().run(boxes.count(), reduce);
  }
  if (overflow.load(std::memory_order_relaxed)) return Status::overflow;
  return stopped() ? Status::cancelled : Status::ok;
}

}  // namespace strided
