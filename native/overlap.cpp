// How two arrays are found to share memory.
//
// The bytes of an array are its first address plus a sum of strides: one multiple of each stride,
// from 0 to size - 1, and one byte of the element. Turning axes with negative strides round makes
// all strides positive. Two arrays share a byte if the two sums can be equal; written with the
// second array's indices counted from its end, so that its strides change sides, that is
//
//     a[0] x[0] + a[1] x[1] + … + e == last byte of one - first byte of the other
//
// where the a are the strides of both, each x is bounded by the size of its axis, and e, the bytes
// within the two elements, goes from 0 to itemsize + itemsize - 2. Finding out whether a bounded
// linear Diophantine equation has a solution is NP-hard, but arrays are not made to be hard:
//
// 1. Equal strides become one term with the bounds added, so that slices of one parent give one
//    term for each of its axes.
// 2. All sums of strides are multiples of their greatest common divisor. Only those multiples that
//    e can make up for matter, often one, often none, and e is counted in such multiples too.
// 3. The terms are tried from the largest a to the smallest. For each x the rest of the sum must
//    lie within what the smaller terms reach, and be a multiple of their common divisor: the first
//    leaves a range of x, the second every n-th of it, n being found with a modular inverse.
// 4. Where the small terms make every multiple of their divisor up to what they reach, as those of
//    a contiguous block do, the search ends: what came so far is a solution.
//
// What is left takes a search, whose candidates are counted so that it can be given up.
//
// Two elements of one array overlap if a difference of their indices, not all 0, makes a sum closer
// to 0 than an element is long. One of two opposite differences starts with a positive number: for
// each axis that may be the first, the axes before are left out, that one goes from 1 to size - 1
// and those after it from 1 - size to size - 1. That is an equation of the same form for each axis,
// and one whose stride is larger than all smaller ones together has no solution by its bounds.

#include "overlap.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "layout.hpp"

namespace strided {
namespace {

__extension__ using Wide = __int128;

// x with a x == 1 modulo m, for a and m without a common divisor.
std::int64_t inverse(std::int64_t a, std::int64_t m) {
  std::int64_t r = m;
  std::int64_t next = a % m;
  std::int64_t x = 0;
  std::int64_t next_x = 1 % m;
  while (next != 0) {
    const std::int64_t quotient = r / next;
    r = std::exchange(next, r - quotient * next);
    x = std::exchange(next_x, x - quotient * next_x);
  }
  return x < 0 ? x + m : x;
}

// A term, and what it and all smaller ones can do.
struct Level {
  std::int64_t a;
  std::int64_t u;
  std::int64_t reach;    // the largest sum
  std::int64_t divisor;  // of all sums
  bool full;             // every multiple of the divisor up to the reach is a sum
  // For a sum b, x is right for the smaller terms' divisor if x == b / divisor * inverse modulo
  // step.
  std::int64_t step;
  std::int64_t inverse;
};

class Search {
 public:
  Search(const std::vector<Term>& terms, std::int64_t& work);
  Overlap run(std::int64_t b) {
    return b < 0 || b > levels_.front().reach ? Overlap::no : visit(0, b);
  }

 private:
  Overlap visit(std::size_t i, std::int64_t b);

