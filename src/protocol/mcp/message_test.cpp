#include "mcp/message.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace mcp {
namespace {

int refusal_of(std::string_view text) {
  const Message message = parse_message(text);
  const auto* refused = std::get_if<Refused>(&message);
  return refused != nullptr ? refused->code : 0;
}

TEST(Message, ReadsARequest) {
  const Message message =
      parse_message(R"({"jsonrpc":"2.0","id":"a-1","method":"tools/call","params":{"name":"x"}})");
  const auto& request = std::get<Request>(message);
  EXPECT_EQ(*request.id.string(), "a-1");
  EXPECT_EQ(request.method, "tools/call");
  EXPECT_EQ(*request.params.find("name")->string(), "x");
}

TEST(Message, WithoutAnIdIsANotification) {
  EXPECT_TRUE(std::holds_alternative<Notification>(
      parse_message(R"({"jsonrpc":"2.0","method":"notifications/initialized"})")));
}

TEST(Message, AnAnswerIsTakenAsOne) {
  EXPECT_TRUE(
      std::holds_alternative<Response>(parse_message(R"({"jsonrpc":"2.0","id":1,"result":{}})")));
}

TEST(Message, RefusesWhatIsNoMessage) {
  EXPECT_EQ(refusal_of("{"), parse_error);
  EXPECT_EQ(refusal_of(R"({"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"x"})"), parse_error);
  for (const char* text :
       {"[]", R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", R"({"id":1,"method":"ping"})",
        R"({"jsonrpc":"1.0","id":1,"method":"ping"})",
        R"({"jsonrpc":"2.0","id":null,"method":"x"})", R"({"jsonrpc":"2.0","id":1})",
        R"({"jsonrpc":"2.0","id":1,"method":5})",
        R"({"jsonrpc":"2.0","id":1,"method":"x","params":[]})",
        R"({"jsonrpc":"2.0","id":1,"method":"x","Method":"y"})"})
    EXPECT_EQ(refusal_of(text), invalid_request) << text;
}

TEST(Message, EchoesTheIdAsItCame) {
  const auto request =
      std::get<Request>(parse_message(R"({"jsonrpc":"2.0","id":7.50,"method":"ping"})"));
  EXPECT_EQ(result_text(request.id, "{}"), R"({"jsonrpc":"2.0","id":7.50,"result":{}})");
  EXPECT_EQ(error_text(request.id, method_not_found, "no \"x\""),
            R"({"jsonrpc":"2.0","id":7.50,"error":{"code":-32601,"message":"no \"x\""}})");
}

TEST(Message, NegotiatesTheNewestRevisionBothKnow) {
  EXPECT_EQ(negotiate("2025-06-18"), "2025-06-18");
  EXPECT_EQ(negotiate("1999-01-01"), latest_version);
}

RC_GTEST_PROP(Message, NeverCrashesOnAnyText, (const std::string& text)) {
  (void)parse_message(text);
}

}  // namespace
}  // namespace mcp
