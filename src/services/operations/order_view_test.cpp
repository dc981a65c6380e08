#include "operations/order_view.hpp"

#include <gtest/gtest.h>

namespace operations {
namespace {

model::Instrument apple() {
  model::Instrument instrument;
  instrument.id = model::InstrumentId(1);
  instrument.symbol = model::Symbol("AAPL");
  instrument.quote_currency = *money::Currency::parse("USD");
  instrument.tick_size_nano = 10'000'000;    // 0.01
  instrument.lot_size_nano = 1'000'000'000;  // 1
  return instrument;
}

model::Order order_of(const model::Instrument& instrument) {
  model::Order order;
  order.id = model::OrderId(17);
  order.account = model::AccountId(3);
  order.instrument = instrument.id;
  order.limit_price = money::Price(18'995);
  order.quantity = money::Quantity(300);
  order.client_order_id = model::ClientOrderId("mine-1");
  order.created = base::Timestamp(1);
  order.updated = base::Timestamp(2);
  order.sequence = 9;
  return order;
}

void fill(model::Order& order, const model::Instrument& instrument, std::int64_t price,
          std::int64_t quantity) {
  order.filled += money::Quantity(quantity);
  order.filled_notional += instrument.notional(money::Price(price), money::Quantity(quantity));
}

TEST(OrderView, ShowsAnOrderInPublicForm) {
  const model::Instrument instrument = apple();
  model::Order order = order_of(instrument);
  EXPECT_EQ(json::to_text(view_of(order, instrument)),
            R"({"order_id":"17","account_id":"3","client_order_id":"mine-1","symbol":"AAPL",)"
            R"("side":"buy","order_type":"limit","time_in_force":"day","quantity":"300",)"
            R"("limit_price":"189.95","status":"new","filled_quantity":"0",)"
            R"("created_at":"1970-01-01T00:00:00.000000001Z",)"
            R"("updated_at":"1970-01-01T00:00:00.000000002Z","sequence":9})");
  order.status = model::OrderStatus::Rejected;
  order.reason = model::Reason::PriceCollar;
  order.type = model::OrderType::Market;
  const OrderView view = view_of(order, instrument);
  EXPECT_EQ(view.reason, "price_collar");
  EXPECT_FALSE(view.limit_price.has_value());
}

TEST(OrderView, RoundsTheAverageHalfAwayFromZeroAtNineDecimals) {
  const model::Instrument instrument = apple();
  model::Order order = order_of(instrument);
  fill(order, instrument, 10'000, 1);
  fill(order, instrument, 10'001, 2);
  EXPECT_EQ(view_of(order, instrument).average_price->text, "100.006666667");
  // One nano a tick: two ticks over four lots are exactly half a nano.
  model::Instrument fine = apple();
  fine.tick_size_nano = 1;
  model::Order half = order_of(fine);
  fill(half, fine, 1, 2);
  fill(half, fine, 0, 2);
  EXPECT_EQ(view_of(half, fine).average_price->text, "0.000000001");
}

TEST(OrderView, AveragesTheLargestOrderWithoutOverflow) {
  const model::Instrument instrument = apple();
  model::Order order = order_of(instrument);
  fill(order, instrument, model::price_ticks_max, model::quantity_lots_max);
  EXPECT_EQ(average_price(order, instrument),
            money::Money(numeric::Int128{model::price_ticks_max} * instrument.tick_size_nano));
}

TEST(ExecutionView, ShowsTradeFieldsOnlyForTrades) {
  const model::Instrument instrument = apple();
  model::OrderUpdated update;
  update.order = order_of(instrument);
  EXPECT_EQ(json::to_text(view_of(update, 9, 2, base::Timestamp(0), instrument)),
            R"({"execution_id":"9-2","order_id":"17","account_id":"3","symbol":"AAPL",)"
            R"("side":"buy","type":"new","time":"1970-01-01T00:00:00.000000000Z","sequence":9})");
  update.type = model::ExecutionType::Trade;
  update.trade = model::TradeId(5);
  update.price = money::Price(100);
  update.quantity = money::Quantity(7);
  update.liquidity = model::Liquidity::Maker;
  const ExecutionView view = view_of(update, 9, 2, base::Timestamp(0), instrument);
  EXPECT_EQ(view.price->text, "1.00");
  EXPECT_EQ(view.quantity->text, "7");
  EXPECT_EQ(view.trade_id, "5");
  EXPECT_EQ(view.liquidity, "maker");
}

TEST(ParseId, TakesOnlyPlainPositiveNumbers) {
  EXPECT_EQ(*parse_id("order_id", "18446744073709551615"), 18446744073709551615u);
  for (std::string_view bad : {"", "0", "01", "-1", "+1", "1x", " 1", "18446744073709551616"})
    EXPECT_EQ(parse_id("order_id", bad).error().message,
              "order_id: must be an id, for example \"1\"")
        << bad;
}

}  // namespace
}  // namespace operations
