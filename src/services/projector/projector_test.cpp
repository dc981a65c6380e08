#include "projector/projector.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "store_sqlite/database.hpp"

namespace projector {
namespace {

using namespace std::chrono_literals;

constexpr model::AccountId paper(1), simulated(2);
constexpr model::InstrumentId instrument(1);
constexpr auto patience = 20s;

model::Account account(model::AccountId id, model::AccountKind kind) {
  model::Account account;
  account.id = id;
  account.kind = kind;
  account.base_currency = *money::Currency::parse("USD");
  return account;
}

model::Event event(std::uint64_t sequence, model::EventBody body, std::uint32_t index = 0) {
  return {sequence, index, base::Timestamp(static_cast<std::int64_t>(sequence)), std::move(body)};
}

model::Event trade(std::uint64_t sequence) {
  return event(sequence, model::Traded{model::TradeId(sequence), instrument, money::Price(100),
                                       money::Quantity(1)});
}

model::Event order_of(std::uint64_t sequence, model::AccountId of) {
  model::OrderUpdated update;
  update.order.id = model::OrderId(sequence);
  update.order.account = of;
  return event(sequence, update);
}

std::shared_ptr<const sequencer::Batch> batch(std::uint64_t first, std::vector<model::Event> events,
                                              std::uint64_t last = 0) {
  auto made = std::make_shared<sequencer::Batch>();
  made->first_sequence = first;
  made->last_sequence = last != 0 ? last : events.back().sequence;
  made->events = std::move(events);
  return made;
}

class ProjectorTest : public testing::Test {
 protected:
  ProjectorTest() {
    std::string pattern = testing::TempDir() + "projector-" + std::string(6, 'X');
    folder_ = ::mkdtemp(pattern.data());
    options_.path = folder_ + "/projections.sqlite";
    options_.retry_wait_first = 1ms;
    options_.retry_wait_max = 4ms;
  }
  ~ProjectorTest() override {
    projector_.reset();
    std::filesystem::remove_all(folder_);
  }
  void open() {
    projector_.reset();
    auto opened = Projector::open(options_);
    ASSERT_TRUE(opened) << opened.error().message;
    projector_ = *std::move(opened);
  }
  // Opened and started on an empty journal with its two accounts at sequences 1 and 2.
  void start() {
    open();
    const std::vector<model::Event> accounts{
        event(1, model::AccountChanged{account(paper, model::AccountKind::Paper)}),
        event(2, model::AccountChanged{account(simulated, model::AccountKind::Simulated)})};
    ASSERT_TRUE(projector_->replay(accounts));
    ASSERT_TRUE(projector_->start(1, 2));
  }
  std::vector<store_sqlite::PublicTrade> trades() {
    auto reader = store_sqlite::ProjectionReader::open(options_.path, 1).value();
    return reader->list_trades(instrument, 1'000).value();
  }

  Options options_;
  std::string folder_;
  std::unique_ptr<Projector> projector_;
};

TEST_F(ProjectorTest, WhatWasWaitedForCanBeRead) {
  start();
  for (std::uint64_t s = 3; s <= 50; ++s)
    projector_->on_batch(batch(s, {trade(s)}));
  ASSERT_TRUE(projector_->wait_until(50, patience));
  EXPECT_EQ(trades().size(), 48U);
  const Stats stats = projector_->stats();
  EXPECT_EQ(stats.last_sequence, 50U);
  EXPECT_EQ(stats.seen_sequence, 50U);
  EXPECT_EQ(stats.queued_events, 0U);
  EXPECT_TRUE(projector_->health().ok);
  EXPECT_FALSE(projector_->wait_until(51, 0ms));
}

TEST_F(ProjectorTest, KeepsOrdersOfAccountsOpenedOnTheWay) {
  start();
  projector_->on_batch(batch(
      3, {order_of(3, simulated), order_of(4, paper),
          event(5, model::AccountChanged{account(model::AccountId(3), model::AccountKind::Paper)}),
          order_of(6, model::AccountId(3))}));
  ASSERT_TRUE(projector_->wait_until(6, patience));
  auto reader = store_sqlite::ProjectionReader::open(options_.path, 1).value();
  EXPECT_FALSE(reader->order(model::OrderId(3)).value());
  EXPECT_TRUE(reader->order(model::OrderId(4)).value());
  EXPECT_TRUE(reader->order(model::OrderId(6)).value());
}

TEST_F(ProjectorTest, SequencesWithoutRowsAreReachedAndSaved) {
  start();
  projector_->on_batch(batch(3, {event(3, model::LevelChanged{instrument})}, 9));
  ASSERT_TRUE(projector_->wait_until(9, patience));
  open();
  EXPECT_EQ(projector_->last_sequence(), 9U);
}

TEST_F(ProjectorTest, WritesWhatIsQueuedWhenItEnds) {
  start();
  for (std::uint64_t s = 3; s <= 300; ++s)
    projector_->on_batch(batch(s, {trade(s)}));
  projector_.reset();
  EXPECT_EQ(trades().size(), 298U);
}

TEST_F(ProjectorTest, AReplayThatOverlapsDoublesNothing) {
  start();
  projector_->on_batch(batch(3, {trade(3), trade(4)}));
  ASSERT_TRUE(projector_->wait_until(4, patience));
  open();
  EXPECT_EQ(projector_->last_sequence(), 4U);
  for (std::uint64_t s = 1; s <= 6; ++s)
    ASSERT_TRUE(projector_->replay(std::array{trade(s)}));
  ASSERT_TRUE(projector_->start(1, 6));
  EXPECT_EQ(trades().size(), 4U);
  EXPECT_EQ(trades().front().position.sequence, 6U);
}

TEST_F(ProjectorTest, ACrashInsideAReplayIsRepeatedFromTheLastCommit) {
  options_.transaction_events_max = 10;
  open();
  for (std::uint64_t s = 1; s <= 25; ++s)
    ASSERT_TRUE(projector_->replay(std::array{trade(s)}));
  open();  // 21 to 25 were not committed
  EXPECT_EQ(projector_->last_sequence(), 20U);
  for (std::uint64_t s = 21; s <= 25; ++s)
    ASSERT_TRUE(projector_->replay(std::array{trade(s)}));
  ASSERT_TRUE(projector_->start(21, 25));
  EXPECT_EQ(trades().size(), 25U);
}

TEST_F(ProjectorTest, RefusesAJournalThatDoesNotFit) {
  start();
  open();
  EXPECT_EQ(projector_->start(2, 1).error().code, "projections_ahead");
  EXPECT_EQ(projector_->start(4, 9).error().code, "projections_behind");
  EXPECT_TRUE(projector_->start(3, 2));
}

TEST_F(ProjectorTest, ALockedFileIsTriedAgainAndReported) {
  start();
  auto locker = store_sqlite::Database::open(options_.path).value();
  {
    const auto held = store_sqlite::Transaction::begin(locker).value();
    projector_->on_batch(batch(3, {trade(3)}));
    while (projector_->stats().failures == 0)
      std::this_thread::yield();
    EXPECT_FALSE(projector_->health().ok);
    EXPECT_FALSE(projector_->stats().last_error.empty());
    EXPECT_EQ(projector_->last_sequence(), 2U);
    projector_->on_batch(batch(4, {trade(4)}));
  }
  ASSERT_TRUE(projector_->wait_until(4, patience));
  EXPECT_TRUE(projector_->health().ok);
  EXPECT_EQ(trades().size(), 2U);
}

TEST_F(ProjectorTest, AFullQueueEndsTheTablesAtADefinedPlaceAndARestartFillsThem) {
  options_.queued_events_max = 5;
  start();
  auto locker = store_sqlite::Database::open(options_.path).value();
  {
    const auto held = store_sqlite::Transaction::begin(locker).value();
    for (std::uint64_t s = 3; s <= 40; ++s)
      projector_->on_batch(batch(s, {trade(s)}));
  }
  const std::uint64_t missed = projector_->stats().missed_from;
  ASSERT_GE(missed, 8U);
  EXPECT_FALSE(projector_->health().ok);
  EXPECT_FALSE(projector_->wait_until(missed, patience));  // at once: it never comes
  ASSERT_TRUE(projector_->wait_until(missed - 1, patience));
  projector_->on_batch(batch(41, {trade(41)}));
  EXPECT_FALSE(projector_->health().ok);
  open();
  EXPECT_EQ(projector_->last_sequence(), missed - 1);
  for (std::uint64_t s = missed; s <= 41; ++s)
    ASSERT_TRUE(projector_->replay(std::array{trade(s)}));
  ASSERT_TRUE(projector_->start(missed, 41));
  EXPECT_TRUE(projector_->health().ok);
  EXPECT_EQ(trades().size(), 39U);
}

TEST_F(ProjectorTest, AHoleInTheStreamIsNeverWrittenOver) {
  start();
  projector_->on_batch(batch(3, {trade(3)}));
  projector_->on_batch(batch(5, {trade(5)}));
  ASSERT_TRUE(projector_->wait_until(3, patience));
  EXPECT_EQ(projector_->stats().missed_from, 4U);
  projector_.reset();
  EXPECT_EQ(trades().size(), 1U);
}

TEST_F(ProjectorTest, StopsWhileItCannotWrite) {
  start();
  auto locker = store_sqlite::Database::open(options_.path).value();
  {
    const auto held = store_sqlite::Transaction::begin(locker).value();
    projector_->on_batch(batch(3, {trade(3)}));
    while (projector_->stats().failures == 0)
      std::this_thread::yield();
    projector_.reset();
  }
  open();
  EXPECT_EQ(projector_->last_sequence(), 2U);
}

TEST_F(ProjectorTest, ADamagedFileIsNamedAndCanBeRemovedAndRebuilt) {
  std::ofstream(options_.path) << std::string(8'192, 'x');
  EXPECT_EQ(Projector::open(options_).error().code, "store_corrupt");
  ASSERT_TRUE(remove_projections(options_.path));
  open();
  ASSERT_TRUE(projector_->replay(std::array{trade(1)}));
  ASSERT_TRUE(projector_->start(1, 1));
  EXPECT_EQ(trades().size(), 1U);
}

}  // namespace
}  // namespace projector
