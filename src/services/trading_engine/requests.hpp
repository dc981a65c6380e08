#pragma once

#include <optional>
#include <string>
#include <tuple>

#include "json/fields.hpp"

// Requests and answers of the trading-engine operations (contract section 5a).

namespace trading_engine {

inline constexpr std::string_view account_text =
    "The account to act on; may be left out by a caller who owns one account.";

struct PlaceOrderRequest {
  std::optional<std::string> account_id;
  std::string client_order_id;
  std::string symbol;
  std::string side;
  std::string order_type;
  std::string time_in_force;
  json::Decimal quantity;
  std::optional<json::Decimal> limit_price;

  static constexpr auto fields() {
    using R = PlaceOrderRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, account_text, json::max_length(20)),
        json::field(
            "client_order_id", &R::client_order_id,
            "Your own id for this order, unique in the account. Sending the same order with "
            "the same id again returns the first one instead of placing another.",
            json::min_length(1), json::max_length(64), json::example("buy-acme-0001")),
        json::field("symbol", &R::symbol, "Symbol of the instrument.", json::max_length(15),
                    json::example("ACME")),
        json::field("side", &R::side, "Buy or sell.", json::one_of("buy", "sell")),
        json::field("order_type", &R::order_type,
                    "market trades at once at the best prices; limit never trades at a worse price "
                    "than limit_price.",
                    json::one_of("market", "limit")),
        json::field("time_in_force", &R::time_in_force,
                    "day: until the end of the UTC day; gtc: until canceled; ioc: what does not "
                    "trade at once is canceled; fok: all at once or nothing.",
                    json::one_of("day", "gtc", "ioc", "fok"), json::default_text("day")),
        json::field("quantity", &R::quantity, "How much, a multiple of the instrument's lot size.",
                    json::example("10")),
        json::field("limit_price", &R::limit_price,
                    "Required for limit orders, absent for market orders; a multiple of the tick "
                    "size.",
                    json::example("101.25"))};
  }
};

struct PreviewOrderRequest {
  std::optional<std::string> account_id;
  std::optional<std::string> client_order_id;
  std::string symbol;
  std::string side;
  std::string order_type;
  std::string time_in_force;
  json::Decimal quantity;
  std::optional<json::Decimal> limit_price;

  static constexpr auto fields() {
    using R = PreviewOrderRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, account_text, json::max_length(20)),
        json::field("client_order_id", &R::client_order_id,
                    "The id the order will have; checked for being unused.", json::max_length(64)),
        json::field("symbol", &R::symbol, "Symbol of the instrument.", json::max_length(15),
                    json::example("ACME")),
        json::field("side", &R::side, "Buy or sell.", json::one_of("buy", "sell")),
        json::field("order_type", &R::order_type, "Market or limit.",
                    json::one_of("market", "limit")),
        json::field("time_in_force", &R::time_in_force, "As for place_order.",
                    json::one_of("day", "gtc", "ioc", "fok"), json::default_text("day")),
        json::field("quantity", &R::quantity, "How much, a multiple of the instrument's lot size.",
                    json::example("10")),
        json::field("limit_price", &R::limit_price, "Required for limit orders.",
                    json::example("101.25"))};
  }
};

struct PreviewOrderResponse {
  bool accepted = false;
  std::optional<std::string> reason;
  std::optional<std::string> message;
  json::Decimal fill_quantity;
  std::optional<json::Decimal> fill_average_price;
  json::Decimal rest_quantity;
  std::string currency;
  json::Decimal cash_required;
  json::Decimal cash_available;
  json::Decimal position_available;
  std::optional<json::Decimal> reference_price;

  static constexpr auto fields() {
    using R = PreviewOrderResponse;
    return std::tuple{
        json::field("accepted", &R::accepted, "Whether the order would be accepted now."),
        json::field("reason", &R::reason, "Why it would be refused."),
        json::field("message", &R::message, "The same as a sentence."),
        json::field("fill_quantity", &R::fill_quantity, "Would trade at once."),
        json::field("fill_average_price", &R::fill_average_price,
                    "Average price of what would trade at once."),
        json::field("rest_quantity", &R::rest_quantity, "Would stay in the book."),
        json::field("currency", &R::currency, "Currency of the cash amounts."),
        json::field("cash_required", &R::cash_required, "Cash a buy would spend and reserve."),
        json::field("cash_available", &R::cash_available, "Cash free before the order."),
        json::field("position_available", &R::position_available,
                    "Position free to sell before the order."),
        json::field("reference_price", &R::reference_price, "The price the collar is around.")};
  }
};

struct ReplaceOrderRequest {
  std::optional<std::string> account_id;
  std::string order_id;
  std::optional<json::Decimal> quantity;
  std::optional<json::Decimal> limit_price;

  static constexpr auto fields() {
    using R = ReplaceOrderRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, account_text, json::max_length(20)),
        json::field("order_id", &R::order_id, "The order to change.", json::max_length(20)),
        json::field("quantity", &R::quantity,
                    "New total quantity, including what is filled. A smaller quantity at the same "
                    "price keeps its place in the queue; any other change loses it."),
        json::field("limit_price", &R::limit_price, "New limit price.")};
  }
};

struct CancelOrderRequest {
  std::optional<std::string> account_id;
  std::string order_id;

  static constexpr auto fields() {
    using R = CancelOrderRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, account_text, json::max_length(20)),
        json::field("order_id", &R::order_id, "The order to cancel.", json::max_length(20))};
  }
};

struct CancelAllOrdersRequest {
  std::optional<std::string> account_id;
  std::optional<std::string> symbol;

  static constexpr auto fields() {
    using R = CancelAllOrdersRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, account_text, json::max_length(20)),
        json::field("symbol", &R::symbol, "Only orders in this instrument.", json::max_length(15))};
  }
};

struct CancelAllOrdersResponse {
  std::string account_id;
  std::uint32_t canceled = 0;

  static constexpr auto fields() {
    using R = CancelAllOrdersResponse;
    return std::tuple{json::field("account_id", &R::account_id, "The account."),
                      json::field("canceled", &R::canceled, "How many orders were canceled.")};
  }
};

struct KillSwitchRequest {
  std::string scope;
  std::optional<std::string> account_id;

  static constexpr auto fields() {
    using R = KillSwitchRequest;
    return std::tuple{
        json::field("scope", &R::scope, "One account, or the whole firm (administrators).",
                    json::one_of("account", "firm"), json::default_text("account")),
        json::field("account_id", &R::account_id, "The account, for scope account.",
                    json::max_length(20))};
  }
};

struct KillSwitchResponse {
  std::string scope;
  std::optional<std::string> account_id;
  std::string trading_state;
  std::uint32_t canceled = 0;

  static constexpr auto fields() {
    using R = KillSwitchResponse;
    return std::tuple{
        json::field("scope", &R::scope, "What was halted or released."),
        json::field("account_id", &R::account_id, "The account, for scope account."),
        json::field("trading_state", &R::trading_state, "State after the call.",
                    json::one_of("active", "reducing", "halted")),
        json::field("canceled", &R::canceled, "How many working orders were canceled.")};
  }
};

}  // namespace trading_engine
