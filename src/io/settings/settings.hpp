#pragma once

// The settings of a process: one table says for each its name, environment variable, meaning,
// default, bounds, and whether it is secret or can be reloaded. Reading, `settings print`, `check`
// and `reference` all follow that table.
//
// Values come from the defaults, then the TOML file, then the environment; command line options are
// put on top by app through set(). Guarantees: an unknown key or a bad value is refused with the
// key, the value (unless secret) and what is allowed, and all problems are reported at once; no
// secret is ever printed. Absent on purpose: looking settings up by name at run time: a value is a
// plain member.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace settings {

// An empty text means absent.
struct Settings {
  std::string data_folder = "data";
  std::string listen_address = "127.0.0.1";
  std::int64_t port_offset = 0;
  std::string log_level = "info";
  std::int64_t workers = 0;  // 0 until read(): then min(8, cores x 2), or what was asked for
  std::int64_t connections_max = 1000;
  std::int64_t http_body_bytes_max = 1024 * 1024;
  std::int64_t rate_limit_per_minute = 1000;
  std::int64_t rate_limit_per_hour = 50000;
  std::int64_t cache_ttl_s = 300;
  std::string jwt_secret_key;
  std::string jwt_algorithm = "HS256";
  std::int64_t jwt_expiration_hours = 24;
  std::string admin_password;
  std::string database_url;
  std::string mongodb_url;
  std::string redis_url;
  std::string alpha_vantage_api_key;
  std::string news_api_key;
  std::string fred_api_key;
  std::int64_t prometheus_port = 9090;
  std::int64_t grafana_port = 3000;
  std::string replay_file;
  std::string replay_speed = "1";
  std::int64_t market_seed = 1;
};

// Where a value came from, for `settings print`.
enum class Origin { Default, File, Environment, CommandLine };

struct Entry {
  std::string_view name;         // TOML key, dotted: "server.workers"
  std::string_view environment;  // variable; empty = none
  std::string_view meaning;
  std::string_view allowed;  // for people: "1000 to 20000"
  std::variant<std::string Settings::*, std::int64_t Settings::*> member;
  std::int64_t minimum = 0;  // of a number; of a text its length when given
  std::int64_t maximum = 0;
  std::vector<std::string_view> choices;  // of a text; empty = any
  bool reloadable = false;
  bool secret = false;
};

// In the order of the reference page.
const std::vector<Entry>& entries();

struct Loaded {
  Settings settings;
  std::vector<Origin> origins;  // parallel to entries()
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of this process.
Environment process_environment();

// `file` empty: no file. Errors: settings_refused, one line a problem; settings_unreadable.
base::Result<Loaded> read(const std::string& file, const Environment& environment);
// The same from TOML text, for tests and for the editor of the dashboard.
base::Result<Loaded> read_text(std::string_view toml, const Environment& environment);

// One setting from the command line, by its name. Errors: settings_refused.
base::Status set(Loaded& loaded, std::string_view name, std::string_view value);

// Every setting as "name = value  # origin", secrets as "(set)" or "(absent)".
std::string print(const Loaded& loaded);
// Markdown: one table with name, variable, meaning, allowed, default, reloadable.
std::string reference();

// What a reload changes: names that take effect now, and names that need a restart.
struct ReloadPlan {
  std::vector<std::string> applied;
  std::vector<std::string> need_restart;
};
ReloadPlan compare(const Loaded& running, const Loaded& wanted);

}  // namespace settings
