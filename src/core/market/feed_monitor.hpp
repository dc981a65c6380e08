#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "money/money.hpp"

namespace market {

// Live: messages arrive in sequence and the book makes sense. Stopped: not started yet, or ended.
// When several are true the first of Stopped, Gapped, Stale, Crossed is the state.
enum class FeedState : std::uint8_t { Live = 1, Stale, Gapped, Crossed, Stopped };
std::string_view name_of(FeedState state);  // live, stale, gapped, crossed, stopped

struct FeedCounts {
  std::uint64_t messages = 0;
  std::uint64_t gaps = 0;              // times the sequence jumped ahead
  std::uint64_t missed = 0;            // sequence numbers lost in all gaps
  std::uint64_t repeats = 0;           // messages whose sequence numbers were all seen before
  std::uint64_t time_regressions = 0;  // messages older than the newest one
  std::uint64_t crossings = 0;         // times the book became crossed
  std::uint64_t silences = 0;          // times the feed became stale, as far as state() was asked
  bool operator==(const FeedCounts&) const = default;
};

// Watches one outside feed and says whether its picture of the market can be relied on.
class FeedMonitor {
 public:
  // Stale when no message came for more than `stale_after_ns` (> 0).
  explicit FeedMonitor(std::int64_t stale_after_ns);

  // The feed (re)starts: any first sequence is right, counts go on.
  void start(base::Timestamp now);
  void stop() { running_ = false; }

  // A message received `now` that carries the sequence numbers first..last (both 0 = the feed has
  // none) and the source's own time. Returns false when nothing in it is new: a repeat to be left
  // out. A message that overlaps what was seen is new from its unseen part on.
  bool message(base::Timestamp now, base::Timestamp source_time, std::uint64_t first_sequence = 0,
               std::uint64_t last_sequence = 0);
  // The book was rebuilt from a snapshot up to `sequence`: heals a gap.
  void resynchronize(std::uint64_t sequence);
  // Best prices after a message; nullopt = that side is empty. Crossed when bid >= ask.
  void book(std::optional<money::Price> bid, std::optional<money::Price> ask);

  FeedState state(base::Timestamp now);
  [[nodiscard]] const FeedCounts& counts() const { return counts_; }
  [[nodiscard]] base::Timestamp last_message() const { return last_message_; }
  [[nodiscard]] base::Timestamp last_source_time() const { return last_source_time_; }
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }

 private:
  std::int64_t stale_after_ns_;
  bool running_ = false;
  bool gapped_ = false;
  bool crossed_ = false;
  bool silent_ = false;
  std::uint64_t last_sequence_ = 0;   // 0 = none since start()
  base::Timestamp last_message_;      // or of start()
  base::Timestamp last_source_time_;  // the newest seen since start()
  FeedCounts counts_;
};

}  // namespace market
