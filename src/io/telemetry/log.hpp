#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace telemetry {

enum class Level { Debug, Info, Warn, Error };

// "debug", "info", "warn", "error".
std::optional<Level> parse_level(std::string_view text);
std::string_view to_text(Level level);

// One field of a line under its ECS name: {"event.action", "order_submit"}, {"error.message",
// text},
// {"http.response.status_code", 503}. Views are only used during the call.
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;

  LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
  LogField(std::string_view k, const char* v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, const std::string& v) : key(k), value(std::string_view(v)) {}
  LogField(std::string_view k, bool v) : key(k), value(v) {}
  LogField(std::string_view k, std::integral auto v)
      : key(k), value(static_cast<std::int64_t>(v)) {}
  LogField(std::string_view k, std::floating_point auto v)
      : key(k), value(static_cast<double>(v)) {}
};

// One JSON object a line with ECS field names: @timestamp, log.level, log.logger, service.name,
// message, then the caller's fields. Thread-safe; a line is written whole. Control characters and
// broken UTF-8 are escaped, so text from outside can add neither lines nor fields. Never pass a
// secret.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  Log(std::string service, Level level);                     // to stderr
  Log(std::string service, Level level, std::ostream& out);  // for tests; `out` outlives the log
  ~Log();

  void debug(std::string_view logger, std::string_view message, Fields fields = {});
  void info(std::string_view logger, std::string_view message, Fields fields = {});
  void warn(std::string_view logger, std::string_view message, Fields fields = {});
  void error(std::string_view logger, std::string_view message, Fields fields = {});

  [[nodiscard]] bool enabled(Level level) const;
  void set_level(Level level);

 private:
  class Sink;
  void write(Level level, std::string_view logger, std::string_view message, Fields fields);
  std::unique_ptr<Sink> sink_;
};

}  // namespace telemetry
