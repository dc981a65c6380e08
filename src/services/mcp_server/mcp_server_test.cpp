#include "mcp_server/mcp_server.hpp"

#include <gtest/gtest.h>

#include "json/writer.hpp"

namespace mcp_server {
namespace {

struct Echo {
  std::string text;
  static constexpr auto fields() {
    return std::tuple{json::field("text", &Echo::text, "Some text.", json::max_length(10))};
  }
};

operations::Declaration declare(std::string name, std::string service, std::string permission) {
  operations::Declaration d;
  d.name = std::move(name);
  d.title = "Title";
  d.description = "What it does.";
  d.service = std::move(service);
  d.path = "/" + d.name;
  d.permission = std::move(permission);
  return d;
}

class McpServerTest : public testing::Test {
 protected:
  McpServerTest() : server_(table_, "1.2.3") {
    const auto echo = [](const operations::Caller&, Echo request, operations::Reply<Echo> reply) {
      if (request.text == "no")
        return reply(tl::unexpected(operations::refused(model::Reason::InsufficientFunds)));
      reply(request);
    };
    table_.add<Echo, Echo>(declare("read_it", "one", "market_data.read"), echo);
    table_.add<Echo, Echo>(declare("write_it", "two", "trading.submit"), echo);
    auto hidden = declare("hidden", "one", "market_data.read");
    hidden.tool = false;
    table_.add<Echo, Echo>(hidden, echo);
  }

  json::Value ask(const std::string& message, std::string_view service = "",
                  std::vector<std::string> permissions = {"*"}) {
    operations::Caller caller;
    caller.permissions = std::move(permissions);
    Reply reply;
    int answers = 0;
    server_.handle(caller, service, message, [&](Reply r) {
      reply = std::move(r);
      ++answers;
    });
    EXPECT_EQ(answers, 1);
    status_ = reply.status;
    const auto value = json::parse(reply.body.empty() ? "{}" : reply.body);
    EXPECT_TRUE(value.has_value()) << reply.body;
    return *value;
  }
  json::Value call(const std::string& tool, const std::string& arguments,
                   std::vector<std::string> permissions = {"*"}) {
    return ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + tool +
                   R"(","arguments":)" + arguments + "}}",
               "", std::move(permissions));
  }
  std::vector<std::string> tool_names(std::string_view service,
                                      std::vector<std::string> permissions) {
    const auto answer =
        ask(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})", service, std::move(permissions));
    std::vector<std::string> names;
    for (const json::Value& tool : *answer.find("result")->find("tools")->array())
      names.push_back(*tool.find("name")->string());
    return names;
  }

  operations::Table table_;
  McpServer server_;
  int status_ = 0;
};

TEST_F(McpServerTest, ListsToolsOfTheServiceThatTheCallerMayCall) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(tool_names("", {"*"}), (Names{"read_it", "write_it"}));
  EXPECT_EQ(tool_names("two", {"*"}), (Names{"write_it"}));
  EXPECT_EQ(tool_names("", {"*.read"}), (Names{"read_it"}));
}

TEST_F(McpServerTest, GivesStructuredContentAndTheSameAsText) {
  const auto answer = call("read_it", R"({"text":"hi"})");
  const json::Value& result = *answer.find("result");
  EXPECT_EQ(json::to_text(*result.find("structuredContent")), R"({"text":"hi"})");
  EXPECT_EQ(*result.find("content")->array()->at(0).find("text")->string(), R"({"text":"hi"})");
  EXPECT_FALSE(*result.find("isError")->boolean());
}

TEST_F(McpServerTest, ShowsRefusalsAndBadArgumentsToTheModel) {
  for (const char* arguments :
       {R"({"text":"no"})", R"({"text":"too long for it"})", R"({"text":"a","extra":1})", "{}"}) {
    const auto answer = call("read_it", arguments);
    EXPECT_TRUE(*answer.find("result")->find("isError")->boolean()) << arguments;
    EXPECT_EQ(answer.find("result")->find("structuredContent"), nullptr);
  }
}

TEST_F(McpServerTest, AnswersAToolOutOfReachLikeAnUnknownOne) {
  const auto unknown = call("nothing", "{}");
  const auto hidden = call("hidden", "{}");
  const auto forbidden = call("write_it", R"({"text":"a"})", {"*.read"});
  for (const auto& answer : {unknown, hidden, forbidden})
    EXPECT_EQ(answer.find("error")->find("code")->number()->text, "-32602");
}

TEST_F(McpServerTest, NegotiatesTheRevision) {
  const auto answer = ask(R"({"jsonrpc":"2.0","id":1,"method":"initialize",)"
                          R"("params":{"protocolVersion":"2025-06-18"}})");
  EXPECT_EQ(*answer.find("result")->find("protocolVersion")->string(), "2025-06-18");
}

TEST_F(McpServerTest, TakesNotificationsWithoutAnAnswer) {
  ask(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  EXPECT_EQ(status_, 202);
}

TEST_F(McpServerTest, RefusesUnknownMethodsAndBrokenMessages) {
  const auto unknown = ask(R"({"jsonrpc":"2.0","id":1,"method":"nothing"})");
  EXPECT_EQ(unknown.find("error")->find("code")->number()->text, "-32601");
  ask("{");
  EXPECT_EQ(status_, 400);
}

}  // namespace
}  // namespace mcp_server
