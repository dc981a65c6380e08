#pragma once

#include <cstdint>
#include <utility>
#include <variant>

#include "base/time.hpp"
#include "model/account.hpp"
#include "model/instrument.hpp"
#include "model/order.hpp"

// What the engine says happened. Events carry the state after the change, so a reader can apply one
// twice without harm, and never needs the engine to understand it. Events are not stored in the
// journal: replay computes them again, and each checkpoint compares their hash.

namespace model {

// FIX ExecType (150).
enum class ExecutionType : std::uint8_t { New = 1, Trade, Canceled, Replaced, Expired, Rejected };
enum class Liquidity : std::uint8_t { None = 0, Maker = 1, Taker = 2 };

std::string_view name_of(ExecutionType type);
std::string_view name_of(Liquidity liquidity);

// One execution report: an order after a change to it.
struct OrderUpdated {
  OrderUpdated() = default;
  OrderUpdated(ExecutionType of_type, const Order& order_now) : order(order_now), type(of_type) {}

  Order order;
  // Of this execution; zero unless type is Trade.
  TradeId trade;
  money::Price price;
  money::Quantity quantity;
  Liquidity liquidity = Liquidity::None;
  ExecutionType type = ExecutionType::New;
};
// One public trade. For an outside trade nobody here took part in, both orders are invalid().
struct Traded {
  TradeId trade;
  InstrumentId instrument;
  money::Price price;
  money::Quantity quantity;
  Side aggressor = Side::Buy;
  OrderId buy_order;
  OrderId sell_order;
};
// Total displayed at one price after a change; quantity zero = the level is gone.
struct LevelChanged {
  InstrumentId instrument;
  Side side = Side::Buy;
  money::Price price;
  money::Quantity quantity;
  std::uint32_t order_count = 0;
};
struct BalanceChanged {
  Balance balance;
};
struct PositionChanged {
  Position position;
};
enum class LedgerKind : std::uint8_t { Transfer = 1, Trade };
// One side of a double entry. All entries of one transaction and asset sum to zero. An entry is in
// cash (currency valid) or in an instrument (instrument valid). account invalid() = the outside
// world, where transferred cash comes from.
struct LedgerPosted {
  TransactionId transaction;
  LedgerKind kind = LedgerKind::Trade;
  AccountId account;
  money::Currency currency;
  money::Money amount;
  InstrumentId instrument;
  money::Quantity quantity;
  TradeId trade;
};
struct InstrumentChanged {
  Instrument instrument;
};
struct AccountChanged {
  Account account;
};
struct TradingStateChanged {
  TradingState state = TradingState::Active;  // of the firm; an account's is in AccountChanged
};
// A cancel, replace or administrative command was refused; a refused order is OrderUpdated.
struct CommandRejected {
  AccountId account;
  OrderId order;
  Reason reason = Reason::None;
};

using EventBody =
    std::variant<OrderUpdated, Traded, LevelChanged, BalanceChanged, PositionChanged, LedgerPosted,
                 InstrumentChanged, AccountChanged, TradingStateChanged, CommandRejected>;

struct Event {
  Event() = default;
  // With a body of type Body made from the arguments in its place: bodies are large, so the engine
  // writes each once.
  template <class Body, class... Arguments>
  Event(std::uint64_t of_sequence, std::uint32_t at_index, base::Timestamp at_time,
        std::in_place_type_t<Body> body_type, Arguments&&... arguments)
      : sequence(of_sequence),
        index(at_index),
        time(at_time),
        body(body_type, std::forward<Arguments>(arguments)...) {}
  Event(std::uint64_t of_sequence, std::uint32_t at_index, base::Timestamp at_time,
        const EventBody& body_now)
      : sequence(of_sequence), index(at_index), time(at_time), body(body_now) {}

  std::uint64_t sequence = 0;  // of the command that caused it
  std::uint32_t index = 0;     // 0, 1, 2, ... within that command
  base::Timestamp time;
  EventBody body;
};

}  // namespace model
