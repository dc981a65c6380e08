#include "operations/operation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "operations/roles.hpp"
#include "operations/sample_table_test.hpp"

namespace operations {
namespace {

using testing::HasSubstr;

Answer call(const Table& table, std::string_view name, const Caller& caller,
            std::string_view arguments) {
  Answer got;
  int answers = 0;
  table.find(name)->call(caller, *json::parse(arguments), [&](Answer answer) {
    got = std::move(answer);
    ++answers;
  });
  EXPECT_EQ(answers, 1);
  return got;
}

Caller caller_with(std::vector<std::string> permissions) {
  Caller caller;
  caller.permissions = std::move(permissions);
  caller.request_id = "r-1";
  return caller;
}

TEST(Permission, StarMatchesTheRestOfADottedName) {
  EXPECT_TRUE(covers("*", "trading.write"));
  EXPECT_TRUE(covers("trading.*", "trading.write"));
  EXPECT_FALSE(covers("trading.*", "tradings.write"));
  EXPECT_FALSE(covers("trading.*", "trading"));
  EXPECT_TRUE(covers("*.read", "market_data.read"));
  EXPECT_FALSE(covers("*.read", "market_data.spread"));
  EXPECT_FALSE(covers("*.read", "read"));
  EXPECT_TRUE(covers("portfolio.read", "portfolio.read"));
  EXPECT_FALSE(covers("portfolio.read", "portfolio.readwrite"));
  EXPECT_FALSE(covers("", "portfolio.read"));
  EXPECT_FALSE(covers("*", ""));
}

TEST(Roles, GrantExactlyWhatTheContractSays) {
  const Table table = sample_table();
  const auto allowed = [](std::string_view role, std::string_view permission) {
    const bool read = permission.ends_with(".read");
    if (role == "admin") return true;
    if (role == "trader")
      return permission.starts_with("trading.") || permission.starts_with("portfolio.") ||
             permission.starts_with("market_data.");
    if (role == "analyst")
      return permission.starts_with("analytics.") || permission.starts_with("market_data.") ||
             permission == "portfolio.read";
    return read;
  };
  ASSERT_EQ(roles().size(), 4u);
  for (const Role& role : roles())
    for (const auto& operation : table.all()) {
      const std::string& permission = operation->declaration.permission;
      if (permission.empty()) continue;
      const Answer answer = call(table, operation->declaration.name, caller_with(role.permissions),
                                 sample_arguments(*operation));
      const int expected =
          allowed(role.name, permission) ? operation->declaration.success_status : 403;
      EXPECT_EQ(answer.status, expected) << role.name << ' ' << operation->declaration.name;
    }
  EXPECT_EQ(find_role("root"), nullptr);
}

TEST(Operation, ChecksPermissionBeforeShape) {
  const Table table = sample_table();
  const Answer answer = call(table, "place_order", caller_with({"market_data.*"}), "{}");
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body,
            R"({"error":{"code":0,"reason":"forbidden","message":"You need the permission )"
            R"(trading.write for this.","details":{"permission":"trading.write"},)"
            R"("request_id":"r-1"}})");
}

TEST(Operation, RefusesAWrongShapeBeforeTheHandler) {
  const Table table = sample_table();
  const Answer answer = call(table, "place_order", caller_with({"*"}), R"({"symbol":1})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr(R"("reason":"invalid_request")"));
  EXPECT_THAT(answer.body, HasSubstr("symbol: must be text, not a number"));
}

TEST(Operation, PassesTheHandlersAnswerOn) {
  const Table table = sample_table();
  const Answer good = call(table, "place_order", caller_with({"*"}),
                           R"({"symbol":"AAPL","side":"buy","quantity":5})");
  EXPECT_EQ(good.status, 201);
  EXPECT_EQ(good.body, R"({"order_id":"1","symbol":"AAPL","quantity":"5"})");
  const Answer bad = call(table, "place_order", caller_with({"*"}),
                          R"({"symbol":"NONE","side":"buy","quantity":5})");
  EXPECT_EQ(bad.status, 404);
  EXPECT_THAT(bad.body, HasSubstr(R"("code":1001,"reason":"unknown_instrument")"));
}

TEST(ApiError, MapsEveryReasonToAStatus) {
  const std::map<std::string_view, int> special{
      {"unknown_instrument", 404}, {"unknown_account", 404},
      {"unknown_order", 404},      {"duplicate_client_order_id", 409},
      {"order_not_open", 409},     {"already_exists", 409},
      {"order_capacity", 503},     {"account_capacity", 503},
      {"instrument_capacity", 503}};
  for (const model::ReasonText& row : model::all_reasons()) {
    const ApiError error = refused(row.reason);
    const auto at = special.find(row.name);
    EXPECT_EQ(error.status, at == special.end() ? 422 : at->second) << row.name;
    EXPECT_EQ(error.reason, row.name);
    EXPECT_EQ(error.code, row.code);
    EXPECT_EQ(error.message, row.message);
  }
}

TEST(TableDeathTest, RefusesASecondOperationOnTheSameRouteOrName) {
  EXPECT_DEATH(
      {
        Table table = sample_table();
        add_sample_quote(table, "get_quote", "/elsewhere");
      },
      "CHECK|name");
  EXPECT_DEATH(
      {
        Table table = sample_table();
        add_sample_quote(table, "get_quote_again", "/market-data/{symbol}");
      },
      "CHECK|path");
}

}  // namespace
}  // namespace operations
