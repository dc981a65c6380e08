#include <algorithm>

#include "engine/state.hpp"

// The outside market: what it displays and what it prints.

namespace engine {

using model::Reason;
using money::Price;
using money::Quantity;

Reason Engine::State::bind_outside(model::AccountId account, model::InstrumentId instrument,
                                   bool rebind) {
  const AccountEntry* entry = find(account);
  if (entry == nullptr || entry->account.kind != model::AccountKind::External)
    return Reason::UnknownAccount;
  Market* market = find(instrument);
  if (market == nullptr) return Reason::UnknownInstrument;
  if (market->outside == account) return Reason::None;
  if (market->outside.valid() && !rebind) return Reason::AlreadyExists;
  const std::uint32_t balance = ledger.ensure(account, market->instrument.quote_currency, false);
  const std::uint32_t position = portfolio.ensure(account, instrument, false);
  if (balance == no_slot || position == no_slot) return Reason::AccountCapacity;
  if (market->outside.valid()) clear_outside(*market);
  market->outside = account;
  market->outside_balance = balance;
  market->outside_position = position;
  return Reason::None;
}

namespace {

Reason closed_reason(model::InstrumentState state) {
  return state == model::InstrumentState::Halted   ? Reason::InstrumentHalted
         : state == model::InstrumentState::Closed ? Reason::InstrumentClosed
                                                   : Reason::None;
}

Reason check_shape(model::Side side, Price price, Quantity quantity, std::int64_t lots_min) {
  if (side != model::Side::Buy && side != model::Side::Sell) return Reason::InvalidOrderType;
  if (price.ticks() <= 0 || price.ticks() > model::price_ticks_max) return Reason::InvalidPrice;
  return quantity.lots() >= lots_min && quantity.lots() <= model::quantity_lots_max
             ? Reason::None
             : Reason::InvalidQuantity;
}

}  // namespace

Outcome Engine::State::run(const model::SetExternalLevel& command) {
  Reason reason = check_shape(command.side, command.price, command.quantity, 0);
  if (reason == Reason::None) reason = bind_outside(command.account, command.instrument, false);
  if (reason != Reason::None) return refuse(command.account, {}, reason);
  Market& market = *find(command.instrument);
  reason = closed_reason(market.instrument.state);
  if (reason != Reason::None) return refuse(command.account, {}, reason);

  const Quantity displayed = market.book.external_quantity(command.side, command.price);
  Quantity wanted = command.quantity;
  if (wanted == displayed) return {};
  if (wanted > displayed) {
    // One place of the pool is needed at most; every working order keeps its own.
    if (pool.used() - resting >= limits.external_levels_max)
      return refuse(command.account, {}, Reason::OrderCapacity);
    const Party outside = outside_of(market);
    const Quantity growth = wanted - displayed;
    const Quantity left = market.book.match(
        command.side, command.price, growth,
        [&](const matching::Fill& fill) { settle(market, outside, command.side, fill); },
        matching::Makers::UsersOnly);
    wanted = displayed + left;
  }
  CHECK(market.book.set_external(command.side, command.price, wanted));
  touch_level(command.instrument, command.side, command.price);
  return {};
}

Outcome Engine::State::run(const model::ApplyExternalTrade& command) {
  Reason reason = check_shape(command.aggressor, command.price, command.quantity, 1);
  if (reason == Reason::None) reason = bind_outside(command.account, command.instrument, false);
  if (reason != Reason::None) return refuse(command.account, {}, reason);
  Market& market = *find(command.instrument);
  reason = closed_reason(market.instrument.state);
  if (reason != Reason::None) return refuse(command.account, {}, reason);

  const model::Side side = model::opposite(command.aggressor);
  const auto within = [&](Price price) {
    return side == model::Side::Sell ? price <= command.price : price >= command.price;
  };
  const Party outside = outside_of(market);
  Quantity left = command.quantity;
  Quantity traded_here;
  // Level by level, so that each one that shrinks is known.
  for (auto best = market.book.best(side); best && within(*best) && left.lots() > 0;
       best = market.book.best(side)) {
    const Quantity part = std::min(left, market.book.level(side, *best).quantity);
    touch_level(command.instrument, side, *best);
    market.book.apply_external_trade(command.aggressor, *best, part,
                                     [&](const matching::Fill& fill) {
                                       traded_here += fill.quantity;
                                       settle(market, outside, command.aggressor, fill);
                                     });
    left -= part;
  }
  if (traded_here < command.quantity) {
    emit(model::Traded{model::TradeId(++trades_numbered),
                       command.instrument,
                       command.price,
                       command.quantity - traded_here,
                       command.aggressor,
                       {},
                       {}});
    market.last = command.price;
  }
  return {};
}

Outcome Engine::State::run(const model::ClearExternalBook& command) {
  const Reason reason = bind_outside(command.account, command.instrument, true);
  if (reason != Reason::None) return refuse(command.account, {}, reason);
  clear_outside(*find(command.instrument));
  return {};
}

void Engine::State::clear_outside(Market& market) {
  market.book.clear_external(
      [&](model::Side side, Price price) { touch_level(market.instrument.id, side, price); });
}

}  // namespace engine
