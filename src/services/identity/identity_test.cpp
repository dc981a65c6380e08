#include "identity/identity.hpp"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <thread>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/value.hpp"
#include "json/writer.hpp"

namespace identity {
namespace {

constexpr std::int64_t start_ns = 1'800'000'000 * base::ns_per_s;
constexpr const char* admin_password = "a long admin phrase";

std::string text_of(const json::Value& body, std::string_view name) {
  const json::Value* value = body.find(name);
  return value != nullptr && value->string() != nullptr ? *value->string() : "";
}

struct Reply {
  int status = 0;
  json::Value body;
  [[nodiscard]] std::string reason() const {
    const json::Value* error = body.find("error");
    return error != nullptr ? text_of(*error, "reason") : "";
  }
};

// A data folder, an Identity in it that can be closed and opened again, and a clock set by hand.
class IdentityTest : public testing::Test {
 protected:
  IdentityTest() {
    std::string pattern = testing::TempDir() + "identity-" + std::string(6, 'X');
    folder_ = ::mkdtemp(pattern.data());
    open();
  }
  ~IdentityTest() override {
    close();
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] Settings settings() {
    Settings settings;
    settings.data_folder = folder_;
    settings.admin_password = admin_password;
    settings.password_cost = {.memory_kib = 64, .iterations = 1};
    settings.clock = [this] { return base::Timestamp(now_ns_); };
    return settings;
  }
  void open() {
    auto opened = Identity::open(settings());
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    identity_ = *std::move(opened);
    table_ = std::make_unique<operations::Table>();
    identity_->add_operations(*table_);
  }
  void close() {
    identity_.reset();  // first: its waiting jobs answer through the table
    table_.reset();
  }
  void restart() {
    close();
    open();
  }

  Reply call(const operations::Caller& caller, std::string_view name,
             const std::map<std::string, std::string>& arguments) {
    json::Value object = json::Value::object();
    for (const auto& [key, value] : arguments)
      object.add(key, key == "disabled" ? json::Value(value == "true") : json::Value::text(value));
    std::promise<operations::Answer> answered;
    table_->find(name)->call(caller, object,
                             [&](operations::Answer answer) { answered.set_value(answer); });
    const operations::Answer answer = answered.get_future().get();
    return {answer.status, json::parse(answer.body).value_or(json::Value())};
  }
  Reply call(std::string_view name, const std::map<std::string, std::string>& arguments) {
    return call(operations::Caller{.address = address_}, name, arguments);
  }
  Reply login(const std::string& username, const std::string& password) {
    return call("login", {{"username", username}, {"password", password}});
  }
  Reply as_admin(std::string_view name, const std::map<std::string, std::string>& arguments) {
    operations::Caller admin;
    admin.permissions = {"*"};
    return call(admin, name, arguments);
  }
  [[nodiscard]] bool valid(const Reply& tokens) {
    return identity_->verify(text_of(tokens.body, "access_token")).has_value();
  }
  void advance_s(std::int64_t seconds) { now_ns_ += seconds * base::ns_per_s; }

