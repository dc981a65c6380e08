#include "order_management/order_management.hpp"

#include <utility>

#include "order_management/requests.hpp"

namespace order_management {
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

template <class T>
using Answer = base::Result<tl::expected<T, ApiError>>;

ApiError unknown_order() {
  return operations::refused(model::Reason::UnknownOrder);
}

bool reaches(const Directory& directory, const Caller& caller, model::AccountId account) {
  return directory.resolve_account(caller, std::to_string(account.value())).has_value();
}

// The accounts a list covers: the named one, or all paper accounts the caller reaches.
Found<std::vector<model::AccountId>> accounts_of(const Directory& directory, const Caller& caller,
                                                 const std::optional<std::string>& account_id) {
  std::vector<model::AccountId> ids;
  if (account_id) {
    TRY(const model::Account account, directory.resolve_account(caller, account_id));
    ids.push_back(account.id);
    return ids;
  }
  for (const model::Account& account : directory.accounts(caller))
    if (account.kind == model::AccountKind::Paper) ids.push_back(account.id);
  return ids;
}

operations::OrderView view_of(const Directory& directory, const model::Order& order) {
  const auto instrument = directory.instrument(order.instrument);
  CHECK(instrument.has_value());
  return operations::view_of(order, *instrument);
}

// From the engine when it still has the order, else from the projections.
void get_order(CommandPort& port, const Directory& directory, const History& history,
               const Caller& caller, const GetOrderRequest& request,
               const Reply<operations::OrderView>& reply) {
  const auto id = directory::parse_id(request.order_id);
  if (!id) return reply(tl::unexpected(unknown_order()));
  const auto show =
      [&directory,
       caller](const model::Order& order) -> tl::expected<operations::OrderView, ApiError> {
    if (!reaches(directory, caller, order.account)) return tl::unexpected(unknown_order());
    return view_of(directory, order);
  };
  const bool taken = port.query([&history, show, reply,
                                 id = model::OrderId(*id)](const engine::Engine& engine) {
    if (const model::Order* order = engine.order(id)) return reply(show(*order));
    history.answer<operations::OrderView>(
        reply, [show, id](ProjectionReader& reader) -> Answer<operations::OrderView> {
          TRY(const auto order, reader.order(id));
          if (!order)
            return tl::expected<operations::OrderView, ApiError>(tl::unexpected(unknown_order()));
          return show(*order);
        });
  });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

void get_order_by_client_id(CommandPort& port, const Directory& directory, const History& history,
                            const Caller& caller, const GetOrderByClientIdRequest& request,
                            const Reply<operations::OrderView>& reply) {
  const auto account = directory.resolve_account(caller, request.account_id);
  if (!account) return reply(tl::unexpected(account.error()));
  const bool taken = port.query([&directory, &history, reply, account = account->id,
                                 id = request.client_order_id](const engine::Engine& engine) {
    if (const model::Order* order = engine.find_order(account, id))
      return reply(view_of(directory, *order));
    history.answer<operations::OrderView>(
        reply,
        [&directory, account, id](ProjectionReader& reader) -> Answer<operations::OrderView> {
          TRY(const auto order, reader.order_by_client_id(account, id));
          if (!order)
            return tl::expected<operations::OrderView, ApiError>(tl::unexpected(unknown_order()));
          return view_of(directory, *order);
        });
  });
  if (!taken) reply(tl::unexpected(operations::busy()));
}

void apply_status(const std::string& status, store_sqlite::OrderFilter& filter) {
  using model::OrderStatus;
  filter.open_only = status == "open";
  for (const OrderStatus value :
       {OrderStatus::New, OrderStatus::PartiallyFilled, OrderStatus::Filled, OrderStatus::Canceled,
        OrderStatus::Expired, OrderStatus::Rejected})
    if (status == model::name_of(value)) filter.status = value;
}

void list_orders(const Directory& directory, const History& history, const Caller& caller,
                 const ListOrdersRequest& request, const Reply<ListOrdersResponse>& reply) {
  const auto accounts = accounts_of(directory, caller, request.account_id);
  if (!accounts) return reply(tl::unexpected(accounts.error()));
  store_sqlite::OrderFilter filter;
  apply_status(request.status, filter);
  if (request.symbol) {
    const auto instrument = directory.find_instrument(*request.symbol);
    if (!instrument) return reply(tl::unexpected(instrument.error()));
    filter.instrument = instrument->id;
  }
  model::OrderId before;
  if (request.cursor) {
    const auto id = directory::parse_id(*request.cursor);
    if (!id) return reply(tl::unexpected(operations::invalid("invalid_cursor", "Unknown cursor.")));
    before = model::OrderId(*id);
  }
  const auto limit = static_cast<std::size_t>(request.limit);
  history.answer<ListOrdersResponse>(
      reply,
      [&directory, accounts = *accounts, filter, before,
       limit](ProjectionReader& reader) mutable -> Answer<ListOrdersResponse> {
        filter.accounts = accounts;
        TRY(const auto orders, reader.list_orders(filter, limit, before));
        ListOrdersResponse response;
        for (const model::Order& order : orders)
          response.orders.push_back(view_of(directory, order));
        if (orders.size() == limit) response.next_cursor = std::to_string(orders.back().id.value());
        return response;
      });
}

operations::ExecutionView view_of(const Directory& directory,
                                  const store_sqlite::Execution& execution) {
  const auto instrument = directory.instrument(execution.update.order.instrument);
  CHECK(instrument.has_value());
  return operations::view_of(execution.update, execution.position.sequence,
                             execution.position.index, execution.time, *instrument);
}

void list_executions(const Directory& directory, const History& history, const Caller& caller,
                     const ListExecutionsRequest& request,
                     const Reply<ListExecutionsResponse>& reply) {
  const auto accounts = accounts_of(directory, caller, request.account_id);
  if (!accounts) return reply(tl::unexpected(accounts.error()));
  EventPosition before = store_sqlite::newest;
  if (request.cursor) {
    const auto position = history::parse_cursor(*request.cursor);
    if (!position)
      return reply(tl::unexpected(operations::invalid("invalid_cursor", "Unknown cursor.")));
    before = *position;
  }
  const auto limit = static_cast<std::size_t>(request.limit);
  history.answer<ListExecutionsResponse>(
      reply,
      [&directory, accounts = *accounts, before,
       limit](ProjectionReader& reader) -> Answer<ListExecutionsResponse> {
        TRY(const auto executions,
            reader.list_executions(accounts, limit, store_sqlite::ExecutionFilter::TradesOnly,
                                   before));
        ListExecutionsResponse response;
        for (const store_sqlite::Execution& execution : executions)
          response.executions.push_back(view_of(directory, execution));
        if (executions.size() == limit)
          response.next_cursor = history::to_cursor(executions.back().position);
        return response;
      });
}

operations::Declaration reading(std::string name, std::string title, std::string description,
                                std::string path) {
  operations::Declaration d;
  d.name = std::move(name);
  d.title = std::move(title);
  d.description = std::move(description);
  d.service = "order-management";
  d.path = std::move(path);
  d.permission = "trading.read";
  return d;
}

}  // namespace

void add_operations(operations::Table& table, CommandPort& port, const Directory& directory,
                    const History& history) {
  table.add<GetOrderRequest, operations::OrderView>(
      reading("get_order", "Show an order", "One order as it is now.", "/orders/{order_id}"),
      [&](const Caller& caller, GetOrderRequest request, Reply<operations::OrderView> reply) {
        get_order(port, directory, history, caller, request, reply);
      });
  table.add<GetOrderByClientIdRequest, operations::OrderView>(
      reading("get_order_by_client_id", "Find an order by your id",
              "The order you placed with this client_order_id: how to learn the fate of an order "
              "whose answer was lost.",
              "/orders/by-client-id/{client_order_id}"),
      [&](const Caller& caller, GetOrderByClientIdRequest request,
          Reply<operations::OrderView> reply) {
        get_order_by_client_id(port, directory, history, caller, request, reply);
      });
  table.add<ListOrdersRequest, ListOrdersResponse>(
      reading("list_orders", "List orders", "Orders of your accounts, newest first.", "/orders"),
      [&](const Caller& caller, ListOrdersRequest request, Reply<ListOrdersResponse> reply) {
        list_orders(directory, history, caller, request, reply);
      });
  table.add<ListExecutionsRequest, ListExecutionsResponse>(
      reading("list_executions", "List fills", "Fills of your orders, newest first.",
              "/executions"),
      [&](const Caller& caller, ListExecutionsRequest request,
          Reply<ListExecutionsResponse> reply) {
        list_executions(directory, history, caller, request, reply);
      });
}

}  // namespace order_management
