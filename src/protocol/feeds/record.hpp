#pragma once

// Recorded and live market feeds as normalised records: a line of text in, one Record out.
//
//   binance.hpp  captures of Binance spot and USD-M futures streams
//   lean.hpp     LEAN archives: ticks, second and minute bars of trades and quotes
//
// Market sources feed lines and get prices and quantities in ticks and lots of the instrument they
// trade; nothing passes through floating point. Guarantees: a line is accepted whole or refused
// with a reason, never partly; no input crashes or makes a parser hold more than its limits.
// Absent on purpose: reading files, keeping a book, deciding what a gap means (market sources do).

#include <cstdint>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "money/money.hpp"

namespace feeds {

// Sizes of the instrument whose records are read, in 10^-9 units.
struct Scale {
  std::int64_t tick_size_nano = 1;
  std::int64_t lot_size_nano = 1;
  std::int64_t steps_max = 1'000'000'000'000;  // largest number of ticks or lots accepted
};

inline constexpr std::size_t levels_max = 10'000;  // a side of one depth record

struct Level {
  money::Price price;
  money::Quantity quantity;
  bool operator==(const Level&) const = default;
};

// The whole visible book; update numbers up to last_update are in it.
struct DepthSnapshot {
  std::uint64_t last_update = 0;
  std::vector<Level> bids;
  std::vector<Level> asks;
  bool operator==(const DepthSnapshot&) const = default;
};
// New totals of changed levels; zero = the level is gone. A record follows another without loss
// when its previous_update equals the other's last_update.
struct DepthUpdate {
  std::uint64_t previous_update = 0;
  std::uint64_t last_update = 0;
  std::vector<Level> bids;
  std::vector<Level> asks;
  bool operator==(const DepthUpdate&) const = default;
};
enum class Aggressor : std::uint8_t { Unknown = 0, Buyer, Seller };
struct Trade {
  std::uint64_t id = 0;  // zero where the feed numbers none
  money::Price price;
  money::Quantity quantity;
  Aggressor aggressor = Aggressor::Unknown;
  bool operator==(const Trade&) const = default;
};
struct BestBidAsk {
  std::uint64_t update = 0;
  Level bid;
  Level ask;
  bool operator==(const BestBidAsk&) const = default;
};
// A quote of one or both sides; a side with price zero is not spoken of. `sized` is false where the
// feed shows prices without sizes.
struct Quote {
  Level bid;
  Level ask;
  bool sized = true;
  bool operator==(const Quote&) const = default;
};
struct Prices {
  money::Price open, high, low, close;
  bool operator==(const Prices&) const = default;
};
// Bars begin at exchange_time and last `length_ns`.
struct TradeBar {
  std::int64_t length_ns = 0;
  Prices prices;
  money::Quantity volume;
  bool operator==(const TradeBar&) const = default;
};
// A side with price zero had no quote. Sizes are those at the close.
struct QuoteBar {
  std::int64_t length_ns = 0;
  Prices bid, ask;
  money::Quantity bid_quantity, ask_quantity;
  bool operator==(const QuoteBar&) const = default;
};

struct Record {
  base::Timestamp receive_time;   // when the recorder got it; the exchange's where none was kept
  base::Timestamp exchange_time;  // zero where the feed gives none
  bool suspicious = false;        // the vendor marked it as doubtful
  std::variant<DepthSnapshot, DepthUpdate, Trade, BestBidAsk, Quote, TradeBar, QuoteBar> body;
  bool operator==(const Record&) const = default;
};

}  // namespace feeds
