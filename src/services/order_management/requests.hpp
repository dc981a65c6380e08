#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "json/fields.hpp"
#include "operations/order_view.hpp"

// Requests and answers of the order-management operations (contract section 5a).

namespace order_management {

struct GetOrderRequest {
  std::string order_id;
  static constexpr auto fields() {
    return std::tuple{json::field("order_id", &GetOrderRequest::order_id, "Id of the order.",
                                  json::max_length(20))};
  }
};

struct GetOrderByClientIdRequest {
  std::optional<std::string> account_id;
  std::string client_order_id;
  static constexpr auto fields() {
    using R = GetOrderByClientIdRequest;
    return std::tuple{
        json::field("account_id", &R::account_id,
                    "The account; may be left out by a caller who owns one.", json::max_length(20)),
        json::field("client_order_id", &R::client_order_id, "The id you gave the order.",
                    json::max_length(64))};
  }
};

struct ListOrdersRequest {
  std::optional<std::string> account_id;
  std::string status;
  std::optional<std::string> symbol;
  std::int32_t limit = 100;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using R = ListOrdersRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, "Only this account; default: all you may see.",
                    json::max_length(20)),
        json::field("status", &R::status, "open is new and partially_filled.",
                    json::one_of("all", "open", "new", "partially_filled", "filled", "canceled",
                                 "expired", "rejected"),
                    json::default_text("all")),
        json::field("symbol", &R::symbol, "Only this instrument.", json::max_length(15)),
        json::field("limit", &R::limit, "Largest number of orders.", json::min(1), json::max(1000),
                    json::default_text("100")),
        json::field("cursor", &R::cursor, "next_cursor of the page before.", json::max_length(64))};
  }
};

struct ListOrdersResponse {
  std::vector<operations::OrderView> orders;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    using R = ListOrdersResponse;
    return std::tuple{
        json::field("orders", &R::orders, "Newest first."),
        json::field("next_cursor", &R::next_cursor, "Present when there may be more.")};
  }
};

struct ListExecutionsRequest {
  std::optional<std::string> account_id;
  std::int32_t limit = 100;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using R = ListExecutionsRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, "Only this account; default: all you may see.",
                    json::max_length(20)),
        json::field("limit", &R::limit, "Largest number of executions.", json::min(1),
                    json::max(1000), json::default_text("100")),
        json::field("cursor", &R::cursor, "next_cursor of the page before.", json::max_length(64))};
  }
};

struct ListExecutionsResponse {
  std::vector<operations::ExecutionView> executions;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    using R = ListExecutionsResponse;
    return std::tuple{
        json::field("executions", &R::executions, "Fills, newest first."),
        json::field("next_cursor", &R::next_cursor, "Present when there may be more.")};
  }
};

}  // namespace order_management
