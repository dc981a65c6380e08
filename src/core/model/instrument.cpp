#include "model/instrument.hpp"

namespace model {
namespace {

constexpr std::int64_t tick_value_nano_max = 1'000'000'000'000;

// Decimals of a size given in 10^-9 units: 0.01 has two.
int decimals_of(std::int64_t nano) {
  int decimals = money::money_scale;
  while (decimals > 0 && nano % 10 == 0) {
    nano /= 10;
    --decimals;
  }
  return decimals;
}

// Decimal text as a whole number of units of `unit_nano`.
base::Result<std::int64_t> parse_units(std::string_view text, std::int64_t unit_nano,
                                       std::int64_t units_max, const char* off_unit,
                                       const char* out_of_range, const char* what) {
  const auto nano = numeric::parse_decimal(text, money::money_scale);
  if (!nano) {
    if (nano.error().code == "invalid_decimal") return tl::unexpected(nano.error());
    const bool fine = nano.error().code == "decimal_precision";
    return base::fail(
        fine ? off_unit : out_of_range,
        std::string("the ") + what + (fine ? " has too many decimals" : " is out of range"));
  }
  if (*nano <= 0) return base::fail(out_of_range, std::string("the ") + what + " must be positive");
  if (*nano % unit_nano != 0)
    return base::fail(off_unit, std::string("the ") + what + " must be a multiple of " +
                                    numeric::format_decimal(unit_nano, money::money_scale));
  const numeric::Int128 units = *nano / unit_nano;
  if (units > units_max)
    return base::fail(out_of_range, std::string("the ") + what + " is too large");
  return static_cast<std::int64_t>(units);
}

}  // namespace

base::Status check_instrument(const Instrument& instrument) {
  const auto bad = [](const char* why) { return base::fail("invalid_instrument", why); };
  if (instrument.symbol.empty()) return bad("the symbol is empty");
  if (!instrument.quote_currency.valid()) return bad("the quote currency is missing");
  if (instrument.tick_size_nano <= 0 || instrument.lot_size_nano <= 0)
    return bad("tick size and lot size must be positive");
  const auto product =
      static_cast<numeric::Int128>(instrument.tick_size_nano) * instrument.lot_size_nano;
  if (product % 1'000'000'000 != 0)
    return bad("one tick times one lot must be a whole number of 10^-9 units");
  if (product / 1'000'000'000 > tick_value_nano_max)
    return bad("one tick times one lot is too large");
  if (instrument.order_quantity_max.lots() <= 0 || instrument.order_notional_max.nano() <= 0)
    return bad("order limits must be positive");
  if (instrument.order_quantity_max.lots() > quantity_lots_max)
    return bad("the quantity limit is too large");
  if (instrument.collar_bps < 0 || instrument.collar_bps > 10'000)
    return bad("the collar lies between 0 and 10000 basis points");
  return {};
}

base::Result<money::Price> parse_price(const Instrument& instrument, std::string_view text) {
  TRY(const std::int64_t ticks, parse_units(text, instrument.tick_size_nano, price_ticks_max,
                                            "price_off_tick", "price_out_of_range", "price"));
  return money::Price(ticks);
}

base::Result<money::Quantity> parse_quantity(const Instrument& instrument, std::string_view text) {
  TRY(const std::int64_t lots,
      parse_units(text, instrument.lot_size_nano, quantity_lots_max, "quantity_off_lot",
                  "quantity_out_of_range", "quantity"));
  return money::Quantity(lots);
}

std::string format_price(const Instrument& instrument, money::Price price) {
  return numeric::format_decimal(
      static_cast<numeric::Int128>(price.ticks()) * instrument.tick_size_nano, money::money_scale,
      decimals_of(instrument.tick_size_nano));
}

std::string format_quantity(const Instrument& instrument, money::Quantity quantity) {
  return numeric::format_decimal(
      static_cast<numeric::Int128>(quantity.lots()) * instrument.lot_size_nano, money::money_scale);
}

}  // namespace model
