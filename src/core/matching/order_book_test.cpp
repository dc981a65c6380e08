#include "matching/order_book.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace matching {
namespace {

using model::OrderId;
using model::Side;
using money::Price;
using money::Quantity;
using testing::ElementsAre;
using testing::IsEmpty;

class OrderBookTest : public testing::Test {
 protected:
  Handle rest(std::uint64_t id, Side side, std::int64_t price, std::int64_t lots) {
    return book_.rest(OrderId(id), side, Price(price), Quantity(lots));
  }
  // "order@price:quantity/remaining" of each fill.
  auto recorder() {
    return [this](const Fill& fill) {
      fills_.push_back(
          std::to_string(fill.maker.value()) + "@" + std::to_string(fill.price.ticks()) + ":" +
          std::to_string(fill.quantity.lots()) + "/" + std::to_string(fill.maker_remaining.lots()));
    };
  }
  std::int64_t match(Side taker, std::int64_t limit, std::int64_t lots,
                     Makers makers = Makers::All) {
    return book_.match(taker, Price(limit), Quantity(lots), recorder(), makers).lots();
  }
  // "order:remaining" in the queue at a price.
  std::vector<std::string> queue(Side side, std::int64_t price) const {
    std::vector<std::string> places;
    book_.for_each_order([&](const RestingOrder& order) {
      if (order.side != side || order.price != Price(price)) return;
      places.push_back(std::to_string(order.order.value()) + ":" +
                       std::to_string(order.remaining.lots()));
    });
    return places;
  }
  bool show(Side side, std::int64_t price, std::int64_t lots) {
    return book_.set_external(side, Price(price), Quantity(lots));
  }

