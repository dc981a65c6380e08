#include "market_data/operations.hpp"

#include <cstdlib>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market_data {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr base::Timestamp noon{1'700'000'040 * base::ns_per_s};  // 22:14:00 UTC

// Two instruments, a book, three trades a minute apart, and the operations over them.
class MarketOperations : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* symbol : {"ACME", "WIDE"}) {
      model::Instrument instrument;
      instrument.symbol = model::Symbol(symbol);
      instrument.name = model::Name("A company");
      instrument.quote_currency = *money::Currency::parse("USD");
      instrument.tick_size_nano = 10'000'000;
      instrument.lot_size_nano = 1'000'000'000;
      instrument.order_quantity_max = money::Quantity(1'000);
      instrument.order_notional_max = *money::parse_money("100000");
      run(model::ListInstrument{instrument});
    }
    model::Account account;
    account.kind = model::AccountKind::Simulated;
    account.base_currency = *money::Currency::parse("USD");
    run(model::OpenAccount{account});
    order(model::Side::Buy, 10'000, 5);
    order(model::Side::Sell, 10'010, 9);
    for (int i = 0; i < 3; ++i) {
      order(model::Side::Buy, 10'010, 1 + i);
      time_ = time_ + 60 * base::ns_per_s;
    }
    Parts parts;
    parts.market = &market_;
    parts.directory = &directory_;
    parts.now = [this] { return time_; };
    parts.feed_state = [](model::InstrumentId id) {
      return id.value() == 1 ? std::optional<std::string>("live") : std::nullopt;
    };
    add_operations(table_, parts);
  }

  void order(model::Side side, std::int64_t ticks, std::int64_t lots) {
    run(model::SubmitOrder{model::AccountId(1),
                           model::InstrumentId(1),
                           side,
                           model::OrderType::Limit,
                           model::TimeInForce::GoodTillCancel,
                           money::Price(ticks),
                           money::Quantity(lots),
                           {}});
  }
  void run(const model::CommandBody& body) {
    auto batch = std::make_shared<sequencer::Batch>();
    engine_.apply(
        {engine_.last_sequence() + 1, time_, model::UserId(1), model::Channel::System, body},
        batch->events);
    batch->first_sequence = batch->last_sequence = engine_.last_sequence();
    directory_.on_batch(batch);
    market_.on_batch(batch);
    events_.insert(events_.end(), batch->events.begin(), batch->events.end());
  }
  std::string call(const char* name, const char* arguments,
                   const char* permission = "market_data.*") {
    operations::Caller caller;
    caller.permissions = {permission};
    std::string body;
    const auto* const operation = table_.find(name);
    EXPECT_NE(operation, nullptr) << name;
    if (operation == nullptr) return "";
    const auto value = json::parse(arguments);
    EXPECT_TRUE(value);
    operation->call(caller, *value, [&](const operations::Answer& answer) {
      body = std::to_string(answer.status) + " " + answer.body;
    });
    return body;
  }

  base::Timestamp time_ = noon;
  engine::Engine engine_{engine::Limits{4, 8, 1'000, 100, 100}};
  std::vector<model::Event> events_;
  directory::Directory directory_;
  MarketData market_;
  operations::Table table_;
};

TEST_F(MarketOperations, InstrumentsAreListedAndPaged) {
  const std::string all = call("list_instruments", "{}");
  EXPECT_THAT(all, HasSubstr(R"("symbol":"ACME","name":"A company","asset_class":"equity")"));
  EXPECT_THAT(all, HasSubstr(R"("tick_size":"0.01","lot_size":"1")"));
  EXPECT_THAT(all, Not(HasSubstr("next_cursor")));
  const std::string first = call("list_instruments", R"({"limit":1})");
  EXPECT_THAT(first, HasSubstr(R"("next_cursor":"ACME")"));
  const std::string second = call("list_instruments", R"({"limit":1,"cursor":"ACME"})");
  EXPECT_THAT(second, HasSubstr(R"("symbol":"WIDE")"));
  EXPECT_THAT(second, Not(HasSubstr("next_cursor")));
  EXPECT_THAT(call("get_instrument", R"({"symbol":"WIDE"})"),
              HasSubstr("200 {\"symbol\":\"WIDE\""));
  EXPECT_THAT(call("get_instrument", R"({"symbol":"NONE"})"), HasSubstr("404"));
}

TEST_F(MarketOperations, AQuoteSaysHowOldItIsAndWhetherItsFeedLives) {
  const std::string quote = call("get_quote", R"({"symbol":"ACME"})");
  EXPECT_THAT(quote, HasSubstr(R"("bid_price":"100.00","bid_quantity":"5","ask_price":"100.10",)"
                               R"("ask_quantity":"3","last_price":"100.10","last_quantity":"3",)"
                               R"("last_side":"buy")"));
  EXPECT_THAT(quote, HasSubstr(R"("age_ms":60000,"feed_state":"live")"));
  const std::string silent = call("get_quote", R"({"symbol":"WIDE"})");
  EXPECT_THAT(silent, Not(HasSubstr("bid_price")));
  EXPECT_THAT(silent, Not(HasSubstr("feed_state")));
}

TEST_F(MarketOperations, DepthShowsLevelsAndRefusesTooMany) {
  EXPECT_THAT(call("get_depth", R"({"symbol":"ACME"})"),
              HasSubstr(R"("bids":[{"price":"100.00","quantity":"5","order_count":1}],)"
                        R"("asks":[{"price":"100.10","quantity":"3","order_count":1}])"));
  EXPECT_THAT(call("get_depth", R"({"symbol":"ACME","levels":101})"), HasSubstr("400"));
}

TEST_F(MarketOperations, TradesArePagedNewestFirst) {
  const std::string first = call("list_trades", R"({"symbol":"ACME","limit":2})");
  EXPECT_THAT(first, HasSubstr(R"("quantity":"3")"));
  EXPECT_THAT(first, HasSubstr(R"("quantity":"2")"));
  EXPECT_THAT(first, Not(HasSubstr(R"("quantity":"1")")));
  const std::size_t at = first.find("next_cursor\":\"");
  ASSERT_NE(at, std::string::npos);
  const std::string cursor = first.substr(at + 14, first.find('"', at + 14) - at - 14);
  const std::string second =
      call("list_trades", (R"({"symbol":"ACME","limit":2,"cursor":")" + cursor + "\"}").c_str());
  EXPECT_THAT(second, HasSubstr(R"("quantity":"1")"));
  EXPECT_THAT(second, Not(HasSubstr("next_cursor")));
  EXPECT_THAT(call("list_trades", R"({"symbol":"ACME","cursor":"x"})"), HasSubstr("400"));
}

TEST_F(MarketOperations, BarsComeOldestFirstAsObjectsOrColumns) {
  const std::string bars = call("get_bars", R"({"symbol":"ACME"})");
  EXPECT_THAT(bars, HasSubstr(R"("bars":[{"start":"2023-11-14T22:14:00.000000000Z",)"
                              R"("open":"100.10","high":"100.10","low":"100.10","close":"100.10",)"
                              R"("volume":"1","trade_count":1})"));
  EXPECT_THAT(bars, HasSubstr("22:16:00"));
  EXPECT_THAT(bars, Not(HasSubstr("next_cursor")));
  EXPECT_THAT(call("get_bars", R"({"symbol":"ACME","format":"columns","interval":"1h"})"),
              HasSubstr(R"("columns":{"start":["2023-11-14T22:00:00.000000000Z"],)"
                        R"("open":["100.10"])"));
  const std::string range = call("get_bars", R"({"symbol":"ACME",)"
                                             R"("start":"2023-11-14T22:15:00Z",)"
                                             R"("end":"2023-11-14T22:16:00Z"})");
  EXPECT_THAT(range, HasSubstr("22:15:00"));
  EXPECT_THAT(range, Not(HasSubstr(R"("start":"2023-11-14T22:16:00)")));
  const std::string newest = call("get_bars", R"({"symbol":"ACME","limit":1})");
  EXPECT_THAT(newest, HasSubstr("22:16:00"));
  EXPECT_THAT(newest, HasSubstr("\"next_cursor\":\"1700000160000000000\""));
  EXPECT_THAT(call("get_bars", R"({"symbol":"ACME","limit":1,"cursor":"1700000160000000000"})"),
              HasSubstr("22:15:00"));
  for (const char* bad :
       {R"({"symbol":"ACME","start":"yesterday"})", R"({"symbol":"ACME","interval":"2m"})",
        R"({"symbol":"ACME","cursor":"x"})", R"({"symbol":"ACME","limit":0})"})
    EXPECT_THAT(call("get_bars", bad), HasSubstr("400")) << bad;
}

TEST_F(MarketOperations, NeedThePermissionToReadMarketData) {
  for (const char* name : {"list_instruments", "get_instrument", "get_quote", "get_depth",
                           "list_trades", "get_bars"}) {
    EXPECT_THAT(call(name, R"({"symbol":"ACME"})", "trading.*"), HasSubstr("403")) << name;
    EXPECT_EQ(table_.find(name)->declaration.service, "market-data");
  }
  EXPECT_THAT(call("get_quote", R"({"symbol":"ACME"})", "*.read"), HasSubstr("200"));
}

TEST_F(MarketOperations, MemoryIsWarmedFromTheStore) {
  std::string folder = (std::filesystem::temp_directory_path() / "warm-XXXXXX").string();
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  {
    auto writer = store_sqlite::ProjectionWriter::open(folder + "/projections.db");
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->begin());
    for (const model::Event& event : events_)
      ASSERT_TRUE((*writer)->apply(event));
    ASSERT_TRUE((*writer)->commit(engine_.last_sequence()));
    auto reader = store_sqlite::ProjectionReader::open(folder + "/projections.db");
    ASSERT_TRUE(reader);
    MarketData restarted;
    restarted.load(engine_);
    ASSERT_TRUE(warm(restarted, directory_, **reader));
    const model::InstrumentId acme(1);
    EXPECT_EQ(restarted.trades(acme, 10).size(), 3U);
    for (const market::BarInterval interval : market::bar_intervals)
      EXPECT_EQ(restarted.bars(acme, interval, {}, base::Timestamp(INT64_MAX), 10),
                market_.bars(acme, interval, {}, base::Timestamp(INT64_MAX), 10));
    EXPECT_EQ(restarted.quote(acme).last_quantity, money::Quantity(3));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace market_data
