#include "store_sqlite/database.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/check.hpp"

namespace store_sqlite {
namespace {

const char* code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "store_busy";
    case SQLITE_FULL: return "store_full";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return "store_corrupt";
    case SQLITE_READONLY: return "store_readonly";
    default: return "store_error";
  }
}

tl::unexpected<base::Error> failure(sqlite3* database, int result) {
  std::string message = "SQLite: ";
  message += sqlite3_errstr(result);
  if (database != nullptr && sqlite3_errcode(database) != SQLITE_OK) {
    message += " (";
    message += sqlite3_errmsg(database);
    message += ")";
  }
  return base::fail(code_of(result), std::move(message));
}

// SQLite creates files with the process's umask; what is stored here is nobody else's business.
base::Status create_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return base::fail("store_error", "cannot open " + path + ": " + std::strerror(errno));
  ::close(file);
  return {};
}

}  // namespace

Statement::Statement(sqlite3* database, sqlite3_stmt* statement)
    : database_(database), statement_(statement) {}

Statement::Statement(Statement&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)),
      statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

void Statement::bind(int parameter, std::int64_t value) {
  CHECK(sqlite3_bind_int64(statement_, parameter + 1, value) == SQLITE_OK);
}

void Statement::bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL; an empty view may hold one.
  const char* data = text.empty() ? "" : text.data();
  CHECK(sqlite3_bind_text(statement_, parameter + 1, data, static_cast<int>(text.size()),
                          SQLITE_TRANSIENT) == SQLITE_OK);
}

void Statement::bind(int parameter, money::Money amount) {
  bind(parameter, std::string_view(money::format_money(amount)));
}

base::Result<bool> Statement::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  auto error = failure(database_, result);
  sqlite3_reset(statement_);
  return error;
}

base::Status Statement::run() {
  const auto row = step();
  if (!row) return tl::unexpected(row.error());
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

money::Money Statement::amount(int column) const {
  return money::parse_money(text(column)).value_or(money::Money());
}

base::Result<Database> Database::open(const std::string& path, const OpenOptions& options) {
  const bool write = options.access == Access::ReadWrite;
  if (write) TRY_STATUS(create_private(path));
  sqlite3* handle = nullptr;
  const int flags = (write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database(handle);
  if (result != SQLITE_OK) return failure(handle, result);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, options.busy_timeout_ms);
  TRY_STATUS(database.execute("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY"));
  if (write) {
    TRY_STATUS(database.execute("PRAGMA journal_mode = WAL"));
    TRY_STATUS(database.execute(options.durability == Durability::Full
                                    ? "PRAGMA synchronous = FULL"
                                    : "PRAGMA synchronous = NORMAL"));
  } else {
    TRY_STATUS(database.execute("PRAGMA query_only = ON"));
  }
  return database;
}

Database::Database(Database&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(database_, other.database_);
  return *this;
}

// close_v2 keeps the connection until its last statement is gone, so that the order in which
// members are destroyed does not matter.
Database::~Database() {
  sqlite3_close_v2(database_);
}

base::Status Database::execute(const char* sql) {
  const int result = sqlite3_exec(database_, sql, nullptr, nullptr, nullptr);
  if (result != SQLITE_OK) return failure(database_, result);
  return {};
}

base::Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int result = sqlite3_prepare_v3(database_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (result != SQLITE_OK) return failure(database_, result);
  return Statement(database_, statement);
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(database_);
}

base::Status Database::migrate(std::span<const char* const> scripts) {
  TRY(Statement read_version, prepare("PRAGMA user_version"));
  TRY(const bool row, read_version.step());
  CHECK(row);
  const std::int64_t version = read_version.integer(0);
  read_version.reset();
  const auto newest = static_cast<std::int64_t>(scripts.size());
  if (version > newest)
    return base::fail("store_newer", "the database has schema version " + std::to_string(version) +
                                         ", this release knows up to " + std::to_string(newest));
  for (std::int64_t next = version; next < newest; ++next) {
    TRY(Transaction transaction, Transaction::begin(*this));
    TRY_STATUS(execute(scripts[static_cast<std::size_t>(next)]));
    TRY_STATUS(execute(("PRAGMA user_version = " + std::to_string(next + 1)).c_str()));
    TRY_STATUS(transaction.commit());
  }
  return {};
}

base::Result<Transaction> Transaction::begin(Database& database) {
  TRY_STATUS(database.execute("BEGIN IMMEDIATE"));
  return Transaction(database);
}

base::Result<Transaction> Transaction::begin_read(Database& database) {
  TRY_STATUS(database.execute("BEGIN DEFERRED"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // Some failures have rolled back already; a second rollback then fails and changes nothing.
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

base::Status Transaction::commit() {
  TRY_STATUS(database_->execute("COMMIT"));
  database_ = nullptr;
  return {};
}

base::Status remove_database(const std::string& path) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::string file = path + suffix;
    if (::unlink(file.c_str()) != 0 && errno != ENOENT)
      return base::fail("store_error", "cannot remove " + file + ": " + std::strerror(errno));
  }
  return {};
}

}  // namespace store_sqlite
