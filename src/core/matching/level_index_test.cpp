#include "matching/level_index.hpp"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace matching {
namespace {

// Reads everything the index can tell about `expected` and about ranks that are not in it.
void must_equal(const LevelIndex& index, const std::map<std::int64_t, std::uint32_t>& expected) {
  LevelIndex::Entry entry = index.first();
  for (const auto& [rank, level] : expected) {
    RC_ASSERT(entry.level == level);
    RC_ASSERT(entry.rank == rank);
    RC_ASSERT(index.find(rank) == level);
    RC_ASSERT(index.find(rank + 1) == (expected.contains(rank + 1) ? expected.at(rank + 1) : 0U));
    // The rank need not be there.
    if (!expected.contains(rank - 1)) RC_ASSERT(index.after(rank - 1).level == level);
    entry = index.after(rank);
  }
  RC_ASSERT(entry.level == 0U);
}

RC_GTEST_PROP(LevelIndex, IsAnOrderedMapWhereverTheMarketMoves, ()) {
  LevelIndex index;
  std::map<std::int64_t, std::uint32_t> expected;
  const auto jumps = *rc::gen::container<std::vector<std::int64_t>>(
      60, rc::gen::oneOf(rc::gen::inRange<std::int64_t>(-30, 30),
                         rc::gen::inRange<std::int64_t>(-3'000, 3'000),
                         rc::gen::inRange<std::int64_t>(-200'000, 200'000)));
  std::int64_t rank = *rc::gen::element<std::int64_t>(0, -1'000'000'000'000, 1'000'000'000'000);
  std::uint32_t level = 0;
  for (const std::int64_t jump : jumps) {
    rank += jump;
    if (!expected.contains(rank)) {
      expected[rank] = ++level;
      index.insert(rank, level);
    }
    if (level % 3 == 0) {  // the best or the worst goes
      const auto gone = level % 2 == 0 ? expected.begin() : std::prev(expected.end());
      index.erase(gone->first);
      expected.erase(gone);
    }
    must_equal(index, expected);
  }
  while (!expected.empty()) {
    index.erase(expected.begin()->first);
    expected.erase(expected.begin());
    must_equal(index, expected);
  }
}

TEST(LevelIndex, FindsTheNextLevelAcrossWordsAndTheWindowsEnd) {
  LevelIndex index;
  index.insert(0, 1);
  index.insert(63, 2);
  index.insert(64, 3);
  index.insert(3'071, 4);  // the last slot when the first rank stands 1,024 inside
  index.insert(3'072, 5);  // the list's first
  EXPECT_EQ(index.after(0).level, 2U);
  EXPECT_EQ(index.after(63).level, 3U);
  EXPECT_EQ(index.after(64).level, 4U);
  EXPECT_EQ(index.after(3'071).level, 5U);
  EXPECT_EQ(index.after(3'072).level, 0U);
}

}  // namespace
}  // namespace matching
