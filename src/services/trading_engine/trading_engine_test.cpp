#include "trading_engine/trading_engine.hpp"

#include <gtest/gtest.h>

#include "directory/in_process_test.hpp"

namespace trading_engine {
namespace {

using directory::Answered;
using model::Side;

class TradingEngine : public ::testing::Test, protected directory::SmallMarket {
 protected:
  TradingEngine() {
    add_operations(table, port, directory);
    order(maker, Side::Sell, 10'010, 50);  // ACME 100.00 to 100.10
    order(maker, Side::Buy, 10'000, 50);
  }
  Answered place(const operations::Caller& caller, const std::string& id, const std::string& rest) {
    return call("place_order", caller, R"({"client_order_id":")" + id + "\"," + rest + "}");
  }
  static std::string buy(const std::string& quantity, const std::string& price,
                         const std::string& more = "") {
    return R"("symbol":"ACME","side":"buy","order_type":"limit","quantity":")" + quantity +
           R"(","limit_price":")" + price + "\"" + more;
  }
  static void expect_error(const Answered& answer, int status, const char* code,
                           const char* reason) {
    EXPECT_EQ(answer.status, status) << answer["error.message"];
    EXPECT_EQ(answer["error.code"], code);
    EXPECT_EQ(answer["error.reason"], reason);
    EXPECT_EQ(answer["error.request_id"], "r1");
    EXPECT_FALSE(answer["error.message"].empty());
  }
};

TEST_F(TradingEngine, TranslatesEveryFieldOfAnOrder) {
  auto caller = alice;
  caller.channel = model::Channel::Mcp;
  const auto answer = call("place_order", caller,
                           R"({"account_id":"1","client_order_id":"c-1","symbol":"COIN",)"
                           R"("side":"sell","order_type":"limit","time_in_force":"gtc",)"
                           R"("quantity":0.25,"limit_price":"99.5"})");
  EXPECT_EQ(answer["error.reason"], "insufficient_position");
  const auto& submit = std::get<model::SubmitOrder>(port.last.body);
  EXPECT_EQ(submit.account, alices);
  EXPECT_EQ(submit.instrument, coin);
  EXPECT_EQ(submit.side, Side::Sell);
  EXPECT_EQ(submit.type, model::OrderType::Limit);
  EXPECT_EQ(submit.time_in_force, model::TimeInForce::GoodTillCancel);
  EXPECT_EQ(submit.quantity, money::Quantity(250));
  EXPECT_EQ(submit.limit_price, money::Price(199));
  EXPECT_EQ(submit.client_order_id.view(), "c-1");
  EXPECT_EQ(port.last.user, alice.user);
  EXPECT_EQ(port.last.channel, model::Channel::Mcp);
}

TEST_F(TradingEngine, TranslatesEveryTimeInForceAndOrderType) {
  using model::TimeInForce;
  const std::pair<const char*, TimeInForce> names[] = {{"day", TimeInForce::Day},
                                                       {"gtc", TimeInForce::GoodTillCancel},
                                                       {"ioc", TimeInForce::ImmediateOrCancel},
                                                       {"fok", TimeInForce::FillOrKill}};
  for (const auto& [name, value] : names) {
    place(alice, name, buy("1", "100.05", std::string(R"(,"time_in_force":")") + name + "\""));
    EXPECT_EQ(std::get<model::SubmitOrder>(port.last.body).time_in_force, value) << name;
  }
  place(alice, "plain", buy("1", "100.05"));
  EXPECT_EQ(std::get<model::SubmitOrder>(port.last.body).time_in_force, TimeInForce::Day);
  const auto market =
      place(alice, "m", R"("symbol":"ACME","side":"buy","order_type":"market","quantity":"2")");
  EXPECT_EQ(market.status, 200) << market["error.message"];
  const auto& submit = std::get<model::SubmitOrder>(port.last.body);
  EXPECT_EQ(submit.type, model::OrderType::Market);
  EXPECT_EQ(submit.limit_price, money::Price(0));
}

TEST_F(TradingEngine, AnswersWithTheOrderAfterIt) {
  const auto answer = place(alice, "a", buy("60", "100.10"));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer["account_id"], "1");
  EXPECT_EQ(answer["client_order_id"], "a");
  EXPECT_EQ(answer["symbol"], "ACME");
  EXPECT_EQ(answer["status"], "partially_filled");
  EXPECT_EQ(answer["quantity"], "60");
  EXPECT_EQ(answer["filled_quantity"], "50");
  EXPECT_EQ(answer["average_price"], "100.1");
  EXPECT_EQ(answer["limit_price"], "100.10");
  EXPECT_EQ(answer["sequence"], std::to_string(port.engine.last_sequence()));
}

TEST_F(TradingEngine, RefusesAtTheDoorWhatIsNoCommand) {
  const std::uint64_t before = port.engine.last_sequence();
  const auto refuse = [&](const std::string& rest, int status, const char* code,
                          const char* reason) {
    SCOPED_TRACE(rest);
    expect_error(place(alice, "x", rest), status, code, reason);
    EXPECT_EQ(call("preview_order", alice, "{" + rest + "}").status, status);
  };
  refuse(R"("symbol":"NONE","side":"buy","order_type":"market","quantity":"1")", 404, "1001",
         "unknown_instrument");
  refuse(buy("1", "100.105"), 400, "1005", "price_off_tick");
  refuse(buy("1", "-1"), 400, "1005", "price_out_of_range");
  refuse(buy("1", "0"), 400, "1005", "price_out_of_range");
  refuse(buy("0.5", "100"), 400, "1005", "quantity_off_lot");
  refuse(buy("-5", "100"), 400, "1005", "quantity_out_of_range");
  refuse(buy("0", "100"), 400, "1005", "quantity_out_of_range");
  refuse(buy("99999999999999", "100"), 400, "1005", "quantity_out_of_range");
  refuse(R"("symbol":"ACME","side":"buy","order_type":"limit","quantity":"1")", 400, "1005",
         "invalid_price");
  refuse(R"("symbol":"ACME","side":"buy","order_type":"market","quantity":"1","limit_price":"100")",
         400, "1005", "invalid_price");
  refuse(buy("1", "100", R"(,"account_id":"2")"), 404, "1004", "unknown_account");
  refuse(buy("1", "100", R"(,"account_id":"77")"), 404, "1004", "unknown_account");
  for (const char* id : {"with space", "\\u00e9", "\\n"})
    expect_error(place(alice, id, buy("1", "100")), 400, "1005", "invalid_client_order_id");
  expect_error(place(alice, std::string(65, 'x'), buy("1", "100")), 400, "0", "invalid_request");
  expect_error(place(carol, "x", buy("1", "100")), 400, "0", "account_id_required");
  EXPECT_EQ(port.engine.last_sequence(), before) << "nothing reached the engine";
}

TEST_F(TradingEngine, RefusalsOfTheEngineCarryCodeReasonAndOrderId) {
  const auto collar = place(alice, "collar", buy("1", "150"));
  expect_error(collar, 422, "1004", "price_collar");
  EXPECT_EQ(collar["error.details.client_order_id"], "collar");
  const auto id = std::stoull(collar["error.details.order_id"]);
  EXPECT_EQ(port.engine.order(model::OrderId(id))->status, model::OrderStatus::Rejected);
  expect_error(place(alice, "large", buy("1000", "100")), 422, "1004", "max_order_notional");
  expect_error(place(alice, "many", buy("1001", "100")), 422, "1004", "max_order_quantity");
  EXPECT_EQ(place(alice, "first", buy("800", "100")).status, 200);
  expect_error(place(alice, "poor", buy("800", "100")), 422, "1002", "insufficient_funds");
  expect_error(place(alice, "short",
                     R"("symbol":"ACME","side":"sell","order_type":"market","quantity":"1")"),
               422, "1002", "insufficient_position");
  port.run(model::SetInstrumentState{acme, model::InstrumentState::Halted});
  expect_error(place(alice, "halted", buy("1", "100")), 422, "1003", "instrument_halted");
}

TEST_F(TradingEngine, TheSameClientOrderIdNeverPlacesTwice) {
  const auto first = place(alice, "once", buy("5", "100.05"));
  const auto again = place(alice, "once", buy("5", "100.05"));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again["order_id"], first["order_id"]);
  EXPECT_EQ(port.engine.open_orders(alices, 10).size(), 1U);
  const auto other = place(alice, "once", buy("6", "100.05"));
  expect_error(other, 409, "1005", "duplicate_client_order_id");
  const auto bobs_own = place(bob, "once", buy("6", "100.05"));
  EXPECT_EQ(bobs_own.status, 200) << "ids are unique in an account";
  const auto refused = place(alice, "refused", buy("1", "150"));
  const auto refused_again = place(alice, "refused", buy("1", "150"));
  EXPECT_EQ(refused["error.details.order_id"], refused_again["error.details.order_id"]);
  expect_error(refused_again, 422, "1004", "price_collar");
}

