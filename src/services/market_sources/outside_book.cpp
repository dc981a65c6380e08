#include "market_sources/outside_book.hpp"

#include <algorithm>
#include <type_traits>

namespace market_sources {

using model::Side;
using Commands = std::vector<model::CommandBody>;

std::optional<money::Price> OutsideBook::best_bid() const {
  if (bids_.empty()) return std::nullopt;
  return money::Price(bids_.rbegin()->first);
}

std::optional<money::Price> OutsideBook::best_ask() const {
  if (asks_.empty()) return std::nullopt;
  return money::Price(asks_.begin()->first);
}

void OutsideBook::restart(Commands& commands) {
  *this = OutsideBook(account_, instrument_);
  commands.push_back(model::ClearExternalBook{account_, instrument_});
}

bool OutsideBook::apply(const feeds::Record& record, base::Timestamp now,
                        market::FeedMonitor& monitor, Commands& commands) {
  if (record.suspicious) return false;
  const bool used = std::visit(
      [&](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        // A depth update tells the monitor itself: it has sequence numbers.
        if constexpr (!std::is_same_v<Body, feeds::DepthUpdate>)
          monitor.message(now, record.receive_time);
        if constexpr (std::is_same_v<Body, feeds::DepthSnapshot>)
          return on(body, record.exchange_time, monitor, commands);
        else if constexpr (std::is_same_v<Body, feeds::DepthUpdate>)
          return on(body, record, now, monitor, commands);
        else if constexpr (std::is_same_v<Body, feeds::Trade>)
          return on(body, record.exchange_time, commands);
        else if constexpr (std::is_same_v<Body, feeds::Quote>)
          on(body, monitor, commands);
        // The best bid and ask are a check only: the depth of the same feed follows.
        return true;
      },
      record.body);
  if (const auto* best = std::get_if<feeds::BestBidAsk>(&record.body))
    monitor.book(best->bid.price, best->ask.price);
  else
    monitor.book(best_bid(), best_ask());
  return used;
}

bool OutsideBook::on(const feeds::DepthSnapshot& snapshot, base::Timestamp time,
                     market::FeedMonitor& monitor, Commands& commands) {
  has_depth_ = true;
  if (synchronized_ && snapshot.last_update < last_update_) return false;
  std::vector<Change> changes;
  for (const Side side : {Side::Buy, Side::Sell})
    for (const auto& [ticks, lots] : levels(side))
      changes.push_back({side, ticks, 0});
  // Later entries of the same level win in show().
  collect(snapshot.bids, Side::Buy, changes);
  collect(snapshot.asks, Side::Sell, changes);
  show(std::move(changes), commands);
  synchronized_ = true;
  after_gap_ = false;
  last_update_ = snapshot.last_update;
  depth_time_ = time;
  monitor.resynchronize(snapshot.last_update);
  std::deque<Waiting> waiting;
  waiting.swap(waiting_);
  for (const Waiting& entry : waiting) {
    if (entry.update.last_update <= last_update_) continue;
    if (entry.update.previous_update > last_update_) break;
    take(entry.update, entry.time, commands);
    monitor.resynchronize(last_update_);
  }
  return true;
}

bool OutsideBook::on(const feeds::DepthUpdate& update, const feeds::Record& record,
                     base::Timestamp now, market::FeedMonitor& monitor, Commands& commands) {
  has_depth_ = true;
  const bool fresh =
      monitor.message(now, record.receive_time, update.previous_update + 1, update.last_update);
  if (!fresh) return false;
  if (!synchronized_) {
    wait(update, record.exchange_time, commands);
    return true;
  }
  if (update.previous_update > last_update_) {
    restart(commands);
    has_depth_ = true;
    after_gap_ = true;
    wait(update, record.exchange_time, commands);
    return true;
  }
  take(update, record.exchange_time, commands);
  return true;
}

void OutsideBook::wait(const feeds::DepthUpdate& update, base::Timestamp time, Commands& commands) {
  if (waiting_.size() == waiting_updates_max) waiting_.pop_front();
  waiting_.push_back({update, time});
  if (!after_gap_ || waiting_.size() < gap_updates_max) return;
  synchronized_ = true;
  std::deque<Waiting> waiting;
  waiting.swap(waiting_);
  for (const Waiting& entry : waiting)
    take(entry.update, entry.time, commands);
}

void OutsideBook::take(const feeds::DepthUpdate& update, base::Timestamp time, Commands& commands) {
  std::vector<Change> changes;
  changes.reserve(update.bids.size() + update.asks.size() + touched_.size());
  for (const auto& [side, ticks] : touched_) {
    const auto level = levels(side).find(ticks);
    changes.push_back({side, ticks, level == levels(side).end() ? 0 : level->second});
  }
  collect(update.bids, Side::Buy, changes);
  collect(update.asks, Side::Sell, changes);
  show(std::move(changes), commands);
  last_update_ = update.last_update;
  depth_time_ = time;
}

void OutsideBook::collect(const std::vector<feeds::Level>& levels, Side side,
                          std::vector<Change>& changes) const {
  for (const feeds::Level& level : levels)
    changes.push_back({side, level.price.ticks(), level.quantity.lots()});
}

// Tells the engine every change once, the last word on a level winning: first what disappears or
// shrinks, then what grows, so that neither the book nor a user's order meets a level that the same
// record removes.
void OutsideBook::show(std::vector<Change> changes, Commands& commands) {
  const auto before = [](const Change& a, const Change& b) {
    return std::pair(a.side, a.ticks) < std::pair(b.side, b.ticks);
  };
  std::stable_sort(changes.begin(), changes.end(), before);
  std::vector<const Change*> growing;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    if (i + 1 < changes.size() && !before(change, changes[i + 1])) continue;
    Levels& side = levels(change.side);
    const auto level = side.find(change.ticks);
    const std::int64_t shown = level == side.end() ? 0 : level->second;
    const bool eaten = touched_.erase({change.side, change.ticks}) > 0;
    if (change.lots == shown && !eaten) continue;
    if (change.lots == 0) {
      if (level != side.end()) side.erase(level);
    } else {
      side[change.ticks] = change.lots;
    }
    // What the engine has left of an eaten level is not known here: telling it may be a growth.
    if (change.lots > 0 && (eaten || change.lots > shown))
      growing.push_back(&change);
    else
      tell(change.side, change.ticks, commands);
  }
  for (const Change* change : growing)
    tell(change->side, change->ticks, commands);
}

