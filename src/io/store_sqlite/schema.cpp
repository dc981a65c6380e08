#include "store_sqlite/schema.hpp"

namespace store_sqlite {
namespace {

constexpr const char* version_1 = R"sql(
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE instruments (
  id INTEGER PRIMARY KEY, symbol TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  asset_class INTEGER NOT NULL, state INTEGER NOT NULL, quote_currency TEXT NOT NULL,
  tick_size_nano INTEGER NOT NULL, lot_size_nano INTEGER NOT NULL,
  order_quantity_max INTEGER NOT NULL, order_notional_max TEXT NOT NULL,
  collar_bps INTEGER NOT NULL);

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, state INTEGER NOT NULL, owner INTEGER NOT NULL,
  name TEXT NOT NULL, base_currency TEXT NOT NULL, order_notional_max TEXT NOT NULL,
  order_quantity_max INTEGER NOT NULL, open_orders_max INTEGER NOT NULL);

CREATE TABLE balances (
  account INTEGER NOT NULL, currency TEXT NOT NULL, balance TEXT NOT NULL, held TEXT NOT NULL,
  PRIMARY KEY (account, currency)) WITHOUT ROWID;

CREATE TABLE positions (
  account INTEGER NOT NULL, instrument INTEGER NOT NULL, quantity INTEGER NOT NULL,
  held INTEGER NOT NULL, cost TEXT NOT NULL, realised_profit TEXT NOT NULL,
  PRIMARY KEY (account, instrument)) WITHOUT ROWID;
CREATE INDEX positions_instrument ON positions (instrument);

CREATE TABLE orders (
  id INTEGER PRIMARY KEY, account INTEGER NOT NULL, instrument INTEGER NOT NULL,
  side INTEGER NOT NULL, type INTEGER NOT NULL, time_in_force INTEGER NOT NULL,
  status INTEGER NOT NULL, reason INTEGER NOT NULL, user INTEGER NOT NULL,
  limit_price INTEGER NOT NULL, quantity INTEGER NOT NULL, filled INTEGER NOT NULL,
  filled_notional TEXT NOT NULL, held TEXT NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL, created_sequence INTEGER NOT NULL, order_sequence INTEGER NOT NULL,
  client_order_id TEXT NOT NULL);
CREATE INDEX orders_status_created ON orders (status, created);
CREATE INDEX orders_account ON orders (account, id);
CREATE INDEX orders_client_order_id ON orders (account, client_order_id, id);

CREATE TABLE executions (
  sequence INTEGER NOT NULL, event_index INTEGER NOT NULL, time INTEGER NOT NULL,
  execution_type INTEGER NOT NULL, trade INTEGER NOT NULL, price INTEGER NOT NULL,
  executed_quantity INTEGER NOT NULL, liquidity INTEGER NOT NULL,
  id INTEGER NOT NULL, account INTEGER NOT NULL, instrument INTEGER NOT NULL,
  side INTEGER NOT NULL, type INTEGER NOT NULL, time_in_force INTEGER NOT NULL,
  status INTEGER NOT NULL, reason INTEGER NOT NULL, user INTEGER NOT NULL,
  limit_price INTEGER NOT NULL, quantity INTEGER NOT NULL, filled INTEGER NOT NULL,
  filled_notional TEXT NOT NULL, held TEXT NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL, created_sequence INTEGER NOT NULL, order_sequence INTEGER NOT NULL,
  client_order_id TEXT NOT NULL,
  PRIMARY KEY (sequence, event_index)) WITHOUT ROWID;
CREATE INDEX executions_account ON executions (account, sequence, event_index);
CREATE INDEX executions_order ON executions (id, sequence, event_index);
CREATE INDEX executions_trades ON executions (account, sequence, event_index)
  WHERE execution_type = 2;

CREATE TABLE trades (
  instrument INTEGER NOT NULL, sequence INTEGER NOT NULL, event_index INTEGER NOT NULL,
  time INTEGER NOT NULL, trade INTEGER NOT NULL, price INTEGER NOT NULL,
  quantity INTEGER NOT NULL, aggressor INTEGER NOT NULL, buy_order INTEGER NOT NULL,
  sell_order INTEGER NOT NULL,
  PRIMARY KEY (instrument, sequence, event_index)) WITHOUT ROWID;
CREATE INDEX trades_time ON trades (instrument, time);

CREATE TABLE bars (
  instrument INTEGER NOT NULL, interval INTEGER NOT NULL, start INTEGER NOT NULL,
  open INTEGER NOT NULL, high INTEGER NOT NULL, low INTEGER NOT NULL, close INTEGER NOT NULL,
  volume INTEGER NOT NULL, price_lots TEXT NOT NULL, trade_count INTEGER NOT NULL,
  PRIMARY KEY (instrument, interval, start)) WITHOUT ROWID;

CREATE TABLE ledger_entries (
  sequence INTEGER NOT NULL, event_index INTEGER NOT NULL, time INTEGER NOT NULL,
  transaction_id INTEGER NOT NULL, kind INTEGER NOT NULL, account INTEGER NOT NULL,
  currency TEXT NOT NULL, amount TEXT NOT NULL, instrument INTEGER NOT NULL,
  quantity INTEGER NOT NULL, trade INTEGER NOT NULL,
  PRIMARY KEY (sequence, event_index)) WITHOUT ROWID;
CREATE INDEX ledger_entries_account ON ledger_entries (account, sequence, event_index);

INSERT INTO meta VALUES ('last_sequence', 0), ('projection_version', 0);
)sql";

constexpr const char* migrations[] = {version_1};

}  // namespace

std::span<const char* const> projection_migrations() {
  return migrations;
}

base::Status drop_projections(Database& database) {
  TRY(Transaction transaction, Transaction::begin(database));
  for (const char* sql : {"DROP TABLE IF EXISTS meta", "DROP TABLE IF EXISTS instruments",
                          "DROP TABLE IF EXISTS accounts", "DROP TABLE IF EXISTS balances",
                          "DROP TABLE IF EXISTS positions", "DROP TABLE IF EXISTS orders",
                          "DROP TABLE IF EXISTS executions", "DROP TABLE IF EXISTS trades",
                          "DROP TABLE IF EXISTS bars", "DROP TABLE IF EXISTS ledger_entries",
                          "PRAGMA user_version = 0"})
    TRY_STATUS(database.execute(sql));
  return transaction.commit();
}

}  // namespace store_sqlite
