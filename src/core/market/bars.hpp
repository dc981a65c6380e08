#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/event.hpp"

namespace market {

enum class BarInterval : std::uint8_t { Minute1 = 1, Minute5, Minute15, Hour1, Day1 };
inline constexpr std::array bar_intervals{BarInterval::Minute1, BarInterval::Minute5,
                                          BarInterval::Minute15, BarInterval::Hour1,
                                          BarInterval::Day1};

std::string_view name_of(BarInterval interval);  // 1m, 5m, 15m, 1h, 1d
std::optional<BarInterval> parse_interval(std::string_view text);
std::int64_t length_ns(BarInterval interval);
// Start of the interval that holds `time`: a whole multiple of its length since 1970 UTC, so a day
// is a UTC day.
base::Timestamp bar_start(BarInterval interval, base::Timestamp time);

// The trades of one interval. An interval without a trade has no bar.
struct Bar {
  base::Timestamp start;
  money::Price open;
  money::Price high;
  money::Price low;
  money::Price close;
  money::Quantity volume;          // stops growing at the largest Quantity
  numeric::Int128 price_lots = 0;  // sum of price ticks x lots; notional = this x tick value
  std::uint32_t trade_count = 0;

  // price_lots / volume to the nearest tick, half up; zero without volume.
  [[nodiscard]] money::Price volume_weighted_price() const;
  bool operator==(const Bar&) const = default;
};

// Adds one trade to the bar it falls in.
void add_trade(Bar& bar, money::Price price, money::Quantity quantity);
Bar first_trade(base::Timestamp start, money::Price price, money::Quantity quantity);

// The newest bars of one instrument and interval, at most `capacity`; the last one still grows.
class BarSeries {
 public:
  BarSeries(BarInterval interval, std::size_t capacity);

  [[nodiscard]] BarInterval interval() const { return interval_; }

  // Times must not decrease over a bar's start: a trade from before the newest bar is left out,
  // counted in late_trades(), and false is returned.
  bool add(base::Timestamp time, money::Price price, money::Quantity quantity);
  // Bars from before, oldest first with rising starts, to an empty series; keeps the newest.
  void restore(std::span<const Bar> bars);

  [[nodiscard]] std::size_t size() const { return bars_.size(); }
  // 0 = the oldest kept.
  [[nodiscard]] const Bar& at(std::size_t position) const {
    return bars_[(first_ + position) % bars_.size()];
  }
  [[nodiscard]] const Bar* newest() const { return bars_.empty() ? nullptr : &at(size() - 1); }
  // start <= bar.start < end, oldest first, at most `limit` of the newest of them.
  [[nodiscard]] std::vector<Bar> between(base::Timestamp start, base::Timestamp end,
                                         std::size_t limit) const;
  [[nodiscard]] std::uint64_t late_trades() const { return late_trades_; }

 private:
  void append(const Bar& bar);

  BarInterval interval_;
  std::size_t capacity_;
  std::size_t first_ = 0;  // place of the oldest, once the ring is full
  std::vector<Bar> bars_;
  std::uint64_t late_trades_ = 0;
};

// The bars of one instrument in all intervals, fed by its trades.
class BarBuilder {
 public:
  explicit BarBuilder(std::size_t capacity_per_interval);

  // The event's instrument is not looked at. Returns false when the trade was late for some
  // interval.
  bool apply(const model::Traded& traded, base::Timestamp time);
  [[nodiscard]] const BarSeries& series(BarInterval interval) const;
  [[nodiscard]] BarSeries& series(BarInterval interval);

 private:
  std::vector<BarSeries> series_;  // in the order of bar_intervals
};

}  // namespace market