TEST_F(TradingEngine, APreviewTellsWhatPlacingDoes) {
  for (const std::string& body :
       {buy("60", "100.10"), buy("10", "100.05"), buy("1", "150"), buy("1000", "100"),
        buy("60", "100.10", R"(,"time_in_force":"ioc")"),
        buy("60", "100.10", R"(,"time_in_force":"fok")"),
        std::string(R"("symbol":"ACME","side":"buy","order_type":"market","quantity":"7")")}) {
    SCOPED_TRACE(body);
    const std::uint64_t before = port.engine.last_sequence();
    const auto preview = call("preview_order", bob, "{" + body + "}");
    ASSERT_EQ(preview.status, 200);
    EXPECT_EQ(port.engine.last_sequence(), before);
    const auto placed = place(bob, "p" + std::to_string(before), body);
    EXPECT_EQ(preview["accepted"], placed.status == 200 ? "true" : "false");
    EXPECT_EQ(preview["reason"], placed["error.reason"]);
    EXPECT_EQ(preview["message"], placed["error.message"]);
    if (placed.status != 200) continue;
    EXPECT_EQ(preview["fill_quantity"], placed["filled_quantity"]);
    EXPECT_EQ(preview["fill_average_price"], placed["average_price"]);
    EXPECT_EQ(preview["currency"], "USD");
    order(maker, Side::Sell, 10'010, 50);
    call("cancel_all_orders", bob, "{}");
  }
}

TEST_F(TradingEngine, APreviewShowsFundsAndUsedIds) {
  place(alice, "used", buy("5", "100.05"));
  const auto preview = call("preview_order", alice, "{" + buy("10", "100.05") + "}");
  EXPECT_EQ(preview["rest_quantity"], "10");
  EXPECT_EQ(preview["cash_required"], "1000.5");
  EXPECT_EQ(preview["cash_available"], "99499.75");
  EXPECT_EQ(preview["position_available"], "0");
  EXPECT_FALSE(preview["reference_price"].empty());
  const auto duplicate =
      call("preview_order", alice, "{" + buy("10", "100.05", R"(,"client_order_id":"used")") + "}");
  EXPECT_EQ(duplicate["reason"], "duplicate_client_order_id");
}

TEST_F(TradingEngine, ReplacesAnOrderOfTheCaller) {
  const auto placed = place(alice, "r", buy("10", "100.05"));
  const std::string id = placed["order_id"];
  const auto smaller =
      call("replace_order", alice, R"({"order_id":")" + id + R"(","quantity":"4"})");
  EXPECT_EQ(smaller.status, 200);
  EXPECT_EQ(smaller["quantity"], "4");
  EXPECT_EQ(smaller["limit_price"], "100.05");
  const auto moved =
      call("replace_order", alice, R"({"order_id":")" + id + R"(","limit_price":"100.10"})");
  EXPECT_EQ(moved["status"], "filled");
  const auto change = [&](const operations::Caller& caller, const std::string& order_id,
                          const std::string& rest) {
    return call("replace_order", caller, R"({"order_id":")" + order_id + "\"" + rest + "}");
  };
  expect_error(change(alice, id, R"(,"quantity":"9")"), 409, "1005", "order_not_open");
  const std::string open = place(alice, "s", buy("10", "100.05"))["order_id"];
  expect_error(change(alice, open, ""), 422, "1005", "nothing_to_replace");
  expect_error(change(alice, open, R"(,"quantity":"1.5")"), 400, "1005", "quantity_off_lot");
  expect_error(change(alice, open, R"(,"limit_price":"1.001")"), 400, "1005", "price_off_tick");
  expect_error(change(alice, open, R"(,"limit_price":"200")"), 422, "1004", "price_collar");
  for (const std::string& foreign : {open, std::string("999"), std::string("x")})
    expect_error(change(bob, foreign, R"(,"quantity":"1")"), 404, "1005", "unknown_order");
  EXPECT_EQ(change(admin, open, R"(,"quantity":"3","account_id":"1")")["quantity"], "3");
}

