#include "store_sqlite/database.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>

namespace store_sqlite {
namespace {

class DatabaseTest : public testing::Test {
 protected:
  DatabaseTest() {
    std::string pattern = testing::TempDir() + "database-" + std::string(6, 'X');
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/test.sqlite";
  }
  ~DatabaseTest() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
};

std::int64_t number(Database& database, const char* sql) {
  Statement statement = database.prepare(sql).value();
  return statement.step().value() ? statement.integer(0) : -1;
}

TEST_F(DatabaseTest, WritesAheadAndBelongsToItsOwner) {
  Database database = Database::open(path_).value();
  Statement mode = database.prepare("PRAGMA journal_mode").value();
  ASSERT_TRUE(mode.step().value());
  EXPECT_EQ(mode.text(0), "wal");
  EXPECT_EQ(number(database, "PRAGMA synchronous"), 1);
  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  Database full = Database::open(path_, {.durability = Durability::Full}).value();
  EXPECT_EQ(number(full, "PRAGMA synchronous"), 2);
}

TEST_F(DatabaseTest, ATransactionNotCommittedLeavesNothing) {
  Database database = Database::open(path_).value();
  ASSERT_TRUE(database.execute("CREATE TABLE t (v INTEGER)"));
  {
    Transaction transaction = Transaction::begin(database).value();
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
  }
  EXPECT_EQ(number(database, "SELECT count(*) FROM t"), 0);
  {
    Transaction transaction = Transaction::begin(database).value();
    ASSERT_TRUE(database.execute("INSERT INTO t VALUES (1)"));
    ASSERT_TRUE(transaction.commit());
  }
  EXPECT_EQ(number(database, "SELECT count(*) FROM t"), 1);
}

TEST_F(DatabaseTest, ReadOnlyMeansIt) {
  Database writer = Database::open(path_).value();
  ASSERT_TRUE(writer.execute("CREATE TABLE t (v INTEGER)"));
  Database reader = Database::open(path_, {.access = Access::ReadOnly}).value();
  EXPECT_EQ(reader.execute("INSERT INTO t VALUES (1)").error().code, "store_readonly");
  EXPECT_EQ(Database::open(folder_ + "/missing", {.access = Access::ReadOnly}).error().code,
            "store_error");
}

TEST_F(DatabaseTest, ALockHeldTooLongIsBusy) {
  Database first = Database::open(path_).value();
  Database second = Database::open(path_, {.busy_timeout_ms = 1}).value();
  const Transaction held = Transaction::begin(first).value();
  EXPECT_EQ(Transaction::begin(second).error().code, "store_busy");
}

TEST_F(DatabaseTest, AForeignFileIsCorrupt) {
  std::ofstream(path_) << std::string(8'192, 'x');
  EXPECT_EQ(Database::open(path_).error().code, "store_corrupt");
}

TEST_F(DatabaseTest, AFullDiskIsFull) {
  Database database = Database::open(path_).value();
  ASSERT_TRUE(database.execute("CREATE TABLE t (v BLOB); PRAGMA max_page_count = 16"));
  base::Status status;
  for (int i = 0; i < 100 && status; ++i)
    status = database.execute("INSERT INTO t VALUES (zeroblob(4096))");
  EXPECT_EQ(status.error().code, "store_full");
}

TEST_F(DatabaseTest, MigrationsRunOnceInOrderAndOnlyForward) {
  const char* scripts[] = {"CREATE TABLE t (a INTEGER)", "ALTER TABLE t ADD COLUMN b INTEGER",
                           "INSERT INTO t VALUES (1, 2)"};
  const std::span<const char* const> all(scripts);
  Database database = Database::open(path_).value();
  ASSERT_TRUE(database.migrate(all.first(1)));
  ASSERT_TRUE(database.migrate(all));
  ASSERT_TRUE(database.migrate(all));
  EXPECT_EQ(number(database, "SELECT count(*) FROM t"), 1);
  EXPECT_EQ(database.migrate(all.first(2)).error().code, "store_newer");
}

TEST_F(DatabaseTest, AFailedMigrationLeavesTheVersionBefore) {
  const char* scripts[] = {"CREATE TABLE t (a INTEGER)",
                           "CREATE TABLE u (a INTEGER); INSERT INTO missing VALUES (1)"};
  Database database = Database::open(path_).value();
  EXPECT_FALSE(database.migrate(scripts));
  EXPECT_EQ(number(database, "PRAGMA user_version"), 1);
  EXPECT_EQ(number(database, "SELECT count(*) FROM sqlite_master WHERE name = 'u'"), 0);
}

TEST_F(DatabaseTest, RemoveTakesTheLogAlong) {
  {
    Database database = Database::open(path_).value();
    ASSERT_TRUE(database.execute("CREATE TABLE t (v INTEGER)"));
  }
  ASSERT_TRUE(remove_database(path_));
  ASSERT_TRUE(remove_database(path_));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

RC_GTEST_FIXTURE_PROP(DatabaseTest, KeepsTextNumbersAndMoneyExactly,
                      (std::int64_t integer, const std::string& text, std::int64_t high,
                       std::uint64_t low)) {
  const money::Money amount((static_cast<numeric::Int128>(high) << 61) + (low >> 3));
  Database database = Database::open(path_).value();
  Statement echo = database.prepare("SELECT ?, ?, ?").value();
  echo.bind(0, integer);
  echo.bind(1, std::string_view(text));
  echo.bind(2, amount);
  RC_ASSERT(echo.step().value());
  RC_ASSERT(echo.integer(0) == integer);
  RC_ASSERT(echo.text(1) == text);
  RC_ASSERT(echo.amount(2) == amount);
}

}  // namespace
}  // namespace store_sqlite
