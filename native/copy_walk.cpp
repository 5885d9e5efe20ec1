#include "copy_walk.hpp"

#include <algorithm>

#include "pool.hpp"

namespace strided {
namespace {

constexpr std::int64_t kSequential = 1 << 20;   // bytes that are not worth waking a thread
constexpr std::int64_t kUnitBytes = 2 << 20;    // a huge page
constexpr std::int64_t kStreamed = 32ll << 20;  // what caches do not keep
constexpr std::int64_t kStageBytes = 4 << 10;   // within the nearest cache, beside what is read
constexpr std::int64_t kAhead = 2 << 10;        // bytes of the next row that are asked for early
constexpr std::int64_t kLine = 64;
constexpr std::int64_t kFew = 8;  // elements of a row, that are not worth a loop

// Elements along each side of a transposed tile: whole cache lines on both sides.
constexpr std::int64_t tile_side(std::int64_t itemsize) {
  return itemsize == 1 ? 128 : 64;
}
constexpr std::int64_t kTileBytes = 64 * 64 * 8;

// Asks for bytes before they are needed: the machine foresees steps within a row, not the next row.
void prefetch(const std::byte* from, std::int64_t nbytes) {
  for (std::int64_t i = 0; i < nbytes; i += kLine) __builtin_prefetch(from + i);
}

// Loops over the operands, the innermost along the target's closest elements. When the source lies
// closest along another loop, that one is `across`: the two are walked in tiles, so that each cache
// line is used whole on both sides. Short rows of both are copied many at a time: then it is the
// loop around them.
struct Plan {
  Plan(const Operands& operands);

  std::array<std::byte*, 3> base;
  Loops<3> outer;
  Loop<3> across{1, {}};
  Loop<3> inner{1, {}};
  std::int64_t to_size;
  std::int64_t from_size;
  bool same;  // elements are copied as they are
  bool masked;
  bool streamed = false;
  Row row;
  MaskedRow masked_row;
  Transpose transpose;
  ShortRows short_rows = nullptr;

  void turn(std::array<std::int64_t, 3> offset, const std::byte* next) const;

