#pragma once

#include <mutex>
#include <thread>

#include "market_sources/command_sender.hpp"
#include "market_sources/demo_market.hpp"
#include "market_sources/market_source.hpp"

namespace market_sources {

// Runs the demo market (demo_market.hpp) with real orders through the real matcher: one step each
// 250 ms, a step's commands answered before the next begins. By default that is 20 to 35 commands
// and about five trades a second over five instruments, some 0.3 GB of journal a day.
//
// At the start it lists its instruments and opens its accounts where they are missing, cancels what
// its participants left working, and goes on from the last prices. A clock that jumps is followed
// by one step, never by a burst.
class DemoSource final : public MarketSource {
 public:
  struct Options {
    std::uint64_t seed = 1;
  };

  // `port` and `clock` must outlive the source.
  DemoSource(Options options, sequencer::CommandPort& port, Clock& clock);
  ~DemoSource() override;

  base::Status start() override;
  void stop() override;
  [[nodiscard]] std::vector<FeedStatus> status() const override;

  // The parts of the thread, for tests that step it themselves.
  base::Status prepare(const std::stop_token& stop);
  base::Status step(const std::stop_token& stop);

 private:
  void run(const std::stop_token& stop);
  base::Status open_accounts(const std::stop_token& stop);
  base::Status list_instruments(const std::stop_token& stop);

  Clock& clock_;
  CommandSender sender_;
  DemoMarket market_;

  mutable std::mutex mutex_;  // guards what status() shows
  mutable market::FeedMonitor monitor_;
  std::vector<FeedStatus> shown_;
  std::string message_;
  std::jthread thread_;
};

}  // namespace market_sources