TEST_F(TradingEngine, CancelsOneOrAllOrdersOfTheCaller) {
  const std::string id = place(alice, "c", buy("10", "100.05"))["order_id"];
  const std::string cancel = R"({"order_id":")" + id + "\"}";
  expect_error(call("cancel_order", bob, cancel), 404, "1005", "unknown_order");
  expect_error(call("cancel_order", alice, R"({"order_id":"0"})"), 404, "1005", "unknown_order");
  const auto canceled = call("cancel_order", alice, cancel);
  EXPECT_EQ(canceled["status"], "canceled");
  EXPECT_EQ(canceled["reason"], "canceled_by_user");
  const auto again = call("cancel_order", alice, cancel);
  expect_error(again, 409, "1005", "order_not_open");
  EXPECT_EQ(again["error.details.order_id"], id);

  order(maker, Side::Sell, 200, 100'000, "", coin);
  place(alice, "d", buy("1", "100.05"));
  place(alice, "e", buy("1", "100.04"));
  place(alice, "f",
        R"("symbol":"COIN","side":"buy","order_type":"limit","quantity":"1","limit_price":"99")");
  place(bob, "g", buy("1", "100.05"));
  expect_error(call("cancel_all_orders", alice, R"({"symbol":"NONE"})"), 404, "1001",
               "unknown_instrument");
  EXPECT_EQ(call("cancel_all_orders", alice, R"({"symbol":"COIN"})")["canceled"], "1");
  const auto all = call("cancel_all_orders", alice, "{}");
  EXPECT_EQ(all["canceled"], "2");
  EXPECT_EQ(all["account_id"], "1");
  EXPECT_EQ(port.engine.open_orders(bobs, 10).size(), 1U) << "others keep theirs";
}