 private:
  std::size_t closest() const;
  std::size_t largest() const;
  bool are_contiguous_rows_short() const {
    return same && !masked && inner.size * to_size <= kMostShort && inner.stride[kTo] == to_size &&
           inner.stride[kFrom] == from_size;
  }
  // The source's elements are next to each other along `across`.
  bool transposes() const { return !masked && across.stride[kFrom] == from_size; }
  void tile(const std::array<std::byte*, 3>& at, std::int64_t rows, std::int64_t count) const;
  void line(const std::array<std::byte*, 3>& at, std::int64_t count) const;
  void columns(const std::array<std::byte*, 3>& at, std::int64_t rows, std::int64_t count) const;
  void emit(std::byte* target, const std::byte* source, std::int64_t source_stride,
            std::int64_t count) const;
};

Plan::Plan(const Operands& operands)
    : base(operands.base),
      outer(operands.loops),
      to_size(itemsize(operands.to)),
      from_size(itemsize(operands.from)),
      same(operands.to == operands.from && operands.to != DType::k_bool),
      masked(operands.masked),
      row(choose_row(operands.to, operands.from)),
      masked_row(choose_masked_row(operands.to, operands.from)),
      transpose(choose_transpose(itemsize(operands.from))) {
  if (outer.empty()) return;
  inner = outer.back();
  outer.pop_back();
  if (are_contiguous_rows_short()) short_rows = choose_short_rows(inner.size * to_size);
  const std::size_t best = inner.size <= kFew || short_rows != nullptr ? largest() : closest();
  if (best == outer.size()) return;
  across = outer[best];
  outer.erase(outer.begin() + static_cast<std::ptrdiff_t>(best));
}

// The loop along which the source's elements lie closer than along the inner one, if there is any.
std::size_t Plan::closest() const {
  std::size_t best = outer.size();
  std::int64_t least = std::abs(inner.stride[kFrom]);
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const std::int64_t stride = std::abs(outer[i].stride[kFrom]);
    if (stride != 0 && stride < least) best = i, least = stride;
  }
  return best;
}

// The innermost of the loops with the most turns.
std::size_t Plan::largest() const {
  std::size_t best = outer.size();
  for (std::size_t i = outer.size(); i-- > 0;) {
    if (best == outer.size() || outer[i].size > outer[best].size) best = i;
  }
  return best;
}

// Converts to contiguous elements of the target, through a stage when they are streamed and do not
// lie ready.
void Plan::emit(std::byte* target, const std::byte* source, std::int64_t source_stride,
                std::int64_t count) const {
  if (!streamed || inner.stride[kTo] != to_size) {
    row(target, inner.stride[kTo], source, source_stride, count);
    return;
  }
  if (same && source_stride == from_size) {
    stream(target, source, count * to_size);
    return;
  }
  alignas(64) std::byte stage[kStageBytes];
  const std::int64_t step = kStageBytes / to_size;
  for (std::int64_t i = 0; i < count; i += step) {
    const std::int64_t some = std::min(step, count - i);
    row(stage, to_size, source + i * source_stride, source_stride, some);
    stream(target + i * to_size, stage, some * to_size);
  }
}

void Plan::line(const std::array<std::byte*, 3>& at, std::int64_t count) const {
  if (masked) {
    masked_row(at[kTo], inner.stride[kTo], at[kFrom], inner.stride[kFrom], at[kMask],
               inner.stride[kMask], count);
  } else {
    emit(at[kTo], at[kFrom], inner.stride[kFrom], count);
  }
}

// The same as rows of `count` elements, the first of each, then the second ones, and so on.
void Plan::columns(const std::array<std::byte*, 3>& at, std::int64_t rows,
                   std::int64_t count) const {
  for (std::int64_t i = 0; i < count; ++i) {
    std::byte* const to = at[kTo] + i * inner.stride[kTo];
    const std::byte* const from = at[kFrom] + i * inner.stride[kFrom];
    if (masked) {
      masked_row(to, across.stride[kTo], from, across.stride[kFrom],
                 at[kMask] + i * inner.stride[kMask], across.stride[kMask], rows);
    } else {
      row(to, across.stride[kTo], from, across.stride[kFrom], rows);
    }
  }
}

// Rows along `across`, each of `count` turns of the inner loop.
void Plan::tile(const std::array<std::byte*, 3>& at, std::int64_t rows, std::int64_t count) const {
  const auto place = [&](int n, std::int64_t i) {
    return at[static_cast<std::size_t>(n)] + i * across.stride[static_cast<std::size_t>(n)];
  };
  if (inner.size <= kFew) return columns(at, rows, count);
  if (!transposes()) {
    for (std::int64_t i = 0; i < rows; ++i) {
      line({place(kTo, i), place(kFrom, i), masked ? place(kMask, i) : nullptr}, count);
    }
    return;
  }
  alignas(64) std::byte stage[kTileBytes];
  transpose(stage, at[kFrom], inner.stride[kFrom], rows, count);
  for (std::int64_t i = 0; i < rows; ++i) {
    emit(place(kTo, i), stage + i * count * from_size, from_size, count);
  }
}

// All of the two innermost loops; `next` is the source's row that follows, if there is one.
void Plan::turn(std::array<std::int64_t, 3> offset, const std::byte* next) const {
  std::array<std::byte*, 3> at{};
  const auto move = [&](std::int64_t a, std::int64_t i) {
    for (std::size_t n = 0; n < (masked ? 3 : 2); ++n) {
      at[n] = base[n] + offset[n] + a * across.stride[n] + i * inner.stride[n];
    }
  };
  if (across.size == 1) {
    const std::int64_t stride = inner.stride[kFrom];
    if (next != nullptr && stride > 0) prefetch(next, std::min(kAhead, inner.size * stride));
    move(0, 0);
    line(at, inner.size);
    return;
  }
  if (short_rows != nullptr) {
    move(0, 0);
    short_rows(at[kTo], across.stride[kTo], at[kFrom], across.stride[kFrom], across.size);
    return;
  }
  const std::int64_t side = tile_side(from_size);
  for (std::int64_t a = 0; a < across.size; a += side) {
    for (std::int64_t i = 0; i < inner.size; i += side) {
      const std::int64_t rows = std::min(side, across.size - a);
      move(a, i);
      for (std::int64_t k = side; transposes() && k < std::min(2 * side, inner.size - i); ++k) {
        prefetch(at[kFrom] + k * inner.stride[kFrom], rows * from_size);
      }
      tile(at, rows, std::min(side, inner.size - i));
    }
  }
}

void walk_turns(const Plan& plan, std::int64_t first, std::int64_t last) {
  Walker<3> walker(plan.outer, first);
  for (std::int64_t t = first; t < last; ++t) {
    const auto offset = walker.offset();
    walker.step();
    plan.turn(offset, t + 1 < last ? plan.base[kFrom] + walker.offset()[kFrom] : nullptr);
  }
  if (plan.streamed) finish_streaming();
}

// Where pieces of a contiguous target end, so that no two of them have a huge page in common: two
// threads that first touch one at a time would both wait for it to be cleared.
std::int64_t pieces_of(const Plan& plan, std::int64_t& first_piece) {
  const std::int64_t each = kUnitBytes / plan.to_size;
  first_piece = each;
  const auto place = reinterpret_cast<std::uintptr_t>(plan.base[kTo]) % kUnitBytes;
  if (plan.inner.stride[kTo] == plan.to_size && place != 0) {
    first_piece = (kUnitBytes - static_cast<std::int64_t>(place)) / plan.to_size;
  }
  if (first_piece == 0) first_piece = each;
  const std::int64_t rest = plan.inner.size - std::min(first_piece, plan.inner.size);
  return 1 + (rest + each - 1) / each;
}

}  // namespace

