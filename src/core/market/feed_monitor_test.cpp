#include "market/feed_monitor.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace market {
namespace {

using base::Timestamp;
using money::Price;

constexpr std::int64_t stale_after = 2'000;

class FeedMonitorTest : public testing::Test {
 protected:
  FeedMonitorTest() { monitor_.start(Timestamp(0)); }
  bool message(std::int64_t now, std::uint64_t first, std::uint64_t last) {
    return monitor_.message(Timestamp(now), Timestamp(now), first, last);
  }
  FeedState state(std::int64_t now) { return monitor_.state(Timestamp(now)); }

  FeedMonitor monitor_{stale_after};
};

TEST_F(FeedMonitorTest, IsStoppedBeforeTheStartAndAfterTheStop) {
  FeedMonitor monitor(stale_after);
  EXPECT_EQ(monitor.state(Timestamp(0)), FeedState::Stopped);
  monitor.start(Timestamp(0));
  EXPECT_EQ(monitor.state(Timestamp(0)), FeedState::Live);
  monitor.stop();
  EXPECT_EQ(monitor.state(Timestamp(0)), FeedState::Stopped);
}

TEST_F(FeedMonitorTest, BecomesStaleAfterSilenceAndLiveWithTheNextMessage) {
  message(100, 0, 0);
  EXPECT_EQ(state(100 + stale_after), FeedState::Live);
  EXPECT_EQ(state(101 + stale_after), FeedState::Stale);
  EXPECT_EQ(state(102 + stale_after), FeedState::Stale);
  EXPECT_EQ(monitor_.counts().silences, 1U);
  message(3'000, 0, 0);
  EXPECT_EQ(state(3'000), FeedState::Live);
}

TEST_F(FeedMonitorTest, AJumpInTheSequenceIsAGapUntilTheBookIsRebuilt) {
  message(1, 10, 12);
  EXPECT_TRUE(message(2, 13, 15));
  EXPECT_EQ(state(2), FeedState::Live);
  EXPECT_TRUE(message(3, 20, 21));
  EXPECT_EQ(monitor_.counts().gaps, 1U);
  EXPECT_EQ(monitor_.counts().missed, 4U);
  message(4, 22, 22);
  EXPECT_EQ(state(4), FeedState::Gapped);
  EXPECT_EQ(state(10'000), FeedState::Gapped);
  monitor_.resynchronize(30);
  message(10'001, 31, 31);
  EXPECT_EQ(state(10'001), FeedState::Live);
}

TEST_F(FeedMonitorTest, RepeatsAreLeftOutAndOverlapsAreNot) {
  message(1, 10, 12);
  EXPECT_FALSE(message(2, 10, 12));
  EXPECT_FALSE(message(3, 4, 5));
  EXPECT_TRUE(message(4, 12, 13));
  EXPECT_EQ(monitor_.counts().repeats, 2U);
  EXPECT_EQ(monitor_.counts().gaps, 0U);
  EXPECT_EQ(state(4), FeedState::Live);
}

TEST_F(FeedMonitorTest, CountsTimeThatJumpsBack) {
  monitor_.message(Timestamp(10), Timestamp(50));
  monitor_.message(Timestamp(11), Timestamp(49));
  monitor_.message(Timestamp(12), Timestamp(50));
  EXPECT_EQ(monitor_.counts().time_regressions, 1U);
  EXPECT_EQ(monitor_.last_source_time(), Timestamp(50));
}

TEST_F(FeedMonitorTest, ACrossedBookIsShownUntilItIsNot) {
  monitor_.book(Price(10), Price(11));
  EXPECT_EQ(state(0), FeedState::Live);
  monitor_.book(Price(11), Price(11));
  monitor_.book(Price(12), Price(11));
  EXPECT_EQ(state(0), FeedState::Crossed);
  EXPECT_EQ(monitor_.counts().crossings, 1U);
  monitor_.book(std::nullopt, Price(11));
  EXPECT_EQ(state(0), FeedState::Live);
}

TEST_F(FeedMonitorTest, ARestartTakesAnySequenceAndKeepsTheCounts) {
  message(1, 10, 12);
  message(2, 20, 20);
  monitor_.start(Timestamp(5));
  EXPECT_EQ(state(5), FeedState::Live);
  EXPECT_TRUE(message(6, 3, 3));
  EXPECT_EQ(state(6), FeedState::Live);
  EXPECT_EQ(monitor_.counts().gaps, 1U);
  EXPECT_EQ(monitor_.counts().messages, 3U);
}

TEST(FeedState, NamesAreTheOnesOfTheApi) {
  EXPECT_EQ(name_of(FeedState::Live), "live");
  EXPECT_EQ(name_of(FeedState::Stale), "stale");
  EXPECT_EQ(name_of(FeedState::Gapped), "gapped");
  EXPECT_EQ(name_of(FeedState::Crossed), "crossed");
  EXPECT_EQ(name_of(FeedState::Stopped), "stopped");
}

// Drop any messages of an unbroken feed: every number is accounted for.
RC_GTEST_PROP(FeedMonitor, SeenAndMissedMakeTheWholeSequence, (std::vector<bool> arrives)) {
  FeedMonitor monitor(stale_after);
  monitor.start(Timestamp(0));
  monitor.message(Timestamp(0), Timestamp(0), 1, 1);
  std::uint64_t sequence = 1;
  std::uint64_t seen = 1;
  for (const bool arrived : arrives) {
    ++sequence;
    if (!arrived) continue;
    ++seen;
    RC_ASSERT(monitor.message(Timestamp(0), Timestamp(0), sequence, sequence));
  }
  RC_ASSERT(seen + monitor.counts().missed == monitor.last_sequence());
  RC_ASSERT((monitor.state(Timestamp(0)) == FeedState::Gapped) == (monitor.counts().gaps > 0));
}

}  // namespace
}  // namespace market
