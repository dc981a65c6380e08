#pragma once

#include "model/ids.hpp"
#include "money/money.hpp"

namespace model {

// Paper: a person's or agent's paper-trading account, held to its cash and positions.
// Simulated: a synthetic participant of the demo market; no buying-power check.
// External: the mirror of an outside market's participants; in addition never matched against
// itself. Simulated and External accounts may go short and below zero.
enum class AccountKind : std::uint8_t { Paper = 1, Simulated, External };
enum class TradingState : std::uint8_t { Active = 1, Reducing, Halted };

struct RiskLimits {
  money::Money order_notional_max;     // zero = the instrument's limit alone
  money::Quantity order_quantity_max;  // zero = the instrument's limit alone
  std::uint32_t open_orders_max = 1'000;
  bool operator==(const RiskLimits&) const = default;
};

struct Account {
  AccountId id;
  AccountKind kind = AccountKind::Paper;
  TradingState state = TradingState::Active;
  UserId owner;
  Name name;
  money::Currency base_currency;
  RiskLimits limits;
  bool operator==(const Account&) const = default;
};

// Cash of one account in one currency. available = balance - held.
struct Balance {
  AccountId account;
  money::Currency currency;
  money::Money balance;
  money::Money held;
  bool operator==(const Balance&) const = default;
};

// Net position of one account in one instrument. Average cost is cost / quantity.
struct Position {
  AccountId account;
  InstrumentId instrument;
  money::Quantity quantity;      // negative = short
  money::Quantity held;          // reserved by working sell orders
  money::Money cost;             // of the open quantity, sign of the quantity
  money::Money realised_profit;  // since the account was opened
  bool operator==(const Position&) const = default;
};

}  // namespace model
