#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.hpp"
#include "containers/lazy_array.hpp"

// Finds the pool slot that holds a key: open addressing with linear probing, at most half full,
// erased by shifting back, so lookups never slow down with age. It doubles as it fills, up to
// entries_max, and never shrinks: in steady state nothing is allocated, and little used stays
// small. Keys live in the pool: the caller passes their hash and compares. Nothing may depend on
// the order of the entries, which is why they cannot be iterated.

namespace containers {

inline constexpr std::uint32_t no_slot = 0xFFFF'FFFF;

// Spreads the bits of an integer key (the finaliser of MurmurHash3).
constexpr std::uint64_t mix(std::uint64_t key) {
  key ^= key >> 33;
  key *= 0xFF51'AFD7'ED55'8CCDULL;
  key ^= key >> 33;
  key *= 0xC4CE'B9FE'1A85'EC53ULL;
  return key ^ (key >> 33);
}

class SlotIndex {
 public:
  explicit SlotIndex(std::uint32_t entries_max) : entries_max_(entries_max), entries_(16) {}

  [[nodiscard]] std::uint32_t size() const { return size_; }

  // The part of a hash that the index uses. It may be kept and passed instead of the hash.
  static std::uint32_t tag_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
  }
  // Starts loading what find, insert and erase read first.
  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&entries_[tag_of(hash) & mask_]); }

  // The slot for which equal(slot) holds, or no_slot.
  template <class Equal>
  [[nodiscard]] std::uint32_t find(std::uint64_t hash, Equal&& equal) const {
    const std::uint32_t tag = tag_of(hash);
    for (std::size_t at = tag & mask_; entries_[at].slot != 0; at = (at + 1) & mask_)
      if (entries_[at].tag == tag && equal(entries_[at].slot - 1)) return entries_[at].slot - 1;
    return no_slot;
  }

  // The key must not be present; CHECKs that there is room.
  void insert(std::uint64_t hash, std::uint32_t slot) {
    CHECK(size_ < entries_max_ && slot != no_slot);
    if ((std::size_t{size_} + 1) * 2 > entries_.size()) grow();
    put({tag_of(hash), slot + 1});
    ++size_;
  }

  // The entry must be present.
  void erase(std::uint64_t hash, std::uint32_t slot) {
    std::size_t hole = tag_of(hash) & mask_;
    while (entries_[hole].slot != slot + 1) {
      CHECK(entries_[hole].slot != 0);
      hole = (hole + 1) & mask_;
    }
    for (std::size_t at = (hole + 1) & mask_; entries_[at].slot != 0; at = (at + 1) & mask_) {
      const std::size_t home = entries_[at].tag & mask_;
      const bool may_move = ((at - home) & mask_) >= ((at - hole) & mask_);
      if (!may_move) continue;
      entries_[hole] = entries_[at];
      hole = at;
    }
    entries_[hole] = {};
    --size_;
  }

 private:
  struct Entry {
    std::uint32_t tag;
    std::uint32_t slot;  // plus one; zero = free
  };
  void put(Entry entry) {
    std::size_t at = entry.tag & mask_;
    while (entries_[at].slot != 0)
      at = (at + 1) & mask_;
    entries_[at] = entry;
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
  std::size_t mask_ = 15;
  std::uint32_t size_ = 0;
};

}  // namespace containers
