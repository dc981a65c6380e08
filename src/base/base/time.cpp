#include "base/time.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace base {
namespace {

constexpr std::size_t date_time_length = 19;  // 2026-11-22T09:30:00

// Reads `count` digits at `at`; -1 when one is not a digit or the text is too short.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Seconds east of UTC from `Z`, `+hh:mm` or `-hh:mm`; false when it is none of them.
bool parse_offset(std::string_view text, int& seconds) {
  if (text == "Z" || text == "z") {
    seconds = 0;
    return true;
  }
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return false;
  seconds = (hours * 60 + minutes) * 60 * (text[0] == '-' ? -1 : 1);
  return true;
}

}  // namespace

std::string format_rfc3339(Timestamp time) {
  using namespace std::chrono;
  std::int64_t seconds_total = time.ns() / ns_per_s;
  std::int64_t fraction = time.ns() % ns_per_s;
  if (fraction < 0) {
    fraction += ns_per_s;
    --seconds_total;
  }
  const sys_seconds at{seconds(seconds_total)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss clock{at - day};
  std::array<char, 48> text{};
  const int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ",
                    static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                    static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                    static_cast<int>(clock.minutes().count()),
                    static_cast<int>(clock.seconds().count()), static_cast<int>(fraction));
  return std::string(text.data(), static_cast<std::size_t>(length));
}

Result<Timestamp> parse_rfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto bad = [&] {
    return fail("invalid_time", "expected a time such as 2026-11-22T09:30:00Z");
  };
  if (text.size() <= date_time_length || text.size() > 40) return bad();
  const int y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2);
  const int h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  const bool separators = text[4] == '-' && text[7] == '-' &&
                          (text[10] == 'T' || text[10] == 't') && text[13] == ':' &&
                          text[16] == ':';
  if (!separators || y < 1970 || y > 2261 || mo < 0 || d < 0 || h < 0 || h > 23 || mi < 0 ||
      mi > 59 || s < 0 || s > 59)
    return bad();
  const year_month_day date{year(y), month(static_cast<unsigned>(mo)),
                            day(static_cast<unsigned>(d))};
  if (!date.ok()) return bad();
  std::size_t at = date_time_length;
  std::int64_t fraction = 0;
  if (text[at] == '.') {
    std::int64_t unit = ns_per_s;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      unit /= 10;
      if (unit == 0) return bad();
      fraction += (text[at] - '0') * unit;
    }
    if (unit == ns_per_s) return bad();
  }
  int offset = 0;
  if (!parse_offset(text.substr(at), offset)) return bad();
  const std::int64_t day_seconds = sys_days{date}.time_since_epoch().count() * 86'400LL;
  const std::int64_t total = day_seconds + h * 3600 + mi * 60 + s - offset;
  return Timestamp(total * ns_per_s + fraction);
}

}  // namespace base
