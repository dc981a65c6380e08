#include "market/bars.hpp"

#include <algorithm>
#include <limits>

#include "base/check.hpp"

namespace market {
namespace {

struct IntervalRow {
  BarInterval interval;
  std::string_view name;
  std::int64_t length_ns;
};
constexpr std::array rows{
    IntervalRow{BarInterval::Minute1, "1m", 60 * base::ns_per_s},
    IntervalRow{BarInterval::Minute5, "5m", 5 * 60 * base::ns_per_s},
    IntervalRow{BarInterval::Minute15, "15m", 15 * 60 * base::ns_per_s},
    IntervalRow{BarInterval::Hour1, "1h", 3'600 * base::ns_per_s},
    IntervalRow{BarInterval::Day1, "1d", base::ns_per_day},
};

std::size_t position_of(BarInterval interval) {
  const std::size_t position = static_cast<std::size_t>(interval) - 1;
  CHECK(position < rows.size());
  return position;
}

}  // namespace

std::string_view name_of(BarInterval interval) {
  return rows[position_of(interval)].name;
}

std::optional<BarInterval> parse_interval(std::string_view text) {
  for (const IntervalRow& row : rows) {
    if (row.name == text) return row.interval;
  }
  return std::nullopt;
}

std::int64_t length_ns(BarInterval interval) {
  return rows[position_of(interval)].length_ns;
}

base::Timestamp bar_start(BarInterval interval, base::Timestamp time) {
  const std::int64_t length = length_ns(interval);
  const std::int64_t into = time.ns() % length;
  return base::Timestamp(time.ns() - (into < 0 ? into + length : into));
}

money::Price Bar::volume_weighted_price() const {
  if (volume.lots() <= 0) return money::Price(0);
  const numeric::Int128 lots = volume.lots();
  return money::Price(static_cast<std::int64_t>((2 * price_lots + lots) / (2 * lots)));
}

void add_trade(Bar& bar, money::Price price, money::Quantity quantity) {
  bar.high = std::max(bar.high, price);
  bar.low = std::min(bar.low, price);
  bar.close = price;
  std::int64_t volume = 0;
  if (!numeric::checked_add(bar.volume.lots(), quantity.lots(), volume)) {
    volume = std::numeric_limits<std::int64_t>::max();
  }
  // What no longer fits in the volume is left out of the weighted price as well.
  const std::int64_t counted = volume - bar.volume.lots();
  bar.price_lots += static_cast<numeric::Int128>(price.ticks()) * counted;
  bar.volume = money::Quantity(volume);
  ++bar.trade_count;
}

Bar first_trade(base::Timestamp start, money::Price price, money::Quantity quantity) {
  Bar bar{.start = start, .open = price, .high = price, .low = price};
  add_trade(bar, price, quantity);
  return bar;
}

BarSeries::BarSeries(BarInterval interval, std::size_t capacity)
    : interval_(interval), capacity_(capacity) {
  CHECK(capacity >= 1);
}

bool BarSeries::add(base::Timestamp time, money::Price price, money::Quantity quantity) {
  const base::Timestamp start = bar_start(interval_, time);
  if (bars_.empty() || start > newest()->start) {
    append(first_trade(start, price, quantity));
    return true;
  }
  if (start < newest()->start) {
    ++late_trades_;
    return false;
  }
  add_trade(bars_[(first_ + size() - 1) % size()], price, quantity);
  return true;
}

void BarSeries::restore(std::span<const Bar> bars) {
  CHECK(bars_.empty());
  for (const Bar& bar : bars) {
    CHECK(bars_.empty() || bar.start > newest()->start);
    append(bar);
  }
}

void BarSeries::append(const Bar& bar) {
  if (bars_.size() < capacity_) {
    bars_.push_back(bar);
    return;
  }
  bars_[first_] = bar;
  first_ = (first_ + 1) % capacity_;
}

std::vector<Bar> BarSeries::between(base::Timestamp start, base::Timestamp end,
                                    std::size_t limit) const {
  const auto first_not_before = [this](base::Timestamp time) {
    std::size_t low = 0;
    std::size_t high = size();
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (at(middle).start < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
  std::size_t from = first_not_before(start);
  const std::size_t to = first_not_before(end);
  if (to > from && to - from > limit) from = to - limit;
  std::vector<Bar> result;
  for (std::size_t i = from; i < to; ++i)
    result.push_back(at(i));
  return result;
}

BarBuilder::BarBuilder(std::size_t capacity_per_interval) {
  for (const BarInterval interval : bar_intervals) {
    series_.emplace_back(interval, capacity_per_interval);
  }
}

bool BarBuilder::apply(const model::Traded& traded, base::Timestamp time) {
  bool all = true;
  for (BarSeries& series : series_)
    all = series.add(time, traded.price, traded.quantity) && all;
  return all;
}

const BarSeries& BarBuilder::series(BarInterval interval) const {
  return series_[position_of(interval)];
}
BarSeries& BarBuilder::series(BarInterval interval) {
  return series_[position_of(interval)];
}

}  // namespace market
