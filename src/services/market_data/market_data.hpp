#pragma once

// The market as the outside sees it: per instrument the order book by price level, the best bid and
// ask, the last trades and the bars, kept from the engine's durable events.
//
// The sequencer calls on_batch(); operations and streams read from any thread. Guarantees: a read
// never waits for the engine, sees whole batches only, and shows a change before whoever is
// answered after that batch can ask; versions grow by one or more with every change, so a stream
// can send the newest state to each client at the client's own pace and skip what lies between.
// Memory is bounded by the constants below. Absent on purpose: own orders (streams take those from
// events), history older than memory (the projections have it; see operations.hpp).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/event.hpp"
#include "sequencer/sequencer.hpp"

namespace market_data {

inline constexpr std::size_t trades_kept = 1'000;     // an instrument, in memory
inline constexpr std::size_t bars_kept = 1'500;       // an instrument and interval, in memory
inline constexpr std::size_t depth_levels_max = 100;  // of one answer
inline constexpr std::size_t listeners_max = 16;
inline constexpr std::size_t bar_interval_count = 5;

// 1m, 5m, 15m, 1h, 1d; bars start at whole multiples of their length since 1970 UTC.
enum class BarInterval : std::uint8_t { Minute1, Minute5, Minute15, Hour1, Day1 };
std::string_view name_of(BarInterval interval);
std::optional<BarInterval> parse_interval(std::string_view text);
std::int64_t length_ns(BarInterval interval);

struct Quote {
  model::InstrumentId instrument;
  engine::PriceLevel bid;  // price zero = nobody bids
  engine::PriceLevel ask;
  money::Price last;  // zero = no trade yet
  money::Quantity last_quantity;
  model::Side last_aggressor = model::Side::Buy;
  base::Timestamp last_trade_time;
  base::Timestamp updated;     // of the last change of bid, ask or last
  std::uint64_t sequence = 0;  // of the command that changed it last
};
struct DepthView {
  model::InstrumentId instrument;
  std::vector<engine::PriceLevel> bids;  // best first
  std::vector<engine::PriceLevel> asks;
  base::Timestamp updated;
  std::uint64_t sequence = 0;
};
struct PublicTrade {
  std::uint64_t sequence = 0;  // with index: its place in the event stream
  std::uint32_t index = 0;
  base::Timestamp time;
  model::Traded traded;
};
struct BarView {
  base::Timestamp start;
  money::Price open, high, low, close;
  money::Quantity volume;
  money::Money notional;
  std::uint32_t trade_count = 0;
};
// How often each part of an instrument changed; zero = never.
struct Versions {
  std::uint64_t quote = 0;
  std::uint64_t depth = 0;
  std::uint64_t trades = 0;
  std::uint64_t bars = 0;
  bool operator==(const Versions&) const = default;
};

// Told once a batch, on the engine thread, after the batch can be read: must return at once (set a
// flag, wake a thread) and must not call back into listen() or forget().
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void on_market_changed(std::span<const model::InstrumentId> changed) = 0;
};

class MarketData final : public sequencer::Subscriber {
 public:
  MarketData();
  ~MarketData() override;

  // Instruments, books and last prices as the engine has them; call before the sequencer starts.
  void load(const engine::Engine& engine);
  // Recent trades (oldest first) and bars (oldest first) from before the start; after load().
  void warm_trades(model::InstrumentId instrument, std::span<const PublicTrade> trades);
  void warm_bars(model::InstrumentId instrument, BarInterval interval,
                 std::span<const BarView> bars);

  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override;

  // By symbol.
  [[nodiscard]] std::vector<model::Instrument> instruments() const;
  [[nodiscard]] std::optional<model::Instrument> find(std::string_view symbol) const;
  [[nodiscard]] std::optional<model::Instrument> instrument(model::InstrumentId id) const;

  // An unknown instrument reads as one where nothing happened.
  [[nodiscard]] Versions versions(model::InstrumentId instrument) const;
  [[nodiscard]] Quote quote(model::InstrumentId instrument) const;
  [[nodiscard]] DepthView depth(model::InstrumentId instrument, std::size_t levels) const;
  // Newest first; at most `limit` and trades_kept.
  [[nodiscard]] std::vector<PublicTrade> trades(model::InstrumentId instrument,
                                                std::size_t limit) const;
  // Trades after that place in the event stream, oldest first. When more than `limit` follow, the
  // newest `limit` of them: a slow stream skips, it never stalls.
  [[nodiscard]] std::vector<PublicTrade> trades_after(model::InstrumentId instrument,
                                                      std::uint64_t sequence, std::uint32_t index,
                                                      std::size_t limit) const;
  // start <= bar.start < end, oldest first, at most `limit` of the newest. The last one still
  // grows.
  [[nodiscard]] std::vector<BarView> bars(model::InstrumentId instrument, BarInterval interval,
                                          base::Timestamp start, base::Timestamp end,
                                          std::size_t limit) const;
  // Start of the oldest bar in memory; nullopt when there is none.
  [[nodiscard]] std::optional<base::Timestamp> oldest_bar(model::InstrumentId instrument,
                                                          BarInterval interval) const;

  // The listener must outlive its registration. CHECKs listeners_max.
  void listen(Listener& listener);
  void forget(Listener& listener);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market_data
