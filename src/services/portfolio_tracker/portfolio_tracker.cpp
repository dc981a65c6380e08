#include "portfolio_tracker/portfolio_tracker.hpp"

#include <utility>

#include "portfolio_tracker/requests.hpp"

namespace portfolio_tracker {
namespace {

using directory::Directory;
using directory::Found;
using history::History;
using operations::ApiError;
using operations::Caller;
using operations::Reply;
using sequencer::CommandPort;
using store_sqlite::EventPosition;
using store_sqlite::ProjectionReader;

std::string text_of(model::AccountKind kind) {
  switch (kind) {
    case model::AccountKind::Paper: return "paper";
    case model::AccountKind::Simulated: return "simulated";
    case model::AccountKind::External: return "external";
  }
  return "";
}

std::string text_of(model::TradingState state) {
  switch (state) {
    case model::TradingState::Active: return "active";
    case model::TradingState::Reducing: return "reducing";
    case model::TradingState::Halted: return "halted";
  }
  return "";
}

json::Decimal decimal(money::Money amount) {
  return {money::format_money(amount)};
}

AccountView view_of(const model::Account& account) {
  return {std::to_string(account.id.value()), std::string(account.name.view()),
          text_of(account.kind), text_of(account.state), account.base_currency.text()};
}

void list_accounts(const Directory& directory, const Caller& caller,
                   const Reply<ListAccountsResponse>& reply) {
  ListAccountsResponse response;
  for (const model::Account& account : directory.accounts(caller))
    if (account.kind == model::AccountKind::Paper) response.accounts.push_back(view_of(account));
  reply(std::move(response));
}

GetAccountResponse account_response(const engine::Engine& engine, model::AccountId id) {
  const AccountView view = view_of(*engine.account(id));
  GetAccountResponse response{view.account_id,    view.name,          view.kind,
                              view.trading_state, view.base_currency, {}};
  for (const model::Balance& balance : engine.balances(id))
    response.balances.push_back({balance.currency.text(), decimal(balance.balance),
                                 decimal(balance.held), decimal(balance.balance - balance.held)});
  return response;
}

void get_account(CommandPort& port, const Directory& directory, const Caller& caller,
                 const AccountRequest& request, const Reply<GetAccountResponse>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  const bool taken = port.query([reply, id = account->id](const engine::Engine& engine) {
    reply(account_response(engine, id));
  });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

// Last price, else the middle of the book rounded down to a tick, else zero.
money::Price mark(const engine::Engine& engine, model::InstrumentId instrument) {
  const money::Price last = engine.last_price(instrument);
  if (last.ticks() > 0) return last;
  const auto bids = engine.depth(instrument, model::Side::Buy, 1);
  const auto asks = engine.depth(instrument, model::Side::Sell, 1);
  if (bids.empty() || asks.empty()) return money::Price(0);
  return money::Price((bids[0].price.ticks() + asks[0].price.ticks()) / 2);
}

// Cost of one unit, rounded half away from zero. Unlike an order's notional, the cost of what is
// left after a sale need not be a whole number of ticks.
money::Money average_cost(const model::Position& position, const model::Instrument& instrument) {
  const bool is_short = position.quantity.lots() < 0;
  const numeric::Int128 units_nano =
      static_cast<numeric::Int128>(position.quantity.lots()) * instrument.lot_size_nano;
  const numeric::Int128 quantity = is_short ? -units_nano : units_nano;
  const numeric::Int128 cost = is_short ? -position.cost.nano() : position.cost.nano();
  constexpr numeric::Int128 unit = 1'000'000'000;
  const numeric::Int128 rest = cost % quantity * unit;
  return money::Money(cost / quantity * unit + (2 * rest + quantity) / (2 * quantity));
}

PositionView view_of(const engine::Engine& engine, const model::Position& position) {
  const model::Instrument& instrument = *engine.instrument(position.instrument);
  PositionView view;
  view.symbol = std::string(instrument.symbol.view());
  view.quantity.text = model::format_quantity(instrument, position.quantity);
  view.held.text = model::format_quantity(instrument, position.held);
  view.realised_profit = decimal(position.realised_profit);
  view.currency = instrument.quote_currency.text();
  if (position.quantity.lots() == 0) return view;
  view.average_cost = decimal(average_cost(position, instrument));
  const money::Price price = mark(engine, position.instrument);
  if (price.ticks() == 0) return view;
  const money::Money value = instrument.notional(price, position.quantity);
  view.market_price = json::Decimal{model::format_price(instrument, price)};
  view.market_value = decimal(value);
  view.unrealised_profit = decimal(value - position.cost);
  return view;
}

void list_positions(CommandPort& port, const Directory& directory, const Caller& caller,
                    const AccountRequest& request, const Reply<ListPositionsResponse>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  const bool taken = port.query([reply, id = account->id](const engine::Engine& engine) {
    ListPositionsResponse response{std::to_string(id.value()), {}};
    for (const model::Position& position : engine.positions(id))
      response.positions.push_back(view_of(engine, position));
    reply(std::move(response));
  });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

LedgerEntryView view_of(const Directory& directory, const store_sqlite::LedgerEntry& entry) {
  LedgerEntryView view;
  view.transaction_id = std::to_string(entry.posted.transaction.value());
  view.kind = entry.posted.kind == model::LedgerKind::Transfer ? "transfer" : "trade";
  view.time = base::format_rfc3339(entry.time);
  view.sequence = entry.position.sequence;
  if (entry.posted.trade.valid()) view.trade_id = std::to_string(entry.posted.trade.value());
  if (entry.posted.currency.valid()) {
    view.currency = entry.posted.currency.text();
    view.amount = decimal(entry.posted.amount);
  } else if (const auto instrument = directory.instrument(entry.posted.instrument)) {
    view.symbol = std::string(instrument->symbol.view());
    view.quantity = json::Decimal{model::format_quantity(*instrument, entry.posted.quantity)};
  }
  return view;
}

void get_ledger(const Directory& directory, const History& history, const Caller& caller,
                const GetLedgerRequest& request, const Reply<GetLedgerResponse>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  EventPosition before = store_sqlite::newest;
  if (request.cursor) {
    const auto position = history::parse_cursor(*request.cursor);
    if (!position)
      return reply(tl::unexpected(operations::invalid("invalid_cursor", "Unknown cursor.")));
    before = *position;
  }
  const auto limit = static_cast<std::size_t>(request.limit);
  history.answer<GetLedgerResponse>(
      reply,
      [&directory, id = account->id, before,
       limit](ProjectionReader& reader) -> base::Result<tl::expected<GetLedgerResponse, ApiError>> {
        TRY(const auto entries, reader.list_ledger_entries(id, limit, before));
        GetLedgerResponse response;
        for (const store_sqlite::LedgerEntry& entry : entries)
          response.entries.push_back(view_of(directory, entry));
        if (entries.size() == limit)
          response.next_cursor = history::to_cursor(entries.back().position);
        return response;
      });
}

// Answers with the account once a command about it is durable.
void answer_with_account(CommandPort& port, model::AccountId id,
                         const Reply<GetAccountResponse>& reply) {
  const bool taken = port.query(
      [reply, id](const engine::Engine& engine) { reply(account_response(engine, id)); });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

void transfer(CommandPort& port, const Caller& caller, const model::TransferCash& command,
              const Reply<GetAccountResponse>& reply) {
  const auto done = [&port, reply, id = command.account](const engine::Outcome& outcome,
                                                         std::uint64_t) {
    if (outcome.reason != model::Reason::None)
      return reply(tl::unexpected(operations::refused(outcome.reason)));
    answer_with_account(port, id, reply);
  };
  if (!port.submit(caller.user, caller.channel, command, done))
    reply(tl::unexpected(operations::busy()));
}

Found<money::Money> parse_amount(const json::Decimal& amount) {
  const auto parsed = money::parse_money(amount.text);
  if (!parsed)
    return tl::unexpected(operations::invalid(parsed.error().code, parsed.error().message + "."));
  return *parsed;
}

Found<money::Currency> parse_currency(const std::string& code) {
  const auto parsed = money::Currency::parse(code);
  if (!parsed)
    return tl::unexpected(operations::invalid(parsed.error().code, parsed.error().message + "."));
  return *parsed;
}

void transfer_cash(CommandPort& port, const Directory& directory, const Caller& caller,
                   const TransferCashRequest& request, const Reply<GetAccountResponse>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  const auto currency = parse_currency(request.currency);
  if (!currency) return reply(tl::unexpected(currency.error()));
  const auto amount = parse_amount(request.amount);
  if (!amount) return reply(tl::unexpected(amount.error()));
  transfer(port, caller, {account->id, *currency, *amount}, reply);
}

bool is_printable(const std::string& text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) return false;
  return true;
}

void open_account(CommandPort& port, const UserExists& user_exists, const Caller& caller,
                  const OpenAccountRequest& request, const Reply<GetAccountResponse>& reply) {
  const auto owner = directory::parse_id(request.user_id);
  if (!owner || *owner > UINT32_MAX ||
      (user_exists && !user_exists(model::UserId(static_cast<std::uint32_t>(*owner)))))
    return reply(tl::unexpected(operations::not_found("unknown_user", "No user has this id.")));
  if (!is_printable(request.name))
    return reply(tl::unexpected(
        operations::invalid("invalid_request", "name: has characters that cannot be shown.")));
  const auto currency = parse_currency(request.currency);
  if (!currency) return reply(tl::unexpected(currency.error()));
  const auto cash = parse_amount(request.cash);
  if (!cash) return reply(tl::unexpected(cash.error()));
  if (request.name.size() > model::Name::capacity)
    return reply(
        tl::unexpected(operations::invalid("invalid_request", "name: is longer than 47 bytes.")));
  if (cash->nano() < 0)
    return reply(tl::unexpected(operations::refused(model::Reason::InvalidAmount)));
  model::OpenAccount command;
  command.account.owner = model::UserId(static_cast<std::uint32_t>(*owner));
  command.account.name = model::Name(request.name);
  command.account.base_currency = *currency;
  const auto done = [&port, caller, currency = *currency, cash = *cash, reply](
                        const engine::Outcome& outcome, std::uint64_t) {
    if (outcome.reason != model::Reason::None)
      return reply(tl::unexpected(operations::refused(outcome.reason)));
    const model::AccountId id(outcome.created_id);
    if (cash.nano() == 0) return answer_with_account(port, id, reply);
    // When the cash does not arrive the account is open all the same: the answer names it.
    const auto named = [reply, id](tl::expected<GetAccountResponse, ApiError> answer) {
      if (!answer) answer.error().details.emplace_back("account_id", std::to_string(id.value()));
      reply(std::move(answer));
    };
    transfer(port, caller, {id, currency, cash}, named);
  };
  if (!port.submit(caller.user, caller.channel, command, done))
    reply(tl::unexpected(operations::busy()));
}

operations::Declaration declare(std::string name, std::string title, std::string description,
                                std::string path, std::string permission = "portfolio.read") {
  operations::Declaration d;
  d.name = std::move(name);
  d.title = std::move(title);
  d.description = std::move(description);
  d.service = "portfolio-tracker";
  d.path = std::move(path);
  d.permission = std::move(permission);
  return d;
}

void add_reads(operations::Table& table, CommandPort& port, const Directory& directory,
               const History& history) {
  table.add<ListAccountsRequest, ListAccountsResponse>(
      declare("list_accounts", "List accounts", "The paper accounts you may use.", "/accounts"),
      [&](const Caller& caller, ListAccountsRequest, Reply<ListAccountsResponse> reply) {
        list_accounts(directory, caller, reply);
      });
  table.add<AccountRequest, GetAccountResponse>(
      declare("get_account", "Show an account", "One account with its cash.",
              "/accounts/{account_id}"),
      [&](const Caller& caller, AccountRequest request, Reply<GetAccountResponse> reply) {
        get_account(port, directory, caller, request, reply);
      });
  table.add<AccountRequest, ListPositionsResponse>(
      declare("list_positions", "List positions",
              "What the account owns, with average cost and profit at the last price.",
              "/portfolio/{account_id}/positions"),
      [&](const Caller& caller, AccountRequest request, Reply<ListPositionsResponse> reply) {
        list_positions(port, directory, caller, request, reply);
      });
  table.add<GetLedgerRequest, GetLedgerResponse>(
      declare("get_ledger", "Show the ledger",
              "Every movement of cash and instruments of the account, newest first.",
              "/accounts/{account_id}/ledger"),
      [&](const Caller& caller, GetLedgerRequest request, Reply<GetLedgerResponse> reply) {
        get_ledger(directory, history, caller, request, reply);
      });
}

void add_administration(operations::Table& table, CommandPort& port, const Directory& directory,
                        UserExists user_exists) {
  auto open = declare("open_account", "Open an account",
                      "Opens a paper account for a user, with cash to begin with.", "/accounts",
                      "accounts.manage");
  open.method = operations::Method::Post;
  open.read_only = false;
  open.idempotent = false;
  open.tool = false;
  table.add<OpenAccountRequest, GetAccountResponse>(
      open, [&port, user_exists = std::move(user_exists)](
                const Caller& caller, OpenAccountRequest request, Reply<GetAccountResponse> reply) {
        open_account(port, user_exists, caller, request, reply);
      });
  auto move =
      declare("transfer_cash", "Move paper cash", "Moves paper cash into or out of an account.",
              "/accounts/{account_id}/transfers", "accounts.manage");
  move.method = operations::Method::Post;
  move.read_only = false;
  move.idempotent = false;
  move.tool = false;
  table.add<TransferCashRequest, GetAccountResponse>(
      move,
      [&](const Caller& caller, TransferCashRequest request, Reply<GetAccountResponse> reply) {
        transfer_cash(port, directory, caller, request, reply);
      });
}

}  // namespace

void add_operations(operations::Table& table, CommandPort& port, const Directory& directory,
                    const History& history, UserExists user_exists) {
  add_reads(table, port, directory, history);
  add_administration(table, port, directory, std::move(user_exists));
}

}  // namespace portfolio_tracker
