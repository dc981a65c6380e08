#include <algorithm>

#include "engine/state.hpp"

// What others may ask of the engine. Nothing here changes anything.

namespace engine {

using model::OrderType;
using model::Reason;
using model::Side;
using model::TimeInForce;
using money::Money;
using money::Price;
using money::Quantity;

// A preview needs no client order id; one that was used before is answered as apply() would.
Reason Engine::State::preview_reason(const model::SubmitOrder& order,
                                     const risk::Facts& facts) const {
  if (!order.client_order_id.empty()) {
    if (const std::uint32_t slot = orders.find(order.account, order.client_order_id);
        slot != no_slot) {
      if (!same_body(slot, order)) return Reason::DuplicateClientOrderId;
      return repeated(orders[slot]).reason;
    }
  }
  const Reason reason = risk::check(facts);
  return reason == Reason::None ? capacity_for(lines_of(order, *find(order.instrument))) : reason;
}

Preview Engine::preview(const model::SubmitOrder& order) const {
  const State& state = *state_;
  Preview preview;
  preview.reason = state.check_addressing(order);
  if (preview.reason != Reason::None) return preview;
  const Market& market = *state.find(order.instrument);
  const risk::Facts facts =
      state.facts_of(order, *state.find(order.account), market, state.lines_of(order, market), {});
  preview.reason = state.preview_reason(order, facts);
  preview.cash_available = facts.cash_available;
  preview.position_available = facts.position_available;
  preview.reference_price = risk::reference_price(facts);
  if (risk::check_shape(facts) != Reason::None) return preview;
  preview.cash_required = risk::cash_required(facts);
  const Price limit =
      order.type == OrderType::Market ? matching::market_limit(order.side) : order.limit_price;
  const matching::Sweep sweep =
      market.book.sweep(order.side, limit, order.quantity, state.makers_for(order.account));
  if (order.time_in_force == TimeInForce::FillOrKill && sweep.quantity < order.quantity)
    return preview;
  preview.fill_quantity = sweep.quantity;
  preview.fill_notional = Money(sweep.notional * market.instrument.tick_value().nano());
  if (risk::may_rest(order.type, order.time_in_force))
    preview.rest_quantity = order.quantity - sweep.quantity;
  return preview;
}

std::uint64_t Engine::last_sequence() const {
  return state_->sequence;
}
base::Timestamp Engine::last_time() const {
  return state_->time;
}
model::TradingState Engine::trading_state() const {
  return state_->trading_state;
}

const model::Instrument* Engine::instrument(model::InstrumentId id) const {
  const Market* market = std::as_const(*state_).find(id);
  return market == nullptr ? nullptr : &market->instrument;
}

const model::Instrument* Engine::find_instrument(std::string_view symbol) const {
  const std::uint32_t index = state_->find_symbol(symbol);
  return index == no_slot ? nullptr : &state_->markets[index].instrument;
}

std::uint32_t Engine::instrument_count() const {
  return static_cast<std::uint32_t>(state_->markets.size());
}

const model::Account* Engine::account(model::AccountId id) const {
  const AccountEntry* entry = std::as_const(*state_).find(id);
  return entry == nullptr ? nullptr : &entry->account;
}

std::uint32_t Engine::account_count() const {
  return static_cast<std::uint32_t>(state_->accounts.size());
}

const model::Order* Engine::order(model::OrderId id) const {
  const std::uint32_t slot = state_->orders.find(id);
  return slot == no_slot ? nullptr : &state_->orders[slot];
}

const model::Order* Engine::find_order(model::AccountId account,
                                       std::string_view client_order_id) const {
  if (client_order_id.empty() || client_order_id.size() > model::ClientOrderId::capacity)
    return nullptr;
  const std::uint32_t slot = state_->orders.find(account, model::ClientOrderId(client_order_id));
  return slot == no_slot ? nullptr : &state_->orders[slot];
}

std::vector<model::Order> Engine::open_orders(model::AccountId account, std::size_t limit) const {
  std::vector<model::Order> found;
  const AccountEntry* entry = std::as_const(*state_).find(account);
  if (entry == nullptr) return found;
  found.reserve(std::min<std::size_t>(limit, entry->open.count));
  for (std::uint32_t slot = entry->open.first; slot != no_slot && found.size() < limit;
       slot = state_->orders.next(slot))
    found.push_back(state_->orders[slot]);
  return found;
}

std::vector<model::Balance> Engine::balances(model::AccountId account) const {
  std::vector<model::Balance> found;
  for (const std::uint32_t slot : state_->ledger.lines_of(account))
    found.push_back(state_->ledger.line(slot).value);
  return found;
}

std::vector<model::Position> Engine::positions(model::AccountId account) const {
  std::vector<model::Position> found;
  for (const std::uint32_t slot : state_->portfolio.lines_of(account))
    found.push_back(state_->portfolio.line(slot).value);
  return found;
}

std::vector<PriceLevel> Engine::depth(model::InstrumentId instrument, Side side,
                                      std::size_t limit) const {
  std::vector<PriceLevel> levels;
  const Market* market = std::as_const(*state_).find(instrument);
  if (market == nullptr) return levels;
  market->book.for_each_level(side, limit, [&](const matching::LevelView& level) {
    levels.push_back({level.price, level.quantity, level.order_count});
  });
  return levels;
}

Price Engine::last_price(model::InstrumentId instrument) const {
  const Market* market = std::as_const(*state_).find(instrument);
  return market == nullptr ? Price() : market->last;
}

std::int64_t Engine::lots_ahead(model::OrderId order) const {
  const std::uint32_t slot = state_->orders.find(order);
  if (slot == no_slot || state_->orders.place(slot).handle == matching::no_handle) return -1;
  const matching::OrderBook& book = state_->market_of(state_->orders[slot]).book;
  return book.lots_ahead(state_->orders.place(slot).handle).lots();
}

bytes::Hash128 Engine::state_hash() const {
  bytes::Encoder out;
  state_->save(out);
  return bytes::hash128(out.view());
}

void Engine::save(bytes::Encoder& out) const {
  state_->save(out);
}

base::Result<Engine> Engine::load(bytes::Decoder& in, const Limits& limits) {
  Engine engine(limits);
  if (!engine.state_->load(in))
    return base::fail("invalid_snapshot",
                      "the snapshot is damaged, of another version, or larger than the limits");
  return engine;
}

std::string Engine::broken_invariant() const {
  return state_->broken_invariant();
}

}  // namespace engine
