#include <algorithm>

#include "engine/state.hpp"

// Submit, cancel and replace: what is refused, what is held, what happens to the rest.

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

risk::Facts Engine::State::facts_of(const model::SubmitOrder& order, const AccountEntry& entry,
                                    const Market& market, const Lines& lines,
                                    const Released& released) const {
  risk::Facts facts;
  facts.account = &entry.account;
  facts.instrument = &market.instrument;
  facts.firm_state = trading_state;
  facts.side = order.side;
  facts.type = order.type;
  facts.time_in_force = order.time_in_force;
  facts.limit_price = order.limit_price;
  facts.quantity = order.quantity;
  facts.remaining = order.quantity - released.filled;
  facts.open_orders = entry.open.count - released.orders;
  facts.cash_available = released.cash;
  facts.position_available = released.position;
  if (lines.balance != no_slot) facts.cash_available += ledger.available(lines.balance);
  if (lines.position != no_slot) {
    facts.position = portfolio.line(lines.position).value.quantity;
    facts.position_available += portfolio.available(lines.position);
  }
  facts.last = market.last;
  facts.best_bid = market.book.best(Side::Buy).value_or(Price());
  facts.best_ask = market.book.best(Side::Sell).value_or(Price());
  if (order.type == OrderType::Market && risk::check_shape(facts) == Reason::None) {
    const matching::Makers makers = makers_for(order.account);
    const matching::Sweep sweep =
        market.book.sweep(order.side, matching::market_limit(order.side), order.quantity, makers);
    facts.sweep.quantity = sweep.quantity;
    facts.sweep.within_collar = sweep.quantity;
    facts.sweep.notional = Money(sweep.notional * market.instrument.tick_value().nano());
    if (const Price bound = risk::collar_bound(facts); bound.ticks() > 0)
      facts.sweep.within_collar = market.book.available(order.side, bound, order.quantity, makers);
  }
  return facts;
}

// Without a client order id nothing can be remembered for a person's order, so a retry would be
// sent twice. Fields outside their enumerations must not reach the stored state.
Reason Engine::State::check_addressing(const model::SubmitOrder& order) const {
  if (find(order.account) == nullptr) return Reason::UnknownAccount;
  if (find(order.instrument) == nullptr) return Reason::UnknownInstrument;
  if (order.side != Side::Buy && order.side != Side::Sell) return Reason::InvalidOrderType;
  if (order.type != OrderType::Market && order.type != OrderType::Limit)
    return Reason::InvalidOrderType;
  if (order.time_in_force < TimeInForce::Day || order.time_in_force > TimeInForce::FillOrKill)
    return Reason::InvalidTimeInForce;
  return Reason::None;
}

Engine::State::Lines Engine::State::lines_of(const model::SubmitOrder& order,
                                             const Market& market) const {
  return {ledger.find(order.account, market.instrument.quote_currency),
          portfolio.find(order.account, order.instrument)};
}

Reason Engine::State::capacity_for(const Lines& lines) const {
  const bool balance = lines.balance != no_slot || ledger.has_room();
  const bool position = lines.position != no_slot || portfolio.has_room();
  return orders.has_room() && balance && position ? Reason::None : Reason::OrderCapacity;
}

void Engine::State::write_order(Order& order, model::OrderId id,
                                const model::SubmitOrder& command) const {
  order.id = id;
  order.account = command.account;
  order.instrument = command.instrument;
  order.limit_price = command.limit_price;
  order.quantity = command.quantity;
  order.filled = Quantity();
  order.user = user;
  order.side = command.side;
  order.type = command.type;
  order.time_in_force = command.time_in_force;
  order.status = OrderStatus::New;
  order.held = order.filled_notional = Money();
  order.created = order.updated = time;
  order.created_sequence = order.sequence = sequence;
  order.client_order_id = command.client_order_id;
  order.reason = Reason::None;
}

Outcome Engine::State::run(const model::SubmitOrder& command) {
  if (const Reason reason = check_addressing(command); reason != Reason::None)
    return refuse(command.account, {}, reason);
  orders.prefetch_create(model::OrderId(orders_numbered + 1));
  const AccountEntry& entry = *find(command.account);
  Market& market = *find(command.instrument);
  std::uint32_t client_tag = 0;
  if (command.client_order_id.empty()) {
    if (entry.account.kind == model::AccountKind::Paper)
      return refuse(command.account, {}, Reason::InvalidOrderType);
  } else {
    client_tag = OrderStore::tag_of(command.account, command.client_order_id);
    orders.prefetch_tag(client_tag);
  }
  const Lines lines = lines_of(command, market);
  if (!command.client_order_id.empty()) {
    const std::uint32_t slot = orders.find(command.account, command.client_order_id, client_tag);
    if (slot != no_slot) {
      if (!same_body(slot, command))
        return refuse(command.account, orders[slot].id, Reason::DuplicateClientOrderId);
      return repeated(orders[slot]);
    }
  }
  Reason reason = risk::check(facts_of(command, entry, market, lines, {}));
  if (reason == Reason::None) reason = capacity_for(lines);
  if (reason != Reason::None) return reject_order(command, client_tag, reason);
  Outcome outcome;
  execute(open_order(command, client_tag, market, lines), outcome.order);
  return outcome;
}

