#include "settings/settings.hpp"

// The table. Order here is the order of the reference page.

namespace settings {
namespace {

using S = Settings;
constexpr std::int64_t port_max = 65535;

Entry number(std::string_view name, std::string_view environment, std::string_view meaning,
             std::int64_t S::*member, std::int64_t minimum, std::int64_t maximum,
             std::string_view allowed, bool reloadable = false) {
  return {name, environment, meaning, allowed, member, minimum, maximum, {}, reloadable, false};
}

Entry text(std::string_view name, std::string_view environment, std::string_view meaning,
           std::string S::*member, std::string_view allowed, std::int64_t minimum = 1,
           std::int64_t maximum = 4096) {
  return {name, environment, meaning, allowed, member, minimum, maximum, {}, false, false};
}

Entry secret(std::string_view name, std::string_view environment, std::string_view meaning,
             std::string S::*member, std::string_view allowed, std::int64_t minimum = 1) {
  Entry entry = text(name, environment, meaning, member, allowed, minimum);
  entry.secret = true;
  return entry;
}

Entry choice(std::string_view name, std::string_view environment, std::string_view meaning,
             std::string S::*member, std::string_view allowed,
             std::vector<std::string_view> choices, bool reloadable = false) {
  Entry entry = text(name, environment, meaning, member, allowed);
  entry.choices = std::move(choices);
  entry.reloadable = reloadable;
  return entry;
}

std::vector<Entry> server_entries() {
  return {
      text("data.folder", "TRADING_DATA_FOLDER", "where journal, database and keys are kept",
           &S::data_folder, "a folder"),
      text("server.listen_address", "TRADING_LISTEN_ADDRESS", "address all services listen on",
           &S::listen_address, "an IP address"),
      number("server.port_offset", "TRADING_PORT_OFFSET", "added to every port", &S::port_offset, 0,
             57000, "0 to 57000"),
      number("server.workers", "WORKER_PROCESSES", "I/O threads; default 8, at most cores x 2",
             &S::workers, 1, 256, "1 to cores x 2"),
      number("server.connections_max", "MAX_CONNECTIONS",
             "open client connections; one more gets 503", &S::connections_max, 1000, 20000,
             "1000 to 20000"),
      number("server.body_bytes_max", "TRADING_BODY_BYTES_MAX", "largest request body",
             &S::http_body_bytes_max, 1024, 16 * 1024 * 1024, "1024 to 16777216"),
      number("limits.per_minute", "RATE_LIMIT_PER_MINUTE",
             "requests of one principal a minute; checked, without effect in this version",
             &S::rate_limit_per_minute, 1, 10'000'000, "1 to 10000000"),
      number("limits.per_hour", "RATE_LIMIT_PER_HOUR",
             "requests of one principal an hour; checked, without effect in this version",
             &S::rate_limit_per_hour, 1, 1'000'000'000, "1 to 1000000000"),
      choice("log.level", "TRADING_LOG_LEVEL", "least severe level that is logged", &S::log_level,
             "debug, info, warn or error", {"debug", "info", "warn", "error"}, true),
  };
}

std::vector<Entry> identity_entries() {
  return {
      secret("identity.jwt_secret_key", "JWT_SECRET_KEY",
             "signs access tokens; absent = made at the first start and kept in the data folder",
             &S::jwt_secret_key, "at least 32 bytes", 32),
      choice("identity.jwt_algorithm", "JWT_ALGORITHM", "how access tokens are signed",
             &S::jwt_algorithm, "HS256", {"HS256"}),
      number("identity.jwt_expiration_hours", "JWT_EXPIRATION_HOURS", "life of an access token",
             &S::jwt_expiration_hours, 1, 720, "1 to 720"),
      secret("identity.admin_password", "TRADING_ADMIN_PASSWORD",
             "password of the user admin at the first start; absent = generated and printed once",
             &S::admin_password, "at least 8 characters", 8),
  };
}

std::vector<Entry> market_entries() {
  return {
      text("market.replay_file", "TRADING_REPLAY_FILE",
           "recorded market to replay; absent = the built-in demo market", &S::replay_file,
           "a file"),
      text("market.replay_speed", "TRADING_REPLAY_SPEED", "speed of the replay", &S::replay_speed,
           "a factor such as 1 or 10, or max"),
      number("market.seed", "TRADING_MARKET_SEED", "seed of the demo market", &S::market_seed, 0,
             INT64_MAX, "0 to 9223372036854775807"),
      secret("providers.alpha_vantage_api_key", "ALPHA_VANTAGE_API_KEY",
             "market data provider; absent = off; checked, without effect in this version",
             &S::alpha_vantage_api_key, "a key"),
      secret("providers.news_api_key", "NEWS_API_KEY",
             "news provider; absent = off; checked, without effect in this version",
             &S::news_api_key, "a key"),
      secret("providers.fred_api_key", "FRED_API_KEY",
             "macro series provider; absent = off; checked, without effect in this version",
             &S::fred_api_key, "a key"),
  };
}

// Addresses of stores carry passwords, so they are secret as a whole.
std::vector<Entry> store_entries() {
  return {
      secret("stores.database_url", "DATABASE_URL",
             "PostgreSQL; absent = embedded SQLite; refused at start in this version",
             &S::database_url, "postgresql://..."),
      secret("stores.mongodb_url", "MONGODB_URL",
             "MongoDB; absent = embedded documents; refused at start in this version",
             &S::mongodb_url, "mongodb://..."),
      secret("stores.redis_url", "REDIS_URL",
             "Redis; absent = in-process cache; refused at start in this version", &S::redis_url,
             "redis://..."),
      number("cache.ttl_seconds", "CACHE_TTL_SECONDS",
             "default life of cached values; checked, without effect in this version",
             &S::cache_ttl_s, 1, 86400, "1 to 86400"),
      number("monitoring.prometheus_port", "PROMETHEUS_PORT",
             "where Prometheus is deployed; checked, without effect in this version",
             &S::prometheus_port, 1, port_max, "1 to 65535"),
      number("monitoring.grafana_port", "GRAFANA_PORT",
             "where Grafana is deployed; checked, without effect in this version", &S::grafana_port,
             1, port_max, "1 to 65535"),
  };
}

}  // namespace

const std::vector<Entry>& entries() {
  static const std::vector<Entry> table = [] {
    std::vector<Entry> all;
    for (auto part : {server_entries, identity_entries, market_entries, store_entries}) {
      for (Entry& entry : part())
        all.push_back(std::move(entry));
    }
    return all;
  }();
  return table;
}

}  // namespace settings
