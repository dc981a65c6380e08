#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.hpp"
#include "containers/lazy_array.hpp"
#include "containers/slot_index.hpp"

// Finds the pool slot of a number that was given out in sequence (an order id). The number's low
// bits are its place in a table at least twice as large as its content, so neighbours share cache
// lines and the newest numbers seldom meet an older one; the few that do stand in a SlotIndex. Like
// that, it doubles as it fills, up to entries_max, never shrinks, and leaves the comparison of
// whole keys to the caller: only the low 32 bits of a key are used here.

namespace containers {

class SequenceIndex {
 public:
  explicit SequenceIndex(std::uint32_t entries_max)
      : entries_max_(entries_max), entries_(16), displaced_(entries_max) {}

  [[nodiscard]] std::uint32_t size() const { return size_; }
  void prefetch(std::uint64_t key) const { __builtin_prefetch(&entries_[low(key) & mask_]); }

  // The slot for which equal(slot) holds, or no_slot.
  template <class Equal>
  [[nodiscard]] std::uint32_t find(std::uint64_t key, Equal&& equal) const {
    const Entry entry = entries_[low(key) & mask_];
    if (entry.key == low(key) && entry.slot != 0 && equal(entry.slot - 1)) [[likely]]
      return entry.slot - 1;
    return displaced_.size() == 0 ? no_slot : displaced_.find(mix(low(key)), equal);
  }

  // The key must not be present; CHECKs that there is room.
  void insert(std::uint64_t key, std::uint32_t slot) {
    CHECK(size_ < entries_max_ && slot != no_slot);
    if ((std::size_t{size_} + 1) * 2 > entries_.size()) grow();
    put({low(key), slot + 1});
    ++size_;
  }

  // The entry must be present.
  void erase(std::uint64_t key, std::uint32_t slot) {
    Entry& home = entries_[low(key) & mask_];
    if (home.slot == slot + 1) {
      home = {};
    } else {
      displaced_.erase(mix(low(key)), slot);
    }
    --size_;
  }

 private:
  struct Entry {
    std::uint32_t key;
    std::uint32_t slot;  // plus one; zero = free
  };
  static std::uint32_t low(std::uint64_t key) { return static_cast<std::uint32_t>(key); }
  void put(Entry entry) {
    Entry& home = entries_[entry.key & mask_];
    if (home.slot == 0) {
      home = entry;
    } else {
      displaced_.insert(mix(entry.key), entry.slot - 1);
    }
  }
  void grow() {
    LazyArray<Entry> old(entries_.size() * 2);
    std::swap(old, entries_);
    mask_ = entries_.size() - 1;
    for (std::size_t i = 0; i < old.size(); ++i)
      if (old[i].slot != 0) put(old[i]);
  }

  std::uint32_t entries_max_;
  LazyArray<Entry> entries_;
  SlotIndex displaced_;
  std::size_t mask_ = 15;
  std::uint32_t size_ = 0;
};

}  // namespace containers
