#include "reducer.hpp"

#include <algorithm>
#include <cmath>

#include "pool.hpp"
#include "reduce_small.hpp"

namespace strided {
namespace {

constexpr double kCellBytes = 256 << 10;          // of runs, at least, and of a whole small array
constexpr double kMostNearCellBytes = 1 << 20;    // of runs that a cache holds, at most
constexpr double kNearCells = 4;                  // for each thread, if they are so large
constexpr double kFarCellBytes = 512 << 10;       // of runs that are read from memory, at least,
constexpr double kMostFarCellBytes = 2 << 20;     // and at most: to go on to the next costs time
constexpr double kFarCells = 32;                  // for each thread, if they are so large
constexpr std::int64_t kMostCellBytes = 4 << 20;  // of as many as kernels finish together
constexpr std::int64_t kRunsTogether = 32;        // that they finish
constexpr double kAlone = 128 << 20;    // the same without other threads: only to be cancelled
constexpr double kUnitBytes = 2 << 20;  // about what a unit of work should read
constexpr double kUnitsPerThread = 32;
constexpr double kLeastUnits = 16;
constexpr double kRoundedUnits = 128;           // of arrays whose order of terms shows
constexpr std::int64_t kLeastTileBytes = 8192;  // of a row, of the tiles of a wide array
constexpr std::int64_t kNearTileBytes = 1024;   // the same in a cache
constexpr std::int64_t kTilesPerThread = 4;
constexpr std::int64_t kUnitsEnough = 2;      // for each thread, where each costs something
constexpr double kMostUnitBytes = 512 << 20;  // of such a unit, which is to be cancelled, too
constexpr std::int64_t kColumnBytes = 4096;   // of a column are worth merging it with others
constexpr std::int64_t kFreeBytes = 65536;    // the same when it is not to be felt
constexpr std::int64_t kStagedTile = 2048;    // of one that is staged
constexpr std::int64_t kOftenHalfway = 16;    // terms whose sums are
constexpr std::int64_t kWholeRows = 48;       // where a span of rows may begin, as loops take some,
constexpr std::int64_t kWholeRun = 64;        // and one of a run: with a line of the memory
constexpr std::int64_t kLeastAnchored = 17;   // terms that are worth choosing an anchor
constexpr std::int64_t kLeastTogether = 8;    // results that are
constexpr std::int64_t kMostUncertain = 8;    // of so many results one, or the anchor is not theirs

}  // namespace

Reducer::Reducer(const Reduction& reduction, const ReducePlan& plan, const Family& family)
    : reduction_(reduction),
      plan_(plan),
      family_(family),
      // As a float: the elements of a broadcast array may be more than 63 bits count.
      bytes_(static_cast<double>(plan.outputs) * static_cast<double>(plan.terms) *
             static_cast<double>(plan.width())),
      // Exact sums of few terms often lie halfway.
      first_tier_(plan.terms <= kOftenHalfway ? family.tier_count - 1 : 0) {
  cut();
}

bool Reducer::stopped() const noexcept {
  return reduction_.cancelled != nullptr && reduction_.cancelled->load(std::memory_order_relaxed);
}

// How many runs are added in turn.
std::int64_t Reducer::runs_of_cell() const noexcept {
  const double run_bytes = static_cast<double>(plan_.run.size * plan_.width());
  // The order of terms depends on whether a cell has one run.
  const double some = family_.rounded ? 0 : bytes_ / Pool::instance().threads();
  const double bytes = near() ? std::clamp(some / kNearCells, kCellBytes, kMostNearCellBytes)
                              : std::clamp(some / kFarCells, kFarCellBytes, kMostFarCellBytes);
  const auto runs = static_cast<std::int64_t>(
      std::clamp(bytes / run_bytes, 1.0, static_cast<double>(kTile - kRunsTogether)));
  const bool together = !near() && kRunsTogether * run_bytes <= kMostCellBytes &&
                        plan_.columns >= kRunsTogether * wanted_units_;
  if (together) return ceil_div(runs, kRunsTogether) * kRunsTogether;
  return runs == 1 ? 1 : ceil_div(runs, kRunsAtOnce) * kRunsAtOnce;
}

// Chooses the width of cells.
void Reducer::cut() {
  if (bytes_ <= kCellBytes && plan_.columns <= kStagedTile) return;
  const std::int64_t threads = Pool::instance().threads();
  if (bytes_ >= (threads == 1 ? kAlone : kSequential)) {
    const auto workers = static_cast<double>(threads);
    const double most = std::max(kLeastUnits, workers * kUnitsPerThread);
    // As many for one thread as for another, unless they became too small.
    const double even = std::ceil(bytes_ / kUnitBytes / workers) * workers;
    const double enough = std::floor(bytes_ / kSequential);
    wanted_units_ = static_cast<std::int64_t>(std::clamp(std::min(even, enough), 1.0, most));
  }
  const std::int64_t tile = plan_.stage == nullptr ? tile_room() : kStagedTile;
  tiles_ = ceil_div(plan_.columns, tile);
  if (plan_.inner) {
    tiles_ = ceil_div(plan_.columns, runs_of_cell());
  } else {
    // Memory likes long rows best: threads share them out only where that costs too much.
    const std::int64_t spans = family_.rounded ? rounded_spans() : 1;
    const std::int64_t needed = ceil_div(few_units(), plan_.outputs / plan_.columns * spans);
    const bool costly = plan_.terms * plan_.width() < needed * kColumnBytes;
    if (needed > 1 && (costly || family_.rounded)) {
      const std::int64_t least = near() ? kNearTileBytes : kLeastTileBytes;
      const std::int64_t most = plan_.columns * plan_.width() / least;
      tiles_ = std::max(tiles_, std::min(most, kTilesPerThread * threads));
    }
    if (tiles_ > 1) tiles_ = ceil_div(tiles_, threads) * threads;
  }
  // Whole vectors of columns, and runs that are added at once: those that are left over are added
  // in another way, which may show in their roundings.
  const std::int64_t width = ceil_div(plan_.columns, tiles_);
  if (width > 1 || !plan_.inner) tile_step_ = kRunsAtOnce;
  tiles_ = ceil_div(plan_.columns, ceil_div(width, tile_step_) * tile_step_);
}

Cell Reducer::cell(std::int64_t number) const noexcept {
  // As wide as each other, but for a step, so that threads get as much.
  const std::int64_t steps = ceil_div(plan_.columns, tile_step_);
  const auto start = [&](std::int64_t n) {
    const auto step = static_cast<std::int64_t>(static_cast<int128>(steps) * n / tiles_);
    return std::min(step * tile_step_, plan_.columns);
  };
  const std::int64_t column = start(number % tiles_);
  return {number / tiles_, column, start(number % tiles_ + 1) - column};
}

std::int64_t Reducer::output_number(const Cell& cell) const noexcept {
  return cell.turn * plan_.columns + cell.column;
}

std::byte* Reducer::out(const Cell& cell) const noexcept {
  std::byte* at = plan_.base[kOut] + plan_.first[kOut] + cell.column * plan_.across.stride[kOut];
  if (plan_.kept.empty()) return at;
  return at + Walker<kOperands>(plan_.kept, cell.turn).offset()[kOut];
}

WalkBase Reducer::base(const Cell& cell) const noexcept {
  const WalkBase whole(plan_);
  if (plan_.kept.empty()) return whole;
  return whole.moved(Walker<kOperands>(plan_.kept, cell.turn).offset());
}

Span Reducer::span(std::int64_t number, std::int64_t spans) const noexcept {
  const auto start = [&](std::int64_t n) {
    const auto at = static_cast<std::int64_t>(static_cast<int128>(plan_.terms) * n / spans);
    const std::int64_t whole = plan_.inner ? kWholeRun : kWholeRows;
    return n == spans || plan_.terms < whole * spans ? at : at / whole * whole;
  };
  return {start(number), start(number + 1)};
}

// Units that are enough for all threads where to bring their columns together is to be felt.
std::int64_t Reducer::few_units() const noexcept {
  const auto enough = std::min(wanted_units_, kUnitsEnough * Pool::instance().threads());
  return std::max(enough, static_cast<std::int64_t>(bytes_ / kMostUnitBytes));
}

// Spans of the terms of each result where their order shows: as many on any number of threads, so
// that the results are the same.
std::int64_t Reducer::rounded_spans() const noexcept {
  const double tiles = static_cast<double>(plan_.columns * plan_.width()) / kLeastTileBytes;
  const double of_turn = plan_.inner ? static_cast<double>(plan_.columns) : std::max(tiles, 1.0);
  // Units without any spans, about.
  const double alone = static_cast<double>(plan_.outputs / plan_.columns) * of_turn;
  const double units = std::min(kRoundedUnits, bytes_ / kUnitBytes);
  return static_cast<std::int64_t>(std::max(std::ceil(units / alone), 1.0));
}

// Spans of the terms of each of some cells.
std::int64_t Reducer::spans_of(std::int64_t cells) const noexcept {
  if (family_.rounded) return rounded_spans();
  const std::int64_t enough = std::min(wanted_units_, kTilesPerThread * Pool::instance().threads());
  if (plan_.inner) return cells < enough ? ceil_div(wanted_units_, cells) : 1;
  const std::int64_t free = plan_.terms * plan_.width() / kFreeBytes;
  return std::min(ceil_div(wanted_units_, cells), std::max(free, ceil_div(few_units(), cells)));
}

Status Reducer::run() {
  const std::int64_t cells = plan_.outputs / plan_.columns * tiles_;
  if (bytes_ <= kCellBytes && plan_.terms <= kMostTerms) {
    whole_cells(0, cells);
    return end();
  }
  const std::int64_t spans =
      std::max(std::min(spans_of(cells), plan_.terms / 4), ceil_div(plan_.terms, kMostTerms));
  if (cells < kTilesPerThread * Pool::instance().threads()) probe();
  if (spans > 1) {
    std::vector<Cell> all;
    for (std::int64_t c = 0; c < cells; ++c) all.push_back(cell(c));
    if (can_share()) {
      share_cells(first_tier_, all);
    } else {
      split_cells(first_tier_, all, spans);
    }
  } else if (wanted_units_ == 1) {
    whole_cells(0, cells);
  } else {
    const std::int64_t per_unit = std::max<std::int64_t>(1, cells / (4 * wanted_units_));
    Pool::instance().run(ceil_div(cells, per_unit), [&](std::int64_t unit) {
      whole_cells(unit * per_unit, std::min(cells, (unit + 1) * per_unit));
    });
  }
  return end();
}

Status Reducer::end() {
  if (!uncertain_.empty() && !stopped()) late_passes();
  if (overflow_.load(std::memory_order_relaxed)) return Status::overflow;
  return stopped() ? Status::cancelled : Status::ok;
}

void Reducer::whole_cells(std::int64_t first, std::int64_t last) {
  Work work;
  for (std::int64_t c = first; c < last && !stopped(); ++c) {
    const Cell whole = cell(c);
    const int tier = first_tier_.load(std::memory_order_relaxed);
    if (few_terms(whole, work) || anchored(tier, whole, work)) continue;
    Columns columns{work.words, plane()};
    reduce_cell(family_.tiers[tier], whole, {0, plan_.terms}, work, columns);
    finish(tier, whole, columns, work);
  }
}

// Results of few terms at once: false when that is not possible, or other ways take less time.
bool Reducer::few_terms(const Cell& cell, Work& work) {
  const auto few = family_.tiers[0].at_once.few;
  const std::int64_t size = itemsize(reduction_.out.dtype);
  if (few == nullptr || plan_.inner || !plan_.reduced.empty() || counts_differ() ||
      reduction_.initial.given || plan_.across.stride[kOut] != size) {
    return false;
  }
  const bool runs = plan_.rows.stride[kIn] == plan_.width() && plan_.base[kMask] == nullptr;
  const std::int64_t most = runs ? family_.tiers[0].at_once.most_few : kFewRows * plan_.width();
  if (plan_.terms > most) return false;
  static_assert(kMostFew <= kStageElements / kFewColumns);
  const bool streamed = static_cast<double>(plan_.outputs * size) > kNearBytes;
  std::vector<std::int64_t> uncertain;
  const auto make = [&](FewTerms terms, std::int64_t column) {
    const std::int64_t count = few(terms, out(cell) + column * size, work.uncertain);
    for (std::int64_t i = 0; i < count; ++i) uncertain.push_back(column + work.uncertain[i]);
  };
  if (runs) {
    const std::byte* const at = base(cell).moved(plan_.across, cell.column).in();
    make({at, plan_.terms, plan_.width(), cell.count, plan_.across.stride[kIn], streamed}, 0);
  } else {
    walk_outer(plan_, base(cell), cell.column, cell.count, 0, plan_.terms, &work.buffer,
               [&](const RowBlock& block) {
                 make({block.at, block.rows, block.stride, block.columns, plan_.width(), streamed},
                      block.column);
               });
  }
  if (uncertain.empty()) return true;
  if (family_.exact == nullptr) {
    overflow_.store(true, std::memory_order_relaxed);
  } else {
    mend(family_.tier_count - 1, cell, uncertain, work);
  }
  return true;
}

// Results of terms that a cache holds, by a common anchor: false when that is not possible.
bool Reducer::anchored(int tier, const Cell& cell, Work& work) {
  const auto make = family_.tiers[0].at_once.anchored;
  const std::int64_t size = itemsize(reduction_.out.dtype);
  if (make == nullptr || tier != 0 || !near() || plan_.stage != nullptr ||
      plan_.terms < kLeastAnchored || plan_.terms > kMostAnchored || !plan_.reduced.empty() ||
      cell.count < kLeastTogether || reduction_.initial.given ||
      plan_.across.stride[kOut] != size) {
    return false;
  }
  const std::int64_t term_stride = plan_.inner ? plan_.run.stride[kIn] : plan_.rows.stride[kIn];
  if (!plan_.inner && fold(cell, {0, plan_.terms}) > 1) return false;
  const std::byte* const at = base(cell).moved(plan_.across, cell.column).in();
  const std::int64_t count =
      make({at, plan_.terms, term_stride, cell.count, plan_.across.stride[kIn], false}, out(cell),
           work.uncertain);
  // Columns of very different sizes had better have anchors of their own.
  if (count < 0 || kMostUncertain * count > cell.count) return false;
  judge(tier, cell.count, count);
  if (count == 0) return true;
  std::vector<std::int64_t> uncertain(work.uncertain, work.uncertain + count);
  mend(tier, cell, uncertain, work);
  return true;
}

}  // namespace strided
