#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "json/fields.hpp"
#include "operations/order_view.hpp"
#include "operations/page.hpp"

// Requests and answers of the market-data operations (contract section 5a).

namespace market_data {

inline constexpr std::string_view symbol_text = "Symbol of the instrument.";

struct ListInstrumentsRequest {
  std::uint32_t limit = 0;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using R = ListInstrumentsRequest;
    return std::tuple{
        json::field("limit", &R::limit, "Largest number of items in the answer.", json::min(1),
                    json::max(operations::page_limit_max), json::default_text("1000")),
        operations::cursor_field(&R::cursor)};
  }
};

struct InstrumentView {
  std::string symbol;
  std::string name;
  std::string asset_class;
  std::string state;
  std::string quote_currency;
  json::Decimal tick_size;
  json::Decimal lot_size;
  json::Decimal order_quantity_max;
  json::Decimal order_notional_max;
  std::int32_t collar_bps = 0;
  static constexpr auto fields() {
    using R = InstrumentView;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text, json::example("ACME")),
        json::field("name", &R::name, "Its name."),
        json::field("asset_class", &R::asset_class, "What kind of asset it is.",
                    json::one_of("equity", "etf", "currency", "crypto")),
        json::field("state", &R::state, "Whether it can be traded now.",
                    json::one_of("open", "halted", "closed")),
        json::field("quote_currency", &R::quote_currency, "Currency of its prices.",
                    json::example("USD")),
        json::field("tick_size", &R::tick_size, "Prices are multiples of this.",
                    json::example("0.01")),
        json::field("lot_size", &R::lot_size, "Quantities are multiples of this.",
                    json::example("1")),
        json::field("order_quantity_max", &R::order_quantity_max, "Largest order."),
        json::field("order_notional_max", &R::order_notional_max,
                    "Largest order by value, in the quote currency."),
        json::field("collar_bps", &R::collar_bps,
                    "How far a limit price may stand from the reference price, in basis points; 0 "
                    "= no such limit.")};
  }
};

struct ListInstrumentsResponse {
  std::vector<InstrumentView> instruments;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    using R = ListInstrumentsResponse;
    return std::tuple{json::field("instruments", &R::instruments, "Instruments by symbol."),
                      json::field("next_cursor", &R::next_cursor,
                                  "Send it as cursor to get the next page; absent on the last.")};
  }
};

struct SymbolRequest {
  std::string symbol;
  static constexpr auto fields() {
    return std::tuple{json::field("symbol", &SymbolRequest::symbol, symbol_text,
                                  json::max_length(15), json::example("ACME"))};
  }
};

struct QuoteView {
  std::string symbol;
  std::optional<json::Decimal> bid_price;
  std::optional<json::Decimal> bid_quantity;
  std::optional<json::Decimal> ask_price;
  std::optional<json::Decimal> ask_quantity;
  std::optional<json::Decimal> last_price;
  std::optional<json::Decimal> last_quantity;
  std::optional<std::string> last_side;
  std::optional<std::string> last_trade_time;
  std::optional<std::string> time;
  std::optional<std::int64_t> age_ms;
  std::optional<std::string> feed_state;
  std::uint64_t sequence = 0;
  static constexpr auto fields() {
    using R = QuoteView;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text),
        json::field("bid_price", &R::bid_price, "Best price somebody buys at; absent = nobody."),
        json::field("bid_quantity", &R::bid_quantity, "Quantity wanted at that price."),
        json::field("ask_price", &R::ask_price, "Best price somebody sells at; absent = nobody."),
        json::field("ask_quantity", &R::ask_quantity, "Quantity offered at that price."),
        json::field("last_price", &R::last_price, "Price of the last trade; absent = none yet."),
        json::field("last_quantity", &R::last_quantity, "Quantity of the last trade."),
        json::field("last_side", &R::last_side, "Side of the order that came to the book.",
                    json::one_of("buy", "sell")),
        json::field("last_trade_time", &R::last_trade_time, "When the last trade happened."),
        json::field("time", &R::time, "When the quote last changed; absent = never."),
        json::field("age_ms", &R::age_ms, "Milliseconds since then."),
        json::field("feed_state", &R::feed_state,
                    "State of the outside feed behind the instrument; absent = there is none. "
                    "Prices of a feed that is not live may be wrong.",
                    json::one_of("live", "demo", "stale", "gapped", "crossed", "stopped")),
        json::field("sequence", &R::sequence, "Sequence number of the last change.")};
  }
};

struct DepthRequest {
  std::string symbol;
  std::uint32_t levels = 0;
  static constexpr auto fields() {
    using R = DepthRequest;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text, json::max_length(15), json::example("ACME")),
        json::field("levels", &R::levels, "Largest number of price levels a side.", json::min(1),
                    json::max(100), json::default_text("20"))};
  }
};

