#include "store_sqlite/projections.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "store_sqlite/database.hpp"

namespace store_sqlite {
namespace {

constexpr model::AccountId paper(1), second_paper(2), simulated(3);
constexpr model::InstrumentId instrument(1);
constexpr std::int64_t minute_ns = 60 * base::ns_per_s;

model::Account account(model::AccountId id, model::AccountKind kind) {
  model::Account account;
  account.id = id;
  account.kind = kind;
  account.owner = model::UserId(1);
  account.name = model::Name("An account");
  account.base_currency = *money::Currency::parse("USD");
  account.limits.order_notional_max = *money::parse_money("250000.5");
  return account;
}

model::Instrument listed() {
  model::Instrument i;
  i.id = instrument;
  i.symbol = model::Symbol("ACME");
  i.name = model::Name("Acme Corporation");
  i.quote_currency = *money::Currency::parse("USD");
  i.tick_size_nano = 10'000'000;
  i.lot_size_nano = 1'000'000'000;
  i.order_quantity_max = money::Quantity(1'000'000);
  i.order_notional_max = *money::parse_money("10000000");
  i.collar_bps = 1'000;
  return i;
}

model::Order order(std::uint64_t id, model::AccountId of, model::OrderStatus status) {
  model::Order o;
  o.id = model::OrderId(id);
  o.account = of;
  o.instrument = instrument;
  o.side = model::Side::Sell;
  o.status = status;
  o.reason = model::Reason::CanceledByUser;
  o.user = model::UserId(9);
  o.limit_price = money::Price(12'345);
  o.quantity = money::Quantity(100);
  o.filled = money::Quantity(40);
  o.filled_notional = *money::parse_money("4938.000000001");
  o.held = *money::parse_money("7407");
  o.created = base::Timestamp(1'000);
  o.updated = base::Timestamp(2'000);
  o.created_sequence = 5;
  o.sequence = 7;
  o.client_order_id = model::ClientOrderId("client-" + std::to_string(id));
  return o;
}

model::Event event(std::uint64_t sequence, std::uint32_t index, model::EventBody body,
                   std::int64_t time_ns = 0) {
  return {sequence, index, base::Timestamp(time_ns), std::move(body)};
}

model::OrderUpdated update(const model::Order& o,
                           model::ExecutionType type = model::ExecutionType::New) {
  model::OrderUpdated updated(type, o);
  updated.trade = model::TradeId(3);
  updated.price = money::Price(12'345);
  updated.quantity = money::Quantity(40);
  updated.liquidity = model::Liquidity::Taker;
  return updated;
}

model::Traded traded(std::uint64_t id, std::int64_t ticks, std::int64_t lots) {
  return {model::TradeId(id), instrument,        money::Price(ticks), money::Quantity(lots),
          model::Side::Sell,  model::OrderId(1), model::OrderId(2)};
}

class ProjectionsTest : public testing::Test {
 protected:
  ProjectionsTest() {
    std::string pattern = testing::TempDir() + "projections-" + std::string(6, 'X');
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/projections.sqlite";
    reopen();
    apply({event(1, 0, model::InstrumentChanged{listed()}),
           event(2, 0, model::AccountChanged{account(paper, model::AccountKind::Paper)}),
           event(3, 0, model::AccountChanged{account(second_paper, model::AccountKind::Paper)}),
           event(4, 0, model::AccountChanged{account(simulated, model::AccountKind::Simulated)})});
    reader_ = ProjectionReader::open(path_).value();
  }
  ~ProjectionsTest() override {
    reader_.reset();
    writer_.reset();
    std::filesystem::remove_all(folder_);
  }
  void reopen() {
    writer_.reset();
    writer_ = ProjectionWriter::open(path_).value();
  }
  void apply(const std::vector<model::Event>& events) {
    ASSERT_TRUE(writer_->begin());
    for (const model::Event& e : events) {
      const auto status = writer_->apply(e);
      ASSERT_TRUE(status) << status.error().message;
    }
    ASSERT_TRUE(writer_->commit(events.back().sequence));
  }

  std::string folder_;
  std::string path_;
  std::unique_ptr<ProjectionWriter> writer_;
  std::unique_ptr<ProjectionReader> reader_;
};

TEST_F(ProjectionsTest, GivesBackEveryFieldOfAnOrderAndItsExecution) {
  const model::Order given = order(11, paper, model::OrderStatus::PartiallyFilled);
  apply({event(7, 2, update(given, model::ExecutionType::Trade), 99)});
  EXPECT_EQ(reader_->order(given.id).value(), given);
  EXPECT_EQ(reader_->order_by_client_id(paper, "client-11").value(), given);
  EXPECT_FALSE(reader_->order_by_client_id(second_paper, "client-11").value());
  EXPECT_FALSE(reader_->order(model::OrderId(12)).value());
  const auto fills = reader_->list_executions(std::array{paper}, 10).value();
  ASSERT_EQ(fills.size(), 1U);
  EXPECT_EQ(fills[0].position, (EventPosition{7, 2}));
  EXPECT_EQ(fills[0].time, base::Timestamp(99));
  EXPECT_EQ(fills[0].update.type, model::ExecutionType::Trade);
  EXPECT_EQ(fills[0].update.order, given);
  EXPECT_EQ(fills[0].update.trade, model::TradeId(3));
  EXPECT_EQ(fills[0].update.price, money::Price(12'345));
  EXPECT_EQ(fills[0].update.quantity, money::Quantity(40));
  EXPECT_EQ(fills[0].update.liquidity, model::Liquidity::Taker);
}

TEST_F(ProjectionsTest, GivesBackAccountsInstrumentsBalancesPositionsAndEntries) {
  const model::Balance balance{paper, *money::Currency::parse("USD"),
                               *money::parse_money("1000000.000000001"), *money::parse_money("5")};
  const model::Position position{paper,
                                 instrument,
                                 money::Quantity(-7),
                                 money::Quantity(2),
                                 *money::parse_money("-700.25"),
                                 *money::parse_money("12.5")};
  const model::LedgerPosted entry{model::TransactionId(4), model::LedgerKind::Transfer, paper,
                                  *money::Currency::parse("USD"), *money::parse_money("-0.5")};
  apply({event(5, 0, model::BalanceChanged{balance}), event(5, 1, model::PositionChanged{position}),
         event(5, 2, entry)});
  EXPECT_EQ(reader_->list_balances(paper).value(), std::vector{balance});
  EXPECT_EQ(reader_->list_positions(paper).value(), std::vector{position});
  const auto entries = reader_->list_ledger_entries(paper, 10).value();
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].posted.amount, entry.amount);
  EXPECT_EQ(entries[0].posted.currency, entry.currency);
  EXPECT_EQ(entries[0].posted.transaction, entry.transaction);
  EXPECT_EQ(entries[0].posted.kind, entry.kind);
  EXPECT_FALSE(entries[0].posted.instrument.valid());
  EXPECT_EQ(reader_->list_instruments().value(), std::vector{listed()});
  ASSERT_EQ(reader_->list_accounts().value().size(), 3U);
  EXPECT_EQ(reader_->list_accounts().value()[0], account(paper, model::AccountKind::Paper));
}

TEST_F(ProjectionsTest, KeepsNoRowsOfSyntheticAccounts) {
  apply({event(5, 0, update(order(1, simulated, model::OrderStatus::New))),
         event(5, 1, model::BalanceChanged{{simulated, *money::Currency::parse("USD"), {}, {}}}),
         event(5, 2, model::PositionChanged{{.account = simulated, .instrument = instrument}}),
         event(5, 3, model::LedgerPosted{.account = simulated}), event(5, 4, traded(1, 100, 5))});
  EXPECT_FALSE(reader_->order(model::OrderId(1)).value());
  EXPECT_TRUE(reader_->list_balances(simulated).value().empty());
  EXPECT_TRUE(reader_->list_positions(simulated).value().empty());
  EXPECT_TRUE(reader_->list_ledger_entries(simulated, 10).value().empty());
  EXPECT_EQ(reader_->list_trades(instrument, 10).value().size(), 1U);
}

TEST_F(ProjectionsTest, WhatIsNotCommittedIsGoneAfterACrash) {
  ASSERT_TRUE(writer_->begin());
  ASSERT_TRUE(writer_->apply(event(5, 0, traded(1, 100, 5))));
  ASSERT_TRUE(writer_->apply(event(5, 1, update(order(1, paper, model::OrderStatus::New)))));
  reopen();
  EXPECT_EQ(writer_->last_sequence(), 4U);
  EXPECT_TRUE(reader_->list_trades(instrument, 10).value().empty());
  EXPECT_FALSE(reader_->order(model::OrderId(1)).value());
  EXPECT_EQ(reader_->last_sequence().value(), 4U);
}

TEST_F(ProjectionsTest, AppliedTwiceNothingDoubles) {
  const std::vector<model::Event> events{event(5, 0, traded(1, 100, 5), minute_ns),
                                         event(6, 0, traded(2, 110, 7), minute_ns + 1)};
  apply(events);
  reopen();
  apply(events);
  EXPECT_EQ(reader_->list_trades(instrument, 10).value().size(), 2U);
  const auto bars = reader_->list_bars(instrument, market::BarInterval::Minute1, base::Timestamp(0),
                                       base::Timestamp(INT64_MAX), 10);
  ASSERT_EQ(bars->size(), 1U);
  EXPECT_EQ(bars->front().volume, money::Quantity(12));
  EXPECT_EQ(bars->front().trade_count, 2U);
}

TEST_F(ProjectionsTest, BarsGrowOverTransactionsAndRestarts) {
  market::BarBuilder expected(100);
  std::uint64_t sequence = 5;
  for (int i = 0; i < 200; ++i, ++sequence) {
    const model::Traded trade = traded(sequence, 100 + i * 37 % 50, 1 + i % 3);
    const base::Timestamp time(base::ns_per_day - 3'600 * base::ns_per_s + i * minute_ns / 2);
    expected.apply(trade, time);
    apply({event(sequence, 0, trade, time.ns())});
    if (i % 40 == 0) reopen();
  }
  for (const market::BarInterval interval : market::bar_intervals) {
    const auto found = reader_->list_bars(instrument, interval, base::Timestamp(0),
                                          base::Timestamp(INT64_MAX), 1'000);
    EXPECT_EQ(found.value(), expected.series(interval).between(base::Timestamp(0),
                                                               base::Timestamp(INT64_MAX), 1'000));
  }
}

TEST_F(ProjectionsTest, ListsTheNewestBarsOldestFirst) {
  for (std::uint64_t i = 0; i < 5; ++i)
    apply({event(5 + i, 0, traded(i, 100, 1), static_cast<std::int64_t>(i) * minute_ns)});
  const auto bars = reader_->list_bars(instrument, market::BarInterval::Minute1, base::Timestamp(0),
                                       base::Timestamp(4 * minute_ns), 2);
  ASSERT_EQ(bars->size(), 2U);
  EXPECT_EQ(bars->at(0).start.ns(), 2 * minute_ns);
  EXPECT_EQ(bars->at(1).start.ns(), 3 * minute_ns);
}

TEST_F(ProjectionsTest, TheOldestTradesAndBarsLeave) {
  writer_->set_retention(10, 3);
  for (std::uint64_t i = 0; i < 100; ++i) {
    apply({event(5 + i, 0, traded(i + 1, 100, 1), static_cast<std::int64_t>(i) * minute_ns)});
    if (i == 50) {
      reopen();  // counts are found again
      writer_->set_retention(10, 3);
    }
    ASSERT_LT(reader_->list_trades(instrument, 1'000).value().size(), 20U);
  }
  const auto trades = reader_->list_trades(instrument, 1'000).value();
  EXPECT_GE(trades.size(), 10U);
  EXPECT_EQ(trades.front().traded.trade, model::TradeId(100));
  const auto bars = reader_->list_bars(instrument, market::BarInterval::Minute1, base::Timestamp(0),
                                       base::Timestamp(INT64_MAX), 1'000);
  ASSERT_EQ(bars->size(), 3U);
  EXPECT_EQ(bars->front().start.ns(), 97 * minute_ns);
}

TEST_F(ProjectionsTest, FiltersAndPagesOrders) {
  std::vector<model::Event> events;
  for (std::uint64_t id = 1; id <= 6; ++id)
    events.push_back(
        event(4 + id, 0,
              update(order(id, id % 3 == 0 ? second_paper : paper,
                           id % 2 == 0 ? model::OrderStatus::New : model::OrderStatus::Filled))));
  apply(events);
  const auto ids = [&](const OrderFilter& filter, std::size_t limit, model::OrderId before = {}) {
    std::vector<std::uint64_t> found;
    const auto orders = reader_->list_orders(filter, limit, before).value();
    for (const auto& o : orders)
      found.push_back(o.id.value());
    return found;
  };
  const std::array both{paper, second_paper};
  const std::array one{paper};
  using Ids = std::vector<std::uint64_t>;
  EXPECT_EQ(ids({.accounts = both}, 10), (Ids{6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(ids({.accounts = both}, 4), (Ids{6, 5, 4, 3}));
  EXPECT_EQ(ids({.accounts = both}, 4, model::OrderId(3)), (Ids{2, 1}));
  EXPECT_EQ(ids({.accounts = one}, 10), (Ids{5, 4, 2, 1}));
  EXPECT_EQ(ids({.accounts = one, .status = model::OrderStatus::Filled}, 10), (Ids{5, 1}));
  EXPECT_EQ(ids({.accounts = both, .open_only = true}, 10), (Ids{6, 4, 2}));
  EXPECT_EQ(ids({.accounts = both, .instrument = model::InstrumentId(2)}, 10), Ids{});
  EXPECT_EQ(ids({}, 10), Ids{});
}

TEST_F(ProjectionsTest, AStreamResumedInPiecesMissesAndRepeatsNothing) {
  std::vector<model::Event> events;
  for (std::uint64_t s = 5; s < 45; ++s)
    for (std::uint32_t i = 0; i < 3; ++i)
      events.push_back(event(
          s, i,
          update(order(s, (s + i) % 2 == 0 ? paper : second_paper, model::OrderStatus::New))));
  apply(events);
  const std::array both{paper, second_paper};
  std::vector<EventPosition> found;
  EventPosition after = end_of(4);
  for (;;) {
    const auto rows = reader_->account_events_after(both, after, 7).value();
    for (const Execution& row : rows)
      found.push_back(row.position);
    if (rows.size() < 7) break;
    after = rows.back().position;
  }
  ASSERT_EQ(found.size(), 120U);
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
  EXPECT_EQ(reader_->account_events_after(both, end_of(43), 100).value().size(), 3U);
  EXPECT_EQ(reader_->order_history(model::OrderId(10), 100).value().size(), 3U);
}

TEST_F(ProjectionsTest, ListsPageNewestFirst) {
  for (std::uint64_t s = 5; s < 25; ++s)
    apply({event(s, 0, traded(s, 100, 1)), event(s, 1, model::LedgerPosted{.account = paper})});
  std::vector<std::uint64_t> found;
  EventPosition before = newest;
  for (;;) {
    const auto rows = reader_->list_trades(instrument, 6, before).value();
    if (rows.empty()) break;
    for (const PublicTrade& row : rows)
      found.push_back(row.position.sequence);
    before = rows.back().position;
  }
  ASSERT_EQ(found.size(), 20U);
  EXPECT_TRUE(std::is_sorted(found.rbegin(), found.rend()));
  EXPECT_EQ(reader_->list_ledger_entries(paper, 100, {10, 1}).value().size(), 5U);
  EXPECT_EQ(reader_->list_trades(instrument, 1'000'000).value().size(), 20U);
}

TEST_F(ProjectionsTest, AFileOfAnotherProjectionVersionIsEmptied) {
  apply({event(5, 0, traded(1, 100, 5))});
  writer_.reset();
  {
    Database raw = Database::open(path_).value();
    ASSERT_TRUE(raw.execute("UPDATE meta SET value = 0 WHERE key = 'projection_version'"));
  }
  reopen();
  EXPECT_EQ(writer_->last_sequence(), 0U);
  EXPECT_TRUE(reader_->list_trades(instrument, 10).value().empty());
  EXPECT_TRUE(reader_->list_accounts().value().empty());
}

TEST_F(ProjectionsTest, HasTheIndexesOfTheContract) {
  Database raw = Database::open(path_).value();
  const auto plan = [&](const std::string& sql) {
    Statement explain = raw.prepare("EXPLAIN QUERY PLAN " + sql).value();
    return explain.step().value() ? std::string(explain.text(3)) : std::string();
  };
  EXPECT_NE(plan("SELECT * FROM orders WHERE status = 1 AND created > 5").find("USING INDEX"),
            std::string::npos);
  EXPECT_NE(plan("SELECT * FROM positions WHERE instrument = 1").find("USING INDEX"),
            std::string::npos);
  EXPECT_NE(plan("SELECT * FROM trades WHERE instrument = 1 AND time > 5").find("SEARCH"),
            std::string::npos);
  EXPECT_NE(plan("SELECT * FROM executions WHERE account = 1 AND (sequence, event_index) > (1, 1) "
                 "ORDER BY sequence, event_index")
                .find("SEARCH"),
            std::string::npos);
}

TEST_F(ProjectionsTest, ManyThreadsReadWhileOneWrites) {
  std::atomic<bool> failed = false;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 8; ++i)
      readers.emplace_back([&](std::stop_token stop) {
        std::uint64_t last = 0;
        while (!stop.stop_requested()) {
          const auto sequence = reader_->last_sequence();
          const auto trades = reader_->list_trades(instrument, 1);
          if (!sequence || !trades || *sequence < last) failed = true;
          // Read later, so at least as new.
          if (*sequence > 4 && (trades->empty() || trades->front().position.sequence < *sequence))
            failed = true;
          last = *sequence;
        }
      });
    for (std::uint64_t s = 5; s < 305; ++s)
      apply({event(s, 0, traded(s, 100, 1))});
  }
  EXPECT_FALSE(failed);
}

}  // namespace
}  // namespace store_sqlite
