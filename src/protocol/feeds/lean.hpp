#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "feeds/new_york.hpp"
#include "feeds/record.hpp"

namespace feeds {

// LEAN archives: one zip an instrument and day, holding one CSV file whose name tells the rest, for
// example 20131007_ibm_Quote_Tick.csv or 20180404_btcusd_minute_trade.csv.
enum class LeanMarket : std::uint8_t { Equity = 1, Currency, Crypto };
enum class LeanResolution : std::uint8_t { Tick = 1, Second, Minute };
enum class LeanContent : std::uint8_t { Trade = 1, Quote };

struct LeanFile {
  std::string symbol;  // in capitals
  Date date;
  LeanMarket market = LeanMarket::Equity;
  LeanResolution resolution = LeanResolution::Tick;
  LeanContent content = LeanContent::Trade;
};

// Reads the name of the CSV file. The market is not in it: it is Currency when the archive's path
// speaks of oanda, fxcm or forex, Crypto when it speaks of crypto, coinbase, gdax, bitfinex, kraken
// or binance, else Equity. Errors: unknown_file_name.
base::Result<LeanFile> parse_lean_name(std::string_view entry_name, std::string_view archive_path);

// Lines of such a file:
//   trade tick    ms,price,size,exchange,condition,suspicious
//   quote tick    ms,bid price,bid size,ask price,ask size,exchange,condition,suspicious (one side
//                 of the national best is filled in a line, the other is zero)
//   currency tick ms,bid,ask (without sizes)
//   trade bar     ms,open,high,low,close,volume
//   quote bar     ms,bid open,high,low,close,size,ask open,high,low,close,size
// `ms` counts from midnight: in New York for equities, in UTC for currencies and crypto. Equity
// prices are whole numbers, ten thousand times the price. Sizes below one lot are cut off: crypto
// files carry sums made in floating point. Receive and exchange time are the same.
class LeanParser {
 public:
  LeanParser(const LeanFile& file, const Scale& scale);

  // Errors: invalid_line (number of columns), invalid_decimal, invalid_number, off_step,
  // out_of_range (also for a time outside the day, a trade price of zero and a bar whose high is
  // below its low).
  base::Result<Record> parse(std::string_view line) const;

 private:
  LeanFile file_;
  Scale scale_;
  base::Timestamp midnight_;
};

}  // namespace feeds
