#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "store_sqlite/database.hpp"
#include "store_sqlite/projections.hpp"
#include "store_sqlite/rows.hpp"
#include "store_sqlite/schema.hpp"

namespace store_sqlite {
namespace {

constexpr auto connection_wait_max = std::chrono::seconds(2);
// Distinct SQL texts a connection keeps prepared; this file has fewer.
constexpr std::size_t statements_max = 64;

std::int64_t limited(std::size_t limit) {
  return static_cast<std::int64_t>(std::min(limit, rows_max));
}

const std::string execution_row = std::string(execution_columns) + order_columns;
constexpr const char* trade_row =
    "sequence, event_index, time, instrument, trade, price, quantity, aggressor, buy_order, "
    "sell_order";
constexpr const char* ledger_row =
    "sequence, event_index, time, transaction_id, kind, account, currency, amount, instrument, "
    "quantity, trade";

template <class Read>
using RowsOf = std::vector<std::invoke_result_t<Read, const Statement&>>;

// One connection with its prepared statements.
class Connection {
 public:
  explicit Connection(Database database) : database_(std::move(database)) {}

  // `bind` sets the parameters, `read` makes a value of a row and is appended to `to`.
  template <class Bind, class Read>
  base::Status append_rows(const std::string& sql, Bind bind, Read read, RowsOf<Read>& to) {
    TRY(Statement * statement, prepared(sql));
    bind(*statement);
    for (;;) {
      TRY(const bool row, statement->step());
      if (!row) break;
      to.push_back(read(*statement));
    }
    statement->reset();
    return {};
  }

  // Several queries that must see the same commit.
  base::Result<Transaction> snapshot() { return Transaction::begin_read(database_); }

 private:
  base::Result<Statement*> prepared(const std::string& sql) {
    const auto found = statements_.find(sql);
    if (found != statements_.end()) return &found->second;
    CHECK(statements_.size() < statements_max);
    TRY(Statement statement, database_.prepare(sql));
    return &statements_.emplace(sql, std::move(statement)).first->second;
  }

  Database database_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace

struct ProjectionReader::Pool {
  std::mutex mutex;
  std::condition_variable freed;
  std::vector<std::unique_ptr<Connection>> idle;

  template <class Bind, class Read>
  base::Result<RowsOf<Read>> rows(const std::string& sql, Bind bind, Read read) {
    Lease lease(*this);
    if (!lease.connection) return all_in_use();
    RowsOf<Read> result;
    TRY_STATUS(lease.connection->append_rows(sql, bind, read, result));
    return result;
  }

  // The same query for one account after the other, on one commit: a caller that resumes after the
  // newest row it was given must not miss an older row of another account. Merged by `before` and
  // cut to the limit here, since SQLite would read and sort all rows of an IN list.
  template <class Bind, class Read, class Before>
  base::Result<RowsOf<Read>> rows_of_accounts(std::span<const model::AccountId> accounts,
                                              const std::string& sql, Bind bind, Read read,
                                              std::size_t limit, Before before) {
    Lease lease(*this);
    if (!lease.connection) return all_in_use();
    TRY(const Transaction snapshot, lease.connection->snapshot());
    RowsOf<Read> merged;
    for (const model::AccountId account : accounts) {
      const auto bind_account_too = [&](Statement& statement) {
        statement.bind(0, static_cast<std::int64_t>(account.value()));
        bind(statement);
      };
      TRY_STATUS(lease.connection->append_rows(sql, bind_account_too, read, merged));
    }
    std::sort(merged.begin(), merged.end(), before);
    const auto kept = static_cast<std::size_t>(limited(limit));
    if (merged.size() > kept) merged.erase(merged.begin() + limited(limit), merged.end());
    return merged;
  }

 private:
  // Gives the connection back however the query ends.
  struct Lease {
    explicit Lease(Pool& pool_) : pool(pool_), connection(pool_.take()) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      if (!connection) return;
      {
        const std::lock_guard lock(pool.mutex);
        pool.idle.push_back(std::move(connection));
      }
      pool.freed.notify_one();
    }
    Pool& pool;
    std::unique_ptr<Connection> connection;
  };

  static tl::unexpected<base::Error> all_in_use() {
    return base::fail("store_busy", "all connections to the tables are in use");
  }

