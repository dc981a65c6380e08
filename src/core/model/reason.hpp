#pragma once

#include <cstdint>
#include <string_view>

// Why something was refused or ended. One enum for the whole platform: REST, WebSocket, MCP and the
// command line map it by the table in reason.cpp, never by their own rules. The numeric values are
// stored in journals and snapshots: append, never renumber.

namespace model {

enum class Reason : std::uint16_t {
  None = 0,
  // The request itself
  UnknownInstrument = 1,
  UnknownAccount = 2,
  UnknownOrder = 3,
  InvalidQuantity = 4,
  InvalidPrice = 5,
  InvalidOrderType = 6,
  InvalidTimeInForce = 7,
  DuplicateClientOrderId = 8,  // same id, other body
  OrderNotOpen = 9,
  NothingToReplace = 10,
  QuantityBelowFilled = 11,
  // State
  TradingHalted = 20,
  TradingReducing = 21,
  AccountHalted = 22,
  AccountReducing = 23,
  InstrumentHalted = 24,
  InstrumentClosed = 25,
  // Limits
  OrderQuantityLimit = 40,
  OrderNotionalLimit = 41,
  AccountQuantityLimit = 42,
  AccountNotionalLimit = 43,
  OpenOrdersLimit = 44,
  PriceCollar = 45,
  NoReferencePrice = 46,
  // Funds
  InsufficientFunds = 60,
  InsufficientPosition = 61,
  // The book
  NoLiquidity = 80,  // a market order found nothing to trade with
  FillOrKillUnfilled = 81,
  ImmediateOrCancelRemainder = 82,
  // Ends that are not refusals
  CanceledByUser = 100,
  CanceledByMassCancel = 101,
  ExpiredAtDayEnd = 102,
  CanceledByTradingState = 103,
  // Capacity
  OrderCapacity = 120,
  AccountCapacity = 121,
  InstrumentCapacity = 122,
  // Administration
  InvalidInstrument = 140,
  AlreadyExists = 141,
  InvalidAmount = 142,
};

struct ReasonText {
  Reason reason;
  std::string_view name;     // snake_case, the public `reason`
  int code;                  // the public numeric code (contract section 5); 0 = none
  std::string_view message;  // one plain sentence
};

// The row of a reason; every enumerator has one.
const ReasonText& describe(Reason reason);

// All rows in the order of their values, for the reference page and for tests.
struct ReasonTable {
  const ReasonText* first;
  std::size_t count;
  [[nodiscard]] const ReasonText* begin() const { return first; }
  [[nodiscard]] const ReasonText* end() const { return first + count; }
};
ReasonTable all_reasons();

}  // namespace model
