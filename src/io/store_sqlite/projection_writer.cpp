#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "numeric/decimal.hpp"
#include "store_sqlite/database.hpp"
#include "store_sqlite/projections.hpp"
#include "store_sqlite/rows.hpp"
#include "store_sqlite/schema.hpp"

namespace store_sqlite {
namespace {

// Trades are removed in portions, so that not every insert pays for a delete.
constexpr std::int64_t prune_portion_max = 1'000;

std::string parameters(int count) {
  std::string text = "?";
  for (int i = 1; i < count; ++i)
    text += ", ?";
  return text;
}

struct OpenBar {
  market::Bar bar;
  bool changed = false;
};

}  // namespace

struct ProjectionWriter::State {
  explicit State(Database opened) : database(std::move(opened)) {}

  Database database;
  Statement put_order, put_execution, put_trade, put_ledger_entry, put_bar, put_position,
      put_balance, put_account, put_instrument, get_bar, prune_trades, prune_bars, put_sequence;
  std::optional<Transaction> transaction;

  std::uint64_t last_sequence = 0;
  std::uint64_t rows = 0;
  std::int64_t trades_kept = trades_kept_max;
  std::int64_t bars_kept = bars_kept_max;
  std::unordered_map<std::uint32_t, bool> kept_accounts;
  std::unordered_map<std::uint32_t, std::int64_t> trade_counts;
  // The bar that grows, by instrument and interval; ordered, so that files come out alike.
  std::map<std::pair<std::uint32_t, market::BarInterval>, OpenBar> bars;

  base::Status prepare();
  base::Status load();
  base::Status put(Statement& statement) {
    ++rows;
    return statement.run();
  }

  base::Status on(const model::Event& event, const model::OrderUpdated& update);
  base::Status on(const model::Event& event, const model::Traded& traded);
  base::Status on(const model::Event& event, const model::BalanceChanged& changed);
  base::Status on(const model::Event& event, const model::PositionChanged& changed);
  base::Status on(const model::Event& event, const model::LedgerPosted& posted);
  base::Status on(const model::Event& event, const model::InstrumentChanged& changed);
  base::Status on(const model::Event& event, const model::AccountChanged& changed);
  // Depth, the firm's trading state and refused commands have no table.
  base::Status on(const model::Event&, const model::LevelChanged&) { return {}; }
  base::Status on(const model::Event&, const model::TradingStateChanged&) { return {}; }
  base::Status on(const model::Event&, const model::CommandRejected&) { return {}; }