void OutsideBook::tell(Side side, std::int64_t ticks, Commands& commands) const {
  const auto level = levels(side).find(ticks);
  commands.push_back(
      model::SetExternalLevel{account_, instrument_, side, money::Price(ticks),
                              money::Quantity(level == levels(side).end() ? 0 : level->second)});
}

bool OutsideBook::on(const feeds::Trade& trade, base::Timestamp time, Commands& commands) {
  if (has_depth_ && !synchronized_) return false;
  if (trade.quantity.lots() == 0) return false;
  const Side aggressor = aggressor_of(trade);
  last_trade_ticks_ = trade.price.ticks();
  last_aggressor_ = aggressor;
  commands.push_back(
      model::ApplyExternalTrade{account_, instrument_, aggressor, trade.price, trade.quantity});
  touch(model::opposite(aggressor), trade.price.ticks(), trade.quantity.lots());
  if (has_depth_ && time <= depth_time_) retell_touched(commands);
  return true;
}

// Remembers the levels the trade can have eaten: from the best one on, as far as it reaches.
void OutsideBook::touch(Side side, std::int64_t ticks, std::int64_t lots) {
  const auto visit = [&](const auto& level) {
    if (touched_.emplace(side, level.first).second) lots -= level.second;
    return lots > 0;
  };
  if (side == Side::Buy) {
    for (auto level = bids_.rbegin(); level != bids_.rend() && level->first >= ticks; ++level)
      if (!visit(*level)) return;
  } else {
    for (auto level = asks_.begin(); level != asks_.end() && level->first <= ticks; ++level)
      if (!visit(*level)) return;
  }
}

void OutsideBook::retell_touched(Commands& commands) {
  for (const auto& [side, ticks] : touched_)
    tell(side, ticks, commands);
  touched_.clear();
}

void OutsideBook::on(const feeds::Quote& quote, market::FeedMonitor& monitor, Commands& commands) {
  struct Best {
    Side side;
    const feeds::Level& level;
  };
  for (const Best& best : {Best{Side::Buy, quote.bid}, Best{Side::Sell, quote.ask}}) {
    const std::int64_t ticks = best.level.price.ticks();
    if (ticks == 0) continue;
    std::vector<Change> changes;
    for (const auto& [shown, lots] : levels(best.side))
      changes.push_back({best.side, shown, 0});
    const Side other = model::opposite(best.side);
    const bool replaces_other = best.side == Side::Buy && quote.ask.price.ticks() != 0;
    for (const auto& [shown, lots] : levels(other)) {
      const bool crossed = best.side == Side::Buy ? ticks >= shown : ticks <= shown;
      if (!crossed) continue;
      // The same line may bring the new price of the other side: then nothing was wrong.
      if (!replaces_other) {
        const bool bid = best.side == Side::Buy;
        monitor.book(money::Price(bid ? ticks : shown), money::Price(bid ? shown : ticks));
      }
      changes.push_back({other, shown, 0});
    }
    const std::int64_t lots = quote.sized ? best.level.quantity.lots() : unsized_quote_lots;
    changes.push_back({best.side, ticks, lots});
    show(std::move(changes), commands);
  }
}

Side OutsideBook::aggressor_of(const feeds::Trade& trade) {
  if (trade.aggressor != feeds::Aggressor::Unknown)
    return trade.aggressor == feeds::Aggressor::Buyer ? Side::Buy : Side::Sell;
  const std::int64_t ticks = trade.price.ticks();
  if (!bids_.empty() && !asks_.empty()) {
    const std::int64_t middle_twice = bids_.rbegin()->first + asks_.begin()->first;
    if (2 * ticks != middle_twice) return 2 * ticks > middle_twice ? Side::Buy : Side::Sell;
  }
  if (last_trade_ticks_ == 0 || ticks == last_trade_ticks_) return last_aggressor_;
  return ticks > last_trade_ticks_ ? Side::Buy : Side::Sell;
}

}  // namespace market_sources
