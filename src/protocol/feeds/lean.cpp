#include "feeds/lean.hpp"

#include <algorithm>
#include <array>

#include "feeds/decimal_steps.hpp"

namespace feeds {

namespace {

constexpr std::size_t columns_max = 12;
constexpr std::int64_t ms_per_day = 86'400'000;

struct Columns {
  std::array<std::string_view, columns_max> text;
  std::size_t count = 0;
};

Columns split(std::string_view line, char separator) {
  Columns columns;
  for (;;) {
    const std::size_t at = line.find(separator);
    if (columns.count == columns_max) {
      columns.count = columns_max + 1;
      return columns;
    }
    columns.text[columns.count++] = line.substr(0, at);
    if (at == std::string_view::npos) return columns;
    line.remove_prefix(at + 1);
  }
}

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

LeanMarket market_of(std::string_view archive_path) {
  const std::string path = in_lower_case(archive_path);
  const auto speaks_of = [&](std::string_view word) {
    return path.find(word) != std::string::npos;
  };
  for (const char* word : {"oanda", "fxcm", "forex"})
    if (speaks_of(word)) return LeanMarket::Currency;
  for (const char* word : {"crypto", "coinbase", "gdax", "bitfinex", "kraken", "binance"})
    if (speaks_of(word)) return LeanMarket::Crypto;
  return LeanMarket::Equity;
}

bool read_word(std::string_view word, LeanFile& file) {
  if (word == "trade" || word == "quote")
    file.content = word == "trade" ? LeanContent::Trade : LeanContent::Quote;
  else if (word == "tick")
    file.resolution = LeanResolution::Tick;
  else if (word == "second")
    file.resolution = LeanResolution::Second;
  else if (word == "minute")
    file.resolution = LeanResolution::Minute;
  else
    return false;
  return true;
}

bool is_content(std::string_view word) {
  return word == "trade" || word == "quote";
}

// Turns the columns of one line into numbers of the instrument; the first error sticks.
class Fields {
 public:
  Fields(const Columns& columns, const Scale& scale, int price_shift)
      : columns_(columns), scale_(scale), price_shift_(price_shift) {}

  money::Price price(std::size_t column) {
    return money::Price(steps(column, scale_.tick_size_nano, Remainder::Refuse, price_shift_));
  }
  money::Quantity quantity(std::size_t column) {
    return money::Quantity(steps(column, scale_.lot_size_nano, Remainder::Drop, 0));
  }
  Level level(std::size_t column) {
    const money::Price at = price(column);
    return {at, quantity(column + 1)};
  }
  Prices prices(std::size_t column) {
    Prices prices;
    prices.open = price(column);
    prices.high = price(column + 1);
    prices.low = price(column + 2);
    prices.close = price(column + 3);
    const bool in_order = prices.high >= std::max(prices.open, prices.close) &&
                          prices.low <= std::min(prices.open, prices.close);
    if (!in_order) fail("out_of_range", "a bar whose high and low do not hold its open and close");
    return prices;
  }
  bool flag(std::size_t column) { return columns_.text[column] == "1"; }

  void fail(const char* code, const char* message) {
    if (status_) status_ = base::fail(code, message);
  }
  base::Status status() && { return std::move(status_); }

 private:
  std::int64_t steps(std::size_t column, std::int64_t step, Remainder remainder, int shift) {
    auto value = parse_steps(columns_.text[column], step, scale_.steps_max, remainder, shift);
    if (value) return *value;
    if (status_) status_ = tl::unexpected(std::move(value).error());
    return 0;
  }

