#include "command_line/session.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "command_line/verbs.hpp"
#include "net/server.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace command_line {
namespace {

// A platform of one operation whose tokens end when told.
class SmallPlatform final : public net::Handler {
 public:
  SmallPlatform() {
    net::ServerOptions options;
    options.listeners = {{"127.0.0.1", 0, "system-health"}};
    server = net::Server::start(options, *this, metrics_, log_).value();
  }
  ~SmallPlatform() override { server->stop(0); }
  void on_request(http::Request&& request, net::ResponseWriter writer) override {
    const std::scoped_lock lock(mutex_);
    requests_.push_back(request.path);
    auto [status, body] = answer(request);
    writer.send({status, "application/json", {}, body});
  }
  void end_access() {
    const std::scoped_lock lock(mutex_);
    ++generation_;
  }
  std::vector<std::string> requests() {
    const std::scoped_lock lock(mutex_);
    return requests_;
  }
  [[nodiscard]] Target target() const { return {"127.0.0.1", server->ports()[0].port}; }

  std::unique_ptr<net::Server> server;

 private:
  std::string tokens() {
    const std::string n = std::to_string(generation_);
    return R"({"access_token":"access-)" + n + R"(","refresh_token":"refresh-)" + n + "\"}";
  }
  std::pair<int, std::string> answer(const http::Request& request) {
    const std::string refusal = R"({"error":{"message":"Wrong user or password."}})";
    if (request.path == "/openapi.json")
      return {200, R"({"paths":{"/echo":{"post":{"operationId":"echo","summary":"Say it again",)"
                   R"("requestBody":{"content":{"application/json":{"schema":{"properties":)"
                   R"({"text":{"type":"string","description":"What."}}}}}}}}}})"};
    if (request.path == "/auth/login")
      return request.body.find("right") != std::string::npos ? std::pair{200, tokens()}
                                                             : std::pair{401, refusal};
    if (request.path == "/auth/refresh") {
      if (request.body.find("\"refresh-") == std::string::npos) return {401, refusal};
      return {200, tokens()};
    }
    if (request.path == "/auth/logout") return {200, "{}"};
    const auto token = request.bearer_token();
    if (!token || *token != "access-" + std::to_string(generation_))
      return {401, R"({"error":{"reason":"invalid_token"}})"};
    if (request.path == "/mcp/all" && request.body.find("notifications/") != std::string::npos)
      return {202, ""};
    return {200, request.body};
  }

  telemetry::Metrics metrics_;
  std::ostringstream log_text_;
  telemetry::Log log_{"test", telemetry::Level::Error, log_text_};
  std::mutex mutex_;
  std::vector<std::string> requests_;
  int generation_ = 1;
};

class CommandLineSession : public ::testing::Test {
 protected:
  CommandLineSession()
      : folder_((std::filesystem::temp_directory_path() / "session-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(folder_.data()), nullptr);
    for (const char* name :
         {"TRADING_PLATFORM_TOKEN", "TRADING_PLATFORM_USER", "TRADING_PLATFORM_PASSWORD"})
      unsetenv(name);
  }
  ~CommandLineSession() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string file() const { return folder_ + "/state/session.json"; }
  int verb(Session& session, const std::string& name, const std::vector<std::string>& arguments) {
    out_.str("");
    err_.str("");
    return run_verb(session, name, arguments, out_, err_);
  }

  std::string folder_;
  SmallPlatform platform_;
  std::ostringstream out_, err_;
};

TEST(Target, IsHostAndPortOfAPlainUrl) {
  const auto target = Target::parse("http://127.0.0.1:8100/");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->host, "127.0.0.1");
  EXPECT_EQ(target->port, 8100);
  EXPECT_EQ(Target::parse("http://platform.example:80")->host, "platform.example");
  for (const char* url :
       {"", "http://", "127.0.0.1:8100", "https://a:1", "http://a", "http://:1", "http://a:0",
        "http://a:65536", "http://a:x", "http://a:1x", "http://a:-1", "http://a/b:80",
        "http://user@a:80", "http://a:80/path", "http://[::1]:80", "http://a b:80"})
    EXPECT_EQ(Target::parse(url).error().code, "invalid_url") << url;
}

