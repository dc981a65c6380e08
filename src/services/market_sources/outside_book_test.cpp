#include "market_sources/outside_book.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace market_sources {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string text_of(const model::CommandBody& body) {
  const auto side = [](model::Side s) { return s == model::Side::Buy ? "bid " : "ask "; };
  if (const auto* level = std::get_if<model::SetExternalLevel>(&body))
    return side(level->side) + std::to_string(level->price.ticks()) + " x " +
           std::to_string(level->quantity.lots());
  if (const auto* trade = std::get_if<model::ApplyExternalTrade>(&body))
    return std::string(trade->aggressor == model::Side::Buy ? "bought " : "sold ") +
           std::to_string(trade->quantity.lots()) + " at " + std::to_string(trade->price.ticks());
  return std::holds_alternative<model::ClearExternalBook>(body) ? "clear" : "other";
}

class OutsideBooks : public ::testing::Test {
 protected:
  static feeds::Level level(std::int64_t ticks, std::int64_t lots) {
    return {money::Price(ticks), money::Quantity(lots)};
  }
  template <class Body>
  std::vector<std::string> feed(Body body, std::int64_t exchange_ms = 0) {
    feeds::Record record;
    record.receive_time = base::Timestamp(++time_);
    record.exchange_time = base::Timestamp(exchange_ms * base::ns_per_ms);
    record.body = std::move(body);
    return feed_record(record);
  }
  std::vector<std::string> feed_record(const feeds::Record& record) {
    std::vector<model::CommandBody> commands;
    used_ = book_.apply(record, base::Timestamp(time_), monitor_, commands);
    std::vector<std::string> texts;
    for (const auto& command : commands)
      texts.push_back(text_of(command));
    return texts;
  }
  // Bids 100 x 10, 99 x 20; asks 101 x 10, 102 x 20; update 5; exchange time 1000 ms.
  void start() {
    monitor_.start(base::Timestamp(0));
    feed(feeds::DepthSnapshot{5, {level(100, 10), level(99, 20)}, {level(101, 10), level(102, 20)}},
         1'000);
  }
  market::FeedState state() { return monitor_.state(base::Timestamp(time_)); }

  OutsideBook book_{model::AccountId(1), model::InstrumentId(1)};
  market::FeedMonitor monitor_{base::ns_per_s};
  std::int64_t time_ = 0;
  bool used_ = false;
};

TEST_F(OutsideBooks, UpdatesBeforeTheSnapshotWaitAndTheNewerOnesFollowIt) {
  monitor_.start(base::Timestamp(0));
  EXPECT_THAT(feed(feeds::DepthUpdate{1, 3, {level(100, 1)}, {}}), IsEmpty());
  EXPECT_THAT(feed(feeds::DepthUpdate{3, 7, {level(100, 2)}, {}}), IsEmpty());
  EXPECT_THAT(feed(feeds::DepthSnapshot{5, {level(100, 9)}, {level(101, 9)}}),
              ElementsAre("bid 100 x 9", "ask 101 x 9", "bid 100 x 2"));
  EXPECT_THAT(feed(feeds::DepthUpdate{7, 8, {level(99, 4)}, {}}), ElementsAre("bid 99 x 4"));
  EXPECT_EQ(monitor_.counts().gaps, 0U);
  EXPECT_EQ(state(), market::FeedState::Live);
}

TEST_F(OutsideBooks, WhatShrinksGoesBeforeWhatGrows) {
  start();
  // The market moves up through its own asks.
  EXPECT_THAT(
      feed(feeds::DepthUpdate{
          5, 6, {level(102, 7), level(99, 5)}, {level(101, 0), level(102, 0), level(103, 8)}}),
      ElementsAre("bid 99 x 5", "ask 101 x 0", "ask 102 x 0", "bid 102 x 7", "ask 103 x 8"));
  EXPECT_EQ(book_.best_bid(), money::Price(102));
  EXPECT_EQ(book_.best_ask(), money::Price(103));
}

TEST_F(OutsideBooks, UnchangedLevelsAreNotToldAgain) {
  start();
  EXPECT_THAT(feed(feeds::DepthUpdate{5, 6, {level(100, 10)}, {level(200, 0)}}), IsEmpty());
}

TEST_F(OutsideBooks, ATradeIsToldAndItsLevelsAreToldAgainWithTheNextDepth) {
  start();
  EXPECT_THAT(
      feed(feeds::Trade{1, money::Price(99), money::Quantity(12), feeds::Aggressor::Seller}, 1'050),
      ElementsAre("sold 12 at 99"));
  // The depth names one of the two levels the trade may have eaten.
  EXPECT_THAT(feed(feeds::DepthUpdate{5, 6, {level(100, 0)}, {}}, 1'100),
              ElementsAre("bid 100 x 0", "bid 99 x 20"));
}

TEST_F(OutsideBooks, ATradeAlreadyInTheDepthLeavesTheTotalsAsTheyWere) {
  start();
  EXPECT_THAT(
      feed(feeds::Trade{1, money::Price(101), money::Quantity(4), feeds::Aggressor::Buyer}, 1'000),
      ElementsAre("bought 4 at 101", "ask 101 x 10"));
}

TEST_F(OutsideBooks, TradesBeforeTheBookHaveNoUse) {
  monitor_.start(base::Timestamp(0));
  feed(feeds::DepthUpdate{1, 3, {level(100, 1)}, {}});
  EXPECT_THAT(
      feed(feeds::Trade{1, money::Price(100), money::Quantity(1), feeds::Aggressor::Seller}),
      IsEmpty());
  EXPECT_FALSE(used_);
}

TEST_F(OutsideBooks, AGapClearsTheBookUntilTheNextSnapshot) {
  start();
  EXPECT_THAT(feed(feeds::DepthUpdate{8, 9, {level(100, 3)}, {}}), ElementsAre("clear"));
  EXPECT_EQ(state(), market::FeedState::Gapped);
  EXPECT_EQ(monitor_.counts().gaps, 1U);
  EXPECT_EQ(monitor_.counts().missed, 3U);
  EXPECT_THAT(
      feed(feeds::Trade{1, money::Price(100), money::Quantity(1), feeds::Aggressor::Seller}),
      IsEmpty());
  EXPECT_THAT(feed(feeds::DepthSnapshot{8, {level(98, 1)}, {level(104, 1)}}),
              ElementsAre("bid 98 x 1", "ask 104 x 1", "bid 100 x 3"));
  EXPECT_EQ(state(), market::FeedState::Live);
}

TEST_F(OutsideBooks, WithoutASnapshotAfterAGapTheUpdatesAloneMakeTheBook) {
  start();
  std::uint64_t update = 10;
  std::vector<std::string> commands;
  for (std::size_t i = 0; i < OutsideBook::gap_updates_max; ++i, ++update) {
    commands = feed(feeds::DepthUpdate{
        update, update + 1, {level(50 + static_cast<std::int64_t>(i % 2), 7)}, {}});
    if (i == 0) {
      EXPECT_THAT(commands, ElementsAre("clear"));
    }
  }
  EXPECT_THAT(commands, ElementsAre("bid 50 x 7", "bid 51 x 7"));
  EXPECT_EQ(state(), market::FeedState::Gapped) << "incomplete, and shown as such";
  EXPECT_THAT(feed(feeds::DepthUpdate{update, update + 1, {level(52, 1)}, {}}),
              ElementsAre("bid 52 x 1"));
  EXPECT_EQ(monitor_.counts().gaps, 1U);
}

TEST_F(OutsideBooks, RepeatedUpdatesAreLeftOut) {
  start();
  feed(feeds::DepthUpdate{5, 8, {level(100, 3)}, {}});
  EXPECT_THAT(feed(feeds::DepthUpdate{5, 8, {level(100, 4)}, {}}), IsEmpty());
  EXPECT_FALSE(used_);
  EXPECT_EQ(monitor_.counts().repeats, 1U);
  EXPECT_EQ(monitor_.counts().gaps, 0U);
}

TEST_F(OutsideBooks, QuotesReplaceTheSideTheyNameAndRemoveWhatTheyCross) {
  monitor_.start(base::Timestamp(0));
  EXPECT_THAT(feed(feeds::Quote{level(100, 3), {}, true}), ElementsAre("bid 100 x 3"));
  EXPECT_THAT(feed(feeds::Quote{{}, level(101, 4), true}), ElementsAre("ask 101 x 4"));
  EXPECT_THAT(feed(feeds::Quote{level(99, 2), {}, true}), ElementsAre("bid 100 x 0", "bid 99 x 2"));
  EXPECT_EQ(monitor_.counts().crossings, 0U);
  EXPECT_THAT(feed(feeds::Quote{level(102, 5), {}, true}),
              ElementsAre("bid 99 x 0", "ask 101 x 0", "bid 102 x 5"));
  EXPECT_EQ(monitor_.counts().crossings, 1U);
  EXPECT_EQ(book_.best_ask(), std::nullopt);
}

TEST_F(OutsideBooks, AQuoteOfBothSidesMayMoveThroughTheOldOne) {
  monitor_.start(base::Timestamp(0));
  feed(feeds::Quote{level(100, 1), level(101, 1), true});
  EXPECT_THAT(feed(feeds::Quote{level(105, 2), level(106, 2), false}),
              ElementsAre("bid 100 x 0", "ask 101 x 0", "bid 105 x 1000000", "ask 106 x 1000000"));
  EXPECT_EQ(monitor_.counts().crossings, 0U);
}

TEST_F(OutsideBooks, TheAggressorIsFoundFromTheQuote) {
  monitor_.start(base::Timestamp(0));
  const auto trade = [&](std::int64_t ticks) {
    return feed(
        feeds::Trade{0, money::Price(ticks), money::Quantity(1), feeds::Aggressor::Unknown})[0];
  };
  EXPECT_EQ(trade(50), "bought 1 at 50");
  EXPECT_EQ(trade(49), "sold 1 at 49");
  EXPECT_EQ(trade(49), "sold 1 at 49");
  feed(feeds::Quote{level(100, 1), level(104, 1), true});
  EXPECT_EQ(trade(104), "bought 1 at 104");
  EXPECT_EQ(trade(101), "sold 1 at 101");
  EXPECT_EQ(trade(102), "bought 1 at 102") << "the middle, after a lower price";
}

TEST_F(OutsideBooks, SuspiciousRecordsAndRestartsAreHandled) {
  start();
  feeds::Record record;
  record.suspicious = true;
  record.body = feeds::Trade{1, money::Price(1), money::Quantity(1), feeds::Aggressor::Seller};
  EXPECT_THAT(feed_record(record), IsEmpty());
  EXPECT_FALSE(used_);
  std::vector<model::CommandBody> commands;
  book_.restart(commands);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(text_of(commands[0]), "clear");
  EXPECT_TRUE(book_.bids().empty());
}

TEST_F(OutsideBooks, ACrossedBestBidAskIsCountedOnly) {
  start();
  EXPECT_THAT(feed(feeds::BestBidAsk{9, level(103, 1), level(102, 1)}), IsEmpty());
  EXPECT_EQ(state(), market::FeedState::Crossed);
  feed(feeds::BestBidAsk{9, level(101, 1), level(102, 1)});
  EXPECT_EQ(state(), market::FeedState::Live);
}

TEST_F(OutsideBooks, TimeThatJumpsBackIsCounted) {
  start();
  feeds::Record record;
  record.receive_time = base::Timestamp(0);
  record.body = feeds::Quote{};
  feed_record(record);
  EXPECT_EQ(monitor_.counts().time_regressions, 1U);
}

}  // namespace
}  // namespace market_sources
