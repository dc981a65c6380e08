#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "containers/lazy_array.hpp"
#include "containers/sequence_index.hpp"
#include "containers/slot_index.hpp"

namespace containers {
namespace {

TEST(LazyArray, StartsAsZeros) {
  LazyArray<std::uint64_t> array(1'000);
  for (std::size_t i = 0; i < array.size(); ++i)
    EXPECT_EQ(array[i], 0U);
}

TEST(SlotIndex, AgreesWithAMapUnderCollisions) {
  const bool held = rc::check([](const std::vector<std::pair<bool, std::uint8_t>>& steps) {
    SlotIndex index(256);
    std::map<std::uint32_t, bool> oracle;
    // Few distinct hashes, also at the end of the table, so that runs collide and wrap around.
    const auto hash = [](std::uint32_t key) {
      return std::uint64_t{key % 4 == 0 ? 511U : key % 7};
    };
    for (const auto& [add, byte] : steps) {
      const std::uint32_t key = byte % 200;
      const auto same = [&](std::uint32_t slot) { return slot == key; };
      const bool present = index.find(hash(key), same) != no_slot;
      RC_ASSERT(present == oracle.contains(key));
      if (add && !present) {
        index.insert(hash(key), key);
        oracle[key] = true;
      } else if (!add && present) {
        index.erase(hash(key), key);
        oracle.erase(key);
      }
      RC_ASSERT(index.size() == oracle.size());
    }
    for (const auto& [key, unused] : oracle)
      RC_ASSERT(index.find(hash(key), [k = key](std::uint32_t s) { return s == k; }) == key);
  });
  EXPECT_TRUE(held);
}

TEST(SlotIndex, GrowsToItsCapacity) {
  SlotIndex index(5'000);
  for (std::uint32_t key = 0; key < 5'000; ++key)
    index.insert(mix(key), key);
  for (std::uint32_t key = 0; key < 5'000; ++key)
    EXPECT_EQ(index.find(mix(key), [key](std::uint32_t slot) { return slot == key; }), key);
  for (std::uint32_t key = 0; key < 5'000; ++key)
    index.erase(mix(key), key);
  EXPECT_EQ(index.size(), 0U);
}

// Keys rise like order ids; most are erased soon, some stay for long and are met again, as the low
// bits repeat.
TEST(SequenceIndex, AgreesWithAMapAsOldKeysStay) {
  const bool held = rc::check([](const std::vector<std::uint8_t>& steps) {
    SequenceIndex index(256);
    std::map<std::uint64_t, std::uint32_t> oracle;  // key to slot
    std::vector<std::uint64_t> keys(256);           // by slot; zero = free
    std::uint64_t key = 0xFFFF'FFC0;                // passes 32 bits on the way
    const auto find = [&](std::uint64_t wanted) {
      return index.find(wanted, [&](std::uint32_t slot) { return keys[slot] == wanted; });
    };
    for (const std::uint8_t step : steps) {
      key += step % 16 == 0 ? (std::uint64_t{1} << 32) : 1 + step % 3;
      const std::uint32_t slot = step;
      if (keys[slot] != 0) {
        index.erase(keys[slot], slot);
        oracle.erase(keys[slot]);
        keys[slot] = 0;
      } else {
        index.insert(key, slot);
        oracle[key] = slot;
        keys[slot] = key;
      }
      RC_ASSERT(index.size() == oracle.size());
      RC_ASSERT(find(key + 1) == no_slot);
    }
    for (const auto& [present, slot] : oracle)
      RC_ASSERT(find(present) == slot);
  });
  EXPECT_TRUE(held);
}

TEST(SequenceIndex, KeepsOldKeysWhileTheTableIsPassedManyTimes) {
  SequenceIndex index(1'000);
  constexpr std::uint64_t stays = 400;
  const auto is = [](std::uint64_t key) {
    return [key](std::uint32_t slot) {
      return slot < stays ? key == slot * 7 + 1 : key > stays * 7 && (key - slot) % 600 == 0;
    };
  };
  for (std::uint32_t i = 0; i < stays; ++i)
    index.insert(std::uint64_t{i} * 7 + 1, i);
  for (std::uint64_t key = 6'000; key < 60'000; ++key) {
    const auto slot = static_cast<std::uint32_t>(stays + (key - stays) % 600);
    if (key >= 6'600) index.erase(key - 600, slot);
    index.insert(key, slot);
    ASSERT_EQ(index.find(key, is(key)), slot);
  }
  for (std::uint32_t i = 0; i < stays; ++i)
    EXPECT_EQ(index.find(std::uint64_t{i} * 7 + 1, is(std::uint64_t{i} * 7 + 1)), i);
  EXPECT_EQ(index.size(), 1'000U);
}

}  // namespace
}  // namespace containers
