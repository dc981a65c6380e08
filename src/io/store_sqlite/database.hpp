#pragma once

// SQLite behind values and Results: one connection, prepared statements, transactions and
// forward-only migrations.
//
// Called by the projections of this module and by services that keep a small authoritative file of
// their own (identity). Guarantees: write-ahead logging, foreign keys on, a bounded wait for locks,
// no exception and no sqlite3 type outside this module. A connection belongs to one thread at a
// time. Absent on purpose: an object mapper, query building, pooling (Projections has its own).
//
// Errors of every function: store_busy (locked longer than the wait), store_full (no space),
// store_corrupt (not a database, or damaged), store_readonly, store_error. Messages never carry
// bound values.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "money/money.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace store_sqlite {

enum class Access : std::uint8_t { ReadWrite, ReadOnly };

// Normal: a crash of the machine may lose the last transactions, never consistency; right for what
// can be rebuilt. Full: a committed transaction is on disk; right for what is authoritative.
enum class Durability : std::uint8_t { Normal, Full };

struct OpenOptions {
  Access access = Access::ReadWrite;
  Durability durability = Durability::Normal;
  int busy_timeout_ms = 2'000;
};

// A prepared statement. Parameters and columns count from 0. Bound text is copied.
class Statement {
 public:
  Statement() = default;
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  void bind(int parameter, money::Money amount);  // exact decimal text

  // True when a row is there to be read, false at the end.
  base::Result<bool> step();
  // Runs a statement that returns no rows, and makes it ready for the next use.
  base::Status run();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // valid until the next step or reset
  [[nodiscard]] money::Money amount(int column) const;    // zero when the text is no amount

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement);
  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  // Creates the file (mode 0600) when access is ReadWrite and it is not there.
  static base::Result<Database> open(const std::string& path, const OpenOptions& options = {});
  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  // One or more statements without parameters or rows.
  base::Status execute(const char* sql);
  base::Result<Statement> prepare(std::string_view sql);
  // Rows changed by the last statement that changes rows.
  [[nodiscard]] std::int64_t changes() const;

  // Migration n (counting from 1) is applied once, in a transaction with the file's version number;
  // scripts are appended, never edited. Errors also: store_newer when the file was written by a
  // later release.
  base::Status migrate(std::span<const char* const> scripts);

 private:
  explicit Database(sqlite3* database) : database_(database) {}
  sqlite3* database_ = nullptr;
};

// Rolls back unless committed.
class Transaction {
 public:
  static base::Result<Transaction> begin(Database& database);
  // Queries until its end see one commit; also on ReadOnly connections.
  static base::Result<Transaction> begin_read(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  base::Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_ = nullptr;
};

// Removes a database file with its write-ahead log. No file is no error.
base::Status remove_database(const std::string& path);

}  // namespace store_sqlite
