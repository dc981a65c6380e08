#include "order_management/order_management.hpp"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "directory/in_process_test.hpp"
#include "history/projected_test.hpp"

namespace order_management {
namespace {

using directory::Answered;
using model::Side;

class Orders : protected directory::SmallMarket {
 protected:
  Orders() : projected_(port) {
    port.subscribe(projected_);
    add_operations(table, port, directory, *projected_.history);
    announce_again();
    order(maker, Side::Sell, 10'010, 800);
    order(maker, Side::Buy, 10'000, 800);
  }
  std::string get(const operations::Caller& caller, const std::string& order_id) {
    const auto answer = call("get_order", caller, R"({"order_id":")" + order_id + "\"}");
    return answer.status == 200 ? answer["status"] : answer["error.reason"];
  }
  // Every order of the list, page by page.
  std::vector<std::string> list(const operations::Caller& caller, const std::string& filter,
                                int limit, const std::string& operation = "list_orders",
                                const std::string& items = "orders",
                                const std::string& id = "order_id") {
    std::vector<std::string> ids;
    std::string cursor;
    for (int page = 0; page < 1'000; ++page) {
      const auto answer = call(operation, caller,
                               R"({"limit":)" + std::to_string(limit) + filter +
                                   (cursor.empty() ? "" : R"(,"cursor":")" + cursor + "\"") + "}");
      EXPECT_EQ(answer.status, 200) << answer["error.message"];
      EXPECT_LE(answer.size(items), static_cast<std::size_t>(limit));
      for (std::size_t i = 0; i < answer.size(items); ++i)
        ids.push_back(answer[items + "." + std::to_string(i) + "." + id]);
      cursor = answer["next_cursor"];
      if (cursor.empty()) return ids;
    }
    ADD_FAILURE() << "the pages do not end";
    return ids;
  }

