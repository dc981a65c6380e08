#pragma once

// A small table of operations for the tests of the table itself.

#include <string>

#include "operations/operation.hpp"

namespace operations {

struct SampleOrder {
  std::string symbol;
  std::string side;
  json::Decimal quantity;
  std::optional<json::Decimal> limit_price;
  static constexpr auto fields() {
    return std::tuple{
        json::field("symbol", &SampleOrder::symbol, "What to trade.", json::max_length(15)),
        json::field("side", &SampleOrder::side, "Buy or sell.", json::one_of("buy", "sell")),
        json::field("quantity", &SampleOrder::quantity, "How much."),
        json::field("limit_price", &SampleOrder::limit_price, "Worst price."),
    };
  }
};
struct SampleAnswer {
  std::string order_id;
  std::string symbol;
  json::Decimal quantity;
  static constexpr auto fields() {
    return std::tuple{
        json::field("order_id", &SampleAnswer::order_id, "The order's id."),
        json::field("symbol", &SampleAnswer::symbol, "The instrument."),
        json::field("quantity", &SampleAnswer::quantity, "How much."),
    };
  }
};
struct SampleQuery {
  std::string symbol;
  std::uint32_t limit = 0;
  std::vector<std::string> channels;
  static constexpr auto fields() {
    return std::tuple{
        json::field("symbol", &SampleQuery::symbol, "The instrument."),
        json::field("limit", &SampleQuery::limit, "Rows.", json::min(1), json::max(1000),
                    json::default_text("100")),
        json::field("channels", &SampleQuery::channels, "Which.", json::one_of("quotes", "trades"),
                    json::default_text("quotes")),
    };
  }
};
struct SampleEcho {
  std::string symbol;
  std::uint32_t limit = 0;
  std::string caller;
  static constexpr auto fields() {
    return std::tuple{
        json::field("symbol", &SampleEcho::symbol, "The instrument."),
        json::field("limit", &SampleEcho::limit, "Rows."),
        json::field("caller", &SampleEcho::caller, "Who asked."),
    };
  }
};

inline void add_sample_quote(Table& table, std::string name, std::string path,
                             std::string permission = "market_data.read",
                             Method method = Method::Get) {
  table.add<SampleQuery, SampleEcho>(
      {.name = std::move(name),
       .title = "Quote",
       .description = "The best prices of an instrument.",
       .service = "market-data",
       .method = method,
       .path = std::move(path),
       .permission = std::move(permission)},
      [](const Caller& caller, SampleQuery query, Reply<SampleEcho> reply) {
        reply(SampleEcho{query.symbol, query.limit, caller.username});
      });
}

inline Table sample_table() {
  Table table;
  add_sample_quote(table, "get_quote", "/market-data/{symbol}");
  add_sample_quote(table, "get_positions", "/portfolio/{symbol}/positions", "portfolio.read");
  add_sample_quote(table, "set_limits", "/risk/limits", "risk.write", Method::Post);
  add_sample_quote(table, "run_analysis", "/analysis", "analytics.run", Method::Post);
  add_sample_quote(table, "read_audit", "/audit", "system.read");
  table.add<SampleOrder, SampleAnswer>(
      {.name = "place_order",
       .title = "Place an order",
       .description = "Sends an order to the market.",
       .service = "trading-engine",
       .method = Method::Post,
       .path = "/orders",
       .permission = "trading.write",
       .read_only = false,
       .success_status = 201,
       .rate_class = RateClass::Order},
      [](const Caller&, SampleOrder order, Reply<SampleAnswer> reply) {
        if (order.symbol == "NONE")
          return reply(tl::unexpected(refused(model::Reason::UnknownInstrument)));
        reply(SampleAnswer{"1", order.symbol, order.quantity});
      });
  table.add<SampleQuery, SampleEcho>(
      {.name = "login",
       .title = "Log in",
       .description = "Gives a token for a name.",
       .service = "system-health",
       .method = Method::Post,
       .path = "/auth/login",
       .permission = "",
       .read_only = false,
       .tool = false,
       .rate_class = RateClass::Login},
      [](const Caller& caller, SampleQuery query, Reply<SampleEcho> reply) {
        reply(SampleEcho{query.symbol, query.limit, caller.username});
      });
  return table;
}

inline std::string sample_arguments(const Operation& operation) {
  return operation.declaration.name == "place_order"
             ? R"({"symbol":"AAPL","side":"buy","quantity":"1"})"
             : R"({"symbol":"AAPL"})";
}

}  // namespace operations
