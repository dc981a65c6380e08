#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "json/fields.hpp"

// Requests and answers of the portfolio-tracker operations (contract section 5a).

namespace portfolio_tracker {

struct ListAccountsRequest {
  static constexpr auto fields() { return std::tuple<>{}; }
};

struct AccountView {
  std::string account_id;
  std::string name;
  std::string kind;
  std::string trading_state;
  std::string base_currency;
  static constexpr auto fields() {
    using R = AccountView;
    return std::tuple{json::field("account_id", &R::account_id, "Id of the account."),
                      json::field("name", &R::name, "Name of the account."),
                      json::field("kind", &R::kind, "Who trades on it.",
                                  json::one_of("paper", "simulated", "external")),
                      json::field("trading_state", &R::trading_state, "Whether it may trade.",
                                  json::one_of("active", "reducing", "halted")),
                      json::field("base_currency", &R::base_currency, "Its main currency.")};
  }
};

struct ListAccountsResponse {
  std::vector<AccountView> accounts;
  static constexpr auto fields() {
    return std::tuple{
        json::field("accounts", &ListAccountsResponse::accounts, "Paper accounts you may use.")};
  }
};

struct AccountRequest {
  std::string account_id;
  static constexpr auto fields() {
    return std::tuple{json::field("account_id", &AccountRequest::account_id, "Id of the account.",
                                  json::max_length(20))};
  }
};

struct BalanceView {
  std::string currency;
  json::Decimal balance;
  json::Decimal held;
  json::Decimal available;
  static constexpr auto fields() {
    using R = BalanceView;
    return std::tuple{json::field("currency", &R::currency, "Currency code."),
                      json::field("balance", &R::balance, "Settled cash."),
                      json::field("held", &R::held, "Reserved by working buy orders."),
                      json::field("available", &R::available, "balance minus held.")};
  }
};

struct GetAccountResponse {
  std::string account_id;
  std::string name;
  std::string kind;
  std::string trading_state;
  std::string base_currency;
  std::vector<BalanceView> balances;
  static constexpr auto fields() {
    using R = GetAccountResponse;
    return std::tuple{json::field("account_id", &R::account_id, "Id of the account."),
                      json::field("name", &R::name, "Name of the account."),
                      json::field("kind", &R::kind, "Who trades on it.",
                                  json::one_of("paper", "simulated", "external")),
                      json::field("trading_state", &R::trading_state, "Whether it may trade.",
                                  json::one_of("active", "reducing", "halted")),
                      json::field("base_currency", &R::base_currency, "Its main currency."),
                      json::field("balances", &R::balances, "Cash, one row a currency.")};
  }
};

struct PositionView {
  std::string symbol;
  json::Decimal quantity;
  json::Decimal held;
  std::optional<json::Decimal> average_cost;
  std::optional<json::Decimal> market_price;
  std::optional<json::Decimal> market_value;
  std::optional<json::Decimal> unrealised_profit;
  json::Decimal realised_profit;
  std::string currency;
  static constexpr auto fields() {
    using R = PositionView;
    return std::tuple{
        json::field("symbol", &R::symbol, "Symbol of the instrument."),
        json::field("quantity", &R::quantity, "Owned; negative when short."),
        json::field("held", &R::held, "Reserved by working sell orders."),
        json::field("average_cost", &R::average_cost, "Average price paid for what is owned."),
        json::field("market_price", &R::market_price,
                    "Last price, or the middle of the book before the first trade."),
        json::field("market_value", &R::market_value, "quantity at market_price."),
        json::field("unrealised_profit", &R::unrealised_profit, "market_value minus its cost."),
        json::field("realised_profit", &R::realised_profit, "Profit of what was sold."),
        json::field("currency", &R::currency, "Currency of the money amounts.")};
  }
};

struct ListPositionsResponse {
  std::string account_id;
  std::vector<PositionView> positions;
  static constexpr auto fields() {
    using R = ListPositionsResponse;
    return std::tuple{json::field("account_id", &R::account_id, "Id of the account."),
                      json::field("positions", &R::positions, "One row an instrument.")};
  }
};

struct GetLedgerRequest {
  std::string account_id;
  std::int32_t limit = 100;
  std::optional<std::string> cursor;
  static constexpr auto fields() {
    using R = GetLedgerRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, "Id of the account.", json::max_length(20)),
        json::field("limit", &R::limit, "Largest number of entries.", json::min(1), json::max(1000),
                    json::default_text("100")),
        json::field("cursor", &R::cursor, "next_cursor of the page before.", json::max_length(64))};
  }
};

struct LedgerEntryView {
  std::string transaction_id;
  std::string kind;
  std::optional<std::string> currency;
  std::optional<json::Decimal> amount;
  std::optional<std::string> symbol;
  std::optional<json::Decimal> quantity;
  std::optional<std::string> trade_id;
  std::string time;
  std::uint64_t sequence = 0;
  static constexpr auto fields() {
    using R = LedgerEntryView;
    return std::tuple{
        json::field("transaction_id", &R::transaction_id,
                    "Entries of one transaction sum to zero over all accounts."),
        json::field("kind", &R::kind, "What caused it.", json::one_of("transfer", "trade")),
        json::field("currency", &R::currency, "Of a cash entry."),
        json::field("amount", &R::amount, "Of a cash entry; negative leaves the account."),
        json::field("symbol", &R::symbol, "Of an instrument entry."),
        json::field("quantity", &R::quantity,
                    "Of an instrument entry; negative leaves the account."),
        json::field("trade_id", &R::trade_id, "The trade, for kind trade."),
        json::field("time", &R::time, "When, RFC 3339."),
        json::field("sequence", &R::sequence, "Of the command that caused it.")};
  }
};

struct GetLedgerResponse {
  std::vector<LedgerEntryView> entries;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    using R = GetLedgerResponse;
    return std::tuple{
        json::field("entries", &R::entries, "Newest first."),
        json::field("next_cursor", &R::next_cursor, "Present when there may be more.")};
  }
};

struct OpenAccountRequest {
  std::string user_id;
  std::string name;
  std::string currency;
  json::Decimal cash;
  static constexpr auto fields() {
    using R = OpenAccountRequest;
    return std::tuple{
        json::field("user_id", &R::user_id, "Who will own it.", json::max_length(10)),
        json::field("name", &R::name, "Name of the account.", json::min_length(1),
                    json::max_length(47), json::example("Paper account")),
        json::field("currency", &R::currency, "Its main currency.", json::max_length(8),
                    json::default_text("USD")),
        json::field("cash", &R::cash, "Paper cash to begin with.", json::default_text("0"))};
  }
};

struct TransferCashRequest {
  std::string account_id;
  std::string currency;
  json::Decimal amount;
  static constexpr auto fields() {
    using R = TransferCashRequest;
    return std::tuple{
        json::field("account_id", &R::account_id, "Id of the account.", json::max_length(20)),
        json::field("currency", &R::currency, "Currency code.", json::max_length(8),
                    json::example("USD")),
        json::field("amount", &R::amount, "Positive moves in, negative out.",
                    json::example("1000000"))};
  }
};

}  // namespace portfolio_tracker
