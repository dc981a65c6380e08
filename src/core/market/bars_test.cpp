#include "market/bars.hpp"

#include <limits>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace market {
namespace {

using base::Timestamp;
using money::Price;
using money::Quantity;

Timestamp at(const char* text) {
  return *base::parse_rfc3339(text);
}

bool add(BarSeries& series, const char* time, std::int64_t price, std::int64_t lots) {
  return series.add(at(time), Price(price), Quantity(lots));
}

TEST(BarInterval, NamesReadBack) {
  for (const BarInterval interval : bar_intervals) {
    EXPECT_EQ(parse_interval(name_of(interval)), interval);
  }
  EXPECT_EQ(parse_interval("1s"), std::nullopt);
  EXPECT_EQ(parse_interval(""), std::nullopt);
}

TEST(BarInterval, StartsAreWholeMultiplesInUtc) {
  const Timestamp time = at("2026-11-22T13:47:59.999999999Z");
  EXPECT_EQ(bar_start(BarInterval::Minute1, time), at("2026-11-22T13:47:00Z"));
  EXPECT_EQ(bar_start(BarInterval::Minute5, time), at("2026-11-22T13:45:00Z"));
  EXPECT_EQ(bar_start(BarInterval::Minute15, time), at("2026-11-22T13:45:00Z"));
  EXPECT_EQ(bar_start(BarInterval::Hour1, time), at("2026-11-22T13:00:00Z"));
  EXPECT_EQ(bar_start(BarInterval::Day1, time), at("2026-11-22T00:00:00Z"));
  EXPECT_EQ(bar_start(BarInterval::Day1, at("2026-11-22T00:00:00Z")), at("2026-11-22T00:00:00Z"));
  EXPECT_EQ(bar_start(BarInterval::Minute1, Timestamp(-1)), Timestamp(-60 * base::ns_per_s));
}

TEST(BarSeries, ABarSumsUpItsTrades) {
  BarSeries series(BarInterval::Minute1, 10);
  add(series, "2026-01-02T10:00:00Z", 100, 5);
  add(series, "2026-01-02T10:00:30Z", 104, 1);
  add(series, "2026-01-02T10:00:59.999999999Z", 99, 4);
  const Bar expected{.start = at("2026-01-02T10:00:00Z"),
                     .open = Price(100),
                     .high = Price(104),
                     .low = Price(99),
                     .close = Price(99),
                     .volume = Quantity(10),
                     .price_lots = 1'000,
                     .trade_count = 3};
  ASSERT_EQ(series.size(), 1U);
  EXPECT_TRUE(*series.newest() == expected);
  EXPECT_EQ(series.newest()->volume_weighted_price(), Price(100));
}

TEST(BarSeries, AnIntervalWithoutTradesHasNoBar) {
  BarSeries series(BarInterval::Minute5, 10);
  add(series, "2026-01-02T10:04:59Z", 1, 1);
  add(series, "2026-01-02T11:00:00Z", 2, 1);
  ASSERT_EQ(series.size(), 2U);
  EXPECT_EQ(series.at(1).start, at("2026-01-02T11:00:00Z"));
  EXPECT_EQ(series.at(1).open, Price(2));
}

TEST(BarSeries, ATradeFromBeforeTheNewestBarIsLeftOutAndCounted) {
  BarSeries series(BarInterval::Minute1, 10);
  add(series, "2026-01-02T10:05:00Z", 1, 1);
  const Bar before = *series.newest();
  EXPECT_FALSE(add(series, "2026-01-02T10:04:59Z", 9, 9));
  EXPECT_EQ(series.late_trades(), 1U);
  ASSERT_EQ(series.size(), 1U);
  EXPECT_TRUE(*series.newest() == before);
}

TEST(BarSeries, KeepsTheNewestBarsAndReadsRanges) {
  BarSeries series(BarInterval::Minute1, 4);
  for (std::int64_t minute = 0; minute < 10; ++minute) {
    series.add(Timestamp(minute * 60 * base::ns_per_s), Price(minute + 1), Quantity(1));
  }
  ASSERT_EQ(series.size(), 4U);
  EXPECT_EQ(series.at(0).open, Price(7));
  EXPECT_EQ(series.newest()->open, Price(10));
  const auto minute = [](std::int64_t n) { return Timestamp(n * 60 * base::ns_per_s); };
  const auto some = series.between(minute(7), minute(9), 100);
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].open, Price(8));
  EXPECT_EQ(series.between(minute(0), minute(99), 1).at(0).open, Price(10));
  EXPECT_TRUE(series.between(minute(9), minute(7), 100).empty());
}