  base::Status grow_bar(const model::Event& event, const model::Traded& traded,
                        market::BarInterval interval);
  base::Status start_bar(OpenBar& open, const model::Traded& traded, market::BarInterval interval,
                         base::Timestamp start);
  base::Status write_bar(model::InstrumentId instrument, market::BarInterval interval,
                         OpenBar& open);
  [[nodiscard]] bool keeps(model::AccountId account) const {
    const auto found = kept_accounts.find(account.value());
    return found != kept_accounts.end() && found->second;
  }
};

base::Status ProjectionWriter::State::prepare() {
  const std::string order = order_columns;
  const auto replace = [](const std::string& table, const std::string& columns, int count) {
    return "INSERT OR REPLACE INTO " + table + " (" + columns + ") VALUES (" + parameters(count) +
           ")";
  };
  const std::pair<Statement*, std::string> all[] = {
      {&put_order, replace("orders", order, order_column_count)},
      {&put_execution, replace("executions", execution_columns + order, 8 + order_column_count)},
      {&put_trade, replace("trades",
                           "sequence, event_index, time, instrument, trade, price, quantity, "
                           "aggressor, buy_order, sell_order",
                           10)},
      {&put_ledger_entry, replace("ledger_entries",
                                  "sequence, event_index, time, transaction_id, kind, account, "
                                  "currency, amount, instrument, quantity, trade",
                                  11)},
      {&put_bar, replace("bars", std::string("instrument, interval, ") + bar_columns, 10)},
      {&put_position, "INSERT OR REPLACE INTO positions VALUES (" + parameters(6) + ")"},
      {&put_balance, "INSERT OR REPLACE INTO balances VALUES (" + parameters(4) + ")"},
      {&put_account, "INSERT OR REPLACE INTO accounts VALUES (" + parameters(9) + ")"},
      {&put_instrument, "INSERT OR REPLACE INTO instruments VALUES (" + parameters(11) + ")"},
      {&get_bar, std::string("SELECT ") + bar_columns +
                     " FROM bars WHERE instrument = ? AND interval = ? AND start = ?"},
      {&prune_trades,
       "DELETE FROM trades WHERE instrument = ?1 AND (sequence, event_index) IN (SELECT sequence, "
       "event_index FROM trades WHERE instrument = ?1 ORDER BY sequence, event_index LIMIT ?2)"},
      {&prune_bars, "DELETE FROM bars WHERE instrument = ? AND interval = ? AND start <= ?"},
      {&put_sequence, "UPDATE meta SET value = ? WHERE key = 'last_sequence'"},
  };
  for (const auto& [statement, sql] : all) {
    TRY(*statement, database.prepare(sql));
  }
  return {};
}

base::Status ProjectionWriter::State::load() {
  const auto each = [this](const char* sql, auto&& use) -> base::Status {
    TRY(Statement statement, database.prepare(sql));
    for (;;) {
      TRY(const bool row, statement.step());
      if (!row) return {};
      use(statement);
    }
  };
  TRY_STATUS(each("SELECT value FROM meta WHERE key = 'last_sequence'", [this](const Statement& r) {
    last_sequence = static_cast<std::uint64_t>(r.integer(0));
  }));
  TRY_STATUS(each("SELECT * FROM accounts", [this](const Statement& r) {
    const model::Account account = read_account(r);
    kept_accounts[account.id.value()] = account.kind == model::AccountKind::Paper;
  }));
  return each("SELECT instrument, count(*) FROM trades GROUP BY instrument",
              [this](const Statement& r) {
                trade_counts[static_cast<std::uint32_t>(r.integer(0))] = r.integer(1);
              });
}

base::Status ProjectionWriter::State::on(const model::Event& event,
                                         const model::OrderUpdated& update) {
  if (!keeps(update.order.account)) return {};
  bind_execution(put_execution, event, update);
  TRY_STATUS(put(put_execution));
  // A submit refused before it became an order has no identity to keep a row under.
  if (!update.order.id.valid()) return {};
  bind_order(put_order, 0, update.order);
  return put(put_order);
}

base::Status ProjectionWriter::State::on(const model::Event& event, const model::Traded& traded) {
  bind_trade(put_trade, event, traded);
  TRY_STATUS(put(put_trade));
  std::int64_t& count = trade_counts[traded.instrument.value()];
  const std::int64_t portion = std::min(prune_portion_max, trades_kept);
  if (++count >= trades_kept + portion) {
    prune_trades.bind(0, static_cast<std::int64_t>(traded.instrument.value()));
    prune_trades.bind(1, count - trades_kept);
    TRY_STATUS(prune_trades.run());
    count -= database.changes();
  }
  for (const market::BarInterval interval : market::bar_intervals)
    TRY_STATUS(grow_bar(event, traded, interval));
  return {};
}

base::Status ProjectionWriter::State::grow_bar(const model::Event& event,
                                               const model::Traded& traded,
                                               market::BarInterval interval) {
  const base::Timestamp start = market::bar_start(interval, event.time);
  OpenBar& open = bars[{traded.instrument.value(), interval}];
  if (open.bar.trade_count == 0 || open.bar.start != start) {
    TRY_STATUS(write_bar(traded.instrument, interval, open));
    TRY_STATUS(start_bar(open, traded, interval, start));
  } else {
    market::add_trade(open.bar, traded.price, traded.quantity);
  }
  open.changed = true;
  return {};
}

// A bar that was begun before this writer was opened goes on from its row.
base::Status ProjectionWriter::State::start_bar(OpenBar& open, const model::Traded& traded,
                                                market::BarInterval interval,
                                                base::Timestamp start) {
  get_bar.bind(0, static_cast<std::int64_t>(traded.instrument.value()));
  get_bar.bind(1, static_cast<std::int64_t>(interval));
  get_bar.bind(2, start.ns());
  TRY(const bool known, get_bar.step());
  if (known) open.bar = read_bar(get_bar, 0);
  get_bar.reset();
  if (known) {
    market::add_trade(open.bar, traded.price, traded.quantity);
    return {};
  }
  open.bar = market::first_trade(start, traded.price, traded.quantity);
  // So many days as are kept need not fit in 64 bits of nanoseconds: then none is too old.
  std::int64_t kept_ns = 0;
  if (!numeric::checked_multiply(bars_kept, market::length_ns(interval), kept_ns)) return {};
  prune_bars.bind(0, static_cast<std::int64_t>(traded.instrument.value()));
  prune_bars.bind(1, static_cast<std::int64_t>(interval));
  prune_bars.bind(2, start.ns() - kept_ns);
  return prune_bars.run();
}

base::Status ProjectionWriter::State::write_bar(model::InstrumentId instrument,
                                                market::BarInterval interval, OpenBar& open) {
  if (!open.changed) return {};
  open.changed = false;
  put_bar.bind(0, static_cast<std::int64_t>(instrument.value()));
  put_bar.bind(1, static_cast<std::int64_t>(interval));
  bind_bar(put_bar, 2, open.bar);
  return put(put_bar);
}

base::Status ProjectionWriter::State::on(const model::Event&,
                                         const model::BalanceChanged& changed) {
  if (!keeps(changed.balance.account)) return {};
  bind_balance(put_balance, changed.balance);
  return put(put_balance);
}

base::Status ProjectionWriter::State::on(const model::Event&,
                                         const model::PositionChanged& changed) {
  if (!keeps(changed.position.account)) return {};
  bind_position(put_position, changed.position);
  return put(put_position);
}

base::Status ProjectionWriter::State::on(const model::Event& event,
                                         const model::LedgerPosted& posted) {
  if (!keeps(posted.account)) return {};
  bind_ledger_entry(put_ledger_entry, event, posted);
  return put(put_ledger_entry);
}

base::Status ProjectionWriter::State::on(const model::Event&,
                                         const model::InstrumentChanged& changed) {
  bind_instrument(put_instrument, changed.instrument);
  return put(put_instrument);
}

base::Status ProjectionWriter::State::on(const model::Event&,
                                         const model::AccountChanged& changed) {
  kept_accounts[changed.account.id.value()] = changed.account.kind == model::AccountKind::Paper;
  bind_account(put_account, changed.account);
  return put(put_account);
}

ProjectionWriter::ProjectionWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}
ProjectionWriter::~ProjectionWriter() = default;

