#include "numeric/decimal.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace numeric {
namespace {

constexpr int exponent_max = 64;  // anything larger is refused before it is computed
constexpr std::size_t text_max = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Parts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  int exponent = 0;
};

// Splits JSON's number grammar (a leading '+' is allowed too); false when the text does not match.
bool split(std::string_view text, Parts& parts) {
  if (text.empty() || text.size() > text_max) return false;
  std::size_t at = 0;
  if (text[0] == '-' || text[0] == '+') {
    parts.negative = text[0] == '-';
    ++at;
  }
  const auto run = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at]))
      ++at;
    return text.substr(start, at - start);
  };
  parts.whole = run();
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole[0] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    parts.fraction = run();
    if (parts.fraction.empty()) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    const std::string_view digits = run();
    if (digits.empty() || digits.size() > 3) return false;
    for (char c : digits)
      parts.exponent = parts.exponent * 10 + (c - '0');
    if (negative) parts.exponent = -parts.exponent;
  }
  return at == text.size();
}

}  // namespace

std::int64_t power_of_ten(int exponent) {
  CHECK(exponent >= 0 && exponent <= scale_max);
  std::int64_t value = 1;
  for (int i = 0; i < exponent; ++i)
    value *= 10;
  return value;
}

base::Result<Int128> parse_decimal(std::string_view text, int scale) {
  Parts parts;
  if (!split(text, parts)) return base::fail("invalid_decimal", "expected a decimal number");
  if (parts.exponent > exponent_max || parts.exponent < -exponent_max)
    return base::fail("decimal_range", "the number is out of range");
  // Digits in order; `shift` digits are still to come (or to be cut) to reach the scale.
  int shift = scale + parts.exponent - static_cast<int>(parts.fraction.size());
  const std::size_t count = parts.whole.size() + parts.fraction.size();
  const auto digit = [&](std::size_t i) {
    return i < parts.whole.size() ? parts.whole[i] - '0'
                                  : parts.fraction[i - parts.whole.size()] - '0';
  };
  const std::size_t kept =
      shift >= 0 ? count : count - std::min(count, static_cast<std::size_t>(-shift));
  for (std::size_t i = kept; i < count; ++i)
    if (digit(i) != 0)
      return base::fail("decimal_precision",
                        "the number has more than " + std::to_string(scale) + " decimals");
  constexpr Int128 limit = (Int128{1} << 126) - 1;
  Int128 value = 0;
  const auto push = [&](int d) {
    if (value > (limit - d) / 10) return false;
    value = value * 10 + d;
    return true;
  };
  for (std::size_t i = 0; i < kept; ++i)
    if (!push(digit(i))) return base::fail("decimal_range", "the number is out of range");
  for (int i = 0; i < shift && value != 0; ++i)
    if (!push(0)) return base::fail("decimal_range", "the number is out of range");
  return parts.negative ? -value : value;
}

std::string format_decimal(Int128 value, int scale, int decimals_min) {
  CHECK(scale >= 0 && scale <= 36);
  std::array<char, 64> reversed{};
  std::size_t length = 0;
  const bool negative = value < 0;
  Uint128 rest = negative ? -static_cast<Uint128>(value) : static_cast<Uint128>(value);
  int decimals = scale;
  while (decimals > decimals_min && rest % 10 == 0) {
    rest /= 10;
    --decimals;
  }
  for (int i = 0; rest != 0 || i <= decimals; ++i) {
    if (i == decimals && decimals > 0) reversed[length++] = '.';
    reversed[length++] = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  }
  if (negative) reversed[length++] = '-';
  return std::string(reversed.rend() - static_cast<std::ptrdiff_t>(length), reversed.rend());
}

}  // namespace numeric
