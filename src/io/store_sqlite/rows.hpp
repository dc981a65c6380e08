#pragma once

#include "model/event.hpp"
#include "store_sqlite/database.hpp"
#include "store_sqlite/projections.hpp"

// Values to parameters and columns to values, one pair a table, so that the writer and the readers
// cannot disagree about a layout. `at` is the first parameter or column of the value.

namespace store_sqlite {

void bind_order(Statement& statement, int at, const model::Order& order);
model::Order read_order(const Statement& row, int at);

// sequence, event_index, time, execution_type, trade, price, executed_quantity, liquidity, order
void bind_execution(Statement& statement, const model::Event& event,
                    const model::OrderUpdated& update);
Execution read_execution(const Statement& row);
inline constexpr const char* execution_columns =
    "sequence, event_index, time, execution_type, trade, price, executed_quantity, liquidity, ";

void bind_trade(Statement& statement, const model::Event& event, const model::Traded& traded);
PublicTrade read_trade(const Statement& row);

void bind_ledger_entry(Statement& statement, const model::Event& event,
                       const model::LedgerPosted& posted);
LedgerEntry read_ledger_entry(const Statement& row);

// start, open, high, low, close, volume, price_lots, trade_count
void bind_bar(Statement& statement, int at, const market::Bar& bar);
market::Bar read_bar(const Statement& row, int at);
inline constexpr const char* bar_columns =
    "start, open, high, low, close, volume, price_lots, trade_count";

void bind_position(Statement& statement, const model::Position& position);
model::Position read_position(const Statement& row);

void bind_balance(Statement& statement, const model::Balance& balance);
model::Balance read_balance(const Statement& row);

void bind_account(Statement& statement, const model::Account& account);
model::Account read_account(const Statement& row);

void bind_instrument(Statement& statement, const model::Instrument& instrument);
model::Instrument read_instrument(const Statement& row);

}  // namespace store_sqlite
