#pragma once

// Projections: the event stream as tables that can be queried: instruments, accounts, balances,
// positions, orders, executions, trades, bars, ledger entries.
//
// The projector writes them through ProjectionWriter, one transaction a batch with the last
// sequence inside it; services read them through ProjectionReader from any thread. They are never
// in the path of an order and can be dropped and rebuilt from the journal at any time.
//
// Rows of Simulated and External accounts (orders, executions, ledger entries, balances, positions)
// are not kept: they are synthetic volume, and the engine has their present state. Public trades
// and bars are kept for every instrument. Prices and quantities are stored in ticks and lots,
// money as exact decimal text, times in nanoseconds.
//
// Retention: trades_kept_max trades an instrument and bars_kept_max intervals of bars an instrument
// and interval, the oldest leave in the same transaction; everything of real accounts stays.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "market/bars.hpp"
#include "model/event.hpp"

namespace store_sqlite {

inline constexpr std::int64_t trades_kept_max = 1'000'000;  // an instrument
inline constexpr std::int64_t bars_kept_max = 1'000'000;    // an instrument and interval
inline constexpr std::size_t rows_max = 1'000;              // of one answer; larger limits are cut
inline constexpr std::size_t readers_max = 8;               // connections of one ProjectionReader

// A place in the event stream; lists page by it.
struct EventPosition {
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;
  auto operator<=>(const EventPosition&) const = default;
};
// After every event of a sequence: "resume after sequence 17".
constexpr EventPosition end_of(std::uint64_t sequence) {
  return {sequence, UINT32_MAX};
}
// Newer than everything: where a newest-first list begins.
inline constexpr EventPosition newest = {INT64_MAX, UINT32_MAX};

// One execution report as the engine gave it.
struct Execution {
  EventPosition position;
  base::Timestamp time;
  model::OrderUpdated update;
};
struct PublicTrade {
  EventPosition position;
  base::Timestamp time;
  model::Traded traded;
};
struct LedgerEntry {
  EventPosition position;
  base::Timestamp time;
  model::LedgerPosted posted;
};

enum class ExecutionFilter : std::uint8_t { All, TradesOnly };

struct OrderFilter {
  std::span<const model::AccountId> accounts;  // empty = none: a caller always names them
  std::optional<model::OrderStatus> status;
  model::InstrumentId instrument;  // invalid() = all
  bool open_only = false;
};

// Many threads; every call waits at most about two seconds for a free connection (store_busy).
// Lists hold at most min(limit, rows_max) rows. Errors: those of store_sqlite/database.hpp.
class ProjectionReader {
 public:
  // The file must exist: open the writer first. `connections` is 1 to readers_max.
  static base::Result<std::unique_ptr<ProjectionReader>> open(const std::string& path,
                                                              std::size_t connections = 4);
  ~ProjectionReader();

  // All events up to here are in the tables.
  base::Result<std::uint64_t> last_sequence();

  // Newest first, ids below `before` (none = from the newest).
  base::Result<std::vector<model::Order>> list_orders(const OrderFilter& filter, std::size_t limit,
                                                      model::OrderId before = {});
  base::Result<std::optional<model::Order>> order(model::OrderId id);
  // The newest with that id, when the engine had forgotten an older one.
  base::Result<std::optional<model::Order>> order_by_client_id(model::AccountId account,
                                                               std::string_view client_order_id);
  // Of these accounts, newest first, before the position.
  base::Result<std::vector<Execution>> list_executions(
      std::span<const model::AccountId> accounts, std::size_t limit,
      ExecutionFilter filter = ExecutionFilter::TradesOnly, EventPosition before = newest);
  // Of one order, oldest first.
  base::Result<std::vector<Execution>> order_history(model::OrderId order, std::size_t limit,
                                                     EventPosition after = {});
  // Everything that happened to orders of these accounts, oldest first, after the position: how a
  // client's order stream resumes. Fewer than `limit` rows = that is all up to last_sequence().
  base::Result<std::vector<Execution>> account_events_after(
      std::span<const model::AccountId> accounts, EventPosition after, std::size_t limit);
  base::Result<std::vector<LedgerEntry>> list_ledger_entries(model::AccountId account,
                                                             std::size_t limit,
                                                             EventPosition before = newest);
  base::Result<std::vector<PublicTrade>> list_trades(model::InstrumentId instrument,
                                                     std::size_t limit,
                                                     EventPosition before = newest);
  // start <= bar.start < end, oldest first, the newest `limit` of them. The last one may still
  // grow.
  base::Result<std::vector<market::Bar>> list_bars(model::InstrumentId instrument,
                                                   market::BarInterval interval,
                                                   base::Timestamp start, base::Timestamp end,
                                                   std::size_t limit);
  base::Result<std::vector<model::Position>> list_positions(model::AccountId account);
  base::Result<std::vector<model::Balance>> list_balances(model::AccountId account);
  base::Result<std::vector<model::Account>> list_accounts();
  base::Result<std::vector<model::Instrument>> list_instruments();

 private:
  struct Pool;
  explicit ProjectionReader(std::unique_ptr<Pool> pool);
  std::unique_ptr<Pool> pool_;
};

// One thread at a time. After an error the writer is done for: drop it and open a new one, which
// stands at the last commit.
class ProjectionWriter {
 public:
  // Creates or migrates the file. A file of another projection version is emptied, so that
  // last_sequence() is 0 and everything must be applied again.
  static base::Result<std::unique_ptr<ProjectionWriter>> open(const std::string& path);
  ~ProjectionWriter();

  // Every event up to here is committed.
  [[nodiscard]] std::uint64_t last_sequence() const;
  // Accounts whose own rows are kept, as far as applied events tell.
  [[nodiscard]] std::vector<model::AccountId> kept_accounts() const;

  base::Status begin();
  // Events in order; those at or below last_sequence() are skipped, so a replay may overlap.
  base::Status apply(const model::Event& event);
  base::Status commit(std::uint64_t last_sequence);

  // Rows written since opening.
  [[nodiscard]] std::uint64_t rows_written() const;
  // For tests: fewer kept rows than trades_kept_max and bars_kept_max.
  void set_retention(std::int64_t trades, std::int64_t bars);

 private:
  struct State;
  explicit ProjectionWriter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace store_sqlite
