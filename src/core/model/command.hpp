#pragma once

#include <cstdint>
#include <variant>

#include "base/time.hpp"
#include "bytes/codec.hpp"
#include "model/account.hpp"
#include "model/instrument.hpp"
#include "model/order.hpp"

// Everything that can change state enters the engine as one of these, stamped by the sequencer with
// its place and time, journaled before it is acknowledged, and applied again on replay. The
// variant's order is the stored tag: append, never reorder.

namespace model {

enum class Channel : std::uint8_t { System = 1, Rest, WebSocket, Mcp, CommandLine, Market };

struct ListInstrument {
  Instrument instrument;  // id is ignored: the engine numbers instruments from 1
  bool operator==(const ListInstrument&) const = default;
};
struct SetInstrumentState {
  InstrumentId instrument;
  InstrumentState state = InstrumentState::Open;
  bool operator==(const SetInstrumentState&) const = default;
};
struct OpenAccount {
  Account account;  // id is ignored: the engine numbers accounts from 1
  bool operator==(const OpenAccount&) const = default;
};
struct SetRiskLimits {
  AccountId account;
  RiskLimits limits;
  bool operator==(const SetRiskLimits&) const = default;
};
// Moves cash in (positive) or out (negative, never below what is available).
struct TransferCash {
  AccountId account;
  money::Currency currency;
  money::Money amount;
  bool operator==(const TransferCash&) const = default;
};
// account invalid() = the whole firm. Halted also cancels the scope's working orders.
struct SetTradingState {
  AccountId account;
  TradingState state = TradingState::Active;
  bool operator==(const SetTradingState&) const = default;
};
struct SubmitOrder {
  AccountId account;
  InstrumentId instrument;
  Side side = Side::Buy;
  OrderType type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Day;
  money::Price limit_price;
  money::Quantity quantity;
  ClientOrderId client_order_id;  // empty only for Simulated and External accounts
  bool operator==(const SubmitOrder&) const = default;
};
struct CancelOrder {
  AccountId account;
  OrderId order;
  bool operator==(const CancelOrder&) const = default;
};
// Zero = keep. A smaller quantity at the same price keeps its place in the queue; anything else
// loses it. quantity is the new total (FIX OrderQty), including what is already filled.
struct ReplaceOrder {
  AccountId account;
  OrderId order;
  money::Price limit_price;
  money::Quantity quantity;
  bool operator==(const ReplaceOrder&) const = default;
};
// instrument invalid() = all instruments.
struct CancelAllOrders {
  AccountId account;
  InstrumentId instrument;
  bool operator==(const CancelAllOrders&) const = default;
};
// The outside market displays `quantity` at this price now (zero = nothing). Growth joins the queue
// behind what rests there; it first trades with our users' orders that it crosses, never with other
// outside orders. Shrinkage leaves from the back of the queue, so users' places only improve when
// nothing else is left behind them.
struct SetExternalLevel {
  AccountId account;  // of kind External
  InstrumentId instrument;
  Side side = Side::Buy;
  money::Price price;
  money::Quantity quantity;
  bool operator==(const SetExternalLevel&) const = default;
};
// A trade printed by the outside market. Its quantity consumes the queue from the front at prices
// at least as good as `price`: outside orders shrink, users' orders are filled at their own price.
struct ApplyExternalTrade {
  AccountId account;  // of kind External
  InstrumentId instrument;
  Side aggressor = Side::Buy;
  money::Price price;
  money::Quantity quantity;
  bool operator==(const ApplyExternalTrade&) const = default;
};
// Removes all displayed outside liquidity of the instrument: a feed (re)starts from a snapshot.
struct ClearExternalBook {
  AccountId account;
  InstrumentId instrument;
  bool operator==(const ClearExternalBook&) const = default;
};
// Time passes: day orders end when the UTC day of `time` differs from the last one.
struct AdvanceTime {
  bool operator==(const AdvanceTime&) const = default;
};

using CommandBody =
    std::variant<ListInstrument, SetInstrumentState, OpenAccount, SetRiskLimits, TransferCash,
                 SetTradingState, SubmitOrder, CancelOrder, ReplaceOrder, CancelAllOrders,
                 SetExternalLevel, ApplyExternalTrade, ClearExternalBook, AdvanceTime>;

struct Command {
  std::uint64_t sequence = 0;  // 1, 2, 3, ... without gaps
  base::Timestamp time;        // never decreases from one command to the next
  UserId user;
  Channel channel = Channel::System;
  CommandBody body;
  bool operator==(const Command&) const = default;
};

// The stored form: format_version, sequence, time, user, channel, tag, then the body's fields.
inline constexpr std::uint8_t command_format_version = 1;
void encode(const Command& command, bytes::Encoder& out);
// Errors: invalid_command when the bytes are not exactly one command (unknown version or tag, an
// enumerator out of range, bytes missing or left over). Never crashes on any input.
base::Result<Command> decode_command(bytes::View data);

// Shared with the snapshot.
void encode(const Instrument& instrument, bytes::Encoder& out);
void encode(const Account& account, bytes::Encoder& out);
void encode(const Order& order, bytes::Encoder& out);
Instrument decode_instrument(bytes::Decoder& in);
Account decode_account(bytes::Decoder& in);
Order decode_order(bytes::Decoder& in);

}  // namespace model
