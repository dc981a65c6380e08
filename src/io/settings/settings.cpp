#include "settings/settings.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <toml++/toml.h>

namespace settings {
namespace {

constexpr std::size_t file_bytes_max = 1024 * 1024;
constexpr std::int64_t workers_default = 8;

using Problems = std::vector<std::string>;

std::int64_t workers_max() {
  return std::max<std::int64_t>(1, std::thread::hardware_concurrency()) * 2;
}

std::string refusal(const Entry& entry, std::string_view where, std::string_view value) {
  const std::string shown = entry.secret ? "(secret)" : "\"" + std::string(value) + "\"";
  return std::string(where) + " = " + shown + " is not allowed: " + std::string(entry.allowed) +
         ".";
}

bool is_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

bool is_speed(const std::string& text) {
  if (text == "max") return true;
  double factor = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, factor, std::chars_format::fixed);
  return parsed.ec == std::errc{} && parsed.ptr == end && factor > 0 && factor <= 1e6;
}

// Rules that are not a length, a range or a choice.
bool passes_own_rule(const Entry& entry, const std::string& text) {
  if (entry.name == "server.listen_address") return is_address(text);
  if (entry.name == "market.replay_speed") return is_speed(text);
  if (entry.name == "stores.database_url") {
    return text.starts_with("postgresql://") || text.starts_with("postgres://");
  }
  if (entry.name == "stores.mongodb_url") return text.starts_with("mongodb://");
  if (entry.name == "stores.redis_url") return text.starts_with("redis://");
  return true;
}

bool store_text(const Entry& entry, Settings& settings, const std::string& text) {
  const auto size = static_cast<std::int64_t>(text.size());
  if (size < entry.minimum || size > entry.maximum) return false;
  if (text.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos) return false;
  if (!entry.choices.empty() &&
      std::find(entry.choices.begin(), entry.choices.end(), text) == entry.choices.end()) {
    return false;
  }
  if (!passes_own_rule(entry, text)) return false;
  settings.*std::get<std::string Settings::*>(entry.member) = text;
  return true;
}

bool store_number(const Entry& entry, Settings& settings, std::int64_t value) {
  const std::int64_t maximum = entry.name == "server.workers" ? workers_max() : entry.maximum;
  if (value < entry.minimum || value > maximum) return false;
  settings.*std::get<std::int64_t Settings::*>(entry.member) = value;
  return true;
}

bool is_number(const Entry& entry) {
  return std::holds_alternative<std::int64_t Settings::*>(entry.member);
}

// A value given as text: environment and command line.
bool store(const Entry& entry, Settings& settings, const std::string& text) {
  if (!is_number(entry)) return store_text(entry, settings, text);
  std::int64_t value = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc{} && parsed.ptr == end && store_number(entry, settings, value);
}

std::optional<std::size_t> find(std::string_view name) {
  for (std::size_t i = 0; i < entries().size(); ++i) {
    if (entries()[i].name == name) return i;
  }
  return std::nullopt;
}

std::string section_names() {
  std::string names;
  for (const Entry& entry : entries()) {
    if (!names.empty()) names += ", ";
    names += entry.name;
  }
  return names;
}

std::string show(const toml::node& node) {
  std::ostringstream out;
  node.visit([&out](const auto& value) { out << value; });
  return out.str();
}

void take_node(const std::string& name, const toml::node& node, Loaded& loaded,
               Problems& problems) {
  if (const auto* table = node.as_table()) {
    for (const auto& [key, value] : *table) {
      const std::string inner(key.str());
      take_node(name.empty() ? inner : name + "." + inner, value, loaded, problems);
    }
    return;
  }
  const auto index = find(name);
  if (!index) {
    problems.push_back("unknown setting " + name + "; known are: " + section_names() + ".");
    return;
  }
  const Entry& entry = entries()[*index];
  const auto text = node.value_exact<std::string>();
  const auto number = node.value_exact<std::int64_t>();
  const bool stored = is_number(entry) ? number && store_number(entry, loaded.settings, *number)
                                       : text && store_text(entry, loaded.settings, *text);
  if (stored) {
    loaded.origins[*index] = Origin::File;
  } else {
    problems.push_back(refusal(entry, name, text ? *text : show(node)));
  }
}

void take_environment(const Environment& environment, Loaded& loaded, Problems& problems) {
  for (std::size_t i = 0; i < entries().size(); ++i) {
    const Entry& entry = entries()[i];
    if (entry.environment.empty()) continue;
    const auto value = environment(std::string(entry.environment));
    if (!value || value->empty()) continue;
    if (store(entry, loaded.settings, *value)) {
      loaded.origins[i] = Origin::Environment;
    } else {
      problems.push_back(refusal(entry, entry.environment, *value));
    }
  }
}

base::Result<Loaded> finish(Loaded loaded, Problems problems) {
  if (problems.empty()) return loaded;
  std::string message;
  for (const std::string& problem : problems) {
    if (!message.empty()) message += '\n';
    message += problem;
  }
  return base::fail("settings_refused", message);
}

std::string_view to_text(Origin origin) {
  switch (origin) {
    case Origin::Default: return "default";
    case Origin::File: return "file";
    case Origin::Environment: return "environment";
    case Origin::CommandLine: return "command line";
  }
  return "default";
}

std::string plain(const Entry& entry, const Settings& settings) {
  if (const auto* number = std::get_if<std::int64_t Settings::*>(&entry.member)) {
    return std::to_string(settings.**number);
  }
  return settings.*std::get<std::string Settings::*>(entry.member);
}

std::string shown(const Entry& entry, const Settings& settings) {
  const std::string value = plain(entry, settings);
  if (!is_number(entry) && value.empty()) return "(absent)";
  if (entry.secret) return "(set)";
  return is_number(entry) ? value : "\"" + value + "\"";
}

Settings defaults() {
  Settings settings;
  settings.workers = std::min(workers_default, workers_max());
  return settings;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

base::Result<Loaded> read_text(std::string_view text, const Environment& environment) {
  Loaded loaded{defaults(), std::vector<Origin>(entries().size(), Origin::Default)};
  Problems problems;
  try {
    take_node("", toml::parse(text), loaded, problems);
  } catch (const toml::parse_error& error) {
    problems.push_back("the file is not TOML: line " + std::to_string(error.source().begin.line) +
                       ": " + std::string(error.description()) + ".");
  }
  take_environment(environment, loaded, problems);
  return finish(std::move(loaded), std::move(problems));
}

base::Result<Loaded> read(const std::string& file, const Environment& environment) {
  if (file.empty()) return read_text({}, environment);
  std::error_code ec;
  const auto size = std::filesystem::file_size(file, ec);
  std::ifstream in(file, std::ios::binary);
  if (ec || !in || size > file_bytes_max) {
    return base::fail("settings_unreadable", "Cannot read the settings file " + file + ".");
  }
  std::ostringstream text;
  text << in.rdbuf();
  return read_text(text.str(), environment);
}

base::Status set(Loaded& loaded, std::string_view name, std::string_view value) {
  const auto index = find(name);
  if (!index) return base::fail("settings_refused", "unknown setting " + std::string(name) + ".");
  const Entry& entry = entries()[*index];
  if (!store(entry, loaded.settings, std::string(value))) {
    return base::fail("settings_refused", refusal(entry, name, value));
  }
  loaded.origins[*index] = Origin::CommandLine;
  return {};
}

std::string print(const Loaded& loaded) {
  std::string out;
  for (std::size_t i = 0; i < entries().size(); ++i) {
    const Entry& entry = entries()[i];
    out += std::string(entry.name) + " = " + shown(entry, loaded.settings) + "  # " +
           std::string(to_text(loaded.origins[i])) + "\n";
  }
  return out;
}

std::string reference() {
  std::string out =
      "# Settings\n\n"
      "Read from the TOML file given by `--config`, then from the environment, then from the "
      "command line; the last one wins.\nAn unknown key or a value that is not allowed is refused "
      "at the start.\n\n"
      "| Key | Variable | Meaning | Allowed | Default | Reload |\n"
      "|---|---|---|---|---|---|\n";
  const Settings plain_defaults = Settings{};
  for (const Entry& entry : entries()) {
    std::string value = plain(entry, plain_defaults);
    if (entry.name == "server.workers") value = "min(8, cores x 2)";
    if (value.empty()) value = "absent";
    out += "| `" + std::string(entry.name) + "` | `" + std::string(entry.environment) + "` | " +
           std::string(entry.meaning) + " | " + std::string(entry.allowed) + " | " + value + " | " +
           (entry.reloadable ? "yes" : "restart") + " |\n";
  }
  return out;
}

ReloadPlan compare(const Loaded& running, const Loaded& wanted) {
  ReloadPlan plan;
  for (const Entry& entry : entries()) {
    if (plain(entry, running.settings) == plain(entry, wanted.settings)) continue;
    (entry.reloadable ? plan.applied : plan.need_restart).emplace_back(entry.name);
  }
  return plan;
}

}  // namespace settings
