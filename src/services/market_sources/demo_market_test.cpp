#include <gtest/gtest.h>

#include "market_sources/demo_source.hpp"
#include "market_sources/in_process_port_test.hpp"

namespace market_sources {
namespace {

constexpr std::int64_t steps_per_minute = 60 * base::ns_per_s / demo_step_ns;

// One demo market with an engine of its own, stepped by hand.
struct Session {
  explicit Session(std::uint64_t seed) { begin(seed); }
  void begin(std::uint64_t seed) {
    source.emplace(DemoSource::Options{seed}, port, clock);
    EXPECT_TRUE(source->prepare({}));
  }
  void step() {
    port.time = port.time + demo_step_ns;
    EXPECT_TRUE(source->step({}));
  }
  model::InstrumentId id(std::size_t index) const {
    return port.engine.find_instrument(demo_instruments()[index].instrument.symbol.view())->id;
  }

  InProcessPort port;
  SteppedClock clock;
  std::optional<DemoSource> source;
};

TEST(DemoMarkets, TheSameSeedGivesTheSameCommands) {
  Session first(7);
  Session second(7);
  Session other(8);
  for (Session* session : {&first, &second, &other}) {
    session->port.keep_commands = true;
    for (int i = 0; i < 400; ++i)
      session->step();
  }
  EXPECT_GT(first.port.commands.size(), 1'000U);
  EXPECT_TRUE(first.port.commands == second.port.commands);
  EXPECT_FALSE(first.port.commands == other.port.commands);
  EXPECT_EQ(first.port.engine.state_hash(), second.port.engine.state_hash());
}

class DemoSeeds : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(DemoSeeds, KeepTwoSidedBooksAndTradeForTenMinutes) {
  Session session(GetParam());
  std::vector<std::uint64_t> trades(demo_instruments().size() + 1);
  session.port.after_command = [&](const model::CommandBody&) {
    for (const model::Event& event : session.port.events)
      if (const auto* traded = std::get_if<model::Traded>(&event.body))
        ++trades[traded->instrument.value()];
  };
  for (int i = 0; i < 8; ++i)
    session.step();
  const std::uint64_t before = session.port.applied;
  constexpr int minutes = 10;
  int deep = 0;  // books with ten prices and more on both sides
  for (int i = 0; i < minutes * steps_per_minute; ++i) {
    session.step();
    for (std::size_t book = 0; book < demo_instruments().size(); ++book) {
      const auto bids = session.port.engine.depth(session.id(book), model::Side::Buy, 50);
      const auto asks = session.port.engine.depth(session.id(book), model::Side::Sell, 50);
      ASSERT_GE(bids.size(), 6U) << i << " " << book;
      ASSERT_GE(asks.size(), 6U) << i << " " << book;
      ASSERT_LT(bids[0].price, asks[0].price);
      deep += bids.size() >= 10 && asks.size() >= 10 ? 1 : 0;
    }
  }
  for (std::size_t book = 0; book < demo_instruments().size(); ++book) {
    const auto& demo = demo_instruments()[book];
    const std::uint64_t per_minute = trades[session.id(book).value()] / minutes;
    EXPECT_GE(per_minute, 30U) << demo.instrument.symbol.view();
    EXPECT_LE(per_minute, 200U) << demo.instrument.symbol.view();
    const std::int64_t start = demo.price_nano / demo.instrument.tick_size_nano;
    const std::int64_t now = session.port.engine.last_price(session.id(book)).ticks();
    EXPECT_GT(now, start * 9 / 10);
    EXPECT_LT(now, start * 11 / 10);
  }
  const auto books = static_cast<int>(demo_instruments().size());
  EXPECT_GE(deep, minutes * steps_per_minute * books * 9 / 10);
  const std::uint64_t per_second = (session.port.applied - before) / (minutes * 60);
  EXPECT_GE(per_second, 10U);
  EXPECT_LE(per_second, 40U);
  EXPECT_EQ(session.port.refused, 0U);
  EXPECT_EQ(session.port.engine.broken_invariant(), "");
}
INSTANTIATE_TEST_SUITE_P(Several, DemoSeeds, ::testing::Values(1, 2, 3, 42));

TEST(DemoMarkets, ARestartCancelsOldOrdersAndGoesOnAtTheLastPrice) {
  Session session(3);
  for (int i = 0; i < 200; ++i)
    session.step();
  const money::Price last = session.port.engine.last_price(session.id(0));
  session.begin(4);
  EXPECT_EQ(session.port.engine.instrument_count(), demo_instruments().size());
  EXPECT_EQ(session.port.engine.account_count(), demo_accounts);
  EXPECT_TRUE(session.port.engine.depth(session.id(0), model::Side::Buy, 10).empty());
  session.step();
  const auto bids = session.port.engine.depth(session.id(0), model::Side::Buy, 50);
  const auto asks = session.port.engine.depth(session.id(0), model::Side::Sell, 50);
  ASSERT_GE(bids.size(), 10U);
  ASSERT_GE(asks.size(), 10U);
  const std::int64_t middle = (bids[0].price.ticks() + asks[0].price.ticks()) / 2;
  EXPECT_LE(std::abs(middle - last.ticks()), 3);
}

TEST(DemoMarkets, AHaltedFirmSeesNoMoreCommands) {
  Session session(3);
  for (int i = 0; i < 20; ++i)
    session.step();
  session.port.run(model::SetTradingState{{}, model::TradingState::Halted});
  const std::uint64_t before = session.port.applied;
  for (int i = 0; i < 20; ++i)
    session.step();
  EXPECT_EQ(session.port.applied, before);
  session.port.run(model::SetTradingState{{}, model::TradingState::Active});
  session.step();
  EXPECT_GE(session.port.engine.depth(session.id(0), model::Side::Buy, 50).size(), 10U);
}

TEST(DemoMarkets, TheThreadStartsStepsAndStops) {
  InProcessPort port;
  SteppedClock clock;
  std::mutex mutex;
  std::condition_variable changed;
  std::uint64_t seen = 0;
  port.after_command = [&](const model::CommandBody&) {
    const std::lock_guard lock(mutex);
    ++seen;
    changed.notify_all();
  };
  DemoSource source({5}, port, clock);
  ASSERT_TRUE(source.start());
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return seen > 500; });
  }
  source.stop();
  source.stop();
  const auto status = source.status();
  ASSERT_EQ(status.size(), demo_instruments().size());
  EXPECT_EQ(status[0].state, market::FeedState::Stopped);
  EXPECT_TRUE(status[0].instrument.valid());
  EXPECT_GT(status[0].commands, 400U);
}

}  // namespace
}  // namespace market_sources