Operands::Operands(const Array& target, const Array& source, const Array* mask)
    : base{target.data, source.data, mask == nullptr ? nullptr : mask->data},
      to(target.dtype),
      from(source.dtype),
      masked(mask != nullptr) {
  for (int i = 0; i < target.ndim; ++i) {
    const std::int64_t mask_stride = mask == nullptr ? 0 : mask->strides[i];
    loops.push_back({target.shape[i], {target.strides[i], source.strides[i], mask_stride}});
  }
}

void walk_in_order(const Operands& operands) {
  Loops<3> outer = operands.loops;
  Loop<3> inner{1, {}};
  if (!outer.empty()) {
    inner = outer.back();
    outer.pop_back();
  }
  const Row row = choose_row(operands.to, operands.from);
  const MaskedRow masked_row = choose_masked_row(operands.to, operands.from);
  const std::int64_t turns = count_turns(outer);
  Walker<3> walker(outer, 0);
  for (std::int64_t t = 0; t < turns; ++t, walker.step()) {
    std::byte* const to = operands.base[kTo] + walker.offset()[kTo];
    const std::byte* const from = operands.base[kFrom] + walker.offset()[kFrom];
    if (operands.masked) {
      masked_row(to, inner.stride[kTo], from, inner.stride[kFrom],
                 operands.base[kMask] + walker.offset()[kMask], inner.stride[kMask], inner.size);
    } else {
      row(to, inner.stride[kTo], from, inner.stride[kFrom], inner.size);
    }
  }
}

void walk_backwards(Operands operands) {
  for (Loop<3>& loop : operands.loops) {
    for (std::size_t n = 0; n < (operands.masked ? 3 : 2); ++n) {
      operands.base[n] += (loop.size - 1) * loop.stride[n];
      loop.stride[n] = -loop.stride[n];
    }
  }
  walk_in_order(operands);
}

// Work in units of some turns of the outer loops, or of a piece of the innermost ones.
void walk_apart(const Operands& operands) {
  Plan whole(operands);
  const std::int64_t turns = count_turns(whole.outer);
  const std::int64_t each = whole.across.size * whole.inner.size * whole.to_size;
  const std::int64_t bytes = turns * each;
  whole.streamed = bytes >= kStreamed;
  if (bytes < kSequential) return walk_turns(whole, 0, turns);
  if (each <= kUnitBytes) {
    const std::int64_t per_unit = kUnitBytes / each;
    Pool::instance().run((turns + per_unit - 1) / per_unit, [&](std::int64_t unit) {
      walk_turns(whole, unit * per_unit, std::min(turns, (unit + 1) * per_unit));
    });
    return;
  }
  const bool tiled = whole.across.size > 1;
  std::int64_t piece = kUnitBytes / whole.to_size;
  std::int64_t first_piece = piece;
  std::int64_t pieces = 1;
  if (tiled) {
    // Whole lines of the source, however long the target's rows are.
    const std::int64_t side = std::max<std::int64_t>(1, 4 * kLine / whole.from_size);
    piece = (kUnitBytes / (whole.inner.size * whole.to_size) + side) / side * side;
    first_piece = piece;
    pieces = (whole.across.size + piece - 1) / piece;
  } else {
    pieces = pieces_of(whole, first_piece);
  }
  Pool::instance().run(turns * pieces, [&](std::int64_t unit) {
    Plan part = whole;
    Loop<3>& loop = tiled ? part.across : part.inner;
    const std::int64_t k = unit % pieces;
    const std::int64_t first = k == 0 ? 0 : first_piece + (k - 1) * piece;
    const std::int64_t last = std::min(loop.size, first_piece + k * piece);
    for (std::size_t n = 0; n < (part.masked ? 3 : 2); ++n) {
      part.base[n] += first * loop.stride[n];
    }
    loop.size = last - first;
    walk_turns(part, unit / pieces, unit / pieces + 1);
  });
}

}  // namespace strided