  std::unique_ptr<Connection> take() {
    std::unique_lock lock(mutex);
    if (!freed.wait_for(lock, connection_wait_max, [this] { return !idle.empty(); })) return {};
    auto connection = std::move(idle.back());
    idle.pop_back();
    return connection;
  }
};

namespace {

template <class T>
base::Result<std::optional<T>> first_of(base::Result<std::vector<T>> rows) {
  if (!rows) return tl::unexpected(std::move(rows).error());
  if (rows->empty()) return std::optional<T>();
  return std::optional<T>(std::move(rows->front()));
}

void bind_position_limit(Statement& statement, int at, EventPosition position, std::size_t limit) {
  statement.bind(at, static_cast<std::int64_t>(position.sequence));
  statement.bind(at + 1, static_cast<std::int64_t>(position.index));
  statement.bind(at + 2, limited(limit));
}

model::Order order_of_row(const Statement& row) {
  return read_order(row, 0);
}

}  // namespace

ProjectionReader::ProjectionReader(std::unique_ptr<Pool> pool) : pool_(std::move(pool)) {}
ProjectionReader::~ProjectionReader() = default;

base::Result<std::unique_ptr<ProjectionReader>> ProjectionReader::open(const std::string& path,
                                                                       std::size_t connections) {
  CHECK(connections >= 1 && connections <= readers_max);
  auto pool = std::make_unique<Pool>();
  for (std::size_t i = 0; i < connections; ++i) {
    TRY(Database database, Database::open(path, {.access = Access::ReadOnly}));
    pool->idle.push_back(std::make_unique<Connection>(std::move(database)));
  }
  std::unique_ptr<ProjectionReader> reader(new ProjectionReader(std::move(pool)));
  TRY_STATUS(reader->last_sequence().map([](std::uint64_t) {}));
  return reader;
}

base::Result<std::uint64_t> ProjectionReader::last_sequence() {
  TRY(const auto rows, pool_->rows(
                           "SELECT value FROM meta WHERE key = 'last_sequence'", [](Statement&) {},
                           [](const Statement& row) { return row.integer(0); }));
  if (rows.empty()) return base::fail("store_corrupt", "the tables have no last sequence");
  return static_cast<std::uint64_t>(rows.front());
}

base::Result<std::vector<model::Order>> ProjectionReader::list_orders(const OrderFilter& filter,
                                                                      std::size_t limit,
                                                                      model::OrderId before) {
  std::string sql = std::string("SELECT ") + order_columns + " FROM orders WHERE account = ?1";
  if (filter.status) sql += " AND status = ?4";
  if (filter.instrument.valid()) sql += " AND instrument = ?5";
  if (filter.open_only) sql += " AND status IN (1, 2)";
  sql += " AND id < ?2 ORDER BY id DESC LIMIT ?3";
  const auto bind = [&](Statement& statement) {
    statement.bind(1, before.valid() ? static_cast<std::int64_t>(before.value()) : INT64_MAX);
    statement.bind(2, limited(limit));
    if (filter.status) statement.bind(3, static_cast<std::int64_t>(*filter.status));
    if (filter.instrument.valid())
      statement.bind(4, static_cast<std::int64_t>(filter.instrument.value()));
  };
  return pool_->rows_of_accounts(
      filter.accounts, sql, bind, order_of_row, limit,
      [](const model::Order& a, const model::Order& b) { return a.id > b.id; });
}

base::Result<std::optional<model::Order>> ProjectionReader::order(model::OrderId id) {
  return first_of(pool_->rows(
      std::string("SELECT ") + order_columns + " FROM orders WHERE id = ?",
      [&](Statement& s) { s.bind(0, static_cast<std::int64_t>(id.value())); }, order_of_row));
}

base::Result<std::optional<model::Order>> ProjectionReader::order_by_client_id(
    model::AccountId account, std::string_view client_order_id) {
  return first_of(pool_->rows(
      std::string("SELECT ") + order_columns +
          " FROM orders WHERE account = ? AND client_order_id = ? ORDER BY id DESC LIMIT 1",
      [&](Statement& s) {
        s.bind(0, static_cast<std::int64_t>(account.value()));
        s.bind(1, client_order_id);
      },
      order_of_row));
}

base::Result<std::vector<Execution>> ProjectionReader::list_executions(
    std::span<const model::AccountId> accounts, std::size_t limit, ExecutionFilter filter,
    EventPosition before) {
  std::string sql = "SELECT " + execution_row + " FROM executions WHERE account = ?";
  if (filter == ExecutionFilter::TradesOnly) sql += " AND execution_type = 2";
  sql += " AND (sequence, event_index) < (?, ?) ORDER BY sequence DESC, event_index DESC LIMIT ?";
  return pool_->rows_of_accounts(
      accounts, sql, [&](Statement& s) { bind_position_limit(s, 1, before, limit); },
      read_execution, limit,
      [](const Execution& a, const Execution& b) { return a.position > b.position; });
}

base::Result<std::vector<Execution>> ProjectionReader::order_history(model::OrderId order,
                                                                     std::size_t limit,
                                                                     EventPosition after) {
  return pool_->rows(
      "SELECT " + execution_row +
          " FROM executions WHERE id = ? AND (sequence, event_index) > (?, ?) "
          "ORDER BY sequence, event_index LIMIT ?",
      [&](Statement& s) {
        s.bind(0, static_cast<std::int64_t>(order.value()));
        bind_position_limit(s, 1, after, limit);
      },
      read_execution);
}

base::Result<std::vector<Execution>> ProjectionReader::account_events_after(
    std::span<const model::AccountId> accounts, EventPosition after, std::size_t limit) {
  const std::string sql = "SELECT " + execution_row +
                          " FROM executions WHERE account = ? AND (sequence, event_index) > (?, ?) "
                          "ORDER BY sequence, event_index LIMIT ?";
  return pool_->rows_of_accounts(
      accounts, sql, [&](Statement& s) { bind_position_limit(s, 1, after, limit); }, read_execution,
      limit, [](const Execution& a, const Execution& b) { return a.position < b.position; });
}

base::Result<std::vector<LedgerEntry>> ProjectionReader::list_ledger_entries(
    model::AccountId account, std::size_t limit, EventPosition before) {
  return pool_->rows(
      std::string("SELECT ") + ledger_row +
          " FROM ledger_entries WHERE account = ? AND (sequence, event_index) < "
          "(?, ?) ORDER BY sequence DESC, event_index DESC LIMIT ?",
      [&](Statement& s) {
        s.bind(0, static_cast<std::int64_t>(account.value()));
        bind_position_limit(s, 1, before, limit);
      },
      read_ledger_entry);
}

base::Result<std::vector<PublicTrade>> ProjectionReader::list_trades(model::InstrumentId instrument,
                                                                     std::size_t limit,
                                                                     EventPosition before) {
  return pool_->rows(
      std::string("SELECT ") + trade_row +
          " FROM trades WHERE instrument = ? AND (sequence, event_index) < (?, ?) "
          "ORDER BY sequence DESC, event_index DESC LIMIT ?",
      [&](Statement& s) {
        s.bind(0, static_cast<std::int64_t>(instrument.value()));
        bind_position_limit(s, 1, before, limit);
      },
      read_trade);
}

base::Result<std::vector<market::Bar>> ProjectionReader::list_bars(model::InstrumentId instrument,
                                                                   market::BarInterval interval,
                                                                   base::Timestamp start,
                                                                   base::Timestamp end,
                                                                   std::size_t limit) {
  TRY(auto bars, pool_->rows(
                     std::string("SELECT ") + bar_columns +
                         " FROM bars WHERE instrument = ? AND interval = ? AND start >= ? AND "
                         "start < ? ORDER BY start DESC LIMIT ?",
                     [&](Statement& s) {
                       s.bind(0, static_cast<std::int64_t>(instrument.value()));
                       s.bind(1, static_cast<std::int64_t>(interval));
                       s.bind(2, start.ns());
                       s.bind(3, end.ns());
                       s.bind(4, limited(limit));
                     },
                     [](const Statement& row) { return read_bar(row, 0); }));
  std::reverse(bars.begin(), bars.end());
  return bars;
}

base::Result<std::vector<model::Position>> ProjectionReader::list_positions(
    model::AccountId account) {
  return pool_->rows(
      "SELECT * FROM positions WHERE account = ? ORDER BY instrument",
      [&](Statement& s) { s.bind(0, static_cast<std::int64_t>(account.value())); }, read_position);
}

base::Result<std::vector<model::Balance>> ProjectionReader::list_balances(
    model::AccountId account) {
  return pool_->rows(
      "SELECT * FROM balances WHERE account = ? ORDER BY currency",
      [&](Statement& s) { s.bind(0, static_cast<std::int64_t>(account.value())); }, read_balance);
}

base::Result<std::vector<model::Account>> ProjectionReader::list_accounts() {
  return pool_->rows(
      "SELECT * FROM accounts ORDER BY id", [](Statement&) {}, read_account);
}

base::Result<std::vector<model::Instrument>> ProjectionReader::list_instruments() {
  return pool_->rows(
      "SELECT * FROM instruments ORDER BY id", [](Statement&) {}, read_instrument);
}

}  // namespace store_sqlite