  std::vector<Level> levels_;
  std::int64_t& work_;
};

Search::Search(const std::vector<Term>& terms, std::int64_t& work)
    : levels_(terms.size()), work_(work) {
  for (std::size_t i = terms.size(); i-- > 0;) {
    const auto [a, u] = terms[i];
    Level& level = levels_[i];
    if (i + 1 == terms.size()) {
      level = {a, u, a * u, a, true, 1, 0};
      continue;
    }
    const Level& rest = levels_[i + 1];
    const std::int64_t divisor = std::gcd(a, rest.divisor);
    const std::int64_t step = rest.divisor / divisor;
    const bool full = rest.full && step == 1 && a <= rest.reach + rest.divisor;
    level = {a, u, a * u + rest.reach, divisor, full, step, inverse(a / divisor, step)};
  }
}

// Whether the terms from number i on can make b, which is neither negative nor beyond their reach.
Overlap Search::visit(std::size_t i, std::int64_t b) {
  const Level& level = levels_[i];
  if (b % level.divisor != 0) return Overlap::no;
  if (level.full) return Overlap::yes;
  const Level& rest = levels_[i + 1];
  const std::int64_t low = b <= rest.reach ? 0 : (b - rest.reach + level.a - 1) / level.a;
  const std::int64_t high = std::min(level.u, b / level.a);
  const Wide product = Wide{b / level.divisor % level.step} * level.inverse;
  const auto residue = static_cast<std::int64_t>(product % level.step);
  const std::int64_t ahead = (residue - low) % level.step;
  for (std::int64_t x = low + (ahead < 0 ? ahead + level.step : ahead); x <= high;
       x += level.step) {
    if (work_ == 0) return Overlap::too_hard;
    if (work_ > 0) --work_;
    const Overlap found = visit(i + 1, b - level.a * x);
    if (found != Overlap::no) return found;
  }
  return Overlap::no;
}

void add_terms(const Array& array, std::vector<Term>& terms) {
  for (int i = 0; i < array.ndim; ++i) {
    const std::int64_t u = array.shape[i] - 1;
    if (u > 0 && array.strides[i] != 0) terms.push_back({std::abs(array.strides[i]), u});
  }
}

// Whether terms and a number from 0 to `slack` together make b.
Overlap solve_with_slack(std::vector<Term> terms, std::int64_t slack, std::int64_t b,
                         std::int64_t& work) {
  if (b < 0) return Overlap::no;
  std::erase_if(terms, [&](const Term& term) { return term.a > b; });
  std::int64_t divisor = 0;
  for (const Term& term : terms) divisor = std::gcd(divisor, term.a);
  if (divisor == 0) return b <= slack ? Overlap::yes : Overlap::no;
  const std::int64_t most = b / divisor;
  const std::int64_t least = b <= slack ? 0 : (b - slack + divisor - 1) / divisor;
  if (least > most) return Overlap::no;
  for (Term& term : terms) term.a /= divisor;
  if (most > least) terms.push_back({1, most - least});
  return solve(std::move(terms), most, work);
}

}  // namespace

Overlap solve(std::vector<Term> terms, std::int64_t b, std::int64_t& work) {
  if (b < 0) return Overlap::no;
  std::sort(terms.begin(), terms.end(), [](const Term& p, const Term& q) { return p.a > q.a; });
  std::size_t kept = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool same = kept > 0 && terms[kept - 1].a == terms[i].a;
    if (same) {
      terms[kept - 1].u += terms[i].u;
    } else {
      terms[kept++] = terms[i];
    }
  }
  terms.resize(kept);
  for (Term& term : terms) term.u = std::min(term.u, b / term.a);
  std::erase_if(terms, [](const Term& term) { return term.u == 0; });
  if (terms.empty()) return b == 0 ? Overlap::yes : Overlap::no;
  return Search(terms, work).run(b);
}

Bounds bounds_of(const Array& array) noexcept {
  const auto at = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(array.data));
  Bounds bounds{at, at + itemsize(array.dtype) - 1};
  // First, as the strides of an array without elements may be any.
  if (std::find(array.shape, array.shape + array.ndim, 0) != array.shape + array.ndim) return {};
  for (int i = 0; i < array.ndim; ++i) {
    const std::int64_t reach = (array.shape[i] - 1) * array.strides[i];
    (reach < 0 ? bounds.first : bounds.last) += reach;
  }
  return bounds;
}

bool bounds_overlap(const Array& a, const Array& b) noexcept {
  return meet(bounds_of(a), bounds_of(b));
}

Overlap shares_memory(const Array& a, const Array& b, std::int64_t max_work) {
  const Bounds x = bounds_of(a);
  const Bounds y = bounds_of(b);
  if (!meet(x, y)) return Overlap::no;
  if (max_work == 0) return Overlap::too_hard;
  // Either array may be the one whose indices count from its end; the smaller sum is the easier.
  const std::int64_t sum = std::min(x.last - y.first, y.last - x.first);
  const std::int64_t slack = itemsize(a.dtype) + itemsize(b.dtype) - 2;
  std::vector<Term> terms;
  add_terms(a, terms);
  add_terms(b, terms);
  return solve_with_slack(std::move(terms), slack, sum, max_work);
}

Overlap internal_overlap(const Array& array, std::int64_t max_work) {
  if (count_elements(array) <= 1) return Overlap::no;
  for (int i = 0; i < array.ndim; ++i) {
    if (array.shape[i] > 1 && array.strides[i] == 0) return Overlap::yes;
  }
  std::vector<Term> terms;
  add_terms(array, terms);
  std::sort(terms.begin(), terms.end(), [](const Term& p, const Term& q) { return p.a < q.a; });
  const std::int64_t room = itemsize(array.dtype) - 1;
  std::int64_t reach = 0;  // of the smaller terms, whose indices go both ways
  std::vector<Term> both;
  Overlap worst = Overlap::no;
  for (const auto [a, u] : terms) {
    std::vector<Term> equation = both;
    equation.push_back({a, u - 1});
    const Overlap found =
        solve_with_slack(std::move(equation), 2 * room, reach + room - a, max_work);
    if (found == Overlap::yes) return found;
    if (found == Overlap::too_hard) worst = found;
    reach += a * u;
    both.push_back({a, 2 * u});
  }
  return worst;
}

}  // namespace strided