  OrderPool pool_{1'000};
  OrderBook book_{pool_};
  std::vector<std::string> fills_;
};

using OrderBookDeathTest = OrderBookTest;

TEST_F(OrderBookTest, FillsAtTheRestingOrdersPrice) {
  rest(1, Side::Sell, 101, 5);
  EXPECT_EQ(match(Side::Buy, 105, 3), 0);
  EXPECT_THAT(fills_, ElementsAre("1@101:3/2"));
}

TEST_F(OrderBookTest, FillsTheBestPriceFirstAndThenTheOldestOrder) {
  rest(1, Side::Buy, 99, 5);
  rest(2, Side::Buy, 100, 5);
  rest(3, Side::Buy, 100, 5);
  EXPECT_EQ(match(Side::Sell, 99, 12), 0);
  EXPECT_THAT(fills_, ElementsAre("2@100:5/0", "3@100:5/0", "1@99:2/3"));
}

TEST_F(OrderBookTest, LeavesWhatTheLimitDoesNotReach) {
  rest(1, Side::Sell, 101, 5);
  rest(2, Side::Sell, 102, 5);
  EXPECT_EQ(match(Side::Buy, 101, 8), 3);
  EXPECT_EQ(book_.best(Side::Sell), Price(102));
}

TEST_F(OrderBookTest, AMarketOrderTakesEveryPrice) {
  rest(1, Side::Sell, 1, 1);
  rest(2, Side::Sell, model::price_ticks_max, 1);
  rest(3, Side::Buy, 1, 1);
  EXPECT_EQ(book_.match(Side::Buy, market_limit(Side::Buy), Quantity(3), recorder()), Quantity(1));
  EXPECT_EQ(book_.match(Side::Sell, market_limit(Side::Sell), Quantity(1), recorder()),
            Quantity(0));
  EXPECT_THAT(fills_, ElementsAre("1@1:1/0", "2@1000000000000:1/0", "3@1:1/0"));
  EXPECT_EQ(pool_.used(), 0U);
}

TEST_F(OrderBookTest, AFilledMakerHasLeftWhenItIsReported) {
  rest(1, Side::Sell, 101, 5);
  std::int64_t seen = -1;
  book_.match(Side::Buy, Price(101), Quantity(5),
              [&](const Fill&) { seen = book_.level(Side::Sell, Price(101)).quantity.lots(); });
  EXPECT_EQ(seen, 0);
}

TEST_F(OrderBookTest, CancelTakesAnOrderFromTheMiddleOfItsQueue) {
  rest(1, Side::Buy, 100, 1);
  const Handle second = rest(2, Side::Buy, 100, 2);
  const Handle third = rest(3, Side::Buy, 100, 3);
  book_.cancel(second);
  EXPECT_THAT(queue(Side::Buy, 100), ElementsAre("1:1", "3:3"));
  EXPECT_EQ(book_.lots_ahead(third), Quantity(1));
}

TEST_F(OrderBookTest, ReduceKeepsThePlaceInTheQueue) {
  const Handle first = rest(1, Side::Buy, 100, 5);
  rest(2, Side::Buy, 100, 5);
  book_.reduce(first, Quantity(2));
  EXPECT_EQ(book_.remaining(first), Quantity(2));
  EXPECT_EQ(book_.level(Side::Buy, Price(100)).quantity, Quantity(7));
  match(Side::Sell, 100, 3);
  EXPECT_THAT(fills_, ElementsAre("1@100:2/0", "2@100:1/4"));
}

TEST_F(OrderBookTest, SweepTellsQuantityAndCostWithoutFilling) {
  rest(1, Side::Sell, 101, 5);
  rest(2, Side::Sell, 103, 5);
  const Sweep sweep = book_.sweep(Side::Buy, Price(103), Quantity(7));
  EXPECT_EQ(sweep.quantity, Quantity(7));
  EXPECT_TRUE(sweep.notional == 5 * 101 + 2 * 103);
  EXPECT_EQ(book_.available(Side::Buy, Price(102), Quantity(7)), Quantity(5));
  EXPECT_EQ(pool_.used(), 2U);
}

TEST_F(OrderBookTest, SweepOfTheLargestQuantitiesDoesNotOverflow) {
  for (std::uint64_t id = 1; id <= 900; ++id) {
    rest(id, Side::Sell, model::price_ticks_max, model::quantity_lots_max);
  }
  const Quantity all(900 * model::quantity_lots_max);
  EXPECT_EQ(book_.level(Side::Sell, Price(model::price_ticks_max)).quantity, all);
  EXPECT_TRUE(book_.sweep(Side::Buy, market_limit(Side::Buy), all).notional ==
              static_cast<numeric::Int128>(all.lots()) * model::price_ticks_max);
}

TEST_F(OrderBookTest, OutsideGrowthQueuesBehindUsersAndTheyBehindWhatWasDisplayed) {
  EXPECT_TRUE(show(Side::Buy, 100, 10));
  const Handle user = rest(7, Side::Buy, 100, 4);
  EXPECT_TRUE(show(Side::Buy, 100, 15));
  EXPECT_THAT(queue(Side::Buy, 100), ElementsAre("0:10", "7:4", "0:5"));
  EXPECT_EQ(book_.lots_ahead(user), Quantity(10));
  EXPECT_EQ(book_.external_quantity(Side::Buy, Price(100)), Quantity(15));
}

TEST_F(OrderBookTest, OutsideGrowthMeltsIntoDisplayedLiquidityInFrontOfIt) {
  show(Side::Sell, 100, 10);
  show(Side::Sell, 100, 25);
  EXPECT_THAT(queue(Side::Sell, 100), ElementsAre("0:25"));
  EXPECT_EQ(pool_.used(), 1U);
}

TEST_F(OrderBookTest, OutsideShrinkageLeavesFromTheBack) {
  show(Side::Buy, 100, 10);
  rest(7, Side::Buy, 100, 4);
  show(Side::Buy, 100, 15);
  show(Side::Buy, 100, 8);
  EXPECT_THAT(queue(Side::Buy, 100), ElementsAre("0:8", "7:4"));
  show(Side::Buy, 100, 0);
  EXPECT_THAT(queue(Side::Buy, 100), ElementsAre("7:4"));
}

TEST_F(OrderBookTest, DisplayedLiquidityJoinsWhenTheUserBetweenLeaves) {
  show(Side::Buy, 100, 10);
  const Handle user = rest(7, Side::Buy, 100, 4);
  show(Side::Buy, 100, 15);
  book_.cancel(user);
  EXPECT_THAT(queue(Side::Buy, 100), ElementsAre("0:15"));
  EXPECT_EQ(book_.level(Side::Buy, Price(100)).order_count, 1U);
}

TEST_F(OrderBookTest, AnOutsideTradeConsumesTheQueueFromTheFront) {
  show(Side::Buy, 100, 10);
  rest(7, Side::Buy, 100, 4);
  show(Side::Buy, 100, 20);
  const auto trade = [&](std::int64_t lots) {
    return book_.apply_external_trade(Side::Sell, Price(100), Quantity(lots), recorder()).lots();
  };
  EXPECT_EQ(trade(10), 0);
  EXPECT_THAT(fills_, IsEmpty());
  EXPECT_EQ(trade(3), 0);
  EXPECT_THAT(fills_, ElementsAre("7@100:3/1"));
  EXPECT_EQ(trade(15), 4);
  EXPECT_THAT(fills_, ElementsAre("7@100:3/1", "7@100:1/0"));
  EXPECT_EQ(book_.best(Side::Buy), std::nullopt);
}

TEST_F(OrderBookTest, AnOutsideTradeFillsUsersAtTheirOwnBetterPrice) {
  rest(7, Side::Sell, 99, 4);
  show(Side::Sell, 100, 5);
  book_.apply_external_trade(Side::Buy, Price(100), Quantity(6), recorder());
  EXPECT_THAT(fills_, ElementsAre("7@99:4/0"));
  EXPECT_THAT(queue(Side::Sell, 100), ElementsAre("0:3"));
}

TEST_F(OrderBookTest, OutsideLiquidityIsNeverMatchedAgainstItself) {
  show(Side::Sell, 100, 5);
  rest(7, Side::Sell, 100, 4);
  rest(8, Side::Sell, 101, 4);
  book_.rest(OrderId(9), Side::Sell, Price(101), Quantity(2), true);
  EXPECT_EQ(book_.available(Side::Buy, Price(102), Quantity(99), Makers::UsersOnly), Quantity(8));
  EXPECT_EQ(match(Side::Buy, 102, 9, Makers::UsersOnly), 1);
  EXPECT_THAT(fills_, ElementsAre("7@100:4/0", "8@101:4/0"));
  EXPECT_THAT(queue(Side::Sell, 100), ElementsAre("0:5"));
  EXPECT_THAT(queue(Side::Sell, 101), ElementsAre("9:2"));
}

TEST_F(OrderBookTest, UsersTradeWithDisplayedLiquidity) {
  show(Side::Sell, 100, 5);
  EXPECT_EQ(match(Side::Buy, 100, 3), 0);
  EXPECT_THAT(fills_, ElementsAre("0@100:3/2"));
  EXPECT_EQ(book_.external_quantity(Side::Sell, Price(100)), Quantity(2));
}

TEST_F(OrderBookTest, ClearExternalKeepsOrdersAndTellsEachLevelOnce) {
  show(Side::Buy, 100, 10);
  rest(7, Side::Buy, 100, 4);
  show(Side::Buy, 100, 15);
  show(Side::Buy, 90'000, 1);
  rest(8, Side::Sell, 100'000, 1);
  std::vector<std::int64_t> prices;
  book_.clear_external([&](Side side, Price price) {
    EXPECT_EQ(side, Side::Buy);
    prices.push_back(price.ticks());
  });
  EXPECT_THAT(prices, ElementsAre(90'000, 100));
  EXPECT_THAT(queue(Side::Buy, 100), ElementsAre("7:4"));
  EXPECT_EQ(pool_.used(), 2U);
}

TEST_F(OrderBookTest, AFullPoolRefusesAndChangesNothing) {
  OrderPool pool(2);
  OrderBook book(pool);
  EXPECT_NE(book.rest(OrderId(1), Side::Buy, Price(10), Quantity(1)), no_handle);
  EXPECT_NE(book.rest(OrderId(2), Side::Buy, Price(11), Quantity(1)), no_handle);
  EXPECT_EQ(book.rest(OrderId(3), Side::Buy, Price(12), Quantity(1)), no_handle);
  EXPECT_FALSE(book.set_external(Side::Buy, Price(12), Quantity(1)));
  EXPECT_EQ(book.best(Side::Buy), Price(11));
  book.match(Side::Sell, Price(11), Quantity(1), [](const Fill&) {});
  EXPECT_NE(book.rest(OrderId(3), Side::Buy, Price(12), Quantity(1)), no_handle);
}

TEST_F(OrderBookTest, DepthIsBestFirstAndLimited) {
  for (std::int64_t price = 1; price <= 50'000; price += 1'000)
    rest(1, Side::Buy, price, 1);
  std::vector<std::int64_t> prices;
  book_.for_each_level(Side::Buy, 3,
                       [&](const LevelView& level) { prices.push_back(level.price.ticks()); });
  EXPECT_THAT(prices, ElementsAre(49'001, 48'001, 47'001));
}

TEST_F(OrderBookDeathTest, ADeadHandleIsABug) {
  const Handle handle = rest(1, Side::Buy, 100, 1);
  book_.cancel(handle);
  EXPECT_DEATH(book_.cancel(handle), "live");
  EXPECT_DEATH((void)book_.remaining(no_handle), "live");
  EXPECT_DEATH(rest(2, Side::Buy, 0, 1), "price");
}

}  // namespace
}  // namespace matching
