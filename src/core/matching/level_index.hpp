#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <vector>

namespace matching {

// Where the levels of one side are, best first. Keys are ranks: smaller is better, so both sides
// share one code. Ranks near the best stand in a window of 4,096 ticks with a bitmap; worse ones in
// a sorted list. The window follows the market: a better rank than it covers moves it, and when it
// is empty or the best has drifted through half of it, it moves and takes in from the list. A move
// is linear in the levels of the window; a change in the list moves the worse entries behind it.
class alignas(64) LevelIndex {
 public:
  static constexpr std::uint64_t window_ticks = 4'096;

  struct Entry {
    std::int64_t rank = 0;
    std::uint32_t level = 0;  // 0 = none
  };

  LevelIndex();

  [[nodiscard]] std::uint32_t find(std::int64_t rank) const {
    const std::uint64_t slot = slot_of(rank);
    if (slot < window_ticks) [[likely]] {
      return (words_[slot / 64] >> (slot % 64) & 1) != 0 ? slots_[slot] : 0;
    }
    return find_outside(rank);
  }

  // The rank must not be there yet.
  void insert(std::int64_t rank, std::uint32_t level) {
    if (slot_of(rank) < window_ticks) [[likely]] {
      put(rank, level);
    } else {
      insert_outside(rank, level);
    }
  }

  // The rank must be there.
  void erase(std::int64_t rank) {
    const std::uint64_t slot = slot_of(rank);
    if (slot >= window_ticks) [[unlikely]] {
      erase_outside(rank);
      return;
    }
    words_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    if (words_[slot / 64] == 0) {
      summary_ &= ~(std::uint64_t{1} << (slot / 64));
      if (summary_ == 0 && !outside_.empty()) [[unlikely]]
        move_window(outside_.back().rank);
    }
  }

  [[nodiscard]] Entry first() const {
    if (summary_ == 0) return {};
    const auto word = static_cast<std::uint64_t>(std::countr_zero(summary_));
    return at(word * 64 + static_cast<std::uint64_t>(std::countr_zero(words_[word])));
  }

  // The rank of first(), from the bitmap alone; `none` when there is no entry.
  [[nodiscard]] std::int64_t first_rank(std::int64_t none) const {
    if (summary_ == 0) return none;
    const auto word = static_cast<std::uint64_t>(std::countr_zero(summary_));
    return base_ + static_cast<std::int64_t>(
                       word * 64 + static_cast<std::uint64_t>(std::countr_zero(words_[word])));
  }

  // The best entry with a worse rank than this; the rank itself need not be there.
  [[nodiscard]] Entry after(std::int64_t rank) const;

 private:
  [[nodiscard]] std::uint64_t slot_of(std::int64_t rank) const {
    return static_cast<std::uint64_t>(rank) - static_cast<std::uint64_t>(base_);
  }
  [[nodiscard]] Entry at(std::uint64_t slot) const {
    return {base_ + static_cast<std::int64_t>(slot), slots_[slot]};
  }
  void put(std::int64_t rank, std::uint32_t level) {
    const std::uint64_t slot = slot_of(rank);
    words_[slot / 64] |= std::uint64_t{1} << (slot % 64);
    summary_ |= std::uint64_t{1} << (slot / 64);
    slots_[slot] = level;
  }

  [[nodiscard]] std::uint32_t find_outside(std::int64_t rank) const;
  void insert_outside(std::int64_t rank, std::uint32_t level);
  void erase_outside(std::int64_t rank);
  // Places the window so that `best` stands a little inside its better end.
  void move_window(std::int64_t best);

  std::int64_t base_ = 0;                   // rank of slot 0
  std::uint64_t summary_ = 0;               // bit w = words_[w] is not zero
  std::unique_ptr<std::uint32_t[]> slots_;  // level of each occupied slot; others are garbage
  std::vector<Entry> outside_;  // worst first; all worse than the window; empty if the window is
  std::array<std::uint64_t, window_ticks / 64> words_{};  // bit = slot is occupied
};

}  // namespace matching
