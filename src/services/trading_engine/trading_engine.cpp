#include "trading_engine/trading_engine.hpp"

#include <utility>

#include "operations/order_view.hpp"
#include "trading_engine/requests.hpp"

namespace trading_engine {
namespace {

using directory::Directory;
using directory::Found;
using operations::ApiError;
using operations::Caller;
using operations::Reply;
using sequencer::CommandPort;

// Model errors of decimal text become the public error with the same code.
ApiError invalid_field(const char* field, const base::Error& error) {
  ApiError answer =
      operations::invalid(error.code, std::string(field) + ": " + error.message + ".");
  answer.code = 1005;
  return answer;
}

model::Side side_of(const std::string& text) {
  return text == "buy" ? model::Side::Buy : model::Side::Sell;
}

model::TimeInForce time_in_force_of(const std::string& text) {
  if (text == "gtc") return model::TimeInForce::GoodTillCancel;
  if (text == "ioc") return model::TimeInForce::ImmediateOrCancel;
  if (text == "fok") return model::TimeInForce::FillOrKill;
  return model::TimeInForce::Day;
}

std::string_view name_of(model::TradingState state) {
  switch (state) {
    case model::TradingState::Active: return "active";
    case model::TradingState::Reducing: return "reducing";
    case model::TradingState::Halted: return "halted";
  }
  return "";
}

// A submit command together with what is needed to show its result.
struct Prepared {
  model::SubmitOrder command;
  model::Instrument instrument;
};

template <class Request>
Found<Prepared> prepare(const Directory& directory, const Caller& caller, const Request& request) {
  TRY(const model::Account account, directory.resolve_account(caller, request.account_id));
  TRY(const model::Instrument instrument, directory.find_instrument(request.symbol));
  Prepared prepared{{}, instrument};
  model::SubmitOrder& command = prepared.command;
  command.account = account.id;
  command.instrument = instrument.id;
  command.side = side_of(request.side);
  command.type =
      request.order_type == "market" ? model::OrderType::Market : model::OrderType::Limit;
  command.time_in_force = time_in_force_of(request.time_in_force);
  const auto quantity = model::parse_quantity(instrument, request.quantity.text);
  if (!quantity) return tl::unexpected(invalid_field("quantity", quantity.error()));
  command.quantity = *quantity;
  const bool limit = command.type == model::OrderType::Limit;
  if (limit != request.limit_price.has_value()) {
    ApiError error = operations::refused(model::Reason::InvalidPrice);
    error.status = 400;
    error.message =
        limit ? "A limit order needs a limit_price." : "A market order has no limit_price.";
    return tl::unexpected(error);
  }
  if (limit) {
    const auto price = model::parse_price(instrument, request.limit_price->text);
    if (!price) return tl::unexpected(invalid_field("limit_price", price.error()));
    command.limit_price = *price;
  }
  return prepared;
}

// The engine's refusal with what the caller needs to go on.
ApiError refusal(const engine::Outcome& outcome) {
  ApiError error = operations::refused(outcome.reason);
  if (outcome.order.id.valid())
    error.details.emplace_back("order_id", std::to_string(outcome.order.id.value()));
  if (!outcome.order.client_order_id.empty())
    error.details.emplace_back("client_order_id",
                               std::string(outcome.order.client_order_id.view()));
  return error;
}

// Sends a command and answers with the order after it.
void send(CommandPort& port, const Directory& directory, const Caller& caller,
          const model::CommandBody& body, Reply<operations::OrderView> reply) {
  const auto answer = [&directory, reply](const engine::Outcome& outcome, std::uint64_t) {
    if (outcome.reason != model::Reason::None) return reply(tl::unexpected(refusal(outcome)));
    const auto instrument = directory.instrument(outcome.order.instrument);
    CHECK(instrument.has_value());
    reply(operations::view_of(outcome.order, *instrument));
  };
  if (!port.submit(caller.user, caller.channel, body, answer))
    reply(tl::unexpected(operations::busy()));
}

void place_order(CommandPort& port, const Directory& directory, const Caller& caller,
                 const PlaceOrderRequest& request, const Reply<operations::OrderView>& reply) {
  auto prepared = prepare(directory, caller, request);
  if (!prepared) return reply(tl::unexpected(prepared.error()));
  const auto id = model::parse_client_order_id(request.client_order_id);
  if (!id) return reply(tl::unexpected(invalid_field("client_order_id", id.error())));
  prepared->command.client_order_id = *id;
  send(port, directory, caller, prepared->command, reply);
}

json::Decimal price_text(const model::Instrument& instrument, money::Price price) {
  return {model::format_price(instrument, price)};
}

PreviewOrderResponse to_response(const engine::Preview& preview,
                                 const model::Instrument& instrument) {
  PreviewOrderResponse response;
  response.accepted = preview.reason == model::Reason::None;
  if (!response.accepted) {
    response.reason = std::string(model::describe(preview.reason).name);
    response.message = std::string(model::describe(preview.reason).message);
  }
  response.fill_quantity.text = model::format_quantity(instrument, preview.fill_quantity);
  response.rest_quantity.text = model::format_quantity(instrument, preview.rest_quantity);
  if (preview.fill_quantity.lots() > 0) {
    model::Order fill;
    fill.filled = preview.fill_quantity;
    fill.filled_notional = preview.fill_notional;
    response.fill_average_price =
        json::Decimal{money::format_money(operations::average_price(fill, instrument))};
  }
  response.currency = instrument.quote_currency.text();
  response.cash_required.text = money::format_money(preview.cash_required);
  response.cash_available.text = money::format_money(preview.cash_available);
  response.position_available.text = model::format_quantity(instrument, preview.position_available);
  if (preview.reference_price.ticks() > 0)
    response.reference_price = price_text(instrument, preview.reference_price);
  return response;
}

void preview_order(CommandPort& port, const Directory& directory, const Caller& caller,
                   const PreviewOrderRequest& request, const Reply<PreviewOrderResponse>& reply) {
  auto prepared = prepare(directory, caller, request);
  if (!prepared) return reply(tl::unexpected(prepared.error()));
  // A preview without an id asks as if with a new one; no real id has this form.
  prepared->command.client_order_id = model::ClientOrderId(" preview");
  if (request.client_order_id) {
    const auto id = model::parse_client_order_id(*request.client_order_id);
    if (!id) return reply(tl::unexpected(invalid_field("client_order_id", id.error())));
    prepared->command.client_order_id = *id;
  }
  const bool taken = port.query([prepared = *prepared, reply](const engine::Engine& engine) {
    reply(to_response(engine.preview(prepared.command), prepared.instrument));
  });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

// The instrument of an order is only known to the engine, so prices are translated there first.
void replace_order(CommandPort& port, const Directory& directory, const Caller& caller,
                   const ReplaceOrderRequest& request, const Reply<operations::OrderView>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  const auto id = directory::parse_id(request.order_id);
  if (!id) return reply(tl::unexpected(operations::refused(model::Reason::UnknownOrder)));
  const bool taken = port.query([&port, &directory, caller, request, reply, account = account->id,
                                 id = model::OrderId(*id)](const engine::Engine& engine) {
    const model::Order* order = engine.order(id);
    if (order == nullptr || order->account != account)
      return reply(tl::unexpected(operations::refused(model::Reason::UnknownOrder)));
    const model::Instrument& instrument = *engine.instrument(order->instrument);
    model::ReplaceOrder command{account, id, {}, {}};
    if (request.quantity) {
      const auto quantity = model::parse_quantity(instrument, request.quantity->text);
      if (!quantity) return reply(tl::unexpected(invalid_field("quantity", quantity.error())));
      command.quantity = *quantity;
    }
    if (request.limit_price) {
      const auto price = model::parse_price(instrument, request.limit_price->text);
      if (!price) return reply(tl::unexpected(invalid_field("limit_price", price.error())));
      command.limit_price = *price;
    }
    send(port, directory, caller, command, reply);
  });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

void cancel_order(CommandPort& port, const Directory& directory, const Caller& caller,
                  const CancelOrderRequest& request, const Reply<operations::OrderView>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  const auto id = directory::parse_id(request.order_id);
  if (!id) return reply(tl::unexpected(operations::refused(model::Reason::UnknownOrder)));
  send(port, directory, caller, model::CancelOrder{account->id, model::OrderId(*id)}, reply);
}

void cancel_all_orders(CommandPort& port, const Directory& directory, const Caller& caller,
                       const CancelAllOrdersRequest& request,
                       const Reply<CancelAllOrdersResponse>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  model::CancelAllOrders command{account->id, {}};
  if (request.symbol) {
    const auto instrument = directory.find_instrument(*request.symbol);
    if (!instrument) return reply(tl::unexpected(instrument.error()));
    command.instrument = instrument->id;
  }
  const auto answer = [reply, id = account->id](const engine::Outcome& outcome, std::uint64_t) {
    if (outcome.reason != model::Reason::None) return reply(tl::unexpected(refusal(outcome)));
    reply(CancelAllOrdersResponse{std::to_string(id.value()), outcome.canceled});
  };
  if (!port.submit(caller.user, caller.channel, command, answer))
    reply(tl::unexpected(operations::busy()));
}

void set_kill_switch(CommandPort& port, const Directory& directory, const Caller& caller,
                     const KillSwitchRequest& request, model::TradingState state,
                     const Reply<KillSwitchResponse>& reply) {
  model::SetTradingState command{{}, state};
  KillSwitchResponse response{request.scope, {}, std::string(name_of(state)), 0};
  if (request.scope == "firm") {
    if (!operations::may(caller, "risk.firm_kill_switch"))
      return reply(tl::unexpected(operations::forbidden("risk.firm_kill_switch")));
    if (request.account_id)
      return reply(tl::unexpected(
          operations::invalid("invalid_request", "account_id does not go with scope firm.")));
  } else {
    const auto account = directory.resolve_account(caller, request.account_id);
    if (!account) return reply(tl::unexpected(account.error()));
    command.account = account->id;
    response.account_id = std::to_string(account->id.value());
  }
  const auto answer = [reply, response](const engine::Outcome& outcome, std::uint64_t) {
    if (outcome.reason != model::Reason::None) return reply(tl::unexpected(refusal(outcome)));
    KillSwitchResponse done = response;
    done.canceled = outcome.canceled;
    reply(done);
  };
  if (!port.submit(caller.user, caller.channel, command, answer))
    reply(tl::unexpected(operations::busy()));
}

operations::Declaration writing(std::string name, std::string title, std::string description,
                                operations::Method method, std::string path,
                                std::string permission) {
  operations::Declaration d;
  d.name = std::move(name);
  d.title = std::move(title);
  d.description = std::move(description);
  d.service = "trading-engine";
  d.method = method;
  d.path = std::move(path);
  d.permission = std::move(permission);
  d.read_only = false;
  d.rate_class = operations::RateClass::Order;
  return d;
}

void add_order_operations(operations::Table& table, CommandPort& port, const Directory& directory) {
  auto preview =
      writing("preview_order", "Preview an order",
              "Tells what place_order would do now: whether risk checks pass, what would "
              "trade at once and at which average price, and the cash it needs. Changes "
              "nothing.",
              operations::Method::Post, "/orders/preview", "trading.preview");
  preview.read_only = true;
  table.add<PreviewOrderRequest, PreviewOrderResponse>(
      preview,
      [&](const Caller& caller, PreviewOrderRequest request, Reply<PreviewOrderResponse> reply) {
        preview_order(port, directory, caller, request, reply);
      });
  auto place = writing("place_order", "Place an order",
                       "Places an order. The answer comes when the order is durable and shows what "
                       "traded at once. Repeat with the same client_order_id after a lost answer: "
                       "the order is never placed twice.",
                       operations::Method::Post, "/orders", "trading.submit");
  place.destructive = true;
  table.add<PlaceOrderRequest, operations::OrderView>(
      place,
      [&](const Caller& caller, PlaceOrderRequest request, Reply<operations::OrderView> reply) {
        place_order(port, directory, caller, request, reply);
      });
  auto replace =
      writing("replace_order", "Replace an order",
              "Changes quantity or limit price of a working order. A smaller quantity at "
              "the same price keeps its place in the queue.",
              operations::Method::Patch, "/orders/{order_id}", "trading.replace");
  replace.destructive = true;
  table.add<ReplaceOrderRequest, operations::OrderView>(
      replace,
      [&](const Caller& caller, ReplaceOrderRequest request, Reply<operations::OrderView> reply) {
        replace_order(port, directory, caller, request, reply);
      });
}

void add_ending_operations(operations::Table& table, CommandPort& port,
                           const Directory& directory) {
  auto cancel =
      writing("cancel_order", "Cancel an order", "Cancels what is left of a working order.",
              operations::Method::Delete, "/orders/{order_id}", "trading.cancel");
  cancel.destructive = true;
  table.add<CancelOrderRequest, operations::OrderView>(
      cancel,
      [&](const Caller& caller, CancelOrderRequest request, Reply<operations::OrderView> reply) {
        cancel_order(port, directory, caller, request, reply);
      });
  auto cancel_all =
      writing("cancel_all_orders", "Cancel all orders",
              "Cancels every working order of the account, or those in one instrument.",
              operations::Method::Delete, "/orders", "trading.cancel");
  cancel_all.destructive = true;
  table.add<CancelAllOrdersRequest, CancelAllOrdersResponse>(
      cancel_all, [&](const Caller& caller, CancelAllOrdersRequest request,
                      Reply<CancelAllOrdersResponse> reply) {
        cancel_all_orders(port, directory, caller, request, reply);
      });
}

void add_kill_switch(operations::Table& table, CommandPort& port, const Directory& directory) {
  auto engage = writing("engage_kill_switch", "Stop trading",
                        "Halts an account or the firm at once: working orders are canceled and new "
                        "ones refused until released.",
                        operations::Method::Post, "/kill-switch", "trading.kill_switch");
  engage.destructive = true;
  table.add<KillSwitchRequest, KillSwitchResponse>(
      engage,
      [&](const Caller& caller, KillSwitchRequest request, Reply<KillSwitchResponse> reply) {
        set_kill_switch(port, directory, caller, request, model::TradingState::Halted, reply);
      });
  auto release =
      writing("release_kill_switch", "Allow trading again",
              "Lifts a halt of an account or the firm. Only an administrator may.",
              operations::Method::Post, "/kill-switch/release", "risk.release_kill_switch");
  table.add<KillSwitchRequest, KillSwitchResponse>(
      release,
      [&](const Caller& caller, KillSwitchRequest request, Reply<KillSwitchResponse> reply) {
        set_kill_switch(port, directory, caller, request, model::TradingState::Active, reply);
      });
}

}  // namespace

void add_operations(operations::Table& table, CommandPort& port, const Directory& directory) {
  add_order_operations(table, port, directory);
  add_ending_operations(table, port, directory);
  add_kill_switch(table, port, directory);
}

}  // namespace trading_engine