TEST_F(TradingEngine, ATraderHaltsOnlyTheirOwnAccountAndOnlyAnAdministratorReleases) {
  place(alice, "a", buy("1", "100.05"));
  place(bob, "b", buy("1", "100.05"));
  const auto halted = call("engage_kill_switch", alice, "{}");
  EXPECT_EQ(halted.status, 200);
  EXPECT_EQ(halted["scope"], "account");
  EXPECT_EQ(halted["account_id"], "1");
  EXPECT_EQ(halted["trading_state"], "halted");
  EXPECT_EQ(halted["canceled"], "1");
  expect_error(place(alice, "c", buy("1", "100.05")), 422, "1004", "account_halted");
  EXPECT_EQ(place(bob, "c", buy("1", "100.05")).status, 200);
  expect_error(call("engage_kill_switch", alice, R"({"account_id":"2"})"), 404, "1004",
               "unknown_account");
  expect_error(call("engage_kill_switch", alice, R"({"scope":"firm"})"), 403, "0", "forbidden");
  expect_error(call("release_kill_switch", alice, "{}"), 403, "0", "forbidden");
  expect_error(call("engage_kill_switch", reader, "{}"), 403, "0", "forbidden");
  const auto released = call("release_kill_switch", admin, R"({"account_id":"1"})");
  EXPECT_EQ(released["trading_state"], "active");
  EXPECT_EQ(place(alice, "d", buy("1", "100.05")).status, 200);
}

TEST_F(TradingEngine, AnAdministratorHaltsAndReleasesTheFirm) {
  place(alice, "a", buy("1", "100.05"));
  place(bob, "b", buy("1", "100.05"));
  const auto halted = call("engage_kill_switch", admin, R"({"scope":"firm"})");
  EXPECT_EQ(halted["scope"], "firm");
  EXPECT_EQ(halted["account_id"], "");
  EXPECT_EQ(halted["canceled"], "4") << "all working orders, the market maker's too";
  expect_error(place(bob, "c", buy("1", "100.05")), 422, "1003", "trading_halted");
  EXPECT_EQ(call("release_kill_switch", admin, R"({"scope":"firm"})")["trading_state"], "active");
  expect_error(call("engage_kill_switch", admin, R"({"scope":"firm","account_id":"1"})"), 400, "0",
               "invalid_request");
  expect_error(call("engage_kill_switch", admin, R"({"scope":"venue"})"), 400, "0",
               "invalid_request");
}

TEST_F(TradingEngine, AFullQueueAnswersBusy) {
  const std::string id = place(alice, "a", buy("1", "100.05"))["order_id"];
  const std::string named = R"({"order_id":")" + id + R"(","quantity":"2"})";
  const std::string cancel = R"({"order_id":")" + id + "\"}";
  port.refuse_commands = true;
  expect_error(place(alice, "b", buy("1", "100.05")), 503, "0", "busy");
  expect_error(call("cancel_order", alice, cancel), 503, "0", "busy");
  expect_error(call("cancel_all_orders", alice, "{}"), 503, "0", "busy");
  expect_error(call("engage_kill_switch", alice, "{}"), 503, "0", "busy");
  expect_error(call("replace_order", alice, named), 503, "0", "busy");
  port.refuse_queries = true;
  expect_error(call("replace_order", alice, named), 503, "0", "busy");
  expect_error(call("preview_order", alice, "{" + buy("1", "100.05") + "}"), 503, "0", "busy");
}

TEST_F(TradingEngine, OrdersNeedTradingPermissions) {
  expect_error(place(reader, "a", buy("1", "100.05")), 403, "0", "forbidden");
  for (const char* name : {"preview_order", "replace_order", "cancel_order", "cancel_all_orders"})
    expect_error(call(name, reader, "{}"), 403, "0", "forbidden");
}

}  // namespace
}  // namespace trading_engine