  history::Projected projected_;
};

class OrderManagement : public ::testing::Test, protected Orders {};

TEST_F(OrderManagement, ShowsAnOrderAsItIsNow) {
  const auto id = std::to_string(order(alices, Side::Buy, 10'005, 5, "a").order.id.value());
  const auto answer = call("get_order", alice, R"({"order_id":")" + id + "\"}");
  EXPECT_EQ(answer["order_id"], id);
  EXPECT_EQ(answer["status"], "new");
  EXPECT_EQ(answer["client_order_id"], "a");
  EXPECT_EQ(answer["limit_price"], "100.05");
  order(maker, Side::Sell, 10'005, 2);
  EXPECT_EQ(get(alice, id), "partially_filled");
  order(maker, Side::Sell, 10'005, 3);
  EXPECT_EQ(get(alice, id), "filled");
  const auto by_client =
      call("get_order_by_client_id", alice, R"({"client_order_id":"a","account_id":"1"})");
  EXPECT_EQ(by_client["order_id"], id);
  EXPECT_EQ(by_client["average_price"], "100.05");
}

TEST_F(OrderManagement, OrdersTheEngineForgotComeFromHistory) {
  const auto first = order(alices, Side::Buy, 10'010, 1, "first").order;
  for (int i = 0; i < 300; ++i)
    order(alices, Side::Buy, 10'010, 1, "later-" + std::to_string(i));
  ASSERT_EQ(port.engine.order(first.id), nullptr) << "forgotten";
  EXPECT_EQ(get(alice, std::to_string(first.id.value())), "filled");
  EXPECT_EQ(get(bob, std::to_string(first.id.value())), "unknown_order");
  EXPECT_EQ(call("get_order_by_client_id", alice, R"({"client_order_id":"first"})")["order_id"],
            std::to_string(first.id.value()));
  EXPECT_EQ(call("get_order_by_client_id", bob, R"({"client_order_id":"first"})")["error.reason"],
            "unknown_order");
}

TEST_F(OrderManagement, ForeignOrdersLookLikeUnknownOnes) {
  const auto id = std::to_string(order(alices, Side::Buy, 10'005, 5, "a").order.id.value());
  const auto makers = std::to_string(order(maker, Side::Buy, 9'900, 5).order.id.value());
  const auto foreign = call("get_order", bob, R"({"order_id":")" + id + "\"}");
  const auto unknown = call("get_order", bob, R"({"order_id":"123456"})");
  EXPECT_EQ(foreign.status, 404);
  EXPECT_EQ(foreign.body, unknown.body);
  for (const std::string& text : {makers, std::string("x"), std::string("0"), std::string("-1"),
                                  std::string("18446744073709551615")})
    EXPECT_EQ(get(bob, text), "unknown_order") << text;
  EXPECT_EQ(get(admin, id), "new");
  for (const char* operation : {"list_orders", "list_executions"}) {
    const auto answer = call(operation, bob, R"({"account_id":"1"})");
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer["error.reason"], "unknown_account");
  }
  EXPECT_TRUE(list(bob, "", 10).empty());
  EXPECT_EQ(list(reader, "", 10).size(), 1U) << "reading needs no trading rights";
}

TEST_F(OrderManagement, ListsByStatusSymbolAndAccount) {
  order(maker, Side::Sell, 200, 100'000, "", coin);
  order(alices, Side::Buy, 10'005, 5, "open");
  order(alices, Side::Buy, 10'010, 5, "filled");
  const auto canceled = order(alices, Side::Buy, 10'004, 5, "canceled").order.id;
  port.run(model::CancelOrder{alices, canceled});
  order(alices, Side::Buy, 20'000, 5, "rejected");
  order(alices, Side::Buy, 199, 5, "coin", coin);
  order(carols, Side::Buy, 10'001, 1, "c1");
  order(carols_other, Side::Buy, 10'002, 1, "c2");
  const auto statuses = [&](const char* status) {
    return list(alice, std::string(R"(,"status":")") + status + "\"", 100).size();
  };
  EXPECT_EQ(statuses("all"), 5U);
  EXPECT_EQ(statuses("open"), 2U);
  EXPECT_EQ(statuses("new"), 2U);
  EXPECT_EQ(statuses("partially_filled"), 0U);
  EXPECT_EQ(statuses("filled"), 1U);
  EXPECT_EQ(statuses("canceled"), 1U);
  EXPECT_EQ(statuses("expired"), 0U);
  EXPECT_EQ(statuses("rejected"), 1U);
  EXPECT_EQ(list(alice, R"(,"symbol":"COIN")", 100).size(), 1U);
  EXPECT_EQ(list(alice, R"(,"symbol":"ACME","status":"open")", 100).size(), 1U);
  EXPECT_EQ(list(carol, "", 100).size(), 2U) << "all accounts one reaches";
  EXPECT_EQ(list(carol, R"(,"account_id":"4")", 100).size(), 1U);
  EXPECT_EQ(list(admin, "", 100).size(), 7U) << "paper accounts, not the market maker";
  EXPECT_EQ(call("list_orders", alice, R"({"symbol":"NONE"})")["error.code"], "1001");
}

TEST_F(OrderManagement, ListsFillsNewestFirst) {
  const auto id = std::to_string(order(alices, Side::Buy, 10'010, 5, "a").order.id.value());
  order(bobs, Side::Buy, 10'010, 3, "b");
  const auto fills = call("list_executions", alice, "{}");
  ASSERT_EQ(fills.size("executions"), 1U);
  EXPECT_EQ(fills["executions.0.order_id"], id);
  EXPECT_EQ(fills["executions.0.type"], "trade");
  EXPECT_EQ(fills["executions.0.price"], "100.10");
  EXPECT_EQ(fills["executions.0.quantity"], "5");
  EXPECT_EQ(fills["executions.0.liquidity"], "taker");
  order(maker, Side::Sell, 10'000, 800);  // empties the bids
  order(alices, Side::Buy, 10'000, 4, "c");
  order(maker, Side::Sell, 10'000, 4);
  EXPECT_EQ(call("list_executions", alice, "{}")["executions.0.liquidity"], "maker");
}

TEST_F(OrderManagement, BadCursorsAndLimitsAreRefused) {
  for (const char* operation : {"list_orders", "list_executions"}) {
    for (const char* cursor : {"x", "", "-", "1-x"})
      EXPECT_EQ(call(operation, alice, std::string(R"({"cursor":")") + cursor + "\"}").status, 400);
    for (const char* limit : {"0", "-1", "1001", "1.5"})
      EXPECT_EQ(call(operation, alice, std::string(R"({"limit":)") + limit + "}").status, 400);
  }
}

TEST_F(OrderManagement, AFullQueueAnswersBusy) {
  port.refuse_queries = true;
  EXPECT_EQ(call("get_order", alice, R"({"order_id":"1"})")["error.reason"], "busy");
  EXPECT_EQ(call("get_order_by_client_id", alice, R"({"client_order_id":"a"})")["error.reason"],
            "busy");
  const auto stranger = person(2, {"portfolio.*"});
  EXPECT_EQ(call("list_orders", stranger, "{}").status, 403);
}

int between(std::mt19937& random, int low, int high) {
  return std::uniform_int_distribution(low, high)(random);
}

class PagedOrders : protected Orders {
 public:
  // Random orders of two people, then pages of a random size while more orders come.
  void visits_every_order_once(std::uint32_t seed) {
    std::mt19937 random(seed);
    const int count = between(random, 0, 39);
    std::vector<std::string> expected;
    for (int i = 0; i < count; ++i) {
      const auto placed =
          order(alices, Side::Buy, between(random, 9'990, 10'011), 1, "p" + std::to_string(i));
      if (between(random, 0, 1) == 1) order(bobs, Side::Buy, 10'010, 1, "q" + std::to_string(i));
      expected.insert(expected.begin(), std::to_string(placed.order.id.value()));
    }
    const int limit = between(random, 1, 11);
    EXPECT_EQ(list(alice, "", limit), expected);
    std::set<std::string> fills;
    const auto listed = list(alice, "", limit, "list_executions", "executions", "execution_id");
    for (const std::string& id : listed)
      EXPECT_TRUE(fills.insert(id).second);
    std::size_t filled = 0;
    for (const std::string& id : expected)
      filled += get(alice, id) == "filled" ? 1 : 0;
    EXPECT_EQ(fills.size(), filled);
    // Orders that come between two pages do not shift them.
    if (expected.empty()) return;
    const auto first = call("list_orders", alice, R"({"limit":1})");
    order(alices, Side::Buy, 9'990, 1, "between");
    const auto next =
        call("list_orders", alice, R"({"limit":1,"cursor":")" + first["next_cursor"] + "\"}");
    EXPECT_EQ(first["orders.0.order_id"], expected[0]);
    EXPECT_EQ(next["orders.0.order_id"], (expected.size() > 1 ? expected[1] : ""));
  }
};

TEST(OrderPages, VisitEveryOrderAndFillExactlyOnce) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    PagedOrders().visits_every_order_once(seed);
  }
}

}  // namespace
}  // namespace order_management
