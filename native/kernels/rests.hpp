// What running sums keep of the rests that their additions leave: see running_sum.hpp.
//
//   kPlanes                  words of a column
//   start(s)                 for sums that begin with these anchors
//   block()                  what takes the rests of a block
//   add<kKept>(rest, first)  true for the first of a block, or not known; see bring_up_to_date
//   join(block)              after the block
//   raise(s)                 anchors have been raised to those of s
//   settled(), settle()      whether there is anything to do after some blocks, and that
//   Parts, parts(...)        the functor whose partial sums these are in the end
#pragma once

#include "anchor.hpp"
#include "float_sum.hpp"

namespace strided {
namespace {

// Has it brought up to date here. GCC would rather add up all rests in the end, and keep them in
// memory until then: narrow vectors are too few.
STRIDED_INLINE void bring_up_to_date([[maybe_unused]] VecF64& rests) {
#if defined(__SSE2__) && !defined(__AVX512F__)
  asm("" : "+x"(rests));
#endif
}

// Rests of a block are added up, and those of blocks: errors of these additions are bounded only.
struct RoundedRests {
  static constexpr int kPlanes = 1;
  using Parts = Float64Sum<double>;
  VecF64 e = {};

  static STRIDED_INLINE RoundedRests start(VecF64) { return {}; }
  STRIDED_INLINE RoundedRests block() const { return {}; }
  template <bool kKept>
  STRIDED_INLINE void add(VecF64 rest, bool first = false) {
    if (first) {
      e = rest;
    } else {
      e += rest;
    }
    if (kKept) bring_up_to_date(e);
  }
  STRIDED_INLINE void join(const RoundedRests& block) { e += block.e; }
  STRIDED_INLINE void raise(VecF64) {}
  STRIDED_INLINE bool settled() const { return true; }
  STRIDED_INLINE void settle() {}

  STRIDED_INLINE void open(const Columns* columns, int first, int64_t j) {
    e = load_plane<VecF64>(columns, first, j);
  }
  STRIDED_INLINE void close(Columns* columns, int first, int64_t j) const {
    store_plane(columns, first, j, e);
  }
  // Of sums without their anchors; as many units as all rests together have at most.
  STRIDED_INLINE Parts parts(VecF64 sum, VecF64 anchor, double units) const {
    Parts parts;
    parts.s = sum;
    parts.e = e;
    parts.a = unit_of(anchor) * units;
    return parts;
  }
};

// Rests run on top of an anchor themselves: 2^42 times less than that of the sum, it has room for
// those of as many blocks as come before lanes are settled. What they leave is added up, and it is
// known whether that is nothing but zeros.
struct AnchoredRests {
  static constexpr int kPlanes = 3;
  static constexpr int64_t kBelow = 42;
  using Parts = CarefulSum<double>;
  VecF64 e = {}, f = {};
  VecI64 seen = {};  // the bits of what is left

  static STRIDED_INLINE AnchoredRests start(VecF64 s) {
    AnchoredRests rests;
    rests.e = where(s != 0, anchor_of(exponent(s) - kBelow));
    return rests;
  }
  STRIDED_INLINE AnchoredRests block() const {
    AnchoredRests block = *this;
    block.f = VecF64{};
    return block;
  }
  template <bool kKept>
  STRIDED_INLINE void add(VecF64 rest, bool = false) {
    const VecF64 t = e + rest;
    leave<kKept>(rest_of(rest, t, e));
    e = t;
  }
  STRIDED_INLINE void join(const AnchoredRests& block) {
    e = block.e;
    f += block.f;
    seen = block.seen;
  }
  void raise(VecF64 s) { raise_to((s != 0) & (exponent(s) - kBelow)); }
  STRIDED_INLINE bool settled() const { return !any(~in_middle(e)); }
  void settle() {
    const VecI64 drifted = ~in_middle(e);
    if (any(drifted)) raise_to((e != 0) & (exponent(e) + (drifted & kReserve)));
  }

  STRIDED_INLINE void open(const Columns* columns, int first, int64_t j) {
    e = load_plane<VecF64>(columns, first, j);
    f = load_plane<VecF64>(columns, first + 1, j);
    seen = load_plane<VecI64>(columns, first + 2, j);
  }
  STRIDED_INLINE void close(Columns* columns, int first, int64_t j) const {
    store_plane(columns, first, j, e), store_plane(columns, first + 1, j, f);
    store_plane(columns, first + 2, j, seen);
  }
  STRIDED_INLINE Parts parts(VecF64 sum, VecF64, double units) const {
    const VecF64 anchor = anchor_under(e);
    Parts parts;
    parts.s = sum;
    parts.e = e - anchor;
    parts.f = f;
    parts.a = where((VecF64)seen != 0, unit_of(anchor) * units);
    return parts;
  }

 private:
  template <bool kKept>
  STRIDED_INLINE void leave(VecF64 rest) {
    f += rest;
    seen |= (VecI64)rest;
    if (kKept) bring_up_to_date(f);
  }
  void raise_to(VecI64 wanted) {
    const VecI64 now = greater(exponent(e), wanted);
    const Moved moved = moved_to(where(now != 0, anchor_of(now)), e);
    e = moved.sum;
    leave<false>(moved.left);
  }
};

}  // namespace
}  // namespace strided
