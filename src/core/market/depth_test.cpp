#include "market/depth.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace market {
namespace {

using model::Side;
using money::Price;
using money::Quantity;

model::LevelChanged change(Side side, std::int64_t price, std::int64_t lots,
                           std::uint32_t count = 1) {
  return {model::InstrumentId(1), side, Price(price), Quantity(lots), count};
}
DepthLevel level(std::int64_t price, std::int64_t lots, std::uint32_t count = 1) {
  return {Price(price), Quantity(lots), count};
}

TEST(Depth, ShowsTheBestPricesFirst) {
  Depth depth;
  for (const std::int64_t price : {100, 98, 99, 97})
    depth.apply(change(Side::Buy, price, 1));
  for (const std::int64_t price : {103, 101, 102})
    depth.apply(change(Side::Sell, price, 2));
  EXPECT_THAT(depth.top(Side::Buy, 2), testing::ElementsAre(level(100, 1), level(99, 1)));
  EXPECT_THAT(depth.top(Side::Sell, 9),
              testing::ElementsAre(level(101, 2), level(102, 2), level(103, 2)));
  EXPECT_EQ(depth.best(Side::Buy), level(100, 1));
  EXPECT_EQ(depth.best(Side::Sell), level(101, 2));
}

TEST(Depth, AChangeStatesTheNewTotalAndMayComeTwice) {
  Depth depth;
  for (int i = 0; i < 2; ++i)
    depth.apply(change(Side::Buy, 100, 7, 3));
  EXPECT_EQ(depth.level(Side::Buy, Price(100)), level(100, 7, 3));
  EXPECT_EQ(depth.level_count(Side::Buy), 1U);
  for (int i = 0; i < 2; ++i)
    depth.apply(change(Side::Buy, 100, 0, 0));
  EXPECT_EQ(depth.best(Side::Buy), std::nullopt);
  EXPECT_EQ(depth.level(Side::Buy, Price(100)), level(100, 0, 0));
}

TEST(Depth, KnowsWhenItIsCrossed) {
  Depth depth;
  depth.apply(change(Side::Buy, 100, 1));
  EXPECT_FALSE(depth.crossed());
  depth.apply(change(Side::Sell, 101, 1));
  EXPECT_FALSE(depth.crossed());
  depth.apply(change(Side::Sell, 100, 1));
  EXPECT_TRUE(depth.crossed());
  depth.clear();
  EXPECT_FALSE(depth.crossed());
}

RC_GTEST_PROP(Depth, IsTheLastChangeOfEachPrice, ()) {
  Depth depth;
  std::map<std::int64_t, std::int64_t> bids;
  std::map<std::int64_t, std::int64_t> asks;
  const auto changes =
      *rc::gen::container<std::vector<std::tuple<bool, std::int64_t, std::int64_t>>>(
          rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::inRange<std::int64_t>(1, 12),
                         rc::gen::inRange<std::int64_t>(0, 4)));
  for (const auto& [buy, price, lots] : changes) {
    depth.apply(change(buy ? Side::Buy : Side::Sell, price, lots));
    auto& levels = buy ? bids : asks;
    levels[price] = lots;
    if (lots == 0) levels.erase(price);
  }
  std::vector<DepthLevel> expected_bids;
  for (auto at = bids.rbegin(); at != bids.rend(); ++at) {
    expected_bids.push_back(level(at->first, at->second));
  }
  std::vector<DepthLevel> expected_asks;
  for (const auto& [price, lots] : asks)
    expected_asks.push_back(level(price, lots));
  RC_ASSERT(depth.top(Side::Buy, 99) == expected_bids);
  RC_ASSERT(depth.top(Side::Sell, 99) == expected_asks);
}

}  // namespace
}  // namespace market
