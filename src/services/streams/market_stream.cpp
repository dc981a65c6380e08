#include <algorithm>
#include <utility>

#include "streams/clients.hpp"
#include "streams/messages.hpp"
#include "streams/streams.hpp"

// Market data: versions are compared with what was last published, each changed part that somebody
// asked for is serialised once and offered to those who did. The hub's mutex is held throughout.

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
  if (symbols.empty())
    return refuse(client, operations::invalid("invalid_request", "Name at least one symbol."));
  std::vector<model::Instrument> instruments;
  for (const std::string& symbol : symbols) {
    const auto instrument = parts_.directory.find_instrument(symbol);
    if (!instrument) {
      operations::ApiError error = instrument.error();
      error.details.emplace_back("symbol", symbol.substr(0, 32));
      return refuse(client, error);
    }
    instruments.push_back(*instrument);
  }
  auto subscriptions = client.subscriptions;
  for (const model::Instrument& instrument : instruments) {
    Channels& chosen = subscriptions[instrument.id];
    choose(chosen, channels, add);
    if (chosen.none()) subscriptions.erase(instrument.id);
  }
  if (subscriptions.size() > symbols_per_client_max)
    return refuse(
        client, operations::invalid("too_many_symbols", "One connection follows at most " +
                                                            std::to_string(symbols_per_client_max) +
                                                            " symbols."));
  client.subscriptions = std::move(subscriptions);
  send(client, net::text_frame(acknowledgement(client.subscriptions, parts_.directory)));
  for (const model::Instrument& instrument : instruments) {
    if (!client.subscriptions.contains(instrument.id)) {
      unfollow(client, instrument.id);
    } else if (add) {
      follow(client, instrument.id);
      if (!send_snapshot(client, instrument)) client.behind.insert(instrument.id);
    }
  }
}

// The first follower's snapshot is newer than what is noted here, so that a change between them is
// published and none is lost.
void Hub::follow(MarketClient& client, model::InstrumentId id) {
  const auto [found, first] = published_.try_emplace(id);
  Published& published = found->second;
  if (first) {
    published.versions = parts_.market.versions(id);
    published.feed_state = parts_.feed_state(id);
    const auto newest = parts_.market.trades(id, 1);
    if (!newest.empty()) published.last_trade = newest.front().place;
  }
  if (std::find(published.followers.begin(), published.followers.end(), &client) ==
      published.followers.end())
    published.followers.push_back(&client);
}

void Hub::unfollow(MarketClient& client, model::InstrumentId id) {
  client.behind.erase(id);
  const auto found = published_.find(id);
  if (found == published_.end()) return;
  std::erase(found->second.followers, &client);
  if (found->second.followers.empty()) published_.erase(found);
}

// False when the client's buffer took only a part.
bool Hub::send_snapshot(MarketClient& client, const model::Instrument& instrument) {
  const Channels& wanted = client.subscriptions[instrument.id];
  const auto offer = [&](const std::string& text) { return send(client, net::text_frame(text)); };
  if (!offer(feed_message(instrument, parts_.feed_state(instrument.id)))) return false;
  if (wanted.quotes && !offer(quote_message(instrument, parts_.market.quote(instrument.id))))
    return false;
  if (wanted.depth &&
      !offer(depth_message(instrument, parts_.market.depth(instrument.id, depth_levels))))
    return false;
  if (wanted.trades) {
    auto trades = parts_.market.trades(instrument.id, trades_per_message_max);
    std::reverse(trades.begin(), trades.end());
    if (!trades.empty() && !offer(trades_message(instrument, trades))) return false;
  }
  if (!wanted.bars) return true;
  const auto bar = newest_bar(parts_.market, instrument.id);
  return !bar || offer(bar_message(instrument, *bar));
}

// The client reads again: what it missed is replaced by the newest state.
void Hub::catch_up(MarketClient& client) {
  while (!client.behind.empty()) {
    const model::InstrumentId id = *client.behind.begin();
    const auto instrument = parts_.directory.instrument(id);
    if (instrument && !send_snapshot(client, *instrument)) return;
    client.behind.erase(id);
  }
}

void Hub::publish_market() {
  for (auto& [id, published] : published_)
    if (const auto instrument = parts_.directory.instrument(id))
      publish_instrument(*instrument, published);
}

void Hub::publish_instrument(const model::Instrument& instrument, Published& published) {
  const model::InstrumentId id = instrument.id;
  const auto offer = [&](bool Channels::*channel, const auto& make_text) {
    net::Frame frame;
    for (MarketClient* client : published.followers) {
      if (client->closed || (channel != nullptr && !(client->subscriptions[id].*channel))) continue;
      if (!frame) frame = net::text_frame(make_text());
      if (!client->behind.contains(id) && send(*client, frame)) continue;
      client->behind.insert(id);
      ++client->missed;
      ++stats_.missed;
    }
  };
  const std::string feed_state = parts_.feed_state(id);
  if (feed_state != published.feed_state)
    offer(nullptr, [&] { return feed_message(instrument, feed_state); });
  published.feed_state = feed_state;
  const market_data::Versions now = parts_.market.versions(id);
  const market_data::Versions before = std::exchange(published.versions, now);
  if (now.quote != before.quote)
    offer(&Channels::quotes, [&] { return quote_message(instrument, parts_.market.quote(id)); });
  if (now.depth != before.depth)
    offer(&Channels::depth,
          [&] { return depth_message(instrument, parts_.market.depth(id, depth_levels)); });
  if (now.trades != before.trades) {
    const auto trades =
        parts_.market.trades_after(id, published.last_trade, trades_per_message_max);
    if (!trades.empty()) {
      published.last_trade = trades.back().place;
      offer(&Channels::trades, [&] { return trades_message(instrument, trades); });
    }
  }
  if (now.bars != before.bars)
    if (const auto bar = newest_bar(parts_.market, id))
      offer(&Channels::bars, [&] { return bar_message(instrument, *bar); });
}

}  // namespace streams
