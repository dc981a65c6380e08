#pragma once

// The checks an order passes before it touches anything.
//
// The engine gathers Facts and calls check(), from apply and from preview alike, so both decide the
// same. One function per rule; check() runs them in this order and returns the first refusal:
//   1 shape              prices, quantities, type and time in force fit together
//   2 trading state      of the firm, then of the account; Reducing accepts only what reduces
//   3 instrument state
//   4 quantity limits    of the instrument, then of the account
//   5 liquidity          a market order needs a reference price and something to trade with
//   6 price collar
//   7 notional limits    of the instrument, then of the account
//   8 open orders        of orders that may rest
//   9 funds              cash of buys, position of sells; paper accounts only
// Pure functions of their arguments. Absent on purpose: state, holds, and the book itself.

#include <cstdint>

#include "model/account.hpp"
#include "model/instrument.hpp"
#include "model/order.hpp"

namespace risk {

// What a market order would do to the opposite side of the book now.
struct Sweep {
  money::Quantity quantity;
  money::Money notional;
  money::Quantity within_collar;  // of quantity, at prices the collar allows
};

struct Facts {
  const model::Account* account = nullptr;
  const model::Instrument* instrument = nullptr;
  model::TradingState firm_state = model::TradingState::Active;

  model::Side side = model::Side::Buy;
  model::OrderType type = model::OrderType::Limit;
  model::TimeInForce time_in_force = model::TimeInForce::Day;
  money::Price limit_price;
  money::Quantity quantity;   // the order's whole quantity
  money::Quantity remaining;  // of it, not filled yet

  money::Quantity position;            // net
  money::Quantity position_available;  // without what other orders hold
  money::Money cash_available;         // without what other orders hold
  std::uint32_t open_orders = 0;       // besides this one

  money::Price last, best_bid, best_ask;  // zero = none
  Sweep sweep;                            // of market orders
};

// Market orders never rest, nor do immediate-or-cancel and fill-or-kill orders.
[[nodiscard]] constexpr bool may_rest(model::OrderType type, model::TimeInForce time_in_force) {
  return type == model::OrderType::Limit && (time_in_force == model::TimeInForce::Day ||
                                             time_in_force == model::TimeInForce::GoodTillCancel);
}

// Last trade, else the middle of the best prices, else the one there is; zero = none.
[[nodiscard]] money::Price reference_price(const Facts& facts);
// The worst price the collar lets a market order of this side trade at; zero = no collar.
[[nodiscard]] money::Price collar_bound(const Facts& facts);
// The most this order may be worth. A buy never pays more than its limit; a sell may be paid more
// than its limit, so it is priced at the best bid when that is higher.
[[nodiscard]] money::Money notional(const Facts& facts);
// Cash to reserve or spend: zero for sells.
[[nodiscard]] money::Money cash_required(const Facts& facts);

[[nodiscard]] model::Reason check_shape(const Facts& facts);
[[nodiscard]] model::Reason check_trading_state(const Facts& facts);
[[nodiscard]] model::Reason check_instrument_state(const Facts& facts);
[[nodiscard]] model::Reason check_quantity(const Facts& facts);
[[nodiscard]] model::Reason check_liquidity(const Facts& facts);
[[nodiscard]] model::Reason check_collar(const Facts& facts);
[[nodiscard]] model::Reason check_notional(const Facts& facts);
[[nodiscard]] model::Reason check_open_orders(const Facts& facts);
[[nodiscard]] model::Reason check_funds(const Facts& facts);

// All of them, in the order above; None = accepted.
[[nodiscard]] model::Reason check(const Facts& facts);

}  // namespace risk