base::Result<std::unique_ptr<ProjectionWriter>> ProjectionWriter::open(const std::string& path) {
  TRY(Database database, Database::open(path));
  TRY_STATUS(database.migrate(projection_migrations()));
  const auto version = [&]() -> base::Result<std::int64_t> {
    TRY(Statement read,
        database.prepare("SELECT value FROM meta WHERE key = 'projection_version'"));
    TRY(const bool row, read.step());
    return row ? read.integer(0) : 0;
  };
  TRY(const std::int64_t found, version());
  if (found != projection_version) {
    TRY_STATUS(drop_projections(database));
    TRY_STATUS(database.migrate(projection_migrations()));
    const std::string mark = "UPDATE meta SET value = " + std::to_string(projection_version) +
                             " WHERE key = 'projection_version'";
    TRY_STATUS(database.execute(mark.c_str()));
  }
  auto state = std::make_unique<State>(std::move(database));
  TRY_STATUS(state->prepare());
  TRY_STATUS(state->load());
  return std::unique_ptr<ProjectionWriter>(new ProjectionWriter(std::move(state)));
}

std::uint64_t ProjectionWriter::last_sequence() const {
  return state_->last_sequence;
}

std::vector<model::AccountId> ProjectionWriter::kept_accounts() const {
  std::vector<model::AccountId> accounts;
  for (const auto& [id, kept] : state_->kept_accounts)
    if (kept) accounts.push_back(model::AccountId(id));
  return accounts;
}

std::uint64_t ProjectionWriter::rows_written() const {
  return state_->rows;
}

void ProjectionWriter::set_retention(std::int64_t trades, std::int64_t bars) {
  CHECK(trades > 0 && bars > 0);
  state_->trades_kept = trades;
  state_->bars_kept = bars;
}

base::Status ProjectionWriter::begin() {
  CHECK(!state_->transaction);
  TRY(Transaction transaction, Transaction::begin(state_->database));
  state_->transaction.emplace(std::move(transaction));
  return {};
}

base::Status ProjectionWriter::apply(const model::Event& event) {
  CHECK(state_->transaction);
  if (event.sequence <= state_->last_sequence) return {};
  return std::visit([&](const auto& body) { return state_->on(event, body); }, event.body);
}

base::Status ProjectionWriter::commit(std::uint64_t last_sequence) {
  State& s = *state_;
  CHECK(s.transaction);
  const std::uint64_t reached = std::max(last_sequence, s.last_sequence);
  for (auto& [key, open] : s.bars)
    TRY_STATUS(s.write_bar(model::InstrumentId(key.first), key.second, open));
  s.put_sequence.bind(0, static_cast<std::int64_t>(reached));
  TRY_STATUS(s.put_sequence.run());
  TRY_STATUS(s.transaction->commit());
  s.transaction.reset();
  s.last_sequence = reached;
  return {};
}

}  // namespace store_sqlite
