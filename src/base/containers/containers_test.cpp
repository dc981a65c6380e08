#include <map>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "containers/lazy_array.hpp"
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

}  // namespace
}  // namespace containers
