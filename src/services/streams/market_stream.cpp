#include <algorithm>
#include <utility>

#include "streams/clients.hpp"
#include "streams/messages.hpp"
#include "streams/streams.hpp"

// Market data: versions are compared with what was last published, each changed part is serialised
// once and offered to every client that asked for it. The hub's mutex is held throughout.

namespace streams {
namespace {

std::optional<market::Bar> newest_bar(const market_data::MarketData& market,
                                      model::InstrumentId id) {
  auto bars = market.bars(id, market::BarInterval::Minute1, base::Timestamp(0),
                          base::Timestamp(INT64_MAX), 1);
  if (bars.empty()) return std::nullopt;
  return bars.back();
}

std::string acknowledgement(const std::map<model::InstrumentId, Channels>& subscriptions,
                            const directory::Directory& directory) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("type", "subscribed");
  writer.key("symbols");
  writer.begin_array();
  for (const auto& [id, channels] : subscriptions)
    if (const auto instrument = directory.instrument(id)) writer.text(instrument->symbol.view());
  writer.end_array();
  writer.end_object();
  return out;
}

void choose(Channels& chosen, const std::vector<std::string>& names, bool on) {
  for (const std::string& name : names) {
    if (name == "quotes") chosen.quotes = on;
    if (name == "depth") chosen.depth = on;
    if (name == "trades") chosen.trades = on;
    if (name == "bars") chosen.bars = on;
  }
  if (names.empty()) chosen = {on, on, on, on};
}

}  // namespace

void Hub::subscribe_market(MarketClient& client, const std::vector<std::string>& symbols,
                           const std::vector<std::string>& channels, bool add) {
  std::vector<model::Instrument> instruments;
  for (const std::string& symbol : symbols) {
    const auto instrument = parts_.directory.find_instrument(symbol);
    if (!instrument) {
      operations::ApiError error = instrument.error();
      error.details.emplace_back("symbol", symbol.substr(0, 32));
      client.socket->try_send_text(error_message(error));
      return;
    }
    instruments.push_back(*instrument);
  }
  if (instruments.empty()) {
    client.socket->try_send_text(
        error_message(operations::invalid("invalid_request", "Name at least one symbol.")));
    return;
  }
  auto subscriptions = client.subscriptions;
  for (const model::Instrument& instrument : instruments) {
    Channels& chosen = subscriptions[instrument.id];
    choose(chosen, channels, add);
    if (!chosen.quotes && !chosen.depth && !chosen.trades && !chosen.bars)
      subscriptions.erase(instrument.id);
  }
  if (subscriptions.size() > symbols_per_client_max) {
    client.socket->try_send_text(error_message(operations::invalid(
        "too_many_symbols",
        "One connection follows at most " + std::to_string(symbols_per_client_max) + " symbols.")));
    return;
  }
  client.subscriptions = std::move(subscriptions);
  send(client, net::text_frame(acknowledgement(client.subscriptions, parts_.directory)));
  if (!add) return;
  for (const model::Instrument& instrument : instruments)
    send_snapshot(client, instrument);
}

void Hub::send_snapshot(MarketClient& client, const model::Instrument& instrument) {
  const Channels& wanted = client.subscriptions[instrument.id];
  send(client, net::text_frame(feed_message(instrument, parts_.feed_state(instrument.id))));
  if (wanted.quotes)
    send(client, net::text_frame(quote_message(instrument, parts_.market.quote(instrument.id))));
  if (wanted.depth)
    send(client, net::text_frame(
                     depth_message(instrument, parts_.market.depth(instrument.id, depth_levels))));
  if (wanted.trades) {
    auto trades = parts_.market.trades(instrument.id, trades_per_message_max);
    std::reverse(trades.begin(), trades.end());
    if (!trades.empty()) send(client, net::text_frame(trades_message(instrument, trades)));
  }
  if (const auto bar = newest_bar(parts_.market, instrument.id); bar && wanted.bars)
    send(client, net::text_frame(bar_message(instrument, *bar)));
}

void Hub::publish_market() {
  std::vector<model::InstrumentId> followed;
  for (const auto& client : market_clients_)
    for (const auto& [id, channels] : client->subscriptions)
      followed.push_back(id);
  std::sort(followed.begin(), followed.end());
  followed.erase(std::unique(followed.begin(), followed.end()), followed.end());
  for (const model::InstrumentId id : followed)
    publish_instrument(id);
}

void Hub::publish_instrument(model::InstrumentId id) {
  if (published_.size() <= id.value()) published_.resize(id.value() + 1);
  if (!published_[id.value()]) {
    published_[id.value()] = std::make_unique<Published>();
    const auto newest = parts_.market.trades(id, 1);  // older ones came with the snapshot
    if (!newest.empty()) published_[id.value()]->last_trade = newest.front().place;
  }
  Published& published = *published_[id.value()];
  const auto instrument = parts_.directory.instrument(id);
  if (!instrument) return;
  const auto offer = [&](bool Channels::*channel, const std::string& text) {
    const net::Frame frame = net::text_frame(text);
    for (const auto& client : market_clients_) {
      const auto found = client->subscriptions.find(id);
      if (found != client->subscriptions.end() && (channel == nullptr || found->second.*channel))
        if (!send(*client, frame)) ++stats_.missed;
    }
  };
  const std::string feed_state = parts_.feed_state(id);
  if (feed_state != published.feed_state) offer(nullptr, feed_message(*instrument, feed_state));
  published.feed_state = feed_state;
  const market_data::Versions now = parts_.market.versions(id);
  const market_data::Versions before = std::exchange(published.versions, now);
  if (now.quote != before.quote)
    offer(&Channels::quotes, quote_message(*instrument, parts_.market.quote(id)));
  if (now.depth != before.depth)
    offer(&Channels::depth, depth_message(*instrument, parts_.market.depth(id, depth_levels)));
  if (now.trades != before.trades) {
    const auto trades =
        parts_.market.trades_after(id, published.last_trade, trades_per_message_max);
    if (!trades.empty()) {
      published.last_trade = trades.back().place;
      offer(&Channels::trades, trades_message(*instrument, trades));
    }
  }
  if (now.bars != before.bars)
    if (const auto bar = newest_bar(parts_.market, id))
      offer(&Channels::bars, bar_message(*instrument, *bar));
}

}  // namespace streams
