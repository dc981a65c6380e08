#pragma once

// The market as the outside sees it: per instrument the order book by price level, the best bid and
// ask, the last trades and the bars, kept from the engine's durable events.
//
// The sequencer calls on_batch(); operations and streams read from any thread. Guarantees: a read
// never waits for the engine, sees whole batches only, and shows a change before whoever is
// answered after that batch can ask; versions grow by one or more with every change, so a stream
// can send the newest state to each client at the client's own pace and skip what lies between.
// Memory is bounded by the constants below. Absent on purpose: instruments by symbol
// (directory has them), own orders (streams take those from events), history older than memory (the
// projections have it; see operations.hpp).

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "market/bars.hpp"
#include "market/depth.hpp"
#include "market/trade_tape.hpp"
#include "model/event.hpp"
#include "sequencer/sequencer.hpp"

namespace market_data {

inline constexpr std::size_t trades_kept = 1'000;     // an instrument, in memory
inline constexpr std::size_t bars_kept = 1'500;       // an instrument and interval, in memory
inline constexpr std::size_t depth_levels_max = 100;  // of one answer
inline constexpr std::size_t listeners_max = 16;

struct Quote {
  model::InstrumentId instrument;
  market::DepthLevel bid;  // price zero = nobody bids
  market::DepthLevel ask;
  money::Price last;  // zero = no trade yet
  money::Quantity last_quantity;
  model::Side last_aggressor = model::Side::Buy;
  base::Timestamp last_trade_time;
  base::Timestamp updated;     // of the last change of bid, ask or last
  std::uint64_t sequence = 0;  // of the command that changed it last
};
struct DepthView {
  model::InstrumentId instrument;
  std::vector<market::DepthLevel> bids;  // best first
  std::vector<market::DepthLevel> asks;
  base::Timestamp updated;
  std::uint64_t sequence = 0;
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

  // Books and last prices as the engine has them; call before the sequencer starts.
  void load(const engine::Engine& engine);
  // Recent trades (oldest first) and bars (oldest first) from before the start; after load().
  void warm_trades(model::InstrumentId instrument, std::span<const market::TapeTrade> trades);
  void warm_bars(model::InstrumentId instrument, market::BarInterval interval,
                 std::span<const market::Bar> bars);

  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override;

  // An unknown instrument reads as one where nothing happened.
  [[nodiscard]] Versions versions(model::InstrumentId instrument) const;
  [[nodiscard]] Quote quote(model::InstrumentId instrument) const;
  [[nodiscard]] DepthView depth(model::InstrumentId instrument, std::size_t levels) const;
  // Newest first; at most `limit` and trades_kept.
  [[nodiscard]] std::vector<market::TapeTrade> trades(model::InstrumentId instrument,
                                                      std::size_t limit) const;
  // Trades after that place in the event stream, oldest first. When more than `limit` follow, the
  // newest `limit` of them: a slow stream skips, it never stalls.
  [[nodiscard]] std::vector<market::TapeTrade> trades_after(model::InstrumentId instrument,
                                                            market::EventPlace after,
                                                            std::size_t limit) const;
  // start <= bar.start < end, oldest first, at most `limit` of the newest. The last one still
  // grows.
  [[nodiscard]] std::vector<market::Bar> bars(model::InstrumentId instrument,
                                              market::BarInterval interval, base::Timestamp start,
                                              base::Timestamp end, std::size_t limit) const;
  // Start of the oldest bar in memory; nullopt when there is none.
  [[nodiscard]] std::optional<base::Timestamp> oldest_bar(model::InstrumentId instrument,
                                                          market::BarInterval interval) const;

  // The listener must outlive its registration. CHECKs listeners_max.
  void listen(Listener& listener);
  void forget(Listener& listener);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace market_data
