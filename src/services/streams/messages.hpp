#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "json/fields.hpp"
#include "market_data/market_data.hpp"
#include "model/event.hpp"
#include "model/instrument.hpp"
#include "operations/operation.hpp"

// What the streams say and hear, as JSON text.

namespace streams {

// Everything a client may send; which fields go with which action is checked by the hub.
struct ClientMessage {
  std::string action;
  std::optional<std::string> token;
  std::optional<std::vector<std::string>> symbols;
  std::optional<std::vector<std::string>> channels;
  std::optional<std::string> account_id;
  std::optional<std::uint64_t> after_sequence;

  static constexpr auto fields() {
    using R = ClientMessage;
    return std::tuple{
        json::field("action", &R::action, "What to do.",
                    json::one_of("authenticate", "subscribe", "unsubscribe")),
        json::field("token", &R::token, "Access token, for authenticate.", json::max_length(8192)),
        json::field("symbols", &R::symbols, "Instruments, for market data.", json::max_items(256)),
        json::field("channels", &R::channels, "Kinds of messages, for market data; default: all.",
                    json::one_of("quotes", "depth", "trades", "bars"), json::max_items(4)),
        json::field("account_id", &R::account_id, "One account, for orders; default: all.",
                    json::max_length(20)),
        json::field("after_sequence", &R::after_sequence,
                    "Resume order events after this sequence.")};
  }
};

std::string quote_message(const model::Instrument& instrument, const market_data::Quote& quote);
std::string depth_message(const model::Instrument& instrument, const market_data::DepthView& depth);
std::string trades_message(const model::Instrument& instrument,
                           const std::vector<market::TapeTrade>& trades);
std::string bar_message(const model::Instrument& instrument, const market::Bar& bar);
std::string feed_message(const model::Instrument& instrument, const std::string& state);
std::string order_message(const model::Event& event, const model::OrderUpdated& update,
                          const model::Instrument& instrument);
// `missed`: market messages the client did not read in time, since it connected.
std::string heartbeat_message(base::Timestamp now, std::uint64_t missed);
std::string error_message(const operations::ApiError& error);

}  // namespace streams
