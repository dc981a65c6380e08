#pragma once

// The value types of money and size. All are integers; none converts implicitly.
//
//   Price     ticks of one instrument (its tick size is model::Instrument's)
//   Quantity  lots of one instrument
//   Money     10^-9 units of one currency, 128 bits, so that sums of a firm's books cannot overflow
//   Currency  an ISO 4217 or venue code of up to eight characters, for example USD or USDT
//
// Only meaningful operators exist. Price x Quantity -> Money needs an instrument's tick value and
// is model::Instrument::notional. Money never rounds here: instruments are admitted only when one
// tick times one lot is a whole number of Money units. Absent on purpose: floating point.

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/result.hpp"
#include "numeric/decimal.hpp"

namespace money {

class Price {
 public:
  constexpr Price() = default;
  constexpr explicit Price(std::int64_t ticks) : ticks_(ticks) {}
  [[nodiscard]] constexpr std::int64_t ticks() const { return ticks_; }
  constexpr auto operator<=>(const Price&) const = default;

 private:
  std::int64_t ticks_ = 0;
};

class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(std::int64_t lots) : lots_(lots) {}
  [[nodiscard]] constexpr std::int64_t lots() const { return lots_; }
  constexpr auto operator<=>(const Quantity&) const = default;

  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    std::int64_t sum = 0;
    CHECK(numeric::checked_add(a.lots_, b.lots_, sum));
    return Quantity(sum);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    std::int64_t difference = 0;
    CHECK(numeric::checked_subtract(a.lots_, b.lots_, difference));
    return Quantity(difference);
  }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(0) - a; }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

 private:
  std::int64_t lots_ = 0;
};

inline constexpr int money_scale = 9;

class Money {
 public:
  constexpr Money() = default;
  constexpr explicit Money(numeric::Int128 nano) : nano_(nano) {}
  [[nodiscard]] constexpr numeric::Int128 nano() const { return nano_; }
  constexpr auto operator<=>(const Money&) const = default;

  friend constexpr Money operator+(Money a, Money b) {
    numeric::Int128 sum = 0;
    CHECK(numeric::checked_add(a.nano_, b.nano_, sum));
    return Money(sum);
  }
  friend constexpr Money operator-(Money a, Money b) {
    numeric::Int128 difference = 0;
    CHECK(numeric::checked_subtract(a.nano_, b.nano_, difference));
    return Money(difference);
  }
  friend constexpr Money operator-(Money a) { return Money(0) - a; }
  constexpr Money& operator+=(Money other) { return *this = *this + other; }
  constexpr Money& operator-=(Money other) { return *this = *this - other; }

  // amount * numerator / denominator, rounded half away from zero; denominator > 0.
  // CHECKs that amount * numerator fits in 128 bits.
  [[nodiscard]] Money scaled(std::int64_t numerator, std::int64_t denominator) const;

 private:
  numeric::Int128 nano_ = 0;
};

class Currency {
 public:
  constexpr Currency() = default;

  // One to eight characters of A-Z and 0-9. Errors: invalid_currency.
  static base::Result<Currency> parse(std::string_view code);
  static constexpr Currency from_packed(std::uint64_t packed) {
    Currency currency;
    currency.packed_ = packed;
    return currency;
  }
  [[nodiscard]] constexpr std::uint64_t packed() const { return packed_; }
  [[nodiscard]] constexpr bool valid() const { return packed_ != 0; }
  [[nodiscard]] std::string text() const;
  constexpr auto operator<=>(const Currency&) const = default;

 private:
  std::uint64_t packed_ = 0;  // the code's bytes, first character lowest, zero-padded
};

// Decimal text, for example "1000000" or "-0.25"; at least `decimals_min` decimals.
std::string format_money(Money amount, int decimals_min = 0);
// Errors: invalid_decimal, decimal_precision, decimal_range.
base::Result<Money> parse_money(std::string_view text);

}  // namespace money
