#include "model/reason.hpp"

#include <array>
#include <cstddef>

#include "base/check.hpp"

namespace model {
namespace {

constexpr int invalid_symbol = 1001, insufficient_funds = 1002, market_closed = 1003,
              risk_limit = 1004, invalid_order = 1005;

constexpr std::array table{
    ReasonText{Reason::None, "none", 0, "Nothing was refused."},
    ReasonText{Reason::UnknownInstrument, "unknown_instrument", invalid_symbol,
               "No instrument has this symbol."},
    ReasonText{Reason::UnknownAccount, "unknown_account", risk_limit, "No account has this id."},
    ReasonText{Reason::UnknownOrder, "unknown_order", invalid_order, "No order has this id."},
    ReasonText{Reason::InvalidQuantity, "invalid_quantity", invalid_order,
               "The quantity must be a positive number of whole lots."},
    ReasonText{Reason::InvalidPrice, "invalid_price", invalid_order,
               "The price must be a positive number of whole ticks."},
    ReasonText{Reason::InvalidOrderType, "invalid_order_type", invalid_order,
               "This order type is not known, or not with these fields."},
    ReasonText{Reason::InvalidTimeInForce, "invalid_time_in_force", invalid_order,
               "This time in force is not known, or not with this order type."},
    ReasonText{Reason::DuplicateClientOrderId, "duplicate_client_order_id", invalid_order,
               "This client order id was already used for another order."},
    ReasonText{Reason::OrderNotOpen, "order_not_open", invalid_order,
               "The order is already filled, canceled, expired or rejected."},
    ReasonText{Reason::NothingToReplace, "nothing_to_replace", invalid_order,
               "A replace must change the quantity or the limit price."},
    ReasonText{Reason::QuantityBelowFilled, "quantity_below_filled", invalid_order,
               "The new quantity must be larger than what is already filled."},
    ReasonText{Reason::TradingHalted, "trading_halted", market_closed, "Trading is halted."},
    ReasonText{Reason::TradingReducing, "trading_reducing", risk_limit,
               "Only orders that reduce a position are accepted now."},
    ReasonText{Reason::AccountHalted, "account_halted", risk_limit, "This account is halted."},
    ReasonText{Reason::AccountReducing, "account_reducing", risk_limit,
               "This account may only reduce its positions now."},
    ReasonText{Reason::InstrumentHalted, "instrument_halted", market_closed,
               "Trading in this instrument is halted."},
    ReasonText{Reason::InstrumentClosed, "instrument_closed", market_closed,
               "The market for this instrument is closed."},
    ReasonText{Reason::OrderQuantityLimit, "max_order_quantity", risk_limit,
               "The quantity is above the instrument's limit for one order."},
    ReasonText{Reason::OrderNotionalLimit, "max_order_notional", risk_limit,
               "The order's value is above the instrument's limit for one order."},
    ReasonText{Reason::AccountQuantityLimit, "account_max_order_quantity", risk_limit,
               "The quantity is above the account's limit for one order."},
    ReasonText{Reason::AccountNotionalLimit, "account_max_order_notional", risk_limit,
               "The order's value is above the account's limit for one order."},
    ReasonText{Reason::OpenOrdersLimit, "max_open_orders", risk_limit,
               "The account has as many working orders as it may have."},
    ReasonText{Reason::PriceCollar, "price_collar", risk_limit,
               "The price is too far from the market."},
    ReasonText{Reason::NoReferencePrice, "no_reference_price", risk_limit,
               "There is no price yet to check this order against."},
    ReasonText{Reason::InsufficientFunds, "insufficient_funds", insufficient_funds,
               "The account has not enough available cash."},
    ReasonText{Reason::InsufficientPosition, "insufficient_position", insufficient_funds,
               "The account has not enough available position to sell."},
    ReasonText{Reason::NoLiquidity, "no_liquidity", risk_limit,
               "There was nothing in the book to trade with."},
    ReasonText{Reason::FillOrKillUnfilled, "fill_or_kill_unfilled", 0,
               "The whole quantity could not be filled at once."},
    ReasonText{Reason::ImmediateOrCancelRemainder, "immediate_or_cancel_remainder", 0,
               "What could not be filled at once was canceled."},
    ReasonText{Reason::CanceledByUser, "canceled_by_user", 0, "Canceled on request."},
    ReasonText{Reason::CanceledByMassCancel, "canceled_by_mass_cancel", 0,
               "Canceled together with others on request."},
    ReasonText{Reason::ExpiredAtDayEnd, "expired_at_day_end", 0, "A day order ended with its day."},
    ReasonText{Reason::CanceledByTradingState, "canceled_by_trading_state", 0,
               "Canceled because trading was halted."},
    ReasonText{Reason::OrderCapacity, "order_capacity", risk_limit,
               "The platform holds as many orders as it can; try again later."},
    ReasonText{Reason::AccountCapacity, "account_capacity", 0,
               "The platform holds as many accounts as it can."},
    ReasonText{Reason::InstrumentCapacity, "instrument_capacity", 0,
               "The platform holds as many instruments as it can."},
    ReasonText{Reason::InvalidInstrument, "invalid_instrument", 0,
               "The instrument's definition breaks a rule."},
    ReasonText{Reason::AlreadyExists, "already_exists", 0, "It exists already."},
    ReasonText{Reason::InvalidAmount, "invalid_amount", 0, "The amount is not allowed."},
};

}  // namespace

const ReasonText& describe(Reason reason) {
  for (const ReasonText& row : table)
    if (row.reason == reason) return row;
  CHECK(!"every reason has a row");
  return table[0];
}

ReasonTable all_reasons() {
  return {table.data(), table.size()};
}

}  // namespace model