bool Engine::State::same_body(std::uint32_t slot, const model::SubmitOrder& command) const {
  const Order& order = orders[slot];
  const Submitted& submitted = orders.submitted(slot);
  return order.instrument == command.instrument && order.side == command.side &&
         order.type == command.type && order.time_in_force == command.time_in_force &&
         submitted.price == command.limit_price && submitted.quantity == command.quantity;
}

Outcome Engine::State::repeated(const Order& order) {
  Outcome outcome;
  outcome.duplicate = true;
  outcome.order = order;
  if (order.status == OrderStatus::Rejected) outcome.reason = order.reason;
  return outcome;
}

Outcome Engine::State::reject_order(const model::SubmitOrder& command, std::uint32_t client_tag,
                                    Reason reason) {
  Outcome outcome;
  Order& order = outcome.order;
  write_order(order, model::OrderId(++orders_numbered), command);
  order.status = OrderStatus::Rejected;
  order.reason = reason;
  emit_report(ExecutionType::Rejected, order);
  outcome.reason = reason;
  if (!is_paper(order.account) || reason == Reason::OrderCapacity) return outcome;
  const std::uint32_t slot = orders.create(order.id, !order.client_order_id.empty(), client_tag);
  if (slot == no_slot) return outcome;
  orders[slot] = order;
  orders.submitted(slot) = {order.limit_price, order.quantity};
  orders.remember(slot);
  return outcome;
}

std::uint32_t Engine::State::open_order(const model::SubmitOrder& command, std::uint32_t client_tag,
                                        Market& market, const Lines& lines) {
  const bool covered = is_paper(command.account);
  const model::OrderId id(++orders_numbered);
  const std::uint32_t slot = orders.create(id, !command.client_order_id.empty(), client_tag);
  Order& order = orders[slot];
  write_order(order, id, command);
  orders.submitted(slot) = {command.limit_price, command.quantity};
  Place& place = orders.place(slot);
  place.balance = lines.balance != no_slot
                      ? lines.balance
                      : ledger.ensure(command.account, market.instrument.quote_currency, covered);
  place.position = lines.position != no_slot
                       ? lines.position
                       : portfolio.ensure(command.account, command.instrument, covered);
  orders.link(entry_of(order).open, slot);
  hold_for(slot);
  emit_report(ExecutionType::New, order);
  return slot;
}

void Engine::State::hold_for(std::uint32_t slot) {
  Order& order = orders[slot];
  if (!is_paper(order.account)) return;
  if (order.side == Side::Sell) {
    portfolio.hold(orders.place(slot).position, order.remaining());
  } else if (order.type == OrderType::Limit) {
    order.held = market_of(order).instrument.notional(order.limit_price, order.remaining());
    ledger.hold(orders.place(slot).balance, order.held);
  }
}

void Engine::State::release_for(std::uint32_t slot, Quantity quantity) {
  Order& order = orders[slot];
  if (!is_paper(order.account)) return;
  if (order.side == Side::Sell) {
    portfolio.release(orders.place(slot).position, quantity);
  } else if (order.type == OrderType::Limit) {
    const Money amount = market_of(order).instrument.notional(order.limit_price, quantity);
    order.held -= amount;
    ledger.release(orders.place(slot).balance, amount);
  }
}

void Engine::State::leave_book(std::uint32_t slot) {
  Place& place = orders.place(slot);
  if (place.handle == matching::no_handle) return;
  const Order& order = orders[slot];
  market_of(order).book.cancel(place.handle);
  place.handle = matching::no_handle;
  --resting;
  touch_level(order.instrument, order.side, order.limit_price);
}

void Engine::State::end_order(std::uint32_t slot, OrderStatus status, Reason reason,
                              Order* result) {
  Order& order = orders[slot];
  leave_book(slot);
  release_for(slot, order.remaining());
  order.status = status;
  order.reason = reason;
  order.updated = time;
  order.sequence = sequence;
  emit_report(status == OrderStatus::Expired ? ExecutionType::Expired : ExecutionType::Canceled,
              order);
  // Its record may be gone after this.
  if (result != nullptr) *result = order;
  retire(slot);
}

