#include "operations/order_view.hpp"

#include <charconv>

#include "base/check.hpp"

namespace operations {
namespace {

json::Decimal price_text(const model::Instrument& instrument, money::Price price) {
  return {model::format_price(instrument, price)};
}

json::Decimal quantity_text(const model::Instrument& instrument, money::Quantity quantity) {
  return {model::format_quantity(instrument, quantity)};
}

}  // namespace

money::Money average_price(const model::Order& order, const model::Instrument& instrument) {
  CHECK(order.filled.lots() > 0);
  // In ticks first: the notional is a whole number of tick values, and the products stay small.
  const numeric::Int128 ticks_times_lots =
      order.filled_notional.nano() / instrument.tick_value().nano();
  const numeric::Int128 lots = order.filled.lots();
  const numeric::Int128 whole = ticks_times_lots / lots * instrument.tick_size_nano;
  const numeric::Int128 rest = ticks_times_lots % lots * instrument.tick_size_nano;
  return money::Money(whole + (2 * rest + lots) / (2 * lots));
}

OrderView view_of(const model::Order& order, const model::Instrument& instrument) {
  CHECK(order.instrument == instrument.id);
  OrderView view{
      .order_id = std::to_string(order.id.value()),
      .account_id = std::to_string(order.account.value()),
      .client_order_id = std::string(order.client_order_id.view()),
      .symbol = std::string(instrument.symbol.view()),
      .side = std::string(name_of(order.side)),
      .order_type = std::string(name_of(order.type)),
      .time_in_force = std::string(name_of(order.time_in_force)),
      .quantity = quantity_text(instrument, order.quantity),
      .status = std::string(name_of(order.status)),
      .filled_quantity = quantity_text(instrument, order.filled),
      .created_at = base::format_rfc3339(order.created),
      .updated_at = base::format_rfc3339(order.updated),
      .sequence = order.sequence,
  };
  if (order.type == model::OrderType::Limit)
    view.limit_price = price_text(instrument, order.limit_price);
  if (order.filled.lots() > 0)
    view.average_price = json::Decimal{money::format_money(average_price(order, instrument))};
  if (order.reason != model::Reason::None)
    view.reason = std::string(model::describe(order.reason).name);
  return view;
}

ExecutionView view_of(const model::OrderUpdated& update, std::uint64_t sequence,
                      std::uint32_t index, base::Timestamp time,
                      const model::Instrument& instrument) {
  const model::Order& order = update.order;
  CHECK(order.instrument == instrument.id);
  ExecutionView view{
      .execution_id = std::to_string(sequence) + '-' + std::to_string(index),
      .order_id = std::to_string(order.id.value()),
      .account_id = std::to_string(order.account.value()),
      .symbol = std::string(instrument.symbol.view()),
      .side = std::string(name_of(order.side)),
      .type = std::string(name_of(update.type)),
      .time = base::format_rfc3339(time),
      .sequence = sequence,
  };
  if (update.type == model::ExecutionType::Trade) {
    view.price = price_text(instrument, update.price);
    view.quantity = quantity_text(instrument, update.quantity);
    view.trade_id = std::to_string(update.trade.value());
    if (update.liquidity != model::Liquidity::None)
      view.liquidity = std::string(name_of(update.liquidity));
  }
  return view;
}

TradeView view_of(const model::Traded& trade, std::uint64_t sequence, base::Timestamp time,
                  const model::Instrument& instrument) {
  CHECK(trade.instrument == instrument.id);
  return {
      .trade_id = std::to_string(trade.trade.value()),
      .symbol = std::string(instrument.symbol.view()),
      .price = price_text(instrument, trade.price),
      .quantity = quantity_text(instrument, trade.quantity),
      .side = std::string(name_of(trade.aggressor)),
      .time = base::format_rfc3339(time),
      .sequence = sequence,
  };
}

base::Result<std::uint64_t> parse_id(std::string_view field, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value == 0 || text[0] == '0')
    return base::fail("invalid_request", std::string(field) + ": must be an id, for example \"1\"");
  return value;
}

}  // namespace operations
