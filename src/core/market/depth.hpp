#pragma once

// Market data as pure values: the depth of an instrument (depth.hpp), its bars (bars.hpp), its last
// trades (trade_tape.hpp) and the health of an outside feed (feed_monitor.hpp).
//
// Called by the services that show, stream and store market data, and by backtests. Guarantees:
// each value is a deterministic function of what was put into it; prices and sizes are exact ticks
// and lots; history is bounded; nothing allocates in steady state. Not thread-safe: one owner each.
// Absent on purpose: clocks (time is a parameter), instruments' scales, storage, subscriptions.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/event.hpp"

namespace market {

struct DepthLevel {
  money::Price price;
  money::Quantity quantity;
  std::uint32_t order_count = 0;
  bool operator==(const DepthLevel&) const = default;
};

// The order book of one instrument by price level, built from LevelChanged events. Each event says
// the level's new total, so applying one twice does no harm. A change near the best price is cheap,
// one far away moves the levels between.
class Depth {
 public:
  // Quantity zero removes the level. The event's instrument is not looked at.
  void apply(const model::LevelChanged& change);
  void clear();

  [[nodiscard]] std::optional<DepthLevel> best(model::Side side) const;
  // Quantity zero when nothing rests there.
  [[nodiscard]] DepthLevel level(model::Side side, money::Price price) const;
  // At most `count` levels, best first.
  [[nodiscard]] std::vector<DepthLevel> top(model::Side side, std::size_t count) const;
  [[nodiscard]] std::size_t level_count(model::Side side) const { return levels(side).size(); }
  // The best bid is not below the best ask.
  [[nodiscard]] bool crossed() const;

  // Calls fn(const DepthLevel&) for at most `count` levels, best first.
  template <class Function>
  void for_each_level(model::Side side, std::size_t count, Function&& function) const {
    const std::vector<DepthLevel>& all = levels(side);
    for (std::size_t i = 0; i < std::min(count, all.size()); ++i) {
      function(all[all.size() - 1 - i]);
    }
  }

 private:
  [[nodiscard]] const std::vector<DepthLevel>& levels(model::Side side) const {
    return side == model::Side::Buy ? bids_ : asks_;
  }

  std::vector<DepthLevel> bids_;  // worst first, so that the best is at the cheap end
  std::vector<DepthLevel> asks_;
};

}  // namespace market
