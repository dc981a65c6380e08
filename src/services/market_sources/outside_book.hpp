#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "feeds/record.hpp"
#include "market/feed_monitor.hpp"
#include "model/command.hpp"

namespace market_sources {

// Turns the records of one outside instrument into commands, in an order that never makes the
// displayed book cross itself. Pure: no clock, thread or file.
//
// It keeps what the outside market displays (the last totals it was told). Rules:
//   depth      Updates that arrive before the snapshot wait; the snapshot replaces what is shown
//   and
//              the waiting updates after it are applied. Within a record what shrinks goes first,
//              then what grows.
//   a gap      clears the book and waits for the next snapshot. When none has come after
//              gap_updates_max updates the book is built from the updates alone: true as far as it
//              goes, and the feed stays marked as gapped.
//   trades     consume the queue as ApplyExternalTrade. Depth arrives later than the trades it
//              includes, so levels a trade may have eaten are told again with the next depth
//              record. A trade no newer than the last depth record is already in its totals: users'
//              places in the queue move up, and the totals are restored at once.
//   quotes     a new best price replaces the side; a side that the other one crosses cannot still
//              be there and is removed.
//   aggressor  where the feed does not name it: at or beyond the opposite quote, else by the nearer
//              side of the middle, else as the price moved since the last trade.
class OutsideBook {
 public:
  static constexpr std::size_t waiting_updates_max = 1'000;
  static constexpr std::size_t gap_updates_max = 50;
  // Shown by a quote that has a price without a size, in lots.
  static constexpr std::int64_t unsized_quote_lots = 1'000'000;

  OutsideBook(model::AccountId account, model::InstrumentId instrument)
      : account_(account), instrument_(instrument) {}

  // Forgets everything and clears what the engine shows.
  void restart(std::vector<model::CommandBody>& commands);

  // Appends the commands of one record received `now`. Returns false when the record had no use.
  bool apply(const feeds::Record& record, base::Timestamp now, market::FeedMonitor& monitor,
             std::vector<model::CommandBody>& commands);

  // Displayed totals by ticks, as the outside market last told them.
  [[nodiscard]] const std::map<std::int64_t, std::int64_t>& bids() const { return bids_; }
  [[nodiscard]] const std::map<std::int64_t, std::int64_t>& asks() const { return asks_; }
  [[nodiscard]] std::optional<money::Price> best_bid() const;
  [[nodiscard]] std::optional<money::Price> best_ask() const;

 private:
  using Levels = std::map<std::int64_t, std::int64_t>;  // ticks -> lots
  struct Waiting {
    feeds::DepthUpdate update;
    base::Timestamp time;
  };
  struct Change {
    model::Side side;
    std::int64_t ticks;
    std::int64_t lots;
  };

  bool on(const feeds::DepthSnapshot& snapshot, base::Timestamp time, market::FeedMonitor& monitor,
          std::vector<model::CommandBody>& commands);
  bool on(const feeds::DepthUpdate& update, const feeds::Record& record, base::Timestamp now,
          market::FeedMonitor& monitor, std::vector<model::CommandBody>& commands);
  bool on(const feeds::Trade& trade, base::Timestamp time,
          std::vector<model::CommandBody>& commands);
  void on(const feeds::Quote& quote, market::FeedMonitor& monitor,
          std::vector<model::CommandBody>& commands);

  void wait(const feeds::DepthUpdate& update, base::Timestamp time,
            std::vector<model::CommandBody>& commands);
  void take(const feeds::DepthUpdate& update, base::Timestamp time,
            std::vector<model::CommandBody>& commands);
  void show(std::vector<Change> changes, std::vector<model::CommandBody>& commands);
  void tell(model::Side side, std::int64_t ticks, std::vector<model::CommandBody>& commands) const;
  void touch(model::Side side, std::int64_t ticks, std::int64_t lots);
  void retell_touched(std::vector<model::CommandBody>& commands);
  void collect(const std::vector<feeds::Level>& levels, model::Side side,
               std::vector<Change>& changes) const;
  [[nodiscard]] model::Side aggressor_of(const feeds::Trade& trade);
  [[nodiscard]] Levels& levels(model::Side side) {
    return side == model::Side::Buy ? bids_ : asks_;
  }
  [[nodiscard]] const Levels& levels(model::Side side) const {
    return side == model::Side::Buy ? bids_ : asks_;
  }

  model::AccountId account_;
  model::InstrumentId instrument_;
  Levels bids_;
  Levels asks_;
  // Levels that trades may have eaten since the last depth record.
  std::set<std::pair<model::Side, std::int64_t>> touched_;

  bool has_depth_ = false;  // the feed has depth records: trades before the book have no use
  bool synchronized_ = false;
  bool after_gap_ = false;
  std::uint64_t last_update_ = 0;
  base::Timestamp depth_time_;  // the exchange's, of the last depth record applied
  std::deque<Waiting> waiting_;

  std::int64_t last_trade_ticks_ = 0;
  model::Side last_aggressor_ = model::Side::Buy;
};

}  // namespace market_sources
