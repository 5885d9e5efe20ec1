// One reduction at work: how it is cut into units, and what each of them does.
#pragma once

#include <atomic>
#include <mutex>
#include <span>
#include <vector>

#include "family.hpp"
#include "reduce.hpp"
#include "reduce_plan.hpp"

namespace strided {

inline constexpr std::int64_t kTile = 10240;  // columns that are reduced side by side
inline constexpr std::int64_t kPlane =
    kTile + kColumnStep;  // words; no power of two, for the caches

inline constexpr double kNearBytes = 16 << 20;  // of an array that a cache may hold

inline constexpr std::int64_t kRunsAtOnce = 8;  // that kernels add, at most

inline constexpr std::int64_t kWorkPlanes = 8;  // two of a quadruple length, or kMostPlanes

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) noexcept {
  return (a + b - 1) / b;
}

// Several outputs that are reduced together: neighbouring columns of one turn of the kept loops.
struct Cell {
  std::int64_t turn;
  std::int64_t column;
  std::int64_t count;
};

// Terms [first, last).
struct Span {
  std::int64_t first;
  std::int64_t last;
};

// Every output goes through the family's tiers until one is certain of it, and at last through its
// exact way. A unit of work mends what it finds uncertain itself, unless outputs have so many terms
// that each is worth several threads: those are collected, and made in passes of their own.
class Reducer {
 public:
  Reducer(const Reduction& reduction, const ReducePlan& plan, const Family& family);
  Status run();

 private:
  // What one thread works with. Left uninitialised where nothing is written.
  struct Work {
    alignas(64) std::int64_t words[kWorkPlanes * kPlane];
    StageBuffer buffer;
    std::int64_t uncertain[kTile];
  };

  // Rows of short elements are worth longer tiles. No way to reduce them has more than two planes.
  std::int64_t lengthening() const noexcept { return plan_.width() < 4 ? 4 / plan_.width() : 1; }
  std::int64_t tile_room() const noexcept { return lengthening() * kTile; }
  std::int64_t plane() const noexcept { return lengthening() * kPlane; }

  bool stopped() const noexcept;
  Cell cell(std::int64_t number) const noexcept;
  std::int64_t output_number(const Cell& cell) const noexcept;
  std::byte* out(const Cell& cell) const noexcept;
  WalkBase base(const Cell& cell) const noexcept;
  Span span(std::int64_t number, std::int64_t spans) const noexcept;

  // Whether the next tier had better begin. What is read again from a cache costs less.
  bool too_many(std::int64_t uncertain, std::int64_t columns) const noexcept {
    return uncertain * (plan_.inner || near() ? 4 : 32) > columns;
  }

  // Whether a cache may hold what is read.
  bool near() const noexcept {
    return bytes_ <= kNearBytes || (!plan_.inner && plan_.rows.stride[kIn] == 0);
  }

  Reading reading() const noexcept { return near() ? Reading::cached : memory_reading(); }

  // Whether the mask leaves each mean terms of its own number.
  bool counts_differ() const noexcept {
    return plan_.base[kMask] != nullptr && reduction_.kind == ReductionKind::k_mean;
  }

  std::int64_t runs_of_cell() const noexcept;
  void cut();
  bool leans(const Cell& cell) const;
  void probe();
  Status end();
  std::int64_t few_units() const noexcept;
  std::int64_t rounded_spans() const noexcept;
  std::int64_t spans_of(std::int64_t cells) const noexcept;
  void whole_cells(std::int64_t first, std::int64_t last);
  struct Parts;
  bool can_share() const noexcept;
  Parts share(const Tier& tier, std::span<const Cell> cells, std::int64_t spans);
  void share_cells(int tier, const std::vector<Cell>& cells);
  void split_cells(int tier, const std::vector<Cell>& cells, std::int64_t spans);
  Columns merged(const Tier& tier, const Parts& parts, std::int64_t cell, std::int64_t first,
                 std::int64_t count) const;
  void finish_parts(int tier, const std::vector<Cell>& cells, const Parts& parts);
  bool few_terms(const Cell& cell, Work& work);
  bool anchored(int tier, const Cell& cell, Work& work);
  void reduce_cell(const Tier& tier, const Cell& cell, Span terms, Work& work, Columns& columns);
  bool is_column(const Cell& cell) const noexcept;
  void reduce_runs(const Tier& tier, const Cell& cell, Span terms, Work& work, Columns& columns);
  void reduce_column(const Tier& tier, const Cell& cell, Span terms, Work& work, Columns& columns);
  bool may_settle() const noexcept;
  void settle_runs(const Cell& cell, Kernel::Loop rows, Span terms, Columns& columns);
  void reduce_staged(const Kernel& kernel, const WalkBase& start, std::int64_t runs, Span terms,
                     Work& work, Columns& columns);
  void reduce_pieces(const Kernel& kernel, const WalkBase& start, const std::byte* after,
                     Span terms, Work& work, Columns& column);
  void reduce_run(const Kernel& kernel, const WalkBase& start, const std::byte* after, Span terms,
                  Work& work, Columns& column);
  void reduce_columns(const Tier& tier, const Cell& cell, Span terms, Work& work, Columns& columns);
  std::int64_t add_columns(const Kernel& kernel, const Cell& cell, Span terms, std::int64_t folded,
                           StageBuffer& buffer, Columns& columns, bool fresh);
  Kernel::Spaced spaced(const Kernel& kernel, const ReduceLoop& vector) const noexcept;
  std::int64_t fold(const Cell& cell, Span terms) const noexcept;

  void finish(int tier, const Cell& cell, const Columns& columns, Work& work);
  void judge(int tier, std::int64_t columns, std::int64_t uncertain);
  bool finish_at_once(const Tier& tier, const Cell& cell, const Columns& columns, Work& work,
                      std::vector<std::int64_t>& uncertain) const;
  Ending ending_of(const Cell& cell, std::vector<std::int64_t>& counts) const;
  void count_terms(const Cell& cell, std::vector<std::int64_t>& counts) const;
  void mend(int tier, const Cell& cell, std::vector<std::int64_t>& columns, Work& work);
  void mend_cell(int tier, const Cell& cell, Work& work);
  void mend_columns(int tier, std::span<const std::int64_t> outputs, Work& work);
  void mend_exactly(const Cell& cell, Work& work);
  std::vector<Cell> group(const std::vector<std::int64_t>& outputs) const;

  void late_passes();
  void exact_pass(const std::vector<Cell>& cells);
  void add_exactly(const Cell& cell, Span terms, Work& work, std::byte* states);
  void finish_exactly(const Cell& cell, std::byte* states);

  const Reduction& reduction_;
  const ReducePlan& plan_;
  const Family& family_;
  double bytes_;
  std::int64_t wanted_units_ = 1;
  std::int64_t tiles_ = 1;
  std::int64_t tile_step_ = 1;   // columns
  bool few_cells_ = false;       // threads share the terms of each
  std::atomic<int> first_tier_;  // a later one once many outputs have needed it
  // Of each tier: outputs that began with it, and those that it was not certain of. Away from what
  // all units read, as each of them writes here.
  alignas(64) std::atomic<std::int64_t> tried_[kMostTiers] = {};
  std::atomic<std::int64_t> failed_[kMostTiers] = {};
  std::mutex mutex_;                     // guards what follows while units run
  std::vector<std::int64_t> uncertain_;  // outputs
  int late_tier_ = kMostTiers;           // the first that some of them have yet to go through
  std::atomic<bool> overflow_{false};
};

}  // namespace strided
