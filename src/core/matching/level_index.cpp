#include "matching/level_index.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace matching {
namespace {

// Ticks kept free on the better side of the best level when the window moves.
constexpr std::int64_t lead_ticks = LevelIndex::window_ticks / 4;
constexpr std::int64_t drift_ticks_max = LevelIndex::window_ticks / 2;

// The first entry, from worst to best, that is not worse than `rank`.
auto position_of(const std::vector<LevelIndex::Entry>& entries, std::int64_t rank) {
  return std::lower_bound(
      entries.begin(), entries.end(), rank,
      [](const LevelIndex::Entry& entry, std::int64_t value) { return entry.rank > value; });
}

}  // namespace

LevelIndex::LevelIndex() : slots_(std::make_unique_for_overwrite<std::uint32_t[]>(window_ticks)) {}

LevelIndex::Entry LevelIndex::after(std::int64_t rank) const {
  if (rank < base_) return first();
  const std::uint64_t slot = slot_of(rank) + 1;
  if (slot > window_ticks) {
    const auto place = position_of(outside_, rank);
    return place == outside_.begin() ? Entry{} : *(place - 1);
  }
  if (slot < window_ticks) {
    std::uint64_t word = slot / 64;
    const std::uint64_t rest = words_[word] >> (slot % 64);
    if (rest != 0) return at(slot + static_cast<std::uint64_t>(std::countr_zero(rest)));
    const std::uint64_t later = word == 63 ? 0 : summary_ >> (word + 1);
    if (later != 0) {
      word += 1 + static_cast<std::uint64_t>(std::countr_zero(later));
      return at(word * 64 + static_cast<std::uint64_t>(std::countr_zero(words_[word])));
    }
  }
  return outside_.empty() ? Entry{} : outside_.back();
}

std::uint32_t LevelIndex::find_outside(std::int64_t rank) const {
  const auto place = position_of(outside_, rank);
  return place != outside_.end() && place->rank == rank ? place->level : 0;
}

void LevelIndex::insert_outside(std::int64_t rank, std::uint32_t level) {
  if (summary_ == 0 || rank < base_) {
    move_window(rank);
  } else if (const std::int64_t best = first().rank; best - base_ > drift_ticks_max) {
    move_window(best);
  }
  if (slot_of(rank) < window_ticks) {
    put(rank, level);
  } else {
    outside_.insert(position_of(outside_, rank), Entry{rank, level});
  }
}

void LevelIndex::erase_outside(std::int64_t rank) {
  const auto place = position_of(outside_, rank);
  CHECK(place != outside_.end() && place->rank == rank);
  outside_.erase(place);
}

void LevelIndex::move_window(std::int64_t best) {
  // All levels of the window are better than the list: append them to it, worst first.
  while (summary_ != 0) {
    const auto word = 63 - static_cast<std::uint64_t>(std::countl_zero(summary_));
    while (words_[word] != 0) {
      const auto bit = 63 - static_cast<std::uint64_t>(std::countl_zero(words_[word]));
      outside_.push_back(at(word * 64 + bit));
      words_[word] &= ~(std::uint64_t{1} << bit);
    }
    summary_ &= ~(std::uint64_t{1} << word);
  }
  base_ = best - lead_ticks;
  while (!outside_.empty() && slot_of(outside_.back().rank) < window_ticks) {
    put(outside_.back().rank, outside_.back().level);
    outside_.pop_back();
  }
}

}  // namespace matching
