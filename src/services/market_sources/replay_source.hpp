#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "market_sources/command_sender.hpp"
#include "market_sources/market_source.hpp"
#include "market_sources/outside_book.hpp"
#include "market_sources/recording.hpp"

namespace market_sources {

inline constexpr const char* outside_account_name = "Outside market";

// 1'000 = as recorded, 10'000 = ten times faster; 0 = as fast as the engine takes it.
struct ReplaySpeed {
  std::uint32_t thousandths = 1'000;
};
// "max", or a decimal between 0.001 and 1000000, optionally followed by x. Errors: invalid_speed.
base::Result<ReplaySpeed> parse_speed(std::string_view text);

// Plays a recorded market (recording.hpp) as a live feed.
//
// At the start it lists the instrument when it is new, opens or finds the External account, ends
// orders that synthetic participants left in the instrument, and clears what an earlier run
// displayed. At the end of the recording it starts again (loop), or clears the displayed book and
// reports Stopped: an ended recording must not look like a market one can trade with. Users' orders
// stay. A pause longer than pause_max_ns is shortened to it.
class ReplaySource final : public MarketSource {
 public:
  struct Options {
    std::string path;
    ReplaySpeed speed;
    bool loop = false;
    archives::Limits limits;
  };
  static constexpr std::int64_t pause_max_ns = 3'600 * base::ns_per_s;
  static constexpr std::int64_t stale_after_ns_min = 10 * base::ns_per_s;

  // `port` and `clock` must outlive the source.
  ReplaySource(Options options, sequencer::CommandPort& port, Clock& clock);
  ~ReplaySource() override;

  base::Status start() override;
  void stop() override;
  [[nodiscard]] std::vector<FeedStatus> status() const override;

 private:
  void run(const std::stop_token& stop);
  base::Status prepare(const std::stop_token& stop);
  base::Status play(const std::stop_token& stop);
  base::Status use(const feeds::Record& record, const std::stop_token& stop);
  void wait_for(const feeds::Record& record, const std::stop_token& stop);
  base::Status send_all(const std::stop_token& stop);
  void finish(const base::Status& ended);

  Options options_;
  sequencer::CommandPort& port_;
  Clock& clock_;
  CommandSender sender_;
  std::optional<Recording> recording_;
  model::Instrument instrument_;
  model::AccountId account_;
  std::optional<OutsideBook> book_;
  std::vector<model::CommandBody> commands_;

  // Pacing: the record time that is due at base_wall_.
  base::Timestamp base_record_;
  base::Timestamp base_wall_;
  base::Timestamp last_record_;

  mutable std::mutex mutex_;  // guards what status() shows
  mutable std::optional<market::FeedMonitor> monitor_;
  FeedStatus shown_;
  std::jthread thread_;
};

}  // namespace market_sources
