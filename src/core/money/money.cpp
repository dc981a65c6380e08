#include "money/money.hpp"

namespace money {

Money Money::scaled(std::int64_t numerator, std::int64_t denominator) const {
  CHECK(denominator > 0);
  numeric::Int128 product = 0;
  CHECK(numeric::checked_multiply(nano_, numeric::Int128{numerator}, product));
  const numeric::Int128 half = denominator / 2;
  const numeric::Int128 rounded = product >= 0 ? product + half : product - half;
  return Money(rounded / denominator);
}

base::Result<Currency> Currency::parse(std::string_view code) {
  if (code.empty() || code.size() > 8)
    return base::fail("invalid_currency", "a currency code has one to eight characters");
  Currency currency;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (!((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')))
      return base::fail("invalid_currency", "a currency code has only A-Z and 0-9");
    currency.packed_ |= static_cast<std::uint64_t>(static_cast<unsigned char>(c)) << (8 * i);
  }
  return currency;
}

std::string Currency::text() const {
  std::string code;
  for (std::uint64_t rest = packed_; rest != 0; rest >>= 8)
    code.push_back(static_cast<char>(rest & 0xFF));
  return code;
}

std::string format_money(Money amount, int decimals_min) {
  return numeric::format_decimal(amount.nano(), money_scale, decimals_min);
}

base::Result<Money> parse_money(std::string_view text) {
  TRY(const numeric::Int128 nano, numeric::parse_decimal(text, money_scale));
  return Money(nano);
}

}  // namespace money
