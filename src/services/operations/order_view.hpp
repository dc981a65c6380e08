#pragma once

// How orders, executions and trades look in every answer and on every stream. Ids are decimal
// strings, times RFC 3339 with nine decimals, prices and quantities decimal strings.

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "json/fields.hpp"
#include "model/event.hpp"
#include "model/instrument.hpp"
#include "model/order.hpp"

namespace operations {

struct OrderView {
  std::string order_id;
  std::string account_id;
  std::string client_order_id;  // empty for orders of simulated participants
  std::string symbol;
  std::string side;
  std::string order_type;
  std::string time_in_force;
  json::Decimal quantity;
  std::optional<json::Decimal> limit_price;
  std::string status;
  json::Decimal filled_quantity;
  std::optional<json::Decimal> average_price;
  std::optional<std::string> reason;
  std::string created_at;
  std::string updated_at;
  std::uint64_t sequence = 0;

  static constexpr auto fields() {
    using json::field, json::one_of, json::example;
    return std::tuple{
        field("order_id", &OrderView::order_id, "The platform's id of the order.", example("17")),
        field("account_id", &OrderView::account_id, "The account it belongs to.", example("1")),
        field("client_order_id", &OrderView::client_order_id, "The sender's own id of the order."),
        field("symbol", &OrderView::symbol, "The instrument.", example("AAPL")),
        field("side", &OrderView::side, "Buy or sell.", one_of("buy", "sell")),
        field("order_type", &OrderView::order_type, "How the price is found.",
              one_of("market", "limit")),
        field("time_in_force", &OrderView::time_in_force, "How long the order stays.",
              one_of("day", "gtc", "ioc", "fok")),
        field("quantity", &OrderView::quantity, "Total quantity, filled part included.",
              example("100")),
        field("limit_price", &OrderView::limit_price, "The worst price it may trade at.",
              example("189.95")),
        field("status", &OrderView::status, "Where the order stands.",
              one_of("new", "partially_filled", "filled", "canceled", "expired", "rejected")),
        field("filled_quantity", &OrderView::filled_quantity, "What has traded so far."),
        field("average_price", &OrderView::average_price,
              "Average price of what has traded, rounded half away from zero to 9 decimals; absent "
              "while nothing has traded."),
        field("reason", &OrderView::reason,
              "Why it was rejected, canceled or expired; absent otherwise."),
        field("created_at", &OrderView::created_at, "When it was accepted."),
        field("updated_at", &OrderView::updated_at, "When it last changed."),
        field("sequence", &OrderView::sequence, "Sequence number of its last change."),
    };
  }
};

struct ExecutionView {
  std::string execution_id;  // SEQUENCE-INDEX of the event, unique for ever
  std::string order_id;
  std::string account_id;
  std::string symbol;
  std::string side;
  std::string type;
  std::optional<json::Decimal> price;
  std::optional<json::Decimal> quantity;
  std::optional<std::string> trade_id;
  std::optional<std::string> liquidity;
  std::string time;
  std::uint64_t sequence = 0;

  static constexpr auto fields() {
    using json::field, json::one_of;
    return std::tuple{
        field("execution_id", &ExecutionView::execution_id, "Unique id of this report."),
        field("order_id", &ExecutionView::order_id, "The order."),
        field("account_id", &ExecutionView::account_id, "The order's account."),
        field("symbol", &ExecutionView::symbol, "The instrument."),
        field("side", &ExecutionView::side, "The order's side.", one_of("buy", "sell")),
        field("type", &ExecutionView::type, "What happened to the order.",
              one_of("new", "trade", "canceled", "replaced", "expired", "rejected")),
        field("price", &ExecutionView::price, "Price of this trade; only for trades."),
        field("quantity", &ExecutionView::quantity, "Quantity of this trade; only for trades."),
        field("trade_id", &ExecutionView::trade_id, "The public trade; only for trades."),
        field("liquidity", &ExecutionView::liquidity,
              "Maker when the order rested in the book, taker when it came to it; only for trades.",
              one_of("maker", "taker")),
        field("time", &ExecutionView::time, "When it happened."),
        field("sequence", &ExecutionView::sequence, "Sequence number of the change."),
    };
  }
};

struct TradeView {
  std::string trade_id;
  std::string symbol;
  json::Decimal price;
  json::Decimal quantity;
  std::string side;
  std::string time;
  std::uint64_t sequence = 0;

  static constexpr auto fields() {
    using json::field, json::one_of;
    return std::tuple{
        field("trade_id", &TradeView::trade_id, "The platform's id of the trade."),
        field("symbol", &TradeView::symbol, "The instrument."),
        field("price", &TradeView::price, "Price of one unit."),
        field("quantity", &TradeView::quantity, "Quantity traded."),
        field("side", &TradeView::side, "Side of the order that came to the book.",
              one_of("buy", "sell")),
        field("time", &TradeView::time, "When it traded."),
        field("sequence", &TradeView::sequence, "Sequence number of the trade."),
    };
  }
};

// The instrument must be the order's own.
OrderView view_of(const model::Order& order, const model::Instrument& instrument);
ExecutionView view_of(const model::OrderUpdated& update, std::uint64_t sequence,
                      std::uint32_t index, base::Timestamp time,
                      const model::Instrument& instrument);
TradeView view_of(const model::Traded& trade, std::uint64_t sequence, base::Timestamp time,
                  const model::Instrument& instrument);

// Average price of what is filled in 10^-9 units of the quote currency, rounded half away from
// zero; filled must be positive.
money::Money average_price(const model::Order& order, const model::Instrument& instrument);

// The number of an id given as text. Errors: invalid_request, naming the field.
base::Result<std::uint64_t> parse_id(std::string_view field, std::string_view text);

}  // namespace operations
