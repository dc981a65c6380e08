#pragma once

// Where the market comes from when no venue is connected: recorded markets played back as a live
// feed (replay_source.hpp) and a synthetic market (demo_source.hpp).
//
// App makes one, gives it the sequencer's port and a clock, and starts it. A source runs one thread
// of its own and speaks to the engine through commands only, so everything it does is journaled and
// replayable. Guarantees: a bounded number of commands is in flight; a slow or full engine slows
// the source down and is counted, never skipped over; a bad record is counted and left out; stop()
// ends the thread. Absent on purpose: orders of real users, connections to venues.

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "market/feed_monitor.hpp"
#include "model/ids.hpp"

namespace market_sources {

// Time as a source sees it; tests step it.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual base::Timestamp now() = 0;
  // Returns at `time` or as soon as a stop is requested, whichever is first.
  virtual void wait_until(base::Timestamp time, const std::stop_token& stop) = 0;
};

// The machine's clocks: now() starts at the wall clock and then follows the monotonic one, so that
// a corrected wall clock neither stalls nor hurries a source.
class SystemClock final : public Clock {
 public:
  SystemClock();
  base::Timestamp now() override;
  void wait_until(base::Timestamp time, const std::stop_token& stop) override;

 private:
  std::int64_t wall_minus_monotonic_ns_;
  std::mutex mutex_;
  std::condition_variable_any stopped_;
};

// What a source knows of one instrument's feed.
struct FeedStatus {
  model::InstrumentId instrument;  // invalid() until it is listed
  std::string symbol;
  market::FeedState state = market::FeedState::Stopped;
  market::FeedCounts counts;
  std::uint64_t records = 0;           // read and used
  std::uint64_t rejected_records = 0;  // bad lines, left out
  std::string last_rejection;          // why the last one was rejected; empty = none
  std::uint64_t ignored_records = 0;   // good, but without a use: no book yet, marked suspicious
  std::uint64_t commands = 0;          // accepted by the engine
  std::uint64_t refused_commands = 0;  // by the engine
  std::string last_refusal;            // the engine's reason; empty = none
  std::uint64_t queue_waits = 0;       // times the source waited for the engine
  base::Timestamp source_time;         // of the newest record, in the source's own time
  std::string message;                 // one sentence for a person: what it does or why it ended
};

class MarketSource {
 public:
  virtual ~MarketSource() = default;
  // Starts the thread. Errors: those of what the source reads.
  virtual base::Status start() = 0;
  // Ends the thread and waits for it; may be called again.
  virtual void stop() = 0;
  // Any thread; one entry an instrument.
  [[nodiscard]] virtual std::vector<FeedStatus> status() const = 0;
};

// The sentence that says what is wrong with the feeds; nullopt when all are live. A replay that
// came to its end is not a fault.
std::optional<std::string> health_problem(const MarketSource& source);

}  // namespace market_sources
