#include "risk/risk.hpp"

#include <gtest/gtest.h>

namespace risk {
namespace {

using model::Reason;
using model::Side;
using money::Money;
using money::Price;
using money::Quantity;

// A buy of 10 at 100 that passes every check; a tick times a lot is one unit.
struct Case {
  model::Account account;
  model::Instrument instrument;
  Facts facts;

  Case() {
    instrument.tick_size_nano = 1'000'000'000;
    instrument.lot_size_nano = 1'000'000'000;
    instrument.order_quantity_max = Quantity(1'000);
    instrument.order_notional_max = cash(50'000);
    instrument.collar_bps = 1'000;
    facts.account = &account;
    facts.instrument = &instrument;
    facts.limit_price = Price(100);
    facts.quantity = facts.remaining = Quantity(10);
    facts.cash_available = cash(1'000);
    facts.best_bid = Price(99);
    facts.best_ask = Price(101);
  }
  static Money cash(std::int64_t units) {
    return Money(static_cast<numeric::Int128>(units) * 1'000'000'000);
  }
  void market(std::int64_t lots, std::int64_t notional) {
    facts.type = model::OrderType::Market;
    facts.limit_price = Price();
    facts.sweep = {Quantity(lots), cash(notional), Quantity(lots)};
  }
};

TEST(Risk, AcceptsWhatIsJustAffordable) {
  Case c;
  EXPECT_EQ(check(c.facts), Reason::None);
  c.facts.cash_available = Case::cash(1'000) - Money(1);
  EXPECT_EQ(check(c.facts), Reason::InsufficientFunds);
  c.account.kind = model::AccountKind::Simulated;
  EXPECT_EQ(check(c.facts), Reason::None);
}

TEST(Risk, SellsNeedAnAvailablePosition) {
  Case c;
  c.facts.side = Side::Sell;
  c.facts.position = Quantity(20);
  c.facts.position_available = Quantity(9);
  EXPECT_EQ(check(c.facts), Reason::InsufficientPosition);
  c.facts.position_available = Quantity(10);
  EXPECT_EQ(check(c.facts), Reason::None);
}

TEST(Risk, RefusesMalformedFields) {
  const auto refused = [](auto&& change) {
    Case c;
    change(c.facts);
    return check(c.facts);
  };
  EXPECT_EQ(refused([](Facts& f) { f.quantity = Quantity(0); }), Reason::InvalidQuantity);
  EXPECT_EQ(refused([](Facts& f) { f.quantity = Quantity(INT64_MIN); }), Reason::InvalidQuantity);
  EXPECT_EQ(refused([](Facts& f) { f.limit_price = Price(0); }), Reason::InvalidPrice);
  EXPECT_EQ(refused([](Facts& f) { f.limit_price = Price(INT64_MAX); }), Reason::InvalidPrice);
  EXPECT_EQ(refused([](Facts& f) { f.type = model::OrderType::Market; }), Reason::InvalidPrice);
  EXPECT_EQ(refused([](Facts& f) { f.type = static_cast<model::OrderType>(9); }),
            Reason::InvalidOrderType);
  EXPECT_EQ(refused([](Facts& f) { f.side = static_cast<Side>(0); }), Reason::InvalidOrderType);
  EXPECT_EQ(refused([](Facts& f) { f.time_in_force = static_cast<model::TimeInForce>(9); }),
            Reason::InvalidTimeInForce);
}

TEST(Risk, TheFirmsStateComesBeforeTheAccounts) {
  Case c;
  c.facts.firm_state = model::TradingState::Halted;
  c.account.state = model::TradingState::Halted;
  EXPECT_EQ(check(c.facts), Reason::TradingHalted);
  c.facts.firm_state = model::TradingState::Active;
  EXPECT_EQ(check(c.facts), Reason::AccountHalted);
}

TEST(Risk, ReducingAcceptsOnlyWhatReducesAPosition) {
  Case c;
  c.account.kind = model::AccountKind::Simulated;
  c.account.state = model::TradingState::Reducing;
  EXPECT_EQ(check(c.facts), Reason::AccountReducing);
  c.facts.position = Quantity(-10);
  EXPECT_EQ(check(c.facts), Reason::None);
  c.facts.position = Quantity(-9);
  EXPECT_EQ(check(c.facts), Reason::AccountReducing);
  c.facts.side = Side::Sell;
  c.facts.position = Quantity(10);
  EXPECT_EQ(check(c.facts), Reason::None);
  c.facts.position = Quantity(9);
  EXPECT_EQ(check(c.facts), Reason::AccountReducing);
}

TEST(Risk, ASellIsPricedAtTheBetterOfLimitAndBid) {
  Case c;
  c.facts.side = Side::Sell;
  c.facts.limit_price = Price(95);
  EXPECT_EQ(notional(c.facts), Case::cash(990));
  c.facts.limit_price = Price(103);
  EXPECT_EQ(notional(c.facts), Case::cash(1'030));
  c.account.limits.order_notional_max = Case::cash(1'029);
  EXPECT_EQ(check_notional(c.facts), Reason::AccountNotionalLimit);
}

TEST(Risk, TheReferenceIsTheLastTradeElseTheMiddleElseTheBest) {
  Case c;
  EXPECT_EQ(reference_price(c.facts), Price(100));
  c.facts.last = Price(140);
  EXPECT_EQ(reference_price(c.facts), Price(140));
  EXPECT_EQ(check(c.facts), Reason::PriceCollar);
  c.facts.last = Price();
  c.facts.best_bid = Price();
  EXPECT_EQ(reference_price(c.facts), Price(101));
  c.facts.best_ask = Price();
  EXPECT_EQ(check(c.facts), Reason::None);  // a limit order needs no reference
  c.market(0, 0);
  EXPECT_EQ(check(c.facts), Reason::NoReferencePrice);
}

TEST(Risk, TheCollarIncludesItsEdges) {
  Case c;
  c.facts.quantity = c.facts.remaining = Quantity(1);
  for (const std::int64_t price : {90, 110}) {
    c.facts.limit_price = Price(price);
    EXPECT_EQ(check_collar(c.facts), Reason::None);
  }
  for (const std::int64_t price : {89, 111}) {
    c.facts.limit_price = Price(price);
    EXPECT_EQ(check_collar(c.facts), Reason::PriceCollar);
  }
  EXPECT_EQ(collar_bound(c.facts), Price(110));
  c.facts.side = Side::Sell;
  EXPECT_EQ(collar_bound(c.facts), Price(90));
}

TEST(Risk, MarketOrdersArePricedByTheSweep) {
  Case c;
  c.market(10, 1'000);
  EXPECT_EQ(check(c.facts), Reason::None);
  c.market(10, 1'001);
  EXPECT_EQ(check(c.facts), Reason::InsufficientFunds);
  c.market(0, 0);
  EXPECT_EQ(check(c.facts), Reason::NoLiquidity);
  c.market(10, 1'000);
  c.facts.sweep.within_collar = Quantity(9);
  EXPECT_EQ(check(c.facts), Reason::PriceCollar);
}

TEST(Risk, OnlyOrdersThatMayRestCountAgainstTheOpenOrders) {
  Case c;
  c.facts.open_orders = c.account.limits.open_orders_max;
  EXPECT_EQ(check(c.facts), Reason::OpenOrdersLimit);
  c.facts.time_in_force = model::TimeInForce::ImmediateOrCancel;
  EXPECT_EQ(check(c.facts), Reason::None);
}

}  // namespace
}  // namespace risk
