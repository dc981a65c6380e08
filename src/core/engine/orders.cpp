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
                                    const Market& market, const Released& released) const {
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
  const std::uint32_t balance = ledger.find(order.account, market.instrument.quote_currency);
  if (balance != no_slot) facts.cash_available += ledger.available(balance);
  const std::uint32_t position = portfolio.find(order.account, order.instrument);
  if (position != no_slot) {
    facts.position = portfolio.line(position).value.quantity;
    facts.position_available += portfolio.available(position);
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

Reason Engine::State::capacity_for(const model::SubmitOrder& order, const Market& market) const {
  if (!orders.has_room()) return Reason::OrderCapacity;
  const bool balance =
      ledger.has_room() || ledger.find(order.account, market.instrument.quote_currency) != no_slot;
  const bool position =
      portfolio.has_room() || portfolio.find(order.account, order.instrument) != no_slot;
  return balance && position ? Reason::None : Reason::OrderCapacity;
}

Order Engine::State::new_order(const model::SubmitOrder& command) {
  Order order;
  order.id = model::OrderId(++orders_numbered);
  order.account = command.account;
  order.instrument = command.instrument;
  order.side = command.side;
  order.type = command.type;
  order.time_in_force = command.time_in_force;
  order.user = user;
  order.limit_price = command.limit_price;
  order.quantity = command.quantity;
  order.created = order.updated = time;
  order.created_sequence = order.sequence = sequence;
  order.client_order_id = command.client_order_id;
  return order;
}

Outcome Engine::State::run(const model::SubmitOrder& command) {
  if (const Reason reason = check_addressing(command); reason != Reason::None)
    return refuse(command.account, {}, reason);
  const AccountEntry& entry = *find(command.account);
  Market& market = *find(command.instrument);
  if (command.client_order_id.empty()) {
    if (entry.account.kind == model::AccountKind::Paper)
      return refuse(command.account, {}, Reason::InvalidOrderType);
  } else if (const std::uint32_t slot = orders.find(command.account, command.client_order_id);
             slot != no_slot) {
    if (!same_body(orders[slot], command))
      return refuse(command.account, orders[slot].order.id, Reason::DuplicateClientOrderId);
    return repeated(orders[slot].order);
  }
  const Reason risk_reason = risk::check(facts_of(command, entry, market, {}));
  if (risk_reason != Reason::None) return reject_order(command, risk_reason);
  if (const Reason reason = capacity_for(command, market); reason != Reason::None)
    return reject_order(command, reason);
  const std::uint32_t slot = open_order(command, market);
  Outcome outcome;
  outcome.order = execute(slot);
  return outcome;
}

bool Engine::State::same_body(const Record& record, const model::SubmitOrder& command) {
  const Order& order = record.order;
  return order.instrument == command.instrument && order.side == command.side &&
         order.type == command.type && order.time_in_force == command.time_in_force &&
         record.submitted_price == command.limit_price &&
         record.submitted_quantity == command.quantity;
}

Outcome Engine::State::repeated(const Order& order) {
  Outcome outcome;
  outcome.duplicate = true;
  outcome.order = order;
  if (order.status == OrderStatus::Rejected) outcome.reason = order.reason;
  return outcome;
}

Outcome Engine::State::reject_order(const model::SubmitOrder& command, Reason reason) {
  Order order = new_order(command);
  order.status = OrderStatus::Rejected;
  order.reason = reason;
  emit_report(ExecutionType::Rejected, order);
  const bool worth_remembering = is_paper(order.account) && reason != Reason::OrderCapacity;
  if (worth_remembering) {
    if (const std::uint32_t slot = orders.create(order); slot != no_slot) orders.remember(slot);
  }
  Outcome outcome;
  outcome.reason = reason;
  outcome.order = order;
  return outcome;
}

std::uint32_t Engine::State::open_order(const model::SubmitOrder& command, Market& market) {
  const bool covered = is_paper(command.account);
  const std::uint32_t slot = orders.create(new_order(command));
  Record& record = orders[slot];
  record.balance = ledger.ensure(command.account, market.instrument.quote_currency, covered);
  record.position = portfolio.ensure(command.account, command.instrument, covered);
  orders.link(entry_of(record.order).open, slot);
  hold_for(record);
  emit_report(ExecutionType::New, record.order);
  return slot;
}

void Engine::State::hold_for(Record& record) {
  Order& order = record.order;
  if (!is_paper(order.account)) return;
  if (order.side == Side::Sell) {
    portfolio.hold(record.position, order.remaining());
  } else if (order.type == OrderType::Limit) {
    order.held = market_of(order).instrument.notional(order.limit_price, order.remaining());
    ledger.hold(record.balance, order.held);
  }
}

void Engine::State::release_for(Record& record, Quantity quantity) {
  Order& order = record.order;
  if (!is_paper(order.account)) return;
  if (order.side == Side::Sell) {
    portfolio.release(record.position, quantity);
  } else if (order.type == OrderType::Limit) {
    const Money amount = market_of(order).instrument.notional(order.limit_price, quantity);
    order.held -= amount;
    ledger.release(record.balance, amount);
  }
}

void Engine::State::leave_book(Record& record) {
  if (record.handle == matching::no_handle) return;
  market_of(record.order).book.cancel(record.handle);
  record.handle = matching::no_handle;
  --resting;
  touch_level(record.order.instrument, record.order.side, record.order.limit_price);
}

void Engine::State::end_order(std::uint32_t slot, OrderStatus status, Reason reason) {
  Record& record = orders[slot];
  leave_book(record);
  release_for(record, record.order.remaining());
  record.order.status = status;
  record.order.reason = reason;
  record.order.updated = time;
  record.order.sequence = sequence;
  emit_report(status == OrderStatus::Expired ? ExecutionType::Expired : ExecutionType::Canceled,
              record.order);
  retire(slot);
}

// Only people's orders are remembered: nobody asks for a synthetic participant's order again.
void Engine::State::retire(std::uint32_t slot) {
  const Order& order = orders[slot].order;
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
    const std::uint32_t next = orders[slot].next;
    if (!instrument.valid() || orders[slot].order.instrument == instrument) {
      end_order(slot, OrderStatus::Canceled, reason);
      ++count;
    }
    slot = next;
  }
  return count;
}

Outcome Engine::State::run(const model::CancelOrder& command) {
  if (find(command.account) == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  const std::uint32_t slot = orders.find(command.order);
  if (slot == no_slot || orders[slot].order.account != command.account)
    return refuse(command.account, command.order, Reason::UnknownOrder);
  if (!model::is_open(orders[slot].order.status))
    return refuse(command.account, command.order, Reason::OrderNotOpen);
  Outcome outcome;
  outcome.order = orders[slot].order;
  end_order(slot, OrderStatus::Canceled, Reason::CanceledByUser);
  // The record may be gone by now; what changed is known.
  outcome.order.status = OrderStatus::Canceled;
  outcome.order.reason = Reason::CanceledByUser;
  outcome.order.held = Money();
  outcome.order.updated = time;
  outcome.order.sequence = sequence;
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
  if (slot == no_slot || orders[slot].order.account != command.account)
    return refuse(command.account, command.order, Reason::UnknownOrder);
  Record& record = orders[slot];
  Order& order = record.order;
  if (!model::is_open(order.status))
    return refuse(command.account, command.order, Reason::OrderNotOpen);
  const Price price = command.limit_price == Price() ? order.limit_price : command.limit_price;
  const Quantity quantity = command.quantity == Quantity() ? order.quantity : command.quantity;
  if (const Reason reason = check_replace(record, price, quantity); reason != Reason::None)
    return refuse(command.account, command.order, reason);

  const bool keeps_place = price == order.limit_price && quantity < order.quantity;
  if (keeps_place) {
    release_for(record, order.quantity - quantity);
    order.quantity = quantity;
    market_of(order).book.reduce(record.handle, order.remaining());
    touch_level(order.instrument, order.side, price);
  } else {
    leave_book(record);
    release_for(record, order.remaining());
    order.limit_price = price;
    order.quantity = quantity;
    hold_for(record);
  }
  order.updated = time;
  order.sequence = sequence;
  emit_report(ExecutionType::Replaced, order);
  Outcome outcome;
  outcome.order = keeps_place ? order : execute(slot);
  return outcome;
}

Reason Engine::State::check_replace(const Record& record, Price price, Quantity quantity) const {
  const Order& order = record.order;
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
  return risk::check(facts_of(wanted, *find(order.account), *find(order.instrument), released));
}

}  // namespace engine
