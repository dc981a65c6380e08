#include "market_data/market_data.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace market_data {
namespace {

using model::Side;

constexpr base::Timestamp noon{1'700'000'000 * base::ns_per_s};
const model::InstrumentId acme{1};

class MarketDataFeed {
 public:
  void level(Side side, std::int64_t ticks, std::int64_t lots) {
    add(model::LevelChanged{acme, side, money::Price(ticks), money::Quantity(lots), 1});
  }
  void trade(std::int64_t ticks, std::int64_t lots) {
    add(model::Traded{model::TradeId(++trades_),
                      acme,
                      money::Price(ticks),
                      money::Quantity(lots),
                      Side::Sell,
                      {},
                      {}});
  }
  void add(model::EventBody body) {
    batch_->events.push_back({++sequence_, 0, time, std::move(body)});
  }
  void publish(MarketData& market) {
    batch_->last_sequence = sequence_;
    market.on_batch(batch_);
    batch_ = std::make_shared<sequencer::Batch>();
  }

  base::Timestamp time = noon;

 private:
  std::shared_ptr<sequencer::Batch> batch_ = std::make_shared<sequencer::Batch>();
  std::uint64_t sequence_ = 0;
  std::uint64_t trades_ = 0;
};

TEST(MarketData, KeepsDepthQuoteTradesAndBarsOfEvents) {
  MarketData market;
  MarketDataFeed feed;
  feed.level(Side::Buy, 100, 5);
  feed.level(Side::Buy, 99, 7);
  feed.level(Side::Sell, 101, 3);
  feed.trade(101, 2);
  feed.level(Side::Sell, 101, 1);
  feed.publish(market);

  const Quote quote = market.quote(acme);
  EXPECT_EQ(quote.bid.price, money::Price(100));
  EXPECT_EQ(quote.bid.quantity, money::Quantity(5));
  EXPECT_EQ(quote.ask.quantity, money::Quantity(1));
  EXPECT_EQ(quote.last, money::Price(101));
  EXPECT_EQ(quote.last_aggressor, Side::Sell);
  EXPECT_EQ(quote.sequence, 5U);
  const DepthView depth = market.depth(acme, 1);
  ASSERT_EQ(depth.bids.size(), 1U);
  EXPECT_EQ(depth.bids[0].price, money::Price(100));
  EXPECT_EQ(depth.sequence, 5U);
  ASSERT_EQ(market.trades(acme, 10).size(), 1U);
  const auto bars =
      market.bars(acme, market::BarInterval::Minute1, {}, base::Timestamp(INT64_MAX), 5);
  ASSERT_EQ(bars.size(), 1U);
  EXPECT_EQ(bars[0].volume, money::Quantity(2));
}

TEST(MarketData, VersionsGrowOnlyForWhatChanged) {
  MarketData market;
  MarketDataFeed feed;
  feed.level(Side::Buy, 100, 5);
  feed.publish(market);
  const Versions first = market.versions(acme);
  feed.level(Side::Buy, 90, 5);
  feed.publish(market);
  const Versions second = market.versions(acme);
  EXPECT_GT(second.depth, first.depth);
  EXPECT_EQ(second.quote, first.quote) << "the best bid is the same";
  EXPECT_EQ(second.trades, first.trades);
  feed.trade(100, 1);
  feed.publish(market);
  const Versions third = market.versions(acme);
  EXPECT_GT(third.quote, second.quote);
  EXPECT_GT(third.trades, second.trades);
  EXPECT_GT(third.bars, second.bars);
  EXPECT_EQ(third.depth, second.depth);
}

TEST(MarketData, UnknownInstrumentsReadAsEmpty) {
  const MarketData market;
  EXPECT_EQ(market.versions(model::InstrumentId(9)), Versions());
  EXPECT_EQ(market.quote({}).last, money::Price(0));
  EXPECT_TRUE(market.depth(model::InstrumentId(9), 5).bids.empty());
  EXPECT_TRUE(market.trades(model::InstrumentId(9), 5).empty());
  EXPECT_FALSE(market.oldest_bar(model::InstrumentId(9), market::BarInterval::Day1));
}

TEST(MarketData, TradesAfterAPlaceSkipForASlowReader) {
  MarketData market;
  MarketDataFeed feed;
  for (int i = 1; i <= 1'200; ++i)
    feed.trade(i, 1);
  feed.publish(market);
  EXPECT_EQ(market.trades(acme, 5'000).size(), trades_kept);
  const auto next = market.trades_after(acme, {1'190, 0}, 100);
  ASSERT_EQ(next.size(), 10U);
  EXPECT_EQ(next[0].traded.price, money::Price(1'191));
  const auto behind = market.trades_after(acme, {}, 100);
  ASSERT_EQ(behind.size(), 100U);
  EXPECT_EQ(behind[0].traded.price, money::Price(1'101));
}

TEST(MarketData, ListenersHearOncePerBatchAfterItCanBeRead) {
  struct Recorder : Listener {
    explicit Recorder(const MarketData& data) : market(data) {}
    void on_market_changed(std::span<const model::InstrumentId> changed) override {
      ++batches;
      instruments += changed.size();
      bid = market.quote(acme).bid.price;
    }
    const MarketData& market;
    int batches = 0;
    std::size_t instruments = 0;
    money::Price bid;
  };
  MarketData market;
  Recorder recorder(market);
  market.listen(recorder);
  MarketDataFeed feed;
  feed.level(Side::Buy, 100, 5);
  feed.level(Side::Buy, 101, 5);
  feed.publish(market);
  EXPECT_EQ(recorder.batches, 1);
  EXPECT_EQ(recorder.instruments, 1U);
  EXPECT_EQ(recorder.bid, money::Price(101));
  feed.add(model::TradingStateChanged{});
  feed.publish(market);
  EXPECT_EQ(recorder.batches, 1) << "nothing of the market changed";
  market.forget(recorder);
  feed.level(Side::Buy, 102, 5);
  feed.publish(market);
  EXPECT_EQ(recorder.batches, 1);
}

TEST(MarketData, WarmTradesAndBarsComeBeforeNewOnes) {
  MarketData market;
  market::TapeTrade old;
  old.place = {5, 0};
  old.time = noon;
  old.traded.instrument = acme;
  old.traded.price = money::Price(50);
  old.traded.quantity = money::Quantity(1);
  market.warm_trades(acme, std::span(&old, 1));
  market::Bar bar = market::first_trade(market::bar_start(market::BarInterval::Hour1, noon),
                                        money::Price(50), money::Quantity(1));
  market.warm_bars(acme, market::BarInterval::Hour1, std::span(&bar, 1));
  EXPECT_EQ(market.quote(acme).last, money::Price(50));
  MarketDataFeed feed;
  for (int i = 0; i < 6; ++i)
    feed.trade(60 + i, 1);  // sequences 1 to 6: five are known already
  feed.publish(market);
  EXPECT_EQ(market.trades(acme, 10).size(), 2U);
  const auto bars =
      market.bars(acme, market::BarInterval::Hour1, {}, base::Timestamp(INT64_MAX), 5);
  ASSERT_EQ(bars.size(), 1U);
  EXPECT_EQ(bars[0].open, money::Price(50));
  EXPECT_EQ(bars[0].high, money::Price(65));
  EXPECT_EQ(bars[0].trade_count, 2U);
}

// The engine's own book after random orders is what the events made of it, and what load() reads.
RC_GTEST_PROP(MarketData, AgreesWithTheEngine, ()) {
  engine::Engine engine(engine::Limits{4, 8, 1'000, 100, 100});
  MarketData followed;
  std::uint64_t sequence = 0;
  const auto run = [&](const model::CommandBody& body) {
    auto batch = std::make_shared<sequencer::Batch>();
    engine.apply({++sequence, noon, model::UserId(1), model::Channel::System, body}, batch->events);
    followed.on_batch(batch);
  };
  model::Instrument instrument;
  instrument.symbol = model::Symbol("ACME");
  instrument.quote_currency = *money::Currency::parse("USD");
  instrument.tick_size_nano = 1'000'000'000;
  instrument.lot_size_nano = 1'000'000'000;
  instrument.order_quantity_max = money::Quantity(1'000);
  instrument.order_notional_max = money::Money(static_cast<numeric::Int128>(1) << 90);
  run(model::ListInstrument{instrument});
  model::Account account;
  account.kind = model::AccountKind::Simulated;
  account.base_currency = instrument.quote_currency;
  run(model::OpenAccount{account});
  const int orders = *rc::gen::inRange(1, 60);
  for (int i = 0; i < orders; ++i)
    run(model::SubmitOrder{model::AccountId(1),
                           acme,
                           *rc::gen::element(Side::Buy, Side::Sell),
                           model::OrderType::Limit,
                           model::TimeInForce::GoodTillCancel,
                           money::Price(*rc::gen::inRange(90, 111)),
                           money::Quantity(*rc::gen::inRange(1, 50)),
                           {}});
  MarketData loaded;
  loaded.load(engine);
  for (const MarketData* market : {&followed, &loaded}) {
    const DepthView view = market->depth(acme, 100);
    for (const Side side : {Side::Buy, Side::Sell}) {
      const auto& levels = side == Side::Buy ? view.bids : view.asks;
      const auto expected = engine.depth(acme, side, 100);
      RC_ASSERT(levels.size() == expected.size());
      for (std::size_t i = 0; i < levels.size(); ++i) {
        RC_ASSERT(levels[i].price == expected[i].price);
        RC_ASSERT(levels[i].quantity == expected[i].quantity);
      }
    }
    RC_ASSERT(market->quote(acme).last == engine.last_price(acme));
  }
}

}  // namespace
}  // namespace market_data
