#include "feeds/binance.hpp"

#include <optional>

#include "base/check.hpp"
#include "feeds/decimal_steps.hpp"
#include "feeds/json_scanner.hpp"

namespace feeds {

namespace {

// What a message's members said, before it is known which kind of message it is.
struct Members {
  std::string_view stream;
  std::string_view event;
  std::string_view symbol;
  std::string_view price, quantity;               // trade
  std::string_view bid, bid_size, ask, ask_size;  // bookTicker
  std::string_view event_time, trade_time;
  std::string_view trade_id, first_update, last_update, previous_update, snapshot_update;
  std::string_view execution;  // X, futures trades
  std::optional<bool> buyer_is_maker;
  bool has_bids = false;
  bool has_asks = false;
  std::vector<Level> bids;
  std::vector<Level> asks;
};

class MessageReader {
 public:
  MessageReader(std::string_view json, const Scale& scale) : scanner_(json), scale_(scale) {}

  base::Status read(Members& out) {
    TRY_STATUS(read_object(out, 0));
    if (!scanner_.ok() || !scanner_.at_end())
      return base::fail("invalid_line", "the message is not one JSON object");
    return {};
  }

 private:
  base::Status read_object(Members& out, int depth) {
    scanner_.open_object();
    std::string_view name;
    while (scanner_.next_member(name)) {
      if ((name == "data" || name == "result") && depth == 0 && scanner_.peek() == '{') {
        TRY_STATUS(read_object(out, depth + 1));
      } else {
        TRY_STATUS(read_member(out, name));
      }
    }
    return {};
  }

  base::Status read_member(Members& out, std::string_view name) {
    if (name == "b" || name == "bids") return read_side(out.bids, out.has_bids, out.bid);
    if (name == "a" || name == "asks") return read_side(out.asks, out.has_asks, out.ask);
    if (std::string_view* const text = text_member(out, name); text != nullptr) {
      if (scanner_.peek() == '"')
        *text = scanner_.string();
      else
        scanner_.skip();
    } else if (std::string_view* const number = number_member(out, name); number != nullptr) {
      *number = scanner_.number();
    } else if (name == "m") {
      out.buyer_is_maker = scanner_.boolean();
    } else {
      scanner_.skip();
    }
    return {};
  }

  static std::string_view* text_member(Members& out, std::string_view name) {
    if (name == "e") return &out.event;
    if (name == "s") return &out.symbol;
    if (name == "p") return &out.price;
    if (name == "q") return &out.quantity;
    if (name == "B") return &out.bid_size;
    if (name == "A") return &out.ask_size;
    if (name == "X") return &out.execution;
    if (name == "stream") return &out.stream;
    return nullptr;
  }

  static std::string_view* number_member(Members& out, std::string_view name) {
    if (name == "E") return &out.event_time;
    if (name == "T") return &out.trade_time;
    if (name == "U") return &out.first_update;
    if (name == "u") return &out.last_update;
    if (name == "pu") return &out.previous_update;
    if (name == "t") return &out.trade_id;
    if (name == "lastUpdateId") return &out.snapshot_update;
    return nullptr;
  }

  // A list of levels, a price text (bookTicker) or a number (aggTrade's id, which is left out).
  base::Status read_side(std::vector<Level>& levels, bool& is_list, std::string_view& text) {
    switch (scanner_.peek()) {
      case '[': is_list = true; return read_levels(levels);
      case '"': text = scanner_.string(); return {};
      default: scanner_.skip(); return {};
    }
  }

  base::Status read_levels(std::vector<Level>& levels) {
    scanner_.open_list();
    while (scanner_.next_item()) {
      if (levels.size() == levels_max)
        return base::fail("too_many_levels", "more price levels than one record may hold");
      if (!scanner_.open_list() || !scanner_.next_item()) break;
      const std::string_view price = scanner_.string();
      if (!scanner_.next_item()) break;
      const std::string_view quantity = scanner_.string();
      while (scanner_.next_item())
        scanner_.skip();
      if (!scanner_.ok()) break;
      Level level;
      TRY_STATUS(read_level(price, quantity, scale_, level));
      levels.push_back(level);
    }
    if (!scanner_.ok()) return base::fail("invalid_line", "a price level is not a pair of texts");
    return {};
  }

 public:
  static base::Status read_level(std::string_view price, std::string_view quantity,
                                 const Scale& scale, Level& out) {
    TRY(const std::int64_t ticks,
        parse_steps(price, scale.tick_size_nano, scale.steps_max, Remainder::Refuse));
    TRY(const std::int64_t lots,
        parse_steps(quantity, scale.lot_size_nano, scale.steps_max, Remainder::Refuse));
    if (ticks == 0) return base::fail("out_of_range", "a price of zero");
    out = {money::Price(ticks), money::Quantity(lots)};
    return {};
  }

