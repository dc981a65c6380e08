#include <condition_variable>
#include <fstream>
#include <map>
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "market_sources/in_process_port_test.hpp"
#include "market_sources/replay_source.hpp"

// Recorded markets played into a real engine.

namespace market_sources {
namespace {

using ::testing::HasSubstr;
using Levels = std::map<std::int64_t, std::int64_t>;

constexpr const char* btc_file = "orderbook/hftbacktest_binance-spot_btcusdt_20240808.gz";
constexpr const char* eth_file = "orderbook/hftbacktest_binance-usdm_ethusdt_20240808.gz";

// A recording with an engine of its own, driven record by record.
struct Playback {
  explicit Playback(const std::string& path) {
    auto opened = Recording::open(path);
    EXPECT_TRUE(opened) << opened.error().message;
    recording.emplace(*std::move(opened));
    instrument = recording->info().instrument;
    instrument.id = model::InstrumentId(port.run(model::ListInstrument{instrument}).created_id);
    EXPECT_TRUE(instrument.id.valid());
    model::Account account;
    account.kind = model::AccountKind::External;
    account.base_currency = instrument.quote_currency;
    const model::AccountId outside(port.run(model::OpenAccount{account}).created_id);
    book.emplace(outside, instrument.id);
    EXPECT_TRUE(recording->rewind(instrument));
    monitor.start(port.time);
  }

  // The next record's commands; false at the end.
  bool next() {
    const auto record = recording->next();
    EXPECT_TRUE(record) << record.error().message;
    if (!record || *record == nullptr) return false;
    ++kinds[(*record)->body.index()];
    is_depth = std::holds_alternative<feeds::DepthUpdate>((*record)->body);
    port.time = std::max(port.time, (*record)->receive_time);
    commands.clear();
    book->apply(**record, port.time, monitor, commands);
    return true;
  }
  bool step() {
    if (!next()) return false;
    for (const auto& command : commands)
      port.run(command);
    return true;
  }

  Levels engine_levels(model::Side side) const {
    Levels levels;
    for (const auto& level : port.engine.depth(instrument.id, side, SIZE_MAX))
      levels[level.price.ticks()] = level.quantity.lots();
    return levels;
  }

