#include "engine/engine.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/fixture_test.hpp"

namespace engine {
namespace {

using model::OrderStatus;
using model::Reason;
using model::Side;
using model::TimeInForce;
using money::Price;
using money::Quantity;

TEST(Engine, FillsACrossingOrderAndMovesCashAndPosition) {
  Fixture f;
  f.seed_position(2, 10);
  const Outcome sell = f.limit(2, Side::Sell, 100, 10, "s1");
  ASSERT_EQ(sell.reason, Reason::None);
  EXPECT_EQ(f.engine.lots_ahead(sell.order.id), 0);
  const Outcome buy = f.limit(1, Side::Buy, 105, 4, "b1");
  ASSERT_EQ(buy.reason, Reason::None);
  EXPECT_EQ(buy.order.status, OrderStatus::Filled);
  EXPECT_EQ(buy.order.filled_notional, f.cash(400));
  EXPECT_EQ(f.balance(1).balance, f.cash(100'000 - 400));
  EXPECT_EQ(f.balance(1).held, f.cash(0));
  EXPECT_EQ(f.position(1).quantity, Quantity(4));
  EXPECT_EQ(f.position(1).cost, f.cash(400));
  EXPECT_EQ(f.position(2).quantity, Quantity(6));
  EXPECT_EQ(f.position(2).held, Quantity(6));
  EXPECT_EQ(f.engine.order(sell.order.id)->status, OrderStatus::PartiallyFilled);
  EXPECT_EQ(f.engine.last_price(f.acme), Price(100));
  EXPECT_EQ(f.engine.broken_invariant(), "");
}

TEST(Engine, RemembersClientOrderIds) {
  Fixture f;
  const Outcome first = f.limit(1, Side::Buy, 100, 5, "a");
  const Outcome again = f.limit(1, Side::Buy, 100, 5, "a");
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.order.id, first.order.id);
  EXPECT_TRUE(f.last_events().empty());
  EXPECT_EQ(f.limit(1, Side::Buy, 100, 6, "a").reason, Reason::DuplicateClientOrderId);
  // Also after a replace and an end: the body compared is the one first submitted.
  f.run(model::ReplaceOrder{f.id(1), first.order.id, Price(99), {}});
  f.run(model::CancelOrder{f.id(1), first.order.id});
  const Outcome later = f.limit(1, Side::Buy, 100, 5, "a");
  EXPECT_TRUE(later.duplicate);
  EXPECT_EQ(later.order.status, OrderStatus::Canceled);
  EXPECT_EQ(f.limit(2, Side::Buy, 100, 5, "a").duplicate, false);
}

TEST(Engine, RepeatsTheReasonOfARejectedOrder) {
  Fixture f;
  const Outcome first = f.limit(1, Side::Sell, 100, 5, "a");
  EXPECT_EQ(first.reason, Reason::InsufficientPosition);
  EXPECT_EQ(f.engine.find_order(f.id(1), "a")->status, OrderStatus::Rejected);
  const Outcome again = f.limit(1, Side::Sell, 100, 5, "a");
  EXPECT_TRUE(again.duplicate);
  EXPECT_EQ(again.reason, Reason::InsufficientPosition);
  EXPECT_EQ(again.order.id, first.order.id);
}

TEST(Engine, SnapshotsInTheMiddleAndGoesOnTheSame) {
  Fixture f;
  f.limit(1, Side::Buy, 99, 5, "a");
  f.outside(Side::Sell, 101, 50);
  f.limit(1, Side::Buy, 101, 20, "b");
  bytes::Encoder out;
  f.engine.save(out);
  bytes::Decoder in(out.view());
  base::Result<Engine> loaded = Engine::load(in, Fixture::limits());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(loaded->state_hash(), f.engine.state_hash());
  EXPECT_EQ(loaded->broken_invariant(), "");
}

TEST(Engine, RefusesADamagedSnapshotAtEveryLength) {
  Fixture f;
  f.limit(1, Side::Buy, 99, 5, "a");
  f.outside(Side::Sell, 101, 50);
  bytes::Encoder out;
  f.engine.save(out);
  for (std::size_t size = 0; size < out.size(); ++size) {
    bytes::Decoder in(out.view().first(size));
    EXPECT_FALSE(Engine::load(in, Fixture::limits())) << size;
  }
}

}  // namespace
}  // namespace engine