TEST(BarSeries, RestoredBarsGoOn) {
  BarSeries series(BarInterval::Minute1, 10);
  add(series, "2026-01-02T10:00:00Z", 100, 5);
  BarSeries later(BarInterval::Minute1, 10);
  const Bar bars[] = {series.at(0)};
  later.restore(bars);
  add(later, "2026-01-02T10:00:01Z", 101, 5);
  add(series, "2026-01-02T10:00:01Z", 101, 5);
  EXPECT_TRUE(*later.newest() == *series.newest());
}

TEST(Bar, VolumeStopsAtTheLargestQuantityInsteadOfWrapping) {
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  Bar bar = first_trade(Timestamp(0), Price(7), Quantity(largest - 1));
  add_trade(bar, Price(7), Quantity(model::quantity_lots_max));
  EXPECT_EQ(bar.volume, Quantity(largest));
  EXPECT_EQ(bar.volume_weighted_price(), Price(7));
}

TEST(Bar, WeightedPriceRoundsHalfUp) {
  Bar bar = first_trade(Timestamp(0), Price(100), Quantity(1));
  add_trade(bar, Price(101), Quantity(1));
  EXPECT_EQ(bar.volume_weighted_price(), Price(101));
  EXPECT_EQ(Bar{}.volume_weighted_price(), Price(0));
}

// Whatever trades there were, every interval tells the same totals and longer bars contain shorter.
RC_GTEST_PROP(BarBuilder, IntervalsAgree, ()) {
  const auto trades =
      *rc::gen::container<std::vector<std::tuple<std::int64_t, std::int64_t, std::int64_t>>>(
          rc::gen::tuple(rc::gen::inRange<std::int64_t>(0, 3'000),
                         rc::gen::inRange<std::int64_t>(1, 1'000),
                         rc::gen::inRange<std::int64_t>(1, 50)));
  RC_PRE(!trades.empty());
  BarBuilder builder(1'000);
  std::int64_t time = 0;
  std::int64_t volume = 0;
  numeric::Int128 price_lots = 0;
  for (const auto& [seconds, price, lots] : trades) {
    time += seconds * base::ns_per_s;
    volume += lots;
    price_lots += price * lots;
    model::Traded traded{.price = Price(price), .quantity = Quantity(lots)};
    RC_ASSERT(builder.apply(traded, Timestamp(time)));
  }
  for (const BarInterval interval : bar_intervals) {
    Bar sum;
    const BarSeries& series = builder.series(interval);
    for (std::size_t i = 0; i < series.size(); ++i) {
      const Bar& bar = series.at(i);
      RC_ASSERT(bar.start == bar_start(interval, bar.start));
      RC_ASSERT(i == 0 || bar.start > series.at(i - 1).start);
      RC_ASSERT(bar.low <= bar.open && bar.open <= bar.high);
      RC_ASSERT(bar.low <= bar.close && bar.close <= bar.high);
      RC_ASSERT(bar.low <= bar.volume_weighted_price() && bar.volume_weighted_price() <= bar.high);
      sum.volume += bar.volume;
      sum.price_lots += bar.price_lots;
      sum.trade_count += bar.trade_count;
    }
    RC_ASSERT(sum.volume.lots() == volume);
    RC_ASSERT(sum.price_lots == price_lots);
    RC_ASSERT(sum.trade_count == trades.size());
    RC_ASSERT(series.at(0).open.ticks() == std::get<1>(trades.front()));
    RC_ASSERT(series.newest()->close.ticks() == std::get<1>(trades.back()));
  }
}

}  // namespace
}  // namespace market