struct LevelView {
  json::Decimal price;
  json::Decimal quantity;
  std::uint32_t order_count = 0;
  static constexpr auto fields() {
    using R = LevelView;
    return std::tuple{json::field("price", &R::price, "Price of the level."),
                      json::field("quantity", &R::quantity, "Total quantity resting there."),
                      json::field("order_count", &R::order_count,
                                  "Orders there; what an outside market displays counts as one.")};
  }
};

struct DepthResponse {
  std::string symbol;
  std::vector<LevelView> bids;
  std::vector<LevelView> asks;
  std::optional<std::string> time;
  std::uint64_t sequence = 0;
  static constexpr auto fields() {
    using R = DepthResponse;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text),
        json::field("bids", &R::bids, "Buy levels, best first."),
        json::field("asks", &R::asks, "Sell levels, best first."),
        json::field("time", &R::time, "When the book last changed; absent = never."),
        json::field("sequence", &R::sequence, "Sequence number of the last change of the book.")};
  }
};

struct ListTradesRequest {
  std::string symbol;
  std::uint32_t limit = 0;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using R = ListTradesRequest;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text, json::max_length(15), json::example("ACME")),
        operations::limit_field(&R::limit), operations::cursor_field(&R::cursor)};
  }
};

struct ListTradesResponse {
  std::vector<operations::TradeView> trades;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    using R = ListTradesResponse;
    return std::tuple{json::field("trades", &R::trades, "Public trades, newest first."),
                      json::field("next_cursor", &R::next_cursor,
                                  "Send it as cursor to get older ones; absent at the oldest.")};
  }
};

struct GetBarsRequest {
  std::string symbol;
  std::string interval;
  std::optional<std::string> start;
  std::optional<std::string> end;
  std::uint32_t limit = 0;
  std::optional<std::string> cursor;
  std::string format;
  static constexpr auto fields() {
    using R = GetBarsRequest;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text, json::max_length(15), json::example("ACME")),
        json::field("interval", &R::interval,
                    "Length of a bar; bars start at whole multiples of it"
                    " since 1970 UTC.",
                    json::one_of("1m", "5m", "15m", "1h", "1d"), json::default_text("1m")),
        json::field("start", &R::start, "Only bars that start at or after this time (RFC 3339).",
                    json::max_length(40), json::example("2026-01-05T09:30:00Z")),
        json::field("end", &R::end, "Only bars that start before this time (RFC 3339).",
                    json::max_length(40)),
        operations::limit_field(&R::limit),
        operations::cursor_field(&R::cursor),
        json::field("format", &R::format,
                    "json: one object a bar; columns: one list a field, for analysis.",
                    json::one_of("json", "columns"), json::default_text("json"))};
  }
};

struct BarItem {
  std::string start;
  json::Decimal open;
  json::Decimal high;
  json::Decimal low;
  json::Decimal close;
  json::Decimal volume;
  std::uint32_t trade_count = 0;
  static constexpr auto fields() {
    using R = BarItem;
    return std::tuple{json::field("start", &R::start, "Begin of the bar."),
                      json::field("open", &R::open, "First price."),
                      json::field("high", &R::high, "Highest price."),
                      json::field("low", &R::low, "Lowest price."),
                      json::field("close", &R::close, "Last price."),
                      json::field("volume", &R::volume, "Quantity traded."),
                      json::field("trade_count", &R::trade_count, "Number of trades.")};
  }
};

struct BarColumns {
  std::vector<std::string> start;
  std::vector<json::Decimal> open, high, low, close, volume;
  std::vector<std::uint32_t> trade_count;
  static constexpr auto fields() {
    using R = BarColumns;
    return std::tuple{json::field("start", &R::start, "Begins of the bars."),
                      json::field("open", &R::open, "First prices."),
                      json::field("high", &R::high, "Highest prices."),
                      json::field("low", &R::low, "Lowest prices."),
                      json::field("close", &R::close, "Last prices."),
                      json::field("volume", &R::volume, "Quantities traded."),
                      json::field("trade_count", &R::trade_count, "Numbers of trades.")};
  }
};

struct GetBarsResponse {
  std::string symbol;
  std::string interval;
  std::optional<std::vector<BarItem>> bars;
  std::optional<BarColumns> columns;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    using R = GetBarsResponse;
    return std::tuple{
        json::field("symbol", &R::symbol, symbol_text),
        json::field("interval", &R::interval, "Length of a bar."),
        json::field("bars", &R::bars,
                    "The newest bars of the asked time, oldest first; the last may still grow. An "
                    "interval without trades has no bar. Present for format json."),
        json::field("columns", &R::columns, "The same as columns; present for format columns."),
        json::field("next_cursor", &R::next_cursor,
                    "Send it as cursor to get the bars before these; absent at the oldest.")};
  }
};

}  // namespace market_data
