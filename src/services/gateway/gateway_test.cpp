#include "gateway/gateway.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "json/value.hpp"
#include "net/http_client.hpp"
#include "operations/http_arguments.hpp"
#include "operations/roles.hpp"
#include "operations/sample_table_test.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace gateway {
namespace {

using testing::HasSubstr;
using testing::Not;

// Knows the tokens "admin", "trader", "analyst" and "readonly".
class RoleTokens : public operations::Authenticator {
 public:
  base::Result<operations::Caller> verify(std::string_view token) const override {
    const operations::Role* role = operations::find_role(token);
    if (role == nullptr) return base::fail("invalid_token", "The token is not valid.");
    operations::Caller caller;
    caller.username = role->name;
    caller.permissions = role->permissions;
    return caller;
  }
};

class OnePage : public AssetSource {
 public:
  const Asset* find(std::string_view path) const override {
    if (path == "/index.html") return &page_;
    if (path == "/app-1.js") return &script_;
    return nullptr;
  }

 private:
  Asset page_{"text/html; charset=utf-8", "<p>page</p>", "", "\"p1\"", false};
  Asset script_{"text/javascript", "let a;", "zipped", "\"s1\"", true};
};

// A gateway over the sample table behind a real server on a port of the system's choice.
class GatewayTest : public testing::Test {
 protected:
  GatewayTest() {
    gateway_.routes().mount("/mcp", Access::Token, [](auto caller, auto&& request, auto writer) {
      http::Response response;
      response.body = "mcp " + caller->username + ' ' + request.path;
      writer.send(std::move(response));
    });
    gateway_.routes().mount_websocket(
        "/ws/market-data", Access::Open, [](auto caller, auto&& request, auto writer) {
          net::WebSocketEvents events;
          const std::string greeting = caller ? caller->username : "nobody";
          events.on_open = [greeting](const auto& socket) { socket->try_send_text(greeting); };
          events.on_message = [](const auto&, std::string&&) {};
          events.on_close = [](std::uint16_t) {};
          writer.accept_websocket(request, std::move(events));
        });
    net::ServerOptions options;
    options.listeners = {{.service = "trading-engine"}};
    options.workers = 1;
    auto server = net::Server::start(std::move(options), gateway_, metrics_, log_);
    CHECK(server.has_value());
    server_ = *std::move(server);
  }

  http::ReceivedResponse call(std::string method, std::string target, std::string body = {},
                              std::vector<http::Field> headers = {}) {
    net::HttpClient client("127.0.0.1", server_->ports()[0].port);
    auto response =
        client.call({std::move(method), std::move(target), std::move(headers), std::move(body)});
    EXPECT_TRUE(response.has_value());
    return response ? *std::move(response) : http::ReceivedResponse();
  }
  http::ReceivedResponse call_as(const std::string& token, std::string method, std::string target,
                                 std::string body = {}) {
    std::vector<http::Field> headers{{"Authorization", "Bearer " + token}};
    if (!body.empty()) headers.push_back({"Content-Type", "application/json"});
    return call(std::move(method), std::move(target), std::move(body), std::move(headers));
  }
  // Status and reason, and that the error has the one shape with the answer's request id.
  static std::string refusal(const http::ReceivedResponse& response) {
    const auto value = json::parse(response.body);
    if (!value || value->find("error") == nullptr) return "no error shape: " + response.body;
    const json::Value& error = *value->find("error");
    std::vector<std::string> names;
    for (const json::Member& member : *error.object_members())
      names.push_back(member.name);
    EXPECT_THAT(names, testing::ElementsAre("code", "reason", "message", "details", "request_id"));
    EXPECT_EQ(*error.find("request_id")->string(),
              response.headers.find("X-Request-Id").value_or("absent"));
    return std::to_string(response.status) + ' ' + *error.find("reason")->string();
  }

