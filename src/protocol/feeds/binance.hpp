#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "feeds/record.hpp"

namespace feeds {

// Lines of a capture of Binance's public streams: the receive time in nanoseconds, a space, and the
// message as it came: a depth snapshot (REST answer), or {"stream": .., "data": ..} with
// depthUpdate, trade, aggTrade or bookTicker. Spot and USD-M futures differ in the depth numbering
// (U/u against pu/u) and in a few members; both come out as the same records.
class BinanceParser {
 public:
  // Symbol in capitals, for example BTCUSDT: records of others are refused.
  BinanceParser(std::string symbol, const Scale& scale);

  // Errors: invalid_line (not a time and a JSON object), missing_member, invalid_decimal,
  // invalid_number, off_step, out_of_range, too_many_levels, other_instrument, unsupported_record
  // (an event of another kind, or a futures trade outside the book such as liquidation transfers).
  base::Result<Record> parse(std::string_view line) const;

 private:
  std::string symbol_;
  Scale scale_;
};

// The symbol a capture line speaks of, in capitals; empty when the line does not say (a snapshot).
// Errors: invalid_line.
base::Result<std::string> binance_symbol(std::string_view line);

}  // namespace feeds
