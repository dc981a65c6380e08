#include "feeds/decimal_steps.hpp"

#include <string>

#include "base/check.hpp"
#include "numeric/decimal.hpp"

namespace feeds {

namespace {

constexpr std::size_t whole_digits_max = 19;
constexpr std::size_t fraction_digits_max = 30;
constexpr int nano_digits = 9;
constexpr std::size_t quoted_text_max = 40;

base::Result<std::int64_t> refuse(const char* code, std::string_view text, const char* why) {
  return base::fail(code, "\"" + std::string(text.substr(0, quoted_text_max)) + "\" " + why);
}

}  // namespace

base::Result<std::int64_t> parse_steps(std::string_view text, std::int64_t step_nano,
                                       std::int64_t steps_max, Remainder remainder, int shift) {
  CHECK(step_nano > 0 && shift >= 0 && shift <= nano_digits);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || whole.size() > whole_digits_max || fraction.size() > fraction_digits_max ||
      (point != std::string_view::npos && fraction.empty()))
    return refuse("invalid_decimal", text, "is not a plain decimal number");

  // 19 digits before the point and 9 after are at most 28: far below 2^127.
  numeric::Uint128 nano = 0;
  for (const char c : whole) {
    if (c < '0' || c > '9') return refuse("invalid_decimal", text, "is not a decimal number");
    nano = nano * 10 + static_cast<unsigned>(c - '0');
  }
  const int kept = nano_digits - shift;
  bool inexact = false;
  int position = 0;
  for (const char c : fraction) {
    if (c < '0' || c > '9') return refuse("invalid_decimal", text, "is not a decimal number");
    if (position++ < kept)
      nano = nano * 10 + static_cast<unsigned>(c - '0');
    else
      inexact = inexact || c != '0';
  }
  for (; position < kept; ++position)
    nano *= 10;

  const auto step = static_cast<std::uint64_t>(step_nano);
  numeric::Uint128 steps = 0;
  if (nano >> 64 == 0) {
    const auto small = static_cast<std::uint64_t>(nano);
    steps = small / step;
    inexact = inexact || small % step != 0;
  } else {
    steps = nano / step;
    inexact = inexact || nano % step != 0;
  }
  if (steps > static_cast<std::uint64_t>(steps_max))
    return refuse("out_of_range", text, "is larger than this instrument allows");
  if (inexact && remainder == Remainder::Refuse)
    return refuse("off_step", text, "is not a whole number of this instrument's ticks or lots");
  return static_cast<std::int64_t>(steps);
}

base::Result<std::int64_t> parse_whole(std::string_view text) {
  if (text.empty() || text.size() > whole_digits_max)
    return refuse("invalid_number", text, "is not a whole number");
  std::uint64_t value = 0;  // 19 digits fit
  for (const char c : text) {
    if (c < '0' || c > '9') return refuse("invalid_number", text, "is not a whole number");
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > static_cast<std::uint64_t>(INT64_MAX))
    return refuse("invalid_number", text, "is too large");
  return static_cast<std::int64_t>(value);
}

}  // namespace feeds
