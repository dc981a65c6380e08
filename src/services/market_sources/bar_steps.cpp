#include "market_sources/bar_steps.hpp"

#include <array>

namespace market_sources {

namespace {

constexpr std::size_t moments = 4;

std::array<money::Price, moments> path(const feeds::Prices& prices, bool low_first) {
  if (low_first) return {prices.open, prices.low, prices.high, prices.close};
  return {prices.open, prices.high, prices.low, prices.close};
}

feeds::Record at_moment(const feeds::Record& bar, std::int64_t length_ns, std::size_t moment) {
  feeds::Record record;
  record.exchange_time =
      bar.exchange_time + length_ns / std::int64_t{moments} * static_cast<std::int64_t>(moment);
  record.receive_time = record.exchange_time;
  record.suspicious = bar.suspicious;
  return record;
}

void play(const feeds::Record& record, const feeds::QuoteBar& bar,
          std::vector<feeds::Record>& out) {
  // Both sides follow the bid's order, so that they move together.
  const feeds::Prices& leading = bar.bid.close.ticks() != 0 ? bar.bid : bar.ask;
  const bool low_first = leading.close >= leading.open;
  const auto bids = path(bar.bid, low_first);
  const auto asks = path(bar.ask, low_first);
  for (std::size_t i = 0; i < moments; ++i) {
    const bool both = bids[i].ticks() != 0 && asks[i].ticks() != 0;
    if (both && bids[i] >= asks[i]) continue;
    feeds::Record moment = at_moment(record, bar.length_ns, i);
    moment.body = feeds::Quote{{bids[i], bar.bid_quantity}, {asks[i], bar.ask_quantity}, true};
    out.push_back(std::move(moment));
  }
}

void play(const feeds::Record& record, const feeds::TradeBar& bar,
          std::vector<feeds::Record>& out) {
  const auto prices = path(bar.prices, bar.prices.close >= bar.prices.open);
  const std::int64_t part = bar.volume.lots() / std::int64_t{moments};
  for (std::size_t i = 0; i < moments; ++i) {
    const bool last = i + 1 == moments;
    const std::int64_t lots = last ? bar.volume.lots() - part * std::int64_t{moments - 1} : part;
    if (lots == 0) continue;
    feeds::Record moment = at_moment(record, bar.length_ns, i);
    moment.body = feeds::Trade{0, prices[i], money::Quantity(lots), feeds::Aggressor::Unknown};
    out.push_back(std::move(moment));
  }
}

}  // namespace

void play_bar(const feeds::Record& record, std::vector<feeds::Record>& out) {
  if (const auto* quotes = std::get_if<feeds::QuoteBar>(&record.body))
    play(record, *quotes, out);
  else if (const auto* trades = std::get_if<feeds::TradeBar>(&record.body))
    play(record, *trades, out);
  else
    out.push_back(record);
}

}  // namespace market_sources
