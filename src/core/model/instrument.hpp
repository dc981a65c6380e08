#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/ids.hpp"
#include "money/money.hpp"

namespace model {

enum class AssetClass : std::uint8_t { Equity = 1, Etf, Currency, Crypto };
enum class InstrumentState : std::uint8_t { Open = 1, Halted, Closed };

// What can be traded. Prices of it are whole ticks, quantities whole lots.
struct Instrument {
  InstrumentId id;
  Symbol symbol;
  Name name;
  AssetClass asset_class = AssetClass::Equity;
  InstrumentState state = InstrumentState::Open;
  money::Currency quote_currency;
  std::int64_t tick_size_nano = 0;  // one tick in 10^-9 units of the quote currency
  std::int64_t lot_size_nano = 0;   // one lot in 10^-9 units of the instrument
  money::Quantity order_quantity_max;
  money::Money order_notional_max;
  // Distance a limit price may stand from the reference price, in basis points; 0 = no collar.
  std::int32_t collar_bps = 0;

  bool operator==(const Instrument&) const = default;

  // Value of one lot at one tick. Exact: check_instrument refuses an instrument where it is not.
  [[nodiscard]] money::Money tick_value() const {
    const auto product = static_cast<numeric::Int128>(tick_size_nano) * lot_size_nano;
    // Divided as 64 bits where they are enough: 128 take many times as long.
    if (const auto narrow = static_cast<std::uint64_t>(product);
        product == static_cast<numeric::Int128>(narrow))
      return money::Money(static_cast<numeric::Int128>(narrow / 1'000'000'000));
    return money::Money(product / 1'000'000'000);
  }
  // price x quantity, exact; CHECKs on overflow, which check_instrument's bounds rule out.
  [[nodiscard]] money::Money notional(money::Price price, money::Quantity quantity) const {
    const numeric::Int128 size = static_cast<numeric::Int128>(price.ticks()) * quantity.lots();
    const numeric::Int128 value = tick_value().nano();
    const auto narrow_size = static_cast<std::int64_t>(size);
    const auto narrow_value = static_cast<std::int64_t>(value);
    if (size == narrow_size && value == narrow_value)  // the product of these always fits
      return money::Money(static_cast<numeric::Int128>(narrow_size) * narrow_value);
    numeric::Int128 product = 0;
    CHECK(numeric::checked_multiply(size, value, product));
    return money::Money(product);
  }
};

inline constexpr std::int64_t price_ticks_max = 1'000'000'000'000;    // 10^12
inline constexpr std::int64_t quantity_lots_max = 1'000'000'000'000;  // 10^12

// Errors: invalid_instrument with the sentence that says which rule is broken (sizes positive, one
// tick x one lot a whole number of money units of at most 10^12, limits positive, currency set).
base::Status check_instrument(const Instrument& instrument);

// Decimal text <-> ticks and lots of this instrument. Parsing errors: invalid_decimal,
// price_off_tick / quantity_off_lot, price_out_of_range / quantity_out_of_range (must be positive).
base::Result<money::Price> parse_price(const Instrument& instrument, std::string_view text);
base::Result<money::Quantity> parse_quantity(const Instrument& instrument, std::string_view text);
std::string format_price(const Instrument& instrument, money::Price price);
std::string format_quantity(const Instrument& instrument, money::Quantity quantity);

}  // namespace model