 private:
  JsonScanner scanner_;
  const Scale& scale_;
};

base::Result<std::uint64_t> required_number(std::string_view text, const char* name) {
  if (text.empty())
    return base::fail("missing_member", std::string("the message has no \"") + name + "\"");
  TRY(const std::int64_t value, parse_whole(text));
  return static_cast<std::uint64_t>(value);
}

base::Result<base::Timestamp> exchange_time(std::string_view text) {
  if (text.empty()) return base::Timestamp();
  TRY(const std::int64_t ms, parse_whole(text));
  constexpr std::int64_t ms_max = INT64_MAX / base::ns_per_ms;
  if (ms > ms_max) return base::fail("invalid_number", "a time beyond the year 2261");
  return base::Timestamp(ms * base::ns_per_ms);
}

base::Status read_depth(Members& members, Record& record) {
  if (!members.has_bids || !members.has_asks)
    return base::fail("missing_member", "a depth record without bids or asks");
  if (!members.snapshot_update.empty()) {
    DepthSnapshot snapshot;
    TRY(snapshot.last_update, required_number(members.snapshot_update, "lastUpdateId"));
    snapshot.bids = std::move(members.bids);
    snapshot.asks = std::move(members.asks);
    record.body = std::move(snapshot);
    return {};
  }
  DepthUpdate update;
  TRY(update.last_update, required_number(members.last_update, "u"));
  TRY(const std::uint64_t first, required_number(members.first_update, "U"));
  if (first == 0 || first > update.last_update)
    return base::fail("invalid_number", "the first update comes after the last");
  if (members.previous_update.empty()) {
    update.previous_update = first - 1;
  } else {
    TRY(update.previous_update, required_number(members.previous_update, "pu"));
  }
  update.bids = std::move(members.bids);
  update.asks = std::move(members.asks);
  record.body = std::move(update);
  return {};
}

base::Status read_trade(const Members& members, const Scale& scale, Record& record) {
  if (!members.execution.empty() && members.execution != "MARKET")
    return base::fail("unsupported_record", "a trade that did not happen in the book");
  if (!members.buyer_is_maker)
    return base::fail("missing_member", "a trade that does not say who was the maker");
  Level level;
  TRY_STATUS(MessageReader::read_level(members.price, members.quantity, scale, level));
  if (level.quantity.lots() == 0) return base::fail("out_of_range", "a trade of zero quantity");
  Trade trade{0, level.price, level.quantity,
              *members.buyer_is_maker ? Aggressor::Seller : Aggressor::Buyer};
  if (!members.trade_id.empty()) {
    TRY(trade.id, required_number(members.trade_id, "t"));
  }
  record.body = trade;
  return {};
}

base::Status read_best(const Members& members, const Scale& scale, Record& record) {
  BestBidAsk best;
  TRY(best.update, required_number(members.last_update, "u"));
  TRY_STATUS(MessageReader::read_level(members.bid, members.bid_size, scale, best.bid));
  TRY_STATUS(MessageReader::read_level(members.ask, members.ask_size, scale, best.ask));
  record.body = best;
  return {};
}

struct Parts {
  base::Timestamp receive_time;
  std::string_view json;
};

base::Result<Parts> split(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos)
    return base::fail("invalid_line", "the line is not a receive time, a space and a message");
  TRY(const std::int64_t ns, parse_whole(line.substr(0, space)));
  return Parts{base::Timestamp(ns), line.substr(space + 1)};
}

std::string in_capitals(std::string_view text) {
  std::string capitals(text);
  for (char& c : capitals)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return capitals;
}

}  // namespace

BinanceParser::BinanceParser(std::string symbol, const Scale& scale)
    : symbol_(std::move(symbol)), scale_(scale) {}

base::Result<Record> BinanceParser::parse(std::string_view line) const {
  TRY(const Parts parts, split(line));
  Members members;
  TRY_STATUS(MessageReader(parts.json, scale_).read(members));
  if (!members.symbol.empty() && members.symbol != symbol_)
    return base::fail("other_instrument", "the record is of another instrument");

  base::Result<Record> result{Record{}};
  Record& record = *result;
  record.receive_time = parts.receive_time;
  const bool is_trade = members.event == "trade" || members.event == "aggTrade";
  TRY(record.exchange_time,
      exchange_time(is_trade && !members.trade_time.empty() ? members.trade_time
                                                            : members.event_time));
  if (!members.snapshot_update.empty() || members.event == "depthUpdate") {
    TRY_STATUS(read_depth(members, record));
  } else if (is_trade) {
    TRY_STATUS(read_trade(members, scale_, record));
  } else if (members.event == "bookTicker" ||
             (members.event.empty() && members.stream.ends_with("@bookTicker"))) {
    TRY_STATUS(read_best(members, scale_, record));
  } else {
    return base::fail("unsupported_record", "the message is of no kind this reader knows");
  }
  return result;
}

base::Result<std::string> binance_symbol(std::string_view line) {
  TRY(const Parts parts, split(line));
  Members members;
  // Steps of 10^-9 and no bound to speak of: only the symbol matters here.
  const Scale finest{1, 1, INT64_MAX};
  TRY_STATUS(MessageReader(parts.json, finest).read(members));
  if (!members.symbol.empty()) return std::string(members.symbol);
  return in_capitals(members.stream.substr(0, members.stream.find('@')));
}

}  // namespace feeds
