#include "risk/risk.hpp"

#include <algorithm>

namespace risk {

using model::OrderType;
using model::Reason;
using model::Side;
using model::TimeInForce;
using model::TradingState;
using money::Money;
using money::Price;
using money::Quantity;
using numeric::Int128;

namespace {

bool reduces(const Facts& facts) {
  return facts.side == Side::Sell ? facts.remaining <= facts.position
                                  : facts.remaining <= -facts.position;
}

}  // namespace

Price reference_price(const Facts& facts) {
  if (facts.last.ticks() > 0) return facts.last;
  const std::int64_t bid = facts.best_bid.ticks();
  const std::int64_t ask = facts.best_ask.ticks();
  if (bid > 0 && ask > 0) return Price((bid + ask) / 2);
  return bid > 0 ? facts.best_bid : facts.best_ask;
}

Price collar_bound(const Facts& facts) {
  const Int128 reference = reference_price(facts).ticks();
  const Int128 bps = facts.instrument->collar_bps;
  if (bps == 0 || reference == 0) return {};
  const Int128 bound = facts.side == Side::Buy ? reference * (10'000 + bps) / 10'000
                                               : (reference * (10'000 - bps) + 9'999) / 10'000;
  return Price(static_cast<std::int64_t>(bound));
}

Money notional(const Facts& facts) {
  if (facts.type == OrderType::Market) return facts.sweep.notional;
  Price price = facts.limit_price;
  if (facts.side == Side::Sell) price = std::max(price, facts.best_bid);
  return facts.instrument->notional(price, facts.quantity);
}

Money cash_required(const Facts& facts) {
  if (facts.side == Side::Sell) return {};
  if (facts.type == OrderType::Market) return facts.sweep.notional;
  return facts.instrument->notional(facts.limit_price, facts.remaining);
}

Reason check_shape(const Facts& facts) {
  const std::int64_t lots = facts.quantity.lots();
  const std::int64_t ticks = facts.limit_price.ticks();
  if (facts.side != Side::Buy && facts.side != Side::Sell) return Reason::InvalidOrderType;
  if (facts.type != OrderType::Market && facts.type != OrderType::Limit)
    return Reason::InvalidOrderType;
  if (facts.time_in_force < TimeInForce::Day || facts.time_in_force > TimeInForce::FillOrKill)
    return Reason::InvalidTimeInForce;
  if (lots <= 0 || lots > model::quantity_lots_max) return Reason::InvalidQuantity;
  if (facts.type == OrderType::Market) return ticks == 0 ? Reason::None : Reason::InvalidPrice;
  return ticks > 0 && ticks <= model::price_ticks_max ? Reason::None : Reason::InvalidPrice;
}

Reason check_trading_state(const Facts& facts) {
  if (facts.firm_state == TradingState::Halted) return Reason::TradingHalted;
  if (facts.account->state == TradingState::Halted) return Reason::AccountHalted;
  if (facts.firm_state == TradingState::Reducing && !reduces(facts)) return Reason::TradingReducing;
  if (facts.account->state == TradingState::Reducing && !reduces(facts))
    return Reason::AccountReducing;
  return Reason::None;
}

Reason check_instrument_state(const Facts& facts) {
  switch (facts.instrument->state) {
    case model::InstrumentState::Open: return Reason::None;
    case model::InstrumentState::Halted: return Reason::InstrumentHalted;
    case model::InstrumentState::Closed: return Reason::InstrumentClosed;
  }
  return Reason::InstrumentClosed;
}

Reason check_quantity(const Facts& facts) {
  if (facts.quantity > facts.instrument->order_quantity_max) return Reason::OrderQuantityLimit;
  const Quantity account_max = facts.account->limits.order_quantity_max;
  if (account_max.lots() > 0 && facts.quantity > account_max) return Reason::AccountQuantityLimit;
  return Reason::None;
}

Reason check_liquidity(const Facts& facts) {
  if (facts.type != OrderType::Market) return Reason::None;
  if (facts.instrument->collar_bps > 0 && reference_price(facts).ticks() == 0)
    return Reason::NoReferencePrice;
  return facts.sweep.quantity.lots() > 0 ? Reason::None : Reason::NoLiquidity;
}

Reason check_collar(const Facts& facts) {
  const Int128 reference = reference_price(facts).ticks();
  if (facts.instrument->collar_bps == 0 || reference == 0) return Reason::None;
  if (facts.type == OrderType::Market)
    return facts.sweep.within_collar < facts.sweep.quantity ? Reason::PriceCollar : Reason::None;
  const Int128 apart = facts.limit_price.ticks() - reference;
  const Int128 distance = apart < 0 ? -apart : apart;
  return distance * 10'000 > reference * facts.instrument->collar_bps ? Reason::PriceCollar
                                                                      : Reason::None;
}

Reason check_notional(const Facts& facts) {
  const Money value = notional(facts);
  if (value > facts.instrument->order_notional_max) return Reason::OrderNotionalLimit;
  const Money account_max = facts.account->limits.order_notional_max;
  if (account_max > Money() && value > account_max) return Reason::AccountNotionalLimit;
  return Reason::None;
}

Reason check_open_orders(const Facts& facts) {
  if (!may_rest(facts.type, facts.time_in_force)) return Reason::None;
  return facts.open_orders < facts.account->limits.open_orders_max ? Reason::None
                                                                   : Reason::OpenOrdersLimit;
}

Reason check_funds(const Facts& facts) {
  if (facts.account->kind != model::AccountKind::Paper) return Reason::None;
  if (facts.side == Side::Buy)
    return cash_required(facts) <= facts.cash_available ? Reason::None : Reason::InsufficientFunds;
  return facts.remaining <= facts.position_available ? Reason::None : Reason::InsufficientPosition;
}

Reason check(const Facts& facts) {
  using Check = Reason (*)(const Facts&);
  constexpr Check checks[] = {check_shape,    check_trading_state, check_instrument_state,
                              check_quantity, check_liquidity,     check_collar,
                              check_notional, check_open_orders,   check_funds};
  for (const Check rule : checks)
    if (const Reason reason = rule(facts); reason != Reason::None) return reason;
  return Reason::None;
}

}  // namespace risk
