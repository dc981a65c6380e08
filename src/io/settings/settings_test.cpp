#include "settings/settings.hpp"

#include <fstream>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace settings {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Environment variables(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Settings, HasTheContractsDefaults) {
  const auto loaded = read_text("", variables({}));
  ASSERT_TRUE(loaded);
  const Settings& s = loaded->settings;
  EXPECT_EQ(s.connections_max, 1000);
  EXPECT_EQ(s.rate_limit_per_minute, 1000);
  EXPECT_EQ(s.rate_limit_per_hour, 50000);
  EXPECT_EQ(s.jwt_expiration_hours, 24);
  EXPECT_EQ(s.cache_ttl_s, 300);
  EXPECT_EQ(s.listen_address, "127.0.0.1");
  EXPECT_GE(s.workers, 1);
  EXPECT_LE(s.workers, 8);
}

TEST(Settings, LetsTheEnvironmentWinOverTheFileAndTheCommandLineOverBoth) {
  const std::string toml = "[server]\nconnections_max = 2000\n[log]\nlevel = 'warn'\n";
  auto loaded = read_text(toml, variables({{"MAX_CONNECTIONS", "3000"}}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.connections_max, 3000);
  EXPECT_EQ(loaded->settings.log_level, "warn");
  ASSERT_TRUE(set(*loaded, "server.connections_max", "4000"));
  EXPECT_EQ(loaded->settings.connections_max, 4000);
  const std::string printed = print(*loaded);
  EXPECT_THAT(printed, HasSubstr("server.connections_max = 4000  # command line\n"));
  EXPECT_THAT(printed, HasSubstr("log.level = \"warn\"  # file\n"));
  EXPECT_THAT(printed, HasSubstr("limits.per_hour = 50000  # default\n"));
}

TEST(Settings, NamesEveryProblemAtOnce) {
  const auto loaded = read_text("[server]\nworker = 3\nport_offset = -1\nworkers = 'two'\n",
                                variables({{"MAX_CONNECTIONS", "12x"}}));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, "settings_refused");
  const std::string& message = loaded.error().message;
  EXPECT_THAT(message, HasSubstr("unknown setting server.worker;"));
  EXPECT_THAT(message, HasSubstr("server.port_offset = \"-1\" is not allowed: 0 to 57000."));
  EXPECT_THAT(message, HasSubstr("server.workers = \"two\" is not allowed: 1 to cores x 2."));
  EXPECT_THAT(message, HasSubstr("MAX_CONNECTIONS = \"12x\" is not allowed: 1000 to 20000."));
}

TEST(Settings, RefusesWhatIsOutOfBounds) {
  const std::pair<const char*, const char*> table[] = {
      {"MAX_CONNECTIONS", "999"},     {"MAX_CONNECTIONS", "20001"},
      {"WORKER_PROCESSES", "0"},      {"WORKER_PROCESSES", "100000"},
      {"JWT_ALGORITHM", "none"},      {"JWT_SECRET_KEY", "short"},
      {"TRADING_LOG_LEVEL", "loud"},  {"TRADING_LISTEN_ADDRESS", "localhost"},
      {"DATABASE_URL", "mysql://x"},  {"REDIS_URL", "http://x"},
      {"TRADING_REPLAY_SPEED", "-1"}, {"RATE_LIMIT_PER_MINUTE", "1e3"},
      {"TRADING_PORT_OFFSET", " 1"},  {"CACHE_TTL_SECONDS", "99999999999999999999"},
  };
  for (const auto& [name, value] : table) {
    EXPECT_FALSE(read_text("", variables({{name, value}}))) << name << "=" << value;
  }
}

TEST(Settings, ShowsNoSecret) {
  const std::string key = "0123456789abcdef0123456789abcdef";
  const auto loaded = read_text(
      "", variables({{"JWT_SECRET_KEY", key}, {"DATABASE_URL", "postgresql://u:pw@h/d"}}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.jwt_secret_key, key);
  const std::string printed = print(*loaded);
  EXPECT_THAT(printed, HasSubstr("identity.jwt_secret_key = (set)"));
  EXPECT_THAT(printed, HasSubstr("identity.admin_password = (absent)"));
  EXPECT_THAT(printed, Not(HasSubstr(key)));
  EXPECT_THAT(printed, Not(HasSubstr("pw")));
  const auto refused = read_text("[identity]\njwt_secret_key = 'leak-me-not'\n", variables({}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, Not(HasSubstr("leak-me-not")));
}

TEST(Settings, SaysWhereTheFileIsNotToml) {
  const auto loaded = read_text("[server\n", variables({}));
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().message, HasSubstr("line 1"));
}

TEST(Settings, ReadsAFileAndRefusesAMissingOne) {
  const std::string path = testing::TempDir() + "settings_test.toml";
  std::ofstream(path) << "[market]\nseed = 7\n";
  const auto loaded = read(path, variables({}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->settings.market_seed, 7);
  const auto missing = read(path + ".missing", variables({}));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "settings_unreadable");
}

TEST(Settings, DocumentsEveryEntryOnce) {
  const std::string page = reference();
  std::set<std::string_view> names;
  std::set<std::string_view> members;
  for (const Entry& entry : entries()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_TRUE(members.insert(entry.environment).second) << entry.environment;
    EXPECT_THAT(page, HasSubstr("| `" + std::string(entry.name) + "` |"));
  }
}

TEST(Settings, TellsWhatAReloadAppliesAndWhatNeedsARestart) {
  const auto running = read_text("", variables({}));
  const auto wanted = read_text("[log]\nlevel='debug'\n[market]\nseed=9\n", variables({}));
  ASSERT_TRUE(running && wanted);
  const ReloadPlan plan = compare(*running, *wanted);
  EXPECT_THAT(plan.applied, ElementsAre("log.level"));
  EXPECT_THAT(plan.need_restart, ElementsAre("market.seed"));
}

}  // namespace
}  // namespace settings
