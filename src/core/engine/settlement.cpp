#include "engine/state.hpp"

// Matching an order and settling its fills: holds, cash, positions, reports.

namespace engine {

using model::ExecutionType;
using model::Order;
using model::OrderStatus;
using model::OrderType;
using model::Reason;
using model::Side;
using model::TimeInForce;
using money::Money;
using money::Price;
using money::Quantity;

// A market order is priced by what the sweep in its risk check found; nothing happens in between,
// so it can never cost more. Market orders never rest: day and gtc act as immediate-or-cancel.
void Engine::State::execute(std::uint32_t slot, Order& result) {
  Order& order = orders[slot];
  Market& market = market_of(order);
  const Price limit =
      order.type == OrderType::Market ? matching::market_limit(order.side) : order.limit_price;
  const matching::Makers makers = makers_for(order.account);
  Reason end = Reason::None;
  if (order.time_in_force == TimeInForce::FillOrKill &&
      market.book.available(order.side, limit, order.remaining(), makers) < order.remaining()) {
    end = Reason::FillOrKillUnfilled;
  } else {
    const Party taker = party_of(slot);
    const Side side = order.side;
    market.book.match(
        side, limit, order.remaining(),
        [&](const matching::Fill& fill) { settle(market, taker, side, fill); }, makers);
    if (!risk::may_rest(order.type, order.time_in_force)) end = Reason::ImmediateOrCancelRemainder;
  }
  if (order.status == OrderStatus::Filled) {
    result = order;
    retire(slot);
    return;
  }
  if (end != Reason::None) {
    end_order(slot, OrderStatus::Canceled, end, &result);
    return;
  }
  Place& place = orders.place(slot);
  place.handle = market.book.rest(order.id, order.side, order.limit_price, order.remaining(),
                                  is_external(order.account));
  CHECK(place.handle != matching::no_handle);
  ++resting;
  slot_of_handle[place.handle] = slot;
  touch_level(order.instrument, order.side, order.limit_price);
  result = order;
}

void Engine::State::settle(Market& market, Party taker, Side taker_side,
                           const matching::Fill& fill) {
  const Party maker =
      fill.maker.valid() ? party_of(slot_of_handle[fill.maker_handle]) : outside_of(market);
  touch_level(market.instrument.id, model::opposite(taker_side), fill.price);
  const Money notional = market.instrument.notional(fill.price, fill.quantity);
  const Party& buyer = taker_side == Side::Buy ? taker : maker;
  const Party& seller = taker_side == Side::Buy ? maker : taker;
  const model::TradeId trade(++trades_numbered);
  const auto id_of = [&](const Party& party) {
    return party.order == no_slot ? model::OrderId() : orders[party.order].id;
  };
  emit(model::Traded{trade, market.instrument.id, fill.price, fill.quantity, taker_side,
                     id_of(buyer), id_of(seller)});
  market.last = fill.price;

  if (maker.order != no_slot) release_for(maker.order, fill.quantity);
  if (taker.order != no_slot) release_for(taker.order, fill.quantity);
  for (const model::LedgerPosted& entry : ledger.trade(
           {trade, market.instrument.id, fill.quantity, notional, buyer.balance, seller.balance}))
    emit(entry);
  portfolio.trade(seller.position, -fill.quantity, notional);
  portfolio.trade(buyer.position, fill.quantity, notional);

  if (maker.order != no_slot) {
    fill_order(maker.order, trade, fill, notional, model::Liquidity::Maker);
    if (fill.maker_remaining == Quantity()) {
      orders.place(maker.order).handle = matching::no_handle;
      --resting;
      retire(maker.order);
    }
  }
  if (taker.order != no_slot)
    fill_order(taker.order, trade, fill, notional, model::Liquidity::Taker);
}

void Engine::State::fill_order(std::uint32_t slot, model::TradeId trade, const matching::Fill& fill,
                               Money notional, model::Liquidity liquidity) {
  Order& order = orders[slot];
  order.filled += fill.quantity;
  order.filled_notional += notional;
  order.status =
      order.filled == order.quantity ? OrderStatus::Filled : OrderStatus::PartiallyFilled;
  order.updated = time;
  order.sequence = sequence;
  model::OrderUpdated& update = emit_report(ExecutionType::Trade, order);
  update.trade = trade;
  update.price = fill.price;
  update.quantity = fill.quantity;
  update.liquidity = liquidity;
}

}  // namespace engine