  const Columns& columns_;
  const Scale& scale_;
  int price_shift_;
  base::Status status_;
};

base::Status read_tick(const LeanFile& file, const Columns& columns, Fields fields,
                       Record& record) {
  if (file.content == LeanContent::Trade && columns.count == 6) {
    Trade trade;
    trade.price = fields.price(1);
    trade.quantity = fields.quantity(2);
    if (trade.price.ticks() == 0) fields.fail("out_of_range", "a trade at a price of zero");
    record.suspicious = fields.flag(5);
    record.body = trade;
  } else if (file.content == LeanContent::Quote && columns.count == 8) {
    record.suspicious = fields.flag(7);
    const Level bid = fields.level(1);
    record.body = Quote{bid, fields.level(3), true};
  } else if (file.content == LeanContent::Quote && columns.count == 3) {
    const Level bid{fields.price(1), {}};
    record.body = Quote{bid, {fields.price(2), {}}, false};
  } else {
    return base::fail("invalid_line", "the number of columns is not that of a tick");
  }
  return std::move(fields).status();
}

base::Status read_bar(const LeanFile& file, const Columns& columns, Fields fields, Record& record) {
  const std::int64_t length =
      file.resolution == LeanResolution::Second ? base::ns_per_s : 60 * base::ns_per_s;
  if (file.content == LeanContent::Trade && columns.count == 6) {
    TradeBar bar{length, fields.prices(1), fields.quantity(5)};
    if (bar.prices.low.ticks() == 0) fields.fail("out_of_range", "a trade at a price of zero");
    record.body = bar;
  } else if (file.content == LeanContent::Quote && columns.count == 11) {
    QuoteBar bar;
    bar.length_ns = length;
    bar.bid = fields.prices(1);
    bar.bid_quantity = fields.quantity(5);
    bar.ask = fields.prices(6);
    bar.ask_quantity = fields.quantity(10);
    record.body = bar;
  } else {
    return base::fail("invalid_line", "the number of columns is not that of a bar");
  }
  return std::move(fields).status();
}

}  // namespace

base::Result<LeanFile> parse_lean_name(std::string_view entry_name, std::string_view archive_path) {
  const auto unknown = [&] {
    return base::fail("unknown_file_name",
                      "\"" + std::string(entry_name.substr(0, 80)) +
                          "\" is not named like DATE_SYMBOL_RESOLUTION_CONTENT.csv");
  };
  entry_name = entry_name.substr(entry_name.rfind('/') + 1);
  std::string name = in_lower_case(entry_name);
  if (!name.ends_with(".csv")) return unknown();
  name.resize(name.size() - 4);
  const Columns parts = split(name, '_');
  if (parts.count != 4 || parts.text[0].size() != 8 || parts.text[1].empty()) return unknown();

  LeanFile file;
  const auto date = parse_whole(parts.text[0]);
  if (!date) return unknown();
  file.date = {static_cast<int>(*date / 10'000), static_cast<int>(*date / 100 % 100),
               static_cast<int>(*date % 100)};
  if (!is_valid(file.date) || is_content(parts.text[2]) == is_content(parts.text[3]) ||
      !read_word(parts.text[2], file) || !read_word(parts.text[3], file))
    return unknown();
  file.symbol = parts.text[1];
  for (char& c : file.symbol)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  file.market = market_of(archive_path);
  return file;
}

LeanParser::LeanParser(const LeanFile& file, const Scale& scale)
    : file_(file),
      scale_(scale),
      midnight_(file.market == LeanMarket::Equity ? new_york_time(file.date, 0)
                                                  : utc_midnight(file.date)) {}

base::Result<Record> LeanParser::parse(std::string_view line) const {
  const Columns columns = split(line, ',');
  if (columns.count < 3 || columns.count > columns_max)
    return base::fail("invalid_line", "the line does not have the columns of this file");
  TRY(const std::int64_t ms, parse_whole(columns.text[0]));
  if (ms >= ms_per_day) return base::fail("out_of_range", "a time after the end of the day");

  base::Result<Record> result{Record{}};
  result->exchange_time = midnight_ + ms * base::ns_per_ms;
  result->receive_time = result->exchange_time;
  const Fields fields(columns, scale_, file_.market == LeanMarket::Equity ? 4 : 0);
  if (file_.resolution == LeanResolution::Tick) {
    TRY_STATUS(read_tick(file_, columns, fields, *result));
  } else {
    TRY_STATUS(read_bar(file_, columns, fields, *result));
  }
  return result;
}

}  // namespace feeds