  InProcessPort port;
  std::optional<Recording> recording;
  model::Instrument instrument;
  std::optional<OutsideBook> book;
  market::FeedMonitor monitor{base::ns_per_s};
  std::vector<model::CommandBody> commands;
  std::map<std::size_t, std::uint64_t> kinds;
  bool is_depth = false;
};

void expect_whole_capture(const std::string& path, std::uint64_t diffs, std::uint64_t trades,
                          std::uint64_t tickers, const char* tick, const char* lot) {
  Playback playback(path);
  EXPECT_EQ(numeric::format_decimal(playback.instrument.tick_size_nano, 9), tick);
  EXPECT_EQ(numeric::format_decimal(playback.instrument.lot_size_nano, 9), lot);
  std::uint64_t checked = 0;
  while (playback.step()) {
    if (!playback.is_depth || ++checked % 100 != 0) continue;
    ASSERT_EQ(playback.engine_levels(model::Side::Buy), playback.book->bids()) << checked;
    ASSERT_EQ(playback.engine_levels(model::Side::Sell), playback.book->asks()) << checked;
  }
  EXPECT_EQ(playback.kinds[0], 1U) << "snapshots";
  EXPECT_EQ(playback.kinds[1], diffs);
  EXPECT_EQ(playback.kinds[2], trades);
  EXPECT_EQ(playback.kinds[3], tickers);
  EXPECT_EQ(playback.recording->rejections().count, 0U) << playback.recording->rejections().last;
  EXPECT_EQ(playback.monitor.counts().gaps, 0U);
  EXPECT_EQ(playback.monitor.counts().crossings, 0U);
  EXPECT_EQ(playback.monitor.counts().time_regressions, 0U);
  EXPECT_EQ(playback.port.refused, 0U);
  EXPECT_EQ(playback.port.engine.broken_invariant(), "");
}

TEST(Captures, WholeBtcusdtSpotMatchesTheEnginesBook) {
  RECORDED_MARKET(path, btc_file);
  expect_whole_capture(path, 3'451, 9'757, 28'040, "0.01", "0.000001");
}

TEST(Captures, WholeEthusdtFuturesMatchesTheEnginesBook) {
  RECORDED_MARKET(path, eth_file);
  expect_whole_capture(path, 6'586, 14'076, 53'992, "0.01", "0.001");
}

TEST(Captures, ARestingOrderFillsOnlyAfterTheDisplayedQueueAheadHasTraded) {
  RECORDED_MARKET(path, btc_file);
  Playback playback(path);
  InProcessPort& port = playback.port;
  const model::InstrumentId instrument = playback.instrument.id;
  model::Account account;
  account.base_currency = playback.instrument.quote_currency;
  account.owner = model::UserId(1);
  const model::AccountId paper(port.run(model::OpenAccount{account}).created_id);
  port.run(model::TransferCash{paper, account.base_currency, *money::parse_money("1000000")});

  int shown = 0;
  // Many times over: join the queue at the best bid, wait for the first fill.
  for (int round = 0; round < 20; ++round) {
    do {
      ASSERT_TRUE(playback.step());
    } while (!playback.is_depth || !playback.book->best_bid() || !playback.book->best_ask());
    const money::Price best = *playback.book->best_bid();
    const std::int64_t displayed = playback.book->bids().at(best.ticks());
    const engine::Outcome joined =
        port.run(model::SubmitOrder{paper, instrument, model::Side::Buy, model::OrderType::Limit,
                                    model::TimeInForce::GoodTillCancel, best, money::Quantity(100),
                                    model::ClientOrderId("round-" + std::to_string(round))});
    ASSERT_EQ(joined.reason, model::Reason::None);
    const std::int64_t ahead_at_start = port.engine.lots_ahead(joined.order.id);
    ASSERT_EQ(ahead_at_start, displayed);

    std::int64_t ahead = ahead_at_start;
    std::int64_t printed = 0;    // sold at our price or below since we joined
    std::int64_t withdrawn = 0;  // left the queue ahead of us without a trade
    bool filled = false;
    for (int records = 0; records < 3'000 && !filled && playback.next(); ++records) {
      for (const auto& command : playback.commands) {
        const auto* trade = std::get_if<model::ApplyExternalTrade>(&command);
        const bool hits =
            trade != nullptr && trade->aggressor == model::Side::Sell && trade->price <= best;
        if (hits) printed += trade->quantity.lots();
        port.run(command);
        if (filled) continue;
        const model::Order& order = *port.engine.order(joined.order.id);
        filled = order.filled.lots() > 0;
        const std::int64_t now_ahead = filled ? 0 : port.engine.lots_ahead(order.id);
        ASSERT_LE(now_ahead, ahead) << "nobody may get in front";
        if (filled) {
          ASSERT_TRUE(hits || trade == nullptr);
          ASSERT_EQ(order.filled_notional, playback.instrument.notional(best, order.filled))
              << "at its own price";
        }
        if (trade == nullptr) withdrawn += ahead - now_ahead;
        ahead = now_ahead;
      }
    }
    if (filled) {
      ++shown;
      EXPECT_GE(printed + withdrawn, ahead_at_start) << "the queue ahead had to go first";
    } else {
      port.run(model::CancelOrder{paper, joined.order.id});
    }
  }
  EXPECT_GE(shown, 5) << "the capture fills some of these orders";
  EXPECT_EQ(port.engine.broken_invariant(), "");
}

TEST(LeanArchives, TickCountsAreThoseOfTheFiles) {
  struct Expectation {
    const char* file;
    std::uint64_t records;
  };
  for (const Expectation& expected :
       {Expectation{"ticks/lean_ibm_tick_20131007_quote.zip", 109'067 + 24'293},
        Expectation{"ticks/lean_oanda_eurusd_tick_20140502_quote.zip", 49'341},
        Expectation{"ticks/lean_spy_tick_20131007_trade.zip", 250'601}}) {
    RECORDED_MARKET(path, expected.file);
    auto recording = Recording::open(path);
    ASSERT_TRUE(recording) << recording.error().message;
    std::uint64_t records = 0;
    for (auto record = recording->next(); record && *record; record = recording->next())
      ++records;
    EXPECT_EQ(records, expected.records) << path;
    EXPECT_EQ(recording->rejections().count, 0U) << recording->rejections().last;
  }
}

TEST(LeanArchives, QuotesAndTradesOfADayMakeOneMarket) {
  RECORDED_MARKET(path, "ticks/lean_ibm_tick_20131007_trade.zip");
  Playback playback(path);
  EXPECT_EQ(playback.instrument.symbol.view(), "IBM");
  EXPECT_EQ(playback.instrument.tick_size_nano, 10'000'000);
  EXPECT_EQ(playback.instrument.asset_class, model::AssetClass::Equity);
  EXPECT_EQ(playback.recording->info().files.size(), 2U);
  while (playback.step()) {
    ASSERT_LE(playback.book->bids().size(), 1U);
    ASSERT_LE(playback.book->asks().size(), 1U);
  }
  EXPECT_EQ(playback.kinds[2], 24'293U);
  EXPECT_EQ(playback.kinds[4], 109'067U);
  EXPECT_GT(playback.monitor.counts().crossings, 0U) << "this file has crossed quotes";
  EXPECT_EQ(playback.monitor.counts().time_regressions, 0U);
  EXPECT_EQ(playback.port.refused, 0U);
  EXPECT_EQ(playback.port.engine.broken_invariant(), "");
}

TEST(LeanArchives, MinuteBarsOfEveryMarketPlay) {
  for (const char* file : {"bars-intraday/lean_spy_min_20230803_quote.zip",
                           "bars-intraday/lean_coinbase_btcusd_min_20180404_quote.zip",
                           "bars-intraday/lean_bac_min_20131007_trade.zip"}) {
    RECORDED_MARKET(path, file);
    Playback playback(path);
    while (playback.step())
      continue;
    EXPECT_GT(playback.kinds[2], 1'000U) << file;
    EXPECT_GT(playback.kinds[4], 1'000U) << file;
    EXPECT_EQ(playback.recording->rejections().count, 0U) << playback.recording->rejections().last;
    EXPECT_EQ(playback.monitor.counts().time_regressions, 0U) << file;
    EXPECT_EQ(playback.port.refused, 0U) << file;
    EXPECT_EQ(playback.port.engine.broken_invariant(), "");
  }
}

class ReplaySources : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "replay-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/capture";
    std::ofstream(path_) << lines_;
    port_.keep_commands = true;
    port_.after_command = [this](const model::CommandBody& body) {
      if (!std::holds_alternative<model::ClearExternalBook>(body)) return;
      const std::lock_guard lock(mutex_);
      ++clears_;
      changed_.notify_all();
    };
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void wait_for_clears(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return clears_ >= count; });
  }

  const std::string lines_ =
      "1000000000 "
      "{\"lastUpdateId\":5,\"bids\":[[\"10.00\",\"1.5\"]],\"asks\":[[\"10.05\",\"2\"]]}\n"
      "1100000000 {\"stream\":\"abcusdt@depth\",\"data\":{\"e\":\"depthUpdate\",\"E\":1100,"
      "\"s\":\"ABCUSDT\",\"U\":6,\"u\":7,\"b\":[[\"10.01\",\"1\"]],\"a\":[]}}\n"
      "this line is damaged\n"
      "4000000000 {\"stream\":\"abcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":4000,"
      "\"s\":\"ABCUSDT\",\"t\":1,\"p\":\"10.01\",\"q\":\"0.5\",\"T\":4000,\"m\":true}}\n";
  InProcessPort port_;
  SteppedClock clock_;
  std::string folder_;
  std::string path_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int clears_ = 0;
};

TEST_F(ReplaySources, ListsTheInstrumentPlaysItAtItsSpeedAndEndsCleared) {
  const base::Timestamp begin = clock_.now();
  ReplaySource source({path_, *parse_speed("2x"), false, {}}, port_, clock_);
  ASSERT_TRUE(source.start());
  wait_for_clears(2);
  source.stop();
  EXPECT_EQ(clock_.now() - begin, 1'500 * base::ns_per_ms) << "three seconds at twice the speed";
  const auto* instrument = port_.engine.find_instrument("ABCUSDT");
  ASSERT_NE(instrument, nullptr);
  EXPECT_EQ(instrument->quote_currency.text(), "USDT");
  EXPECT_EQ(instrument->tick_size_nano, 10'000'000);
  EXPECT_EQ(instrument->lot_size_nano, 100'000'000);
  EXPECT_EQ(port_.engine.last_price(instrument->id), money::Price(1'001));
  EXPECT_TRUE(port_.engine.depth(instrument->id, model::Side::Buy, 10).empty());
  const FeedStatus status = source.status()[0];
  EXPECT_EQ(status.symbol, "ABCUSDT");
  EXPECT_EQ(status.state, market::FeedState::Stopped);
  EXPECT_EQ(status.message, "the recording has ended");
  EXPECT_EQ(status.records, 3U);
  EXPECT_EQ(status.rejected_records, 1U);
  EXPECT_THAT(status.last_rejection, HasSubstr("invalid"));
  EXPECT_EQ(status.refused_commands, 0U);
  EXPECT_EQ(health_problem(source), std::nullopt);
}

TEST_F(ReplaySources, ASecondRunFindsInstrumentAndAccountAgain) {
  for (int run = 1; run <= 2; ++run) {
    ReplaySource source({path_, *parse_speed("max"), false, {}}, port_, clock_);
    ASSERT_TRUE(source.start());
    wait_for_clears(2 * run);
    source.stop();
  }
  EXPECT_EQ(port_.engine.instrument_count(), 1U);
  EXPECT_EQ(port_.engine.account_count(), 1U);
}

TEST_F(ReplaySources, LoopsUntilStoppedAndWaitsForAFullEngine) {
  port_.refuse_next = 5;
  ReplaySource source({path_, *parse_speed("max"), true, {}}, port_, clock_);
  ASSERT_TRUE(source.start());
  wait_for_clears(4);
  source.stop();
  const FeedStatus status = source.status()[0];
  EXPECT_EQ(status.queue_waits, 5U);
  EXPECT_GT(status.records, 6U);
  EXPECT_EQ(status.state, market::FeedState::Stopped);
  EXPECT_THAT(health_problem(source).value_or(""), HasSubstr("stopped"));
}

TEST_F(ReplaySources, SaysWhatIsWrongWithAFile) {
  const auto start = [&](const std::string& path) {
    ReplaySource source({path, {}, false, {}}, port_, clock_);
    const auto status = source.start();
    return status ? "" : status.error().code;
  };
  EXPECT_EQ(start(folder_ + "/absent.gz"), "cannot_open");
  std::ofstream(folder_ + "/notes.txt") << "hello\nworld\n";
  EXPECT_EQ(start(folder_ + "/notes.txt"), "unknown_recording");
  std::ofstream(folder_ + "/broken.zip") << "PK\x03\x04 and nothing more";
  EXPECT_EQ(start(folder_ + "/broken.zip"), "archive_damaged");
}

TEST(ReplaySpeeds, AreMaxOrADecimal) {
  EXPECT_EQ(parse_speed("max")->thousandths, 0U);
  EXPECT_EQ(parse_speed("1")->thousandths, 1'000U);
  EXPECT_EQ(parse_speed("2.5x")->thousandths, 2'500U);
  EXPECT_EQ(parse_speed("1000000")->thousandths, 1'000'000'000U);
  for (const char* text : {"", "x", "0", "-1", "fast", "0.0001", "1000001", "1e9999", "NaN"})
    EXPECT_EQ(parse_speed(text).error().code, "invalid_speed") << text;
}

}  // namespace
}  // namespace market_sources