// Only people's orders are remembered: nobody asks for a synthetic participant's order again.
void Engine::State::retire(std::uint32_t slot) {
  const Order& order = orders[slot];
  orders.unlink(entry_of(order).open, slot);
  if (is_paper(order.account)) {
    orders.remember(slot);
  } else {
    orders.forget(slot);
  }
}

std::uint32_t Engine::State::cancel_all(AccountEntry& entry, model::InstrumentId instrument,
                                        Reason reason) {
  std::uint32_t count = 0;
  for (std::uint32_t slot = entry.open.first; slot != no_slot;) {
    const std::uint32_t next = orders.next(slot);
    if (!instrument.valid() || orders[slot].instrument == instrument) {
      end_order(slot, OrderStatus::Canceled, reason);
      ++count;
    }
    slot = next;
  }
  return count;
}

Outcome Engine::State::run(const model::CancelOrder& command) {
  if (find(command.account) == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  orders.prefetch_oldest();
  const std::uint32_t slot = orders.find(command.order);
  if (slot == no_slot || orders[slot].account != command.account)
    return refuse(command.account, command.order, Reason::UnknownOrder);
  if (!model::is_open(orders[slot].status))
    return refuse(command.account, command.order, Reason::OrderNotOpen);
  orders.prefetch(slot);
  Outcome outcome;
  end_order(slot, OrderStatus::Canceled, Reason::CanceledByUser, &outcome.order);
  return outcome;
}

Outcome Engine::State::run(const model::CancelAllOrders& command) {
  AccountEntry* entry = find(command.account);
  if (entry == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  if (command.instrument.valid() && find(command.instrument) == nullptr)
    return refuse(command.account, {}, Reason::UnknownInstrument);
  Outcome outcome;
  outcome.canceled = cancel_all(*entry, command.instrument, Reason::CanceledByMassCancel);
  return outcome;
}

Outcome Engine::State::run(const model::ReplaceOrder& command) {
  if (find(command.account) == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  const std::uint32_t slot = orders.find(command.order);
  if (slot == no_slot || orders[slot].account != command.account)
    return refuse(command.account, command.order, Reason::UnknownOrder);
  Order& order = orders[slot];
  if (!model::is_open(order.status))
    return refuse(command.account, command.order, Reason::OrderNotOpen);
  const Price price = command.limit_price == Price() ? order.limit_price : command.limit_price;
  const Quantity quantity = command.quantity == Quantity() ? order.quantity : command.quantity;
  if (const Reason reason = check_replace(slot, price, quantity); reason != Reason::None)
    return refuse(command.account, command.order, reason);

  const bool keeps_place = price == order.limit_price && quantity < order.quantity;
  if (keeps_place) {
    release_for(slot, order.quantity - quantity);
    order.quantity = quantity;
    market_of(order).book.reduce(orders.place(slot).handle, order.remaining());
    touch_level(order.instrument, order.side, price);
  } else {
    leave_book(slot);
    release_for(slot, order.remaining());
    order.limit_price = price;
    order.quantity = quantity;
    hold_for(slot);
  }
  order.updated = time;
  order.sequence = sequence;
  emit_report(ExecutionType::Replaced, order);
  Outcome outcome;
  if (keeps_place) {
    outcome.order = order;
  } else {
    execute(slot, outcome.order);
  }
  return outcome;
}

Reason Engine::State::check_replace(std::uint32_t slot, Price price, Quantity quantity) const {
  const Order& order = orders[slot];
  if (price == order.limit_price && quantity == order.quantity) return Reason::NothingToReplace;
  if (price.ticks() <= 0) return Reason::InvalidPrice;
  if (quantity.lots() <= 0) return Reason::InvalidQuantity;
  if (quantity <= order.filled) return Reason::QuantityBelowFilled;
  if (price == order.limit_price && quantity < order.quantity) return Reason::None;
  model::SubmitOrder wanted;
  wanted.account = order.account;
  wanted.instrument = order.instrument;
  wanted.side = order.side;
  wanted.type = order.type;
  wanted.time_in_force = order.time_in_force;
  wanted.limit_price = price;
  wanted.quantity = quantity;
  Released released;
  released.filled = order.filled;
  released.orders = 1;
  if (is_paper(order.account)) {
    released.cash = order.held;
    if (order.side == Side::Sell) released.position = order.remaining();
  }
  const Lines lines{orders.place(slot).balance, orders.place(slot).position};
  return risk::check(
      facts_of(wanted, *find(order.account), *find(order.instrument), lines, released));
}

}  // namespace engine
