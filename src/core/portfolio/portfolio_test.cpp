#include "portfolio/portfolio.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace portfolio {
namespace {

using model::Position;
using money::Money;
using money::Quantity;

Position after(std::vector<std::pair<std::int64_t, std::int64_t>> trades) {
  Position position;
  for (const auto& [lots, price] : trades)
    apply_trade(position, Quantity(lots), Money(price * (lots < 0 ? -lots : lots)));
  return position;
}

TEST(Portfolio, AveragesTheCostOfWhatIsAdded) {
  const Position position = after({{10, 100}, {30, 120}});
  EXPECT_EQ(position.quantity, Quantity(40));
  EXPECT_EQ(position.cost, Money(4'600));
  EXPECT_EQ(position.realised_profit, Money());
}

TEST(Portfolio, RealisesProfitOnWhatIsClosed) {
  const Position position = after({{10, 100}, {-4, 130}});
  EXPECT_EQ(position.cost, Money(600));
  EXPECT_EQ(position.realised_profit, Money(120));
}

TEST(Portfolio, RoundsHalfAwayFromZeroAndLosesNothing) {
  // Cost 5 for two lots: one of them cost 2.5, taken as 3; the last takes what is left.
  Position position = after({{1, 2}, {1, 3}, {-1, 10}});
  EXPECT_EQ(position.cost, Money(2));
  EXPECT_EQ(position.realised_profit, Money(7));
  apply_trade(position, Quantity(-1), Money(10));
  EXPECT_EQ(position.cost, Money());
  EXPECT_EQ(position.realised_profit, Money(15));
  EXPECT_EQ(after({{-1, 2}, {-1, 3}, {1, 10}}).cost, Money(-2));
}

TEST(Portfolio, CrossesFromLongToShortAndBack) {
  const Position shorted = after({{10, 100}, {-25, 110}});
  EXPECT_EQ(shorted.quantity, Quantity(-15));
  EXPECT_EQ(shorted.cost, Money(-1'650));
  EXPECT_EQ(shorted.realised_profit, Money(100));
  const Position back = after({{10, 100}, {-25, 110}, {20, 90}});
  EXPECT_EQ(back.quantity, Quantity(5));
  EXPECT_EQ(back.cost, Money(450));
  EXPECT_EQ(back.realised_profit, Money(400));
}

TEST(Portfolio, SurvivesAmountsWhoseProductWouldOverflow) {
  Position position;
  const Money cost(static_cast<numeric::Int128>(1) << 120);
  position.quantity = Quantity(std::int64_t{1} << 40);
  position.cost = cost;
  apply_trade(position, -Quantity(std::int64_t{1} << 39),
              Money(static_cast<numeric::Int128>(1) << 100));
  EXPECT_EQ(position.cost.nano(), cost.nano() / 2);
}

TEST(Portfolio, CostLessProfitIsAlwaysWhatWasPaid) {
  const bool held = rc::check([](const std::vector<std::pair<std::int8_t, std::uint16_t>>& trades) {
    Position position;
    Money paid;
    Quantity quantity;
    for (const auto& [lots, price] : trades) {
      if (lots == 0) continue;
      const std::int64_t size = lots < 0 ? -lots : lots;
      apply_trade(position, Quantity(lots), Money(std::int64_t{price} * size));
      paid += Money(std::int64_t{price} * lots);
      quantity += Quantity(lots);
      RC_ASSERT(position.quantity == quantity);
      RC_ASSERT(position.cost - position.realised_profit == paid);
      if (quantity == Quantity()) RC_ASSERT(position.cost == Money());
    }
  });
  EXPECT_TRUE(held);
}

TEST(Portfolio, HoldsWhatWorkingSellsOffer) {
  Portfolio portfolio(4, 4);
  const std::uint32_t slot = portfolio.ensure(model::AccountId(1), model::InstrumentId(2), true);
  portfolio.trade(slot, Quantity(10), Money(100));
  portfolio.hold(slot, Quantity(7));
  EXPECT_EQ(portfolio.available(slot), Quantity(3));
  EXPECT_DEATH(portfolio.hold(slot, Quantity(4)), "held <= ");
  EXPECT_DEATH(portfolio.trade(slot, Quantity(-4), Money(40)), "held <= ");
  portfolio.release(slot, Quantity(7));
  EXPECT_EQ(portfolio.available(slot), Quantity(10));
}

TEST(Portfolio, FindsPositionsAndRefusesWhenFull) {
  Portfolio portfolio(4, 2);
  const std::uint32_t slot = portfolio.ensure(model::AccountId(1), model::InstrumentId(2), true);
  portfolio.ensure(model::AccountId(1), model::InstrumentId(1), true);
  EXPECT_EQ(portfolio.find(model::AccountId(1), model::InstrumentId(2)), slot);
  EXPECT_EQ(portfolio.find(model::AccountId(2), model::InstrumentId(2)), containers::no_slot);
  EXPECT_EQ(portfolio.ensure(model::AccountId(2), model::InstrumentId(2), true),
            containers::no_slot);
  const std::vector<std::uint32_t> lines = portfolio.lines_of(model::AccountId(1));
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(portfolio.line(lines[0]).value.instrument, model::InstrumentId(1));
}

}  // namespace
}  // namespace portfolio
