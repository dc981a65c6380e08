#include "market/trade_tape.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace market {
namespace {

TapeTrade trade(std::uint64_t sequence, std::uint32_t index) {
  return {{sequence, index}, {}, {}};
}

TEST(TradeTape, LeavesOutWhatItAlreadyKnows) {
  TradeTape tape(3);
  EXPECT_TRUE(tape.add(trade(5, 1)));
  EXPECT_FALSE(tape.add(trade(5, 1)));
  EXPECT_FALSE(tape.add(trade(5, 0)));
  EXPECT_FALSE(tape.add(trade(4, 9)));
  EXPECT_TRUE(tape.add(trade(5, 2)));
  EXPECT_EQ(tape.size(), 2U);
}

TEST(TradeTape, ASlowReaderGetsTheNewest) {
  TradeTape tape(10);
  for (std::uint64_t i = 1; i <= 6; ++i)
    tape.add(trade(i, 0));
  const auto read = tape.after({2, 0}, 3);
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].place.sequence, 4U);
  EXPECT_EQ(read[2].place.sequence, 6U);
  EXPECT_TRUE(tape.after({6, 0}, 3).empty());
  EXPECT_EQ(tape.after({2, 0}, 99).front().place.sequence, 3U);
}

RC_GTEST_PROP(TradeTape, IsTheTailOfAllTrades, ()) {
  const auto capacity = *rc::gen::inRange<std::size_t>(1, 9);
  const auto count = *rc::gen::inRange<std::size_t>(0, 40);
  TradeTape tape(capacity);
  for (std::size_t i = 1; i <= count; ++i) {
    RC_ASSERT(tape.add(trade(i, static_cast<std::uint32_t>(i % 3))));
  }
  const std::size_t kept = std::min(capacity, count);
  RC_ASSERT(tape.size() == kept);
  const auto last = tape.last(99);
  const auto all = tape.after({}, 99);
  RC_ASSERT(last.size() == kept);
  RC_ASSERT(all.size() == kept);
  for (std::size_t i = 0; i < kept; ++i) {
    RC_ASSERT(last[i].place.sequence == count - i);
    RC_ASSERT(all[kept - 1 - i].place == last[i].place);
    RC_ASSERT(tape.back(i).place == last[i].place);
  }
}

}  // namespace
}  // namespace market
