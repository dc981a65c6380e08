#include "portfolio_tracker/portfolio_tracker.hpp"

#include <set>

#include <gtest/gtest.h>

#include "directory/in_process_test.hpp"
#include "history/projected_test.hpp"

namespace portfolio_tracker {
namespace {

using directory::Answered;
using model::Side;

class PortfolioTracker : public ::testing::Test, protected directory::SmallMarket {
 protected:
  PortfolioTracker() : projected_(port) {
    port.subscribe(projected_);
    add_operations(table, port, directory, *projected_.history);
    announce_again();
    order(maker, Side::Sell, 10'010, 800);
    order(maker, Side::Buy, 10'000, 800);
  }

  history::Projected projected_;
};

TEST_F(PortfolioTracker, ListsTheAccountsOfTheCaller) {
  const auto carols_list = call("list_accounts", carol, "{}");
  ASSERT_EQ(carols_list.size("accounts"), 2U);
  EXPECT_EQ(carols_list["accounts.0.account_id"], "3");
  EXPECT_EQ(carols_list["accounts.0.kind"], "paper");
  EXPECT_EQ(carols_list["accounts.0.trading_state"], "active");
  EXPECT_EQ(carols_list["accounts.0.base_currency"], "USD");
  EXPECT_EQ(call("list_accounts", dave, "{}").size("accounts"), 0U);
  EXPECT_EQ(call("list_accounts", admin, "{}").size("accounts"), 5U);
}

TEST_F(PortfolioTracker, ShowsCashAndWhatOrdersHold) {
  order(alices, Side::Buy, 10'005, 10, "a");
  const auto account = call("get_account", alice, R"({"account_id":"1"})");
  EXPECT_EQ(account["balances.0.currency"], "USD");
  EXPECT_EQ(account["balances.0.balance"], "100000");
  EXPECT_EQ(account["balances.0.held"], "1000.5");
  EXPECT_EQ(account["balances.0.available"], "98999.5");
  EXPECT_EQ(account.size("balances"), 1U);
  const auto foreign = call("get_account", alice, R"({"account_id":"2"})");
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(foreign.body, call("get_account", alice, R"({"account_id":"88"})").body);
}

TEST_F(PortfolioTracker, ShowsPositionsWithAverageCostAndProfit) {
  EXPECT_EQ(call("list_positions", alice, R"({"account_id":"1"})").size("positions"), 0U);
  order(alices, Side::Buy, 10'010, 10, "a");  // 10 at 100.10
  order(maker, Side::Sell, 10'005, 20);
  order(alices, Side::Buy, 10'005, 20, "b");   // 20 at 100.05
  order(alices, Side::Sell, 10'009, 10, "c");  // rests
  order(bobs, Side::Buy, 10'009, 4, "d");      // 4 of them sold at 100.09
  const auto answer = call("list_positions", alice, R"({"account_id":"1"})");
  ASSERT_EQ(answer.size("positions"), 1U);
  EXPECT_EQ(answer["positions.0.symbol"], "ACME");
  EXPECT_EQ(answer["positions.0.quantity"], "26");
  EXPECT_EQ(answer["positions.0.held"], "6");
  EXPECT_EQ(answer["positions.0.average_cost"], "100.066666667");
  EXPECT_EQ(answer["positions.0.market_price"], "100.09");
  EXPECT_EQ(answer["positions.0.market_value"], "2602.34");
  const auto cost =
      *money::parse_money("2602.34") - *money::parse_money(answer["positions.0.unrealised_profit"]);
  const auto realised = *money::parse_money(answer["positions.0.realised_profit"]);
  // Nothing is lost: cost of what is left = paid - received + realised.
  EXPECT_EQ(cost, *money::parse_money("3002") - *money::parse_money("400.36") + realised);
  EXPECT_EQ(money::format_money(realised).substr(0, 5), "0.093");
}

TEST_F(PortfolioTracker, ShowsShortPositions) {
  order(alices, Side::Buy, 10'010, 10, "a");  // the maker is short by 10 at 100.10
  order(bobs, Side::Sell, 9'999, 1, "none");
  order(maker, Side::Sell, 10'001, 1);
  order(alices, Side::Buy, 10'001, 1, "b");  // last price 100.01
  const auto answer = call("list_positions", admin, R"({"account_id":"6"})");
  EXPECT_EQ(answer["positions.0.quantity"], "-11");
  EXPECT_EQ(answer["positions.0.market_value"], "-1100.11");
  EXPECT_EQ(answer["positions.0.unrealised_profit"], "0.9");
  EXPECT_EQ(answer["positions.0.average_cost"], "100.091818182");
}

TEST_F(PortfolioTracker, AClosedPositionKeepsOnlyItsProfit) {
  order(alices, Side::Buy, 10'010, 10, "a");
  order(alices, Side::Sell, 10'000, 10, "b");
  const auto answer = call("list_positions", alice, R"({"account_id":"1"})");
  EXPECT_EQ(answer["positions.0.quantity"], "0");
  EXPECT_EQ(answer["positions.0.realised_profit"], "-1");
  EXPECT_EQ(answer["positions.0.average_cost"], "");
  EXPECT_EQ(answer["positions.0.unrealised_profit"], "");
}

TEST_F(PortfolioTracker, TheLedgerPagesAndSumsToTheBalances) {
  for (int i = 0; i < 12; ++i) {
    const std::string id = std::to_string(i);
    order(alices, Side::Buy, 10'010, 1 + i, "b" + id);
    if (i % 3 == 0) order(alices, Side::Sell, 10'000, 1, "s" + id);
  }
  port.run(
      model::TransferCash{alices, *money::Currency::parse("USD"), *money::parse_money("-12.5")});
  for (const int limit : {1, 3, 7, 100}) {
    money::Money cash = *money::parse_money("100000");  // from before the projections
    std::int64_t pieces = 0;
    std::set<std::string> seen;
    std::string cursor;
    std::size_t entries = 0;
    do {
      const auto page = call("get_ledger", alice,
                             R"({"account_id":"1","limit":)" + std::to_string(limit) +
                                 (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"") + "}");
      ASSERT_EQ(page.status, 200) << page["error.message"];
      for (std::size_t i = 0; i < page.size("entries"); ++i, ++entries) {
        const std::string at = "entries." + std::to_string(i) + ".";
        EXPECT_TRUE(
            seen.insert(page[at + "transaction_id"] + page[at + "currency"] + page[at + "symbol"])
                .second);
        EXPECT_EQ(page[at + "kind"], page[at + "trade_id"].empty() ? "transfer" : "trade");
        if (page[at + "symbol"].empty())
          cash = cash + *money::parse_money(page[at + "amount"]);
        else
          pieces += std::stoll(page[at + "quantity"]);
      }
      cursor = page["next_cursor"];
    } while (!cursor.empty());
    EXPECT_EQ(entries, 2U * 16 + 1) << limit;
    EXPECT_EQ(cash, port.engine.balances(alices).at(0).balance) << limit;
    EXPECT_EQ(pieces, port.engine.positions(alices).at(0).quantity.lots()) << limit;
  }
  EXPECT_EQ(call("get_ledger", alice, R"({"account_id":"1","cursor":"7"})").status, 400);
  EXPECT_EQ(call("get_ledger", alice, R"({"account_id":"2"})")["error.reason"], "unknown_account");
}

TEST_F(PortfolioTracker, OnlyAnAdministratorOpensAccountsAndMovesCash) {
  const char* open = R"({"user_id":"5","name":"First","cash":"250.5"})";
  EXPECT_EQ(call("open_account", alice, open).status, 403);
  EXPECT_EQ(
      call("transfer_cash", alice, R"({"account_id":"1","currency":"USD","amount":"1"})").status,
      403);
  const auto opened = call("open_account", admin, open);
  EXPECT_EQ(opened.status, 200) << opened["error.message"];
  EXPECT_EQ(opened["name"], "First");
  EXPECT_EQ(opened["balances.0.balance"], "250.5");
  EXPECT_EQ(call("list_accounts", dave, "{}")["accounts.0.account_id"], opened["account_id"]);
  const std::string move = R"({"account_id":")" + opened["account_id"] + R"(","currency":"USD",)";
  EXPECT_EQ(call("transfer_cash", admin, move + R"("amount":"-50.5"})")["balances.0.balance"],
            "200");
  const auto overdrawn = call("transfer_cash", admin, move + R"("amount":"-200.01"})");
  EXPECT_EQ(overdrawn.status, 422);
  EXPECT_EQ(overdrawn["error.reason"], "insufficient_funds");
}

TEST_F(PortfolioTracker, BadAccountsAndAmountsAreRefusedBeforeAnythingIsOpened) {
  const std::uint64_t before = port.engine.last_sequence();
  for (const char* body : {R"({"user_id":"x","name":"n"})", R"({"user_id":"0","name":"n"})",
                           R"({"user_id":"4294967296","name":"n"})", R"({"user_id":"5","name":""})",
                           R"({"user_id":"5","name":"n","currency":"usd!"})",
                           R"({"user_id":"5","name":"n","cash":"1.0000000001"})",
                           R"({"user_id":"5","name":"n","cash":"-1"})",
                           R"({"user_id":"5","name":"ééééééééééééééééééééééééé"})"})
    EXPECT_GE(call("open_account", admin, body).status, 400) << body;
  for (const char* body : {R"({"account_id":"1","currency":"?","amount":"1"})",
                           R"({"account_id":"1","currency":"USD","amount":"x"})",
                           R"({"account_id":"99","currency":"USD","amount":"1"})"})
    EXPECT_GE(call("transfer_cash", admin, body).status, 400) << body;
  EXPECT_EQ(port.engine.last_sequence(), before);
  EXPECT_EQ(call("transfer_cash", admin,
                 R"({"account_id":"1","currency":"USD","amount":"0"})")["error.reason"],
            "invalid_amount");
}

TEST_F(PortfolioTracker, AnAccountOpenedWithoutItsCashIsNamed) {
  port.commands_left = 1;
  const auto answer = call("open_account", admin, R"({"user_id":"5","name":"n","cash":"10"})");
  EXPECT_EQ(answer["error.reason"], "busy");
  EXPECT_EQ(answer["error.details.account_id"],
            call("list_accounts", dave, "{}")["accounts.0.account_id"]);
}

TEST_F(PortfolioTracker, AFullQueueAnswersBusy) {
  port.refuse_commands = true;
  EXPECT_EQ(call("open_account", admin, R"({"user_id":"5","name":"n"})")["error.reason"], "busy");
  EXPECT_EQ(call("transfer_cash", admin,
                 R"({"account_id":"1","currency":"USD","amount":"1"})")["error.reason"],
            "busy");
  port.refuse_queries = true;
  EXPECT_EQ(call("get_account", alice, R"({"account_id":"1"})")["error.reason"], "busy");
  EXPECT_EQ(call("list_positions", alice, R"({"account_id":"1"})")["error.reason"], "busy");
}

}  // namespace
}  // namespace portfolio_tracker