TEST_F(CommandLineSession, LoginKeepsTheTokensForTheOwnerAlone) {
  std::filesystem::create_directories(folder_ + "/state");
  std::ofstream(file() + ".new") << "left behind";
  ASSERT_EQ(::chmod((file() + ".new").c_str(), 0644), 0);
  Session session(platform_.target(), file());
  EXPECT_EQ(session.login("ann", "wrong").error().message, "Wrong user or password.");
  EXPECT_FALSE(std::filesystem::exists(file()));
  ASSERT_TRUE(session.login("ann", "right"));
  struct stat status {};
  ASSERT_EQ(::stat(file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  Session later(platform_.target(), file());
  EXPECT_EQ(verb(later, "echo", {"--text", "hello"}), 0) << err_.str();
  EXPECT_EQ(out_.str(), "{\"text\":\"hello\"}\n");
  ASSERT_TRUE(later.logout());
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_EQ(platform_.requests().back(), "/auth/logout");
}

TEST_F(CommandLineSession, AnEndedTokenIsRenewedAndKept) {
  Session session(platform_.target(), file());
  ASSERT_TRUE(session.login("ann", "right"));
  platform_.end_access();
  Session later(platform_.target(), file());
  EXPECT_EQ(verb(later, "echo", {"--text", "again"}), 0) << err_.str();
  Session third(platform_.target(), file());
  const auto before = platform_.requests().size();
  EXPECT_EQ(verb(third, "echo", {"--text", "again"}), 0);
  EXPECT_EQ(platform_.requests().size(), before + 2) << "no further renewal";
}

TEST_F(CommandLineSession, CredentialsOfTheEnvironmentAreUsed) {
  Session nobody(platform_.target(), file());
  EXPECT_EQ(verb(nobody, "echo", {"--text", "x"}), 1);
  EXPECT_NE(err_.str().find("login"), std::string::npos);
  setenv("TRADING_PLATFORM_USER", "ann", 1);
  setenv("TRADING_PLATFORM_PASSWORD", "right", 1);
  Session person(platform_.target(), file());
  EXPECT_EQ(verb(person, "echo", {"--text", "x"}), 0) << err_.str();
  EXPECT_FALSE(std::filesystem::exists(file())) << "nothing is kept";
  setenv("TRADING_PLATFORM_TOKEN", "access-1", 1);
  unsetenv("TRADING_PLATFORM_PASSWORD");
  Session token(platform_.target(), file());
  EXPECT_EQ(verb(token, "echo", {"--text", "x"}), 0) << err_.str();
}

TEST_F(CommandLineSession, ExitStatusTellsWhatHappened) {
  setenv("TRADING_PLATFORM_TOKEN", "access-1", 1);
  Session session(platform_.target(), file());
  EXPECT_EQ(verb(session, "dance", {}), 2);
  EXPECT_EQ(verb(session, "echo", {"--color", "red"}), 2);
  EXPECT_EQ(print_verbs(session, "dance", out_, err_), 2);
  out_.str("");
  EXPECT_EQ(print_verbs(session, "echo", out_, err_), 0);
  EXPECT_NE(out_.str().find("--text  What."), std::string::npos);
  platform_.end_access();
  EXPECT_EQ(verb(session, "echo", {"--text", "x"}), 1);
  EXPECT_TRUE(out_.str().empty());
  const Target target = platform_.target();
  platform_.server->stop(0);
  Session away(target, file());
  EXPECT_EQ(verb(away, "echo", {"--text", "x"}), 3);
}

TEST_F(CommandLineSession, TheBridgeCarriesMessagesBothWays) {
  setenv("TRADING_PLATFORM_TOKEN", "access-1", 1);
  Session session(platform_.target(), file());
  const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  std::istringstream in(request + "\n\n" +
                        R"({"jsonrpc":"2.0","method":"notifications/initialized"})" + "\n");
  EXPECT_EQ(run_stdio_bridge(session, in, out_, err_), 0);
  EXPECT_EQ(out_.str(), request + "\n") << "the notification has no answer";
  EXPECT_TRUE(err_.str().empty());
}

TEST_F(CommandLineSession, TheBridgeAnswersWhenThePlatformIsAway) {
  setenv("TRADING_PLATFORM_TOKEN", "access-1", 1);
  const Target target = platform_.target();
  platform_.server->stop(0);
  Session session(target, file());
  std::istringstream in(
      "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}\n"
      "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}\n"
      "not json\n");
  EXPECT_EQ(run_stdio_bridge(session, in, out_, err_), 0);
  std::istringstream lines(out_.str());
  std::string line;
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_NE(line.find("\"id\":7"), std::string::npos);
  EXPECT_NE(line.find("-32603"), std::string::npos);
  ASSERT_TRUE(std::getline(lines, line));
  EXPECT_NE(line.find("-32700"), std::string::npos);
  EXPECT_FALSE(std::getline(lines, line));
}

}  // namespace
}  // namespace command_line
