#include "telemetry/log.hpp"

#include <chrono>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include "base/time.hpp"

namespace telemetry {
namespace {

constexpr std::size_t text_bytes_max = 16 * 1024;

spdlog::level::level_enum native(Level level) {
  switch (level) {
    case Level::Debug: return spdlog::level::debug;
    case Level::Info: return spdlog::level::info;
    case Level::Warn: return spdlog::level::warn;
    case Level::Error: return spdlog::level::err;
  }
  return spdlog::level::info;
}

// Length of the well-formed UTF-8 sequence at the front of `text`; 0 when it is broken.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  std::size_t size = 0;
  if (lead >= 0xC2 && lead <= 0xDF) size = 2;
  if (lead >= 0xE0 && lead <= 0xEF) size = 3;
  if (lead >= 0xF0 && lead <= 0xF4) size = 4;
  if (size == 0 || text.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = at(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
      (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return size;
}

void append_text(std::string& out, std::string_view text) {
  if (text.size() > text_bytes_max) text = text.substr(0, text_bytes_max);
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (const std::size_t size = utf8_length(text.substr(i)); size > 0) {
      out.append(text.substr(i, size));
      i += size;
      continue;
    } else {
      out += "\\ufffd";
    }
    ++i;
  }
  out += '"';
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  append_text(out, key);
  out += ':';
  append_text(out, value);
}

void append_field(std::string& out, const LogField& field) {
  append_text(out, field.key);
  out += ':';
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_text(out, *text);
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    fmt::format_to(std::back_inserter(out), "{}", *number);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    // JSON has no infinities and no NaN.
    if (*real - *real == 0) {
      fmt::format_to(std::back_inserter(out), "{}", *real);
    } else {
      out += "null";
    }
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

base::Timestamp now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return base::Timestamp(std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::Debug, Level::Info, Level::Warn, Level::Error}) {
    if (text == to_text(level)) return level;
  }
  return std::nullopt;
}

std::string_view to_text(Level level) {
  switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warn: return "warn";
    case Level::Error: return "error";
  }
  return "info";
}

class Log::Sink {
 public:
  Sink(std::string service, Level level, spdlog::sink_ptr sink)
      : service_(std::move(service)), logger_("platform", std::move(sink)) {
    logger_.set_pattern("%v", spdlog::pattern_time_type::utc);
    logger_.set_level(native(level));
    logger_.flush_on(spdlog::level::debug);
    logger_.set_error_handler([](const std::string&) {});
  }

  std::string service_;
  spdlog::logger logger_;
};

Log::Log(std::string service, Level level)
    : sink_(std::make_unique<Sink>(std::move(service), level,
                                   std::make_shared<spdlog::sinks::stderr_sink_mt>())) {}

Log::Log(std::string service, Level level, std::ostream& out)
    : sink_(std::make_unique<Sink>(std::move(service), level,
                                   std::make_shared<spdlog::sinks::ostream_sink_mt>(out))) {}

Log::~Log() = default;

void Log::debug(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::Debug, logger, message, fields);
}
void Log::info(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::Info, logger, message, fields);
}
void Log::warn(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::Warn, logger, message, fields);
}
void Log::error(std::string_view logger, std::string_view message, Fields fields) {
  write(Level::Error, logger, message, fields);
}

bool Log::enabled(Level level) const {
  return sink_->logger_.should_log(native(level));
}

void Log::set_level(Level level) {
  sink_->logger_.set_level(native(level));
}

void Log::write(Level level, std::string_view logger, std::string_view message, Fields fields) {
  if (!enabled(level)) return;
  std::string line = "{";
  append_member(line, "@timestamp", base::format_rfc3339(now()));
  line += ',';
  append_member(line, "log.level", to_text(level));
  line += ',';
  append_member(line, "log.logger", logger);
  line += ',';
  append_member(line, "service.name", sink_->service_);
  line += ',';
  append_member(line, "message", message);
  for (const LogField& field : fields) {
    line += ',';
    append_field(line, field);
  }
  line += '}';
  sink_->logger_.log(native(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace telemetry
