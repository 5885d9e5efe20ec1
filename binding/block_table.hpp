// The blocks of an environment by number, so that a descriptor can name its block without a call
// across the border. A number is used once: one whose block has gone finds nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "storage.hpp"

namespace binding {

class BlockTable {
 public:
  // A positive integer that a double holds.
  double add(strided::Block* block) {
    if (free_.empty()) {
      free_.push_back(static_cast<std::uint32_t>(entries_.size()));
      entries_.emplace_back();
      free_.reserve(entries_.capacity());  // remove() must not fail
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    Entry& entry = entries_[place];
    entry.block = block;
    ++entry.turn;
    return static_cast<double>(entry.turn * kPlaces + place);
  }

  // Null when there is none of that number.
  strided::Block* find(double number) const noexcept {
    if (!(number >= kPlaces && number < kTurns * static_cast<double>(kPlaces))) return nullptr;
    const auto whole = static_cast<std::uint64_t>(number);
    const std::uint64_t place = whole % kPlaces;
    if (static_cast<double>(whole) != number || place >= entries_.size()) return nullptr;
    const Entry& entry = entries_[place];
    return entry.turn == whole / kPlaces ? entry.block : nullptr;
  }

  void remove(double number) noexcept {
    const auto place = static_cast<std::uint32_t>(static_cast<std::uint64_t>(number) % kPlaces);
    Entry& entry = entries_[place];
    entry.block = nullptr;
    if (entry.turn + 1 < kTurns) free_.push_back(place);
  }

 private:
  static constexpr std::uint64_t kPlaces = std::uint64_t{1} << 32;
  static constexpr std::uint64_t kTurns = std::uint64_t{1} << 21;
  struct Entry {
    strided::Block* block = nullptr;
    std::uint64_t turn = 0;
  };
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace binding