  operations::Table table_ = operations::sample_table();
  RoleTokens tokens_;
  telemetry::Metrics metrics_;
  std::ostringstream lines_;
  telemetry::Log log_{"test", telemetry::Level::Error, lines_};
  OnePage assets_;
  std::atomic<bool> ready_{true};
  Gateway gateway_{{.table = table_,
                    .authenticator = tokens_,
                    .metrics = metrics_,
                    .version = "1.2.3",
                    .assets = &assets_,
                    .health = [this] {
                      return Health{ready_, R"({"status":"ok","checks":[]})"};
                    }}};
  std::unique_ptr<net::Server> server_;
};

TEST_F(GatewayTest, AnswersAnOperationWithItsPathQueryAndBody) {
  const auto quote = call_as("trader", "GET", "/market-data/EUR%2FUSD?limit=7&channels=trades");
  EXPECT_EQ(quote.status, 200);
  EXPECT_EQ(quote.body, R"({"symbol":"EUR/USD","limit":7,"caller":"trader"})");
  const auto order =
      call_as("trader", "POST", "/orders", R"({"symbol":"AAPL","side":"buy","quantity":1.5})");
  EXPECT_EQ(order.status, 201);
  EXPECT_EQ(order.body, R"({"order_id":"1","symbol":"AAPL","quantity":"1.5"})");
  EXPECT_EQ(order.headers.find("Cache-Control"), "no-store");
}

TEST_F(GatewayTest, RefusesBadBodies) {
  const auto place = [&](std::string body) {
    return refusal(call_as("trader", "POST", "/orders", std::move(body)));
  };
  EXPECT_EQ(place("{"), "400 invalid_json");
  EXPECT_EQ(place(R"({"symbol":"A","side":"buy","quantity":NaN})"), "400 invalid_json");
  EXPECT_EQ(place(R"({"symbol":"A","symbol":"B","side":"buy","quantity":1})"), "400 invalid_json");
  EXPECT_EQ(place(std::string(10'000, '[')), "400 invalid_json");
  EXPECT_EQ(place("[]"), "400 invalid_request");
  EXPECT_EQ(place(R"({"symbol":1,"side":"buy","quantity":1})"), "400 invalid_request");
  EXPECT_EQ(place(R"({"symbol":"A","side":"buy","quantity":1,"x":1})"), "400 invalid_request");
  EXPECT_EQ(place(R"({"symbol":"A","side":"buy","quantity":"NaN"})"), "400 invalid_request");
  EXPECT_EQ(place(R"({"symbol":"A","side":"buy","quantity":1e400})"), "400 invalid_request");
  EXPECT_EQ(place(R"({"symbol":"A","side":"buy"})"), "400 invalid_request");
  EXPECT_EQ(place(R"({"symbol":"NONE","side":"buy","quantity":1})"), "404 unknown_instrument");
  EXPECT_EQ(call_as("trader", "POST", "/orders", std::string(1'048'577, ' ')).status, 413);
}

TEST_F(GatewayTest, RefusesWhatIsNotSentAsJson) {
  EXPECT_EQ(refusal(call("POST", "/orders", "{}", {{"Authorization", "Bearer trader"}})),
            "415 unsupported_media_type");
  EXPECT_EQ(refusal(call("POST", "/orders", "a=b",
                         {{"Authorization", "Bearer trader"},
                          {"Content-Type", "application/x-www-form-urlencoded"}})),
            "415 unsupported_media_type");
  EXPECT_EQ(call("POST", "/orders", R"({"symbol":"A","side":"buy","quantity":1})",
                 {{"Authorization", "Bearer trader"},
                  {"Content-Type", "Application/JSON; charset=utf-8"}})
                .status,
            201);
  EXPECT_EQ(refusal(call_as("trader", "GET", "/market-data/A", "{}")), "400 unexpected_body");
}

TEST_F(GatewayTest, ChecksTheTokenBeforeAnythingElse) {
  const auto none = call("GET", "/market-data/A");
  EXPECT_EQ(refusal(none), "401 unauthenticated");
  EXPECT_EQ(none.headers.find("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(refusal(call_as("forged", "GET", "/market-data/A")), "401 invalid_token");
  EXPECT_EQ(refusal(call("POST", "/orders", "{", {{"Content-Type", "text/plain"}})),
            "401 unauthenticated");
  EXPECT_EQ(refusal(call("GET", "/market-data/A", "", {{"Authorization", "Basic YTpi"}})),
            "401 unauthenticated");
}

TEST_F(GatewayTest, LetsEverybodyLogInEvenWithAStaleToken) {
  EXPECT_EQ(call_as("forged", "POST", "/auth/login", R"({"symbol":"x"})").status, 200);
}

TEST_F(GatewayTest, GrantsEachRoleItsPermissionsAndNoOthers) {
  const auto allowed = [&](const operations::Role& role, std::string_view permission) {
    operations::Caller caller;
    caller.permissions = role.permissions;
    return permission.empty() || operations::may(caller, permission);
  };
  for (const operations::Role& role : operations::roles())
    for (const auto& operation : table_.all()) {
      const auto& declaration = operation->declaration;
      std::string target = declaration.path;
      if (const std::size_t at = target.find("{symbol}"); at != target.npos)
        target.replace(at, 8, "AAPL");
      else if (declaration.method == operations::Method::Get)
        target += "?symbol=AAPL";
      const bool body = declaration.method == operations::Method::Post;
      const auto response =
          call_as(std::string(role.name), std::string(operations::name_of(declaration.method)),
                  target, body ? operations::sample_arguments(*operation) : "");
      EXPECT_EQ(response.status,
                allowed(role, declaration.permission) ? declaration.success_status : 403)
          << role.name << ' ' << declaration.name;
    }
}

TEST_F(GatewayTest, AnswersUnknownRoutesAndMethodsInTheErrorShape) {
  EXPECT_EQ(refusal(call("GET", "/nothing")), "404 unknown_route");
  EXPECT_EQ(refusal(call("GET", "/orders/a/b/c/d")), "404 unknown_route");
  EXPECT_EQ(refusal(call("GET", "/../etc/passwd")), "404 unknown_route");
  const auto put = call("PUT", "/orders", "{}", {{"Content-Type", "application/json"}});
  EXPECT_EQ(put.status, 405);
  const auto patch = call("PATCH", "/market-data/A");
  EXPECT_EQ(refusal(patch), "405 method_not_allowed");
  EXPECT_EQ(patch.headers.find("Allow"), "GET");
  EXPECT_EQ(refusal(call("POST", "/health")), "405 method_not_allowed");
}

TEST_F(GatewayTest, KeepsAGoodRequestIdAndReplacesABadOne) {
  const auto with_id = [&](std::string id) {
    const auto response = call("GET", "/nothing", "", {{"X-Request-Id", std::move(id)}});
    refusal(response);
    return std::string(*response.headers.find("X-Request-Id"));
  };
  EXPECT_EQ(with_id("order-7.A_b"), "order-7.A_b");
  EXPECT_NE(with_id("has space"), "has space");
  EXPECT_NE(with_id(std::string(129, 'a')), std::string(129, 'a'));
  EXPECT_NE(with_id("bad\"quote"), with_id("bad\"quote"));
}

TEST_F(GatewayTest, RefusesChangesFromOtherOrigins) {
  const std::string host = "127.0.0.1:" + std::to_string(server_->ports()[0].port);
  const auto place = [&](std::string origin) {
    return call("POST", "/orders", R"({"symbol":"A","side":"buy","quantity":1})",
                {{"Authorization", "Bearer trader"},
                 {"Content-Type", "application/json"},
                 {"Origin", std::move(origin)}});
  };
  EXPECT_EQ(place("http://" + host).status, 201);
  EXPECT_EQ(refusal(place("http://evil.example.com")), "403 cross_origin");
  EXPECT_EQ(refusal(place("null")), "403 cross_origin");
  EXPECT_EQ(refusal(place("http://127.0.0.1:1")), "403 cross_origin");
  EXPECT_EQ(refusal(call("GET", "/mcp", "",
                         {{"Authorization", "Bearer trader"}, {"Origin", "http://evil.test"}})),
            "403 cross_origin");
}

TEST_F(GatewayTest, ServesHealthMetricsAndTheOpenApiDocumentWithoutAToken) {
  const auto health = call("GET", "/health");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, R"({"status":"ok","checks":[]})");
  ready_ = false;
  EXPECT_EQ(call("GET", "/health").status, 503);

  EXPECT_THAT(call("GET", "/metrics").body, HasSubstr("http_requests_total{"));

  const auto document = call("GET", "/openapi.json");
  const auto root = json::parse(document.body);
  ASSERT_TRUE(root.has_value());
  EXPECT_EQ(*root->find("info")->find("version")->string(), "1.2.3");
  EXPECT_NE(root->find("paths")->find("/orders"), nullptr);
  EXPECT_THAT(call("GET", "/openapi.json?service=market-data").body, Not(HasSubstr("/orders")));
  EXPECT_EQ(refusal(call("GET", "/openapi.json?service=none")), "404 unknown_service");
}

TEST_F(GatewayTest, ServesTheDashboardWithItsSecurityHeaders) {
  const auto page = call("GET", "/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.body, "<p>page</p>");
  EXPECT_EQ(page.headers.find("Content-Type"), "text/html; charset=utf-8");
  EXPECT_THAT(std::string(page.headers.find("Content-Security-Policy").value_or("")),
              HasSubstr("default-src 'self'"));
  EXPECT_EQ(page.headers.find("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(page.headers.find("X-Frame-Options"), "DENY");
  EXPECT_EQ(page.headers.find("Referrer-Policy"), "no-referrer");
  EXPECT_EQ(page.headers.find("Cache-Control"), "no-cache");

  const auto script = call("GET", "/app-1.js", "", {{"Accept-Encoding", "br, gzip"}});
  EXPECT_EQ(script.body, "zipped");
  EXPECT_EQ(script.headers.find("Content-Encoding"), "gzip");
  EXPECT_THAT(std::string(*script.headers.find("Cache-Control")), HasSubstr("immutable"));
  EXPECT_EQ(call("GET", "/app-1.js").body, "let a;");
  const auto cached = call("GET", "/", "", {{"If-None-Match", "\"p1\""}});
  EXPECT_EQ(cached.status, 304);
  EXPECT_EQ(cached.body, "");
  EXPECT_EQ(refusal(call("POST", "/")), "404 unknown_route");
}

TEST_F(GatewayTest, HandsMountedPathsToTheirHandlers) {
  EXPECT_EQ(call_as("trader", "POST", "/mcp", "{}").body, "mcp trader /mcp");
  EXPECT_EQ(call_as("admin", "GET", "/mcp/all").body, "mcp admin /mcp/all");
  EXPECT_EQ(refusal(call("POST", "/mcp")), "401 unauthenticated");
  EXPECT_EQ(refusal(call("GET", "/mcpx")), "404 unknown_route");
  EXPECT_EQ(refusal(call("GET", "/ws/market-data")), "426 upgrade_required");
}

TEST_F(GatewayTest, OpensMountedWebSockets) {
  const auto upgrade = [&](std::vector<http::Field> more) {
    std::vector<http::Field> headers{{"Connection", "Upgrade"},
                                     {"Upgrade", "websocket"},
                                     {"Sec-WebSocket-Version", "13"},
                                     {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
    headers.insert(headers.end(), more.begin(), more.end());
    return call("GET", "/ws/market-data", "", headers);
  };
  EXPECT_EQ(upgrade({}).status, 101);
  EXPECT_EQ(upgrade({{"Authorization", "Bearer trader"}}).status, 101);
  EXPECT_EQ(refusal(upgrade({{"Authorization", "Bearer forged"}})), "401 invalid_token");
  EXPECT_EQ(refusal(upgrade({{"Origin", "http://evil.test"}})), "403 cross_origin");
}

}  // namespace
}  // namespace gateway