  std::string folder_;
  std::string address_ = "127.0.0.1";
  std::atomic<std::int64_t> now_ns_ = start_ns;
  std::unique_ptr<Identity> identity_;
  std::unique_ptr<operations::Table> table_;
};

TEST_F(IdentityTest, TheFirstStartMakesAnAdminWhoCanLogIn) {
  const Reply tokens = login("admin", admin_password);
  ASSERT_EQ(tokens.status, 200);
  const auto caller = identity_->verify(text_of(tokens.body, "access_token"));
  ASSERT_TRUE(caller.has_value());
  EXPECT_EQ(caller->username, "admin");
  EXPECT_EQ(caller->user, identity_->find_user("admin"));
  EXPECT_EQ(caller->permissions, std::vector<std::string>{"*"});
  EXPECT_TRUE(identity_->take_generated_password().empty());
}

TEST_F(IdentityTest, AGeneratedPasswordIsGivenOnceAndWorks) {
  close();
  std::filesystem::remove_all(folder_);
  std::filesystem::create_directory(folder_);
  Settings without = settings();
  without.admin_password.clear();
  identity_ = *Identity::open(std::move(without));
  table_ = std::make_unique<operations::Table>();
  identity_->add_operations(*table_);
  const std::string password = identity_->take_generated_password();
  EXPECT_EQ(password.size(), 20U);
  EXPECT_TRUE(identity_->take_generated_password().empty());
  EXPECT_EQ(login("admin", password).status, 200);
}

TEST_F(IdentityTest, TheSecretIsKeptForItsOwnerOnly) {
  struct stat status {};
  ASSERT_EQ(::stat((folder_ + "/jwt_secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat((folder_ + "/identity.sqlite").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  close();
  ASSERT_EQ(::chmod((folder_ + "/jwt_secret").c_str(), 0644), 0);
  EXPECT_EQ(Identity::open(settings()).error().code, "insecure_file");
}

TEST_F(IdentityTest, RefusesAWeakSecretAndBadLives) {
  Settings weak = settings();
  weak.jwt_secret = "short";
  EXPECT_EQ(Identity::open(std::move(weak)).error().code, "weak_secret");
  Settings forever = settings();
  forever.access_hours = 10'000;
  EXPECT_EQ(Identity::open(std::move(forever)).error().code, "invalid_setting");
}

TEST_F(IdentityTest, TokensOutliveARestartUntilTheyExpire) {
  const Reply tokens = login("admin", admin_password);
  restart();
  EXPECT_TRUE(valid(tokens));
  advance_s(24 * 3'600 + 29);
  EXPECT_TRUE(valid(tokens));
  advance_s(1);
  EXPECT_FALSE(valid(tokens));
}

TEST_F(IdentityTest, TokensOfAnotherSecretAreRefused) {
  const Reply tokens = login("admin", admin_password);
  close();
  std::filesystem::remove(folder_ + "/jwt_secret");
  open();
  EXPECT_FALSE(valid(tokens));
}

TEST_F(IdentityTest, UnknownUserAndWrongPasswordGetTheSameAnswer) {
  const Reply unknown = login("nobody", "some password");
  const Reply wrong = login("admin", "some password");
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(unknown.status, wrong.status);
  EXPECT_EQ(unknown.body, wrong.body);
}

TEST_F(IdentityTest, ARefreshTokenWorksOnce) {
  const Reply first = login("admin", admin_password);
  const Reply second =
      call("refresh_token", {{"refresh_token", text_of(first.body, "refresh_token")}});
  ASSERT_EQ(second.status, 200);
  EXPECT_TRUE(valid(second));
  EXPECT_TRUE(valid(first));  // the session goes on
  EXPECT_NE(text_of(first.body, "refresh_token"), text_of(second.body, "refresh_token"));
}

TEST_F(IdentityTest, ReuseOfARefreshTokenEndsTheSession) {
  const Reply other = login("admin", admin_password);
  const Reply first = login("admin", admin_password);
  const std::string stolen = text_of(first.body, "refresh_token");
  const Reply second = call("refresh_token", {{"refresh_token", stolen}});
  restart();  // spent tokens are remembered on disk
  const Reply reused = call("refresh_token", {{"refresh_token", stolen}});
  EXPECT_EQ(reused.status, 401);
  EXPECT_EQ(reused.reason(), "refresh_token_reused");
  EXPECT_FALSE(valid(first));
  EXPECT_FALSE(valid(second));
  EXPECT_EQ(
      call("refresh_token", {{"refresh_token", text_of(second.body, "refresh_token")}}).status,
      401);
  EXPECT_TRUE(valid(other));
  EXPECT_EQ(identity_->stats().refresh_reuses, 1U);
}

TEST_F(IdentityTest, OfManyRefreshesAtOnceOneAtMostSucceeds) {
  const std::string token = text_of(login("admin", admin_password).body, "refresh_token");
  std::atomic<int> succeeded = 0;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < 8; ++i)
      clients.emplace_back([&] {
        if (call("refresh_token", {{"refresh_token", token}}).status == 200) ++succeeded;
      });
  }
  EXPECT_EQ(succeeded, 1);
}

TEST_F(IdentityTest, AccessAndRefreshTokensAreNotInterchangeable) {
  const Reply tokens = login("admin", admin_password);
  EXPECT_FALSE(identity_->verify(text_of(tokens.body, "refresh_token")));
  EXPECT_EQ(call("refresh_token", {{"refresh_token", text_of(tokens.body, "access_token")}}).status,
            400);  // longer than a refresh token can be
  EXPECT_EQ(call("refresh_token", {{"refresh_token", std::string(43, 'A')}}).status, 401);
}

TEST_F(IdentityTest, ASessionEndsAfterSevenDays) {
  Reply tokens = login("admin", admin_password);
  for (int day = 0; day < 6; ++day) {
    advance_s(24 * 3'600);
    tokens = call("refresh_token", {{"refresh_token", text_of(tokens.body, "refresh_token")}});
    ASSERT_EQ(tokens.status, 200);
  }
  advance_s(24 * 3'600);
  EXPECT_FALSE(valid(tokens));
  EXPECT_EQ(
      call("refresh_token", {{"refresh_token", text_of(tokens.body, "refresh_token")}}).status,
      401);
}

TEST_F(IdentityTest, LogoutEndsTheSessionAtOnceAndForEver) {
  const Reply tokens = login("admin", admin_password);
  const std::string refresh = text_of(tokens.body, "refresh_token");
  EXPECT_EQ(call("logout", {{"refresh_token", refresh}}).status, 200);
  EXPECT_FALSE(valid(tokens));
  EXPECT_EQ(call("refresh_token", {{"refresh_token", refresh}}).status, 401);
  restart();
  EXPECT_FALSE(valid(tokens));
  EXPECT_EQ(call("logout", {{"refresh_token", refresh}}).status, 200);
}

TEST_F(IdentityTest, ARoleChangeVoidsAccessTokensOnly) {
  ASSERT_EQ(as_admin("create_user",
                     {{"username", "maria"}, {"password", "maria's phrase"}, {"role", "trader"}})
                .status,
            201);
  const Reply tokens = login("maria", "maria's phrase");
  ASSERT_TRUE(valid(tokens));
  ASSERT_EQ(as_admin("update_user", {{"username", "maria"}, {"role", "readonly"}}).status, 200);
  EXPECT_FALSE(valid(tokens));
  restart();
  EXPECT_FALSE(valid(tokens));
  const Reply next =
      call("refresh_token", {{"refresh_token", text_of(tokens.body, "refresh_token")}});
  ASSERT_EQ(next.status, 200);
  EXPECT_EQ(identity_->verify(text_of(next.body, "access_token"))->permissions,
            std::vector<std::string>{"*.read"});
}

TEST_F(IdentityTest, DisablingEndsEverythingAndLooksLikeAWrongPassword) {
  as_admin("create_user",
           {{"username", "maria"}, {"password", "maria's phrase"}, {"role", "trader"}});
  const Reply tokens = login("maria", "maria's phrase");
  ASSERT_EQ(as_admin("update_user", {{"username", "maria"}, {"disabled", "true"}}).status, 200);
  EXPECT_FALSE(valid(tokens));
  EXPECT_EQ(
      call("refresh_token", {{"refresh_token", text_of(tokens.body, "refresh_token")}}).status,
      401);
  EXPECT_EQ(login("maria", "maria's phrase").reason(), "invalid_credentials");
  ASSERT_EQ(as_admin("update_user", {{"username", "maria"}, {"disabled", "false"}}).status, 200);
  EXPECT_FALSE(valid(tokens));
  EXPECT_EQ(login("maria", "maria's phrase").status, 200);
}

TEST_F(IdentityTest, ANewPasswordEndsAllSessions) {
  const Reply tokens = login("admin", admin_password);
  EXPECT_EQ(call("change_password", {{"username", "admin"},
                                     {"current_password", "not the password"},
                                     {"new_password", "another long phrase"}})
                .status,
            401);
  EXPECT_EQ(call("change_password", {{"username", "admin"},
                                     {"current_password", admin_password},
                                     {"new_password", "Password123"}})
                .reason(),
            "weak_password");
  ASSERT_TRUE(valid(tokens));
  ASSERT_EQ(call("change_password", {{"username", "admin"},
                                     {"current_password", admin_password},
                                     {"new_password", "another long phrase"}})
                .status,
            200);
  EXPECT_FALSE(valid(tokens));
  EXPECT_EQ(login("admin", admin_password).status, 401);
  EXPECT_EQ(login("admin", "another long phrase").status, 200);
}

TEST_F(IdentityTest, TheLastAdminStays) {
  EXPECT_EQ(as_admin("update_user", {{"username", "admin"}, {"disabled", "true"}}).reason(),
            "last_admin");
  EXPECT_EQ(as_admin("update_user", {{"username", "admin"}, {"role", "trader"}}).reason(),
            "last_admin");
  as_admin("create_user",
           {{"username", "second"}, {"password", "a second phrase"}, {"role", "admin"}});
  EXPECT_EQ(as_admin("update_user", {{"username", "admin"}, {"role", "trader"}}).status, 200);
}

TEST_F(IdentityTest, OnlyThoseWhoMayManageUsersCan) {
  for (const char* granted : {"*.read", "trading.*", "analytics.*", ""}) {
    operations::Caller caller;
    caller.permissions = {granted};
    EXPECT_EQ(call(caller, "list_users", {}).status, 403);
    EXPECT_EQ(call(caller, "create_user",
                   {{"username", "x"}, {"password", "some phrase"}, {"role", "admin"}})
                  .status,
              403);
    EXPECT_EQ(call(caller, "update_user", {{"username", "admin"}, {"role", "admin"}}).status, 403);
  }
}

TEST_F(IdentityTest, RefusesBadNamesPasswordsAndRoles) {
  const auto reason = [&](const char* name, const char* password, const char* role) {
    return as_admin("create_user", {{"username", name}, {"password", password}, {"role", role}})
        .reason();
  };
  EXPECT_EQ(reason("Maria", "some long phrase", "trader"), "invalid_username");
  EXPECT_EQ(reason("m'; DROP TABLE users", "some long phrase", "trader"), "invalid_username");
  EXPECT_EQ(reason("maria", "short", "trader"), "weak_password");
  EXPECT_EQ(reason("maria", "12345678", "trader"), "weak_password");
  EXPECT_EQ(reason("maria", "some long phrase", "owner"), "invalid_request");
  EXPECT_EQ(reason("admin", "some long phrase", "trader"), "already_exists");
}

TEST_F(IdentityTest, ListsUsersByPage) {
  for (const char* name : {"zoe", "ben", "maria"})
    as_admin("create_user",
             {{"username", name}, {"password", "some long phrase"}, {"role", "trader"}});
  operations::Caller admin;
  admin.permissions = {"*"};
  std::vector<std::string> names;
  json::Value arguments = json::parse(R"({"limit":3})").value();
  std::promise<operations::Answer> answered;
  table_->find("list_users")->call(admin, arguments, [&](operations::Answer a) {
    answered.set_value(a);
  });
  const json::Value page = json::parse(answered.get_future().get().body).value();
  for (const json::Value& user : *page.find("users")->array())
    names.push_back(text_of(user, "username"));
  EXPECT_EQ(names, (std::vector<std::string>{"admin", "ben", "maria"}));
  const Reply rest = as_admin("list_users", {{"cursor", text_of(page, "next_cursor")}});
  EXPECT_EQ(text_of(rest.body.find("users")->array()->front(), "username"), "zoe");
  EXPECT_EQ(rest.body.find("next_cursor"), nullptr);
}

TEST_F(IdentityTest, AnAccountIsThrottledAfterFiveFailures) {
  for (const char* name : {"admin", "nobody"}) {
    for (int i = 0; i < 5; ++i)
      ASSERT_EQ(login(name, "wrong password").status, 401);
    const Reply refused = login(name, admin_password);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.reason(), "too_many_attempts");
  }
  advance_s(15 * 60);
  EXPECT_EQ(login("admin", admin_password).status, 200);
}

TEST_F(IdentityTest, AnAddressIsThrottledOverAllAccounts) {
  for (int i = 0; i < 50; ++i)
    ASSERT_EQ(login("user" + std::to_string(i), "wrong password").status, 401);
  EXPECT_EQ(login("admin", admin_password).status, 429);
  address_ = "127.0.0.2";
  EXPECT_EQ(login("admin", admin_password).status, 200);
}

TEST_F(IdentityTest, ANewLoginBeyondTheLargestNumberEndsTheOldestSession) {
  const Reply oldest = login("admin", admin_password);
  for (std::size_t i = 1; i < sessions_of_user_max; ++i) {
    advance_s(1);
    ASSERT_EQ(login("admin", admin_password).status, 200);
  }
  EXPECT_TRUE(valid(oldest));
  EXPECT_EQ(login("admin", admin_password).status, 200);
  EXPECT_FALSE(valid(oldest));
}

TEST_F(IdentityTest, MoreLoginsThanCanWaitAreRefusedBusy) {
  constexpr int attempts = 2'000;
  std::atomic<int> done = 0, good = 0, busy = 0;
  json::Value arguments = json::Value::object();
  arguments.add("username", json::Value::text("admin"));
  arguments.add("password", json::Value::text(admin_password));
  for (int i = 0; i < attempts; ++i)
    table_->find("login")->call({}, arguments, [&](operations::Answer answer) {
      if (answer.status == 200) ++good;
      if (answer.status == 503) ++busy;
      ++done;
    });
  close();  // runs what waits
  EXPECT_EQ(done, attempts);
  EXPECT_EQ(good + busy, attempts);
  EXPECT_GE(good, static_cast<int>(logins_waiting_max));
  EXPECT_GT(busy, 0);
}

TEST_F(IdentityTest, NoSecretIsStoredInClear) {
  const Reply tokens = login("admin", admin_password);
  close();
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(bytes.find(admin_password), std::string::npos) << entry.path();
    EXPECT_EQ(bytes.find(text_of(tokens.body, "refresh_token")), std::string::npos);
    EXPECT_EQ(bytes.find(text_of(tokens.body, "access_token")), std::string::npos);
  }
}

}  // namespace
}  // namespace identity
