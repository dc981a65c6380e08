#include "market/feed_monitor.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace market {

std::string_view name_of(FeedState state) {
  switch (state) {
    case FeedState::Live: return "live";
    case FeedState::Stale: return "stale";
    case FeedState::Gapped: return "gapped";
    case FeedState::Crossed: return "crossed";
    case FeedState::Stopped: return "stopped";
  }
  CHECK(false);
}

FeedMonitor::FeedMonitor(std::int64_t stale_after_ns) : stale_after_ns_(stale_after_ns) {
  CHECK(stale_after_ns > 0);
}

void FeedMonitor::start(base::Timestamp now) {
  running_ = true;
  gapped_ = false;
  crossed_ = false;
  silent_ = false;
  last_sequence_ = 0;
  last_message_ = now;
  last_source_time_ = base::Timestamp();
}

bool FeedMonitor::message(base::Timestamp now, base::Timestamp source_time,
                          std::uint64_t first_sequence, std::uint64_t last_sequence) {
  ++counts_.messages;
  last_message_ = std::max(last_message_, now);
  silent_ = false;
  if (source_time < last_source_time_) ++counts_.time_regressions;
  last_source_time_ = std::max(last_source_time_, source_time);
  if (last_sequence == 0) return true;
  if (last_sequence_ != 0) {
    if (last_sequence <= last_sequence_) {
      ++counts_.repeats;
      return false;
    }
    if (first_sequence > last_sequence_ + 1) {
      ++counts_.gaps;
      counts_.missed += first_sequence - last_sequence_ - 1;
      gapped_ = true;
    }
  }
  last_sequence_ = last_sequence;
  return true;
}

void FeedMonitor::resynchronize(std::uint64_t sequence) {
  last_sequence_ = sequence;
  gapped_ = false;
}

void FeedMonitor::book(std::optional<money::Price> bid, std::optional<money::Price> ask) {
  const bool crossed = bid && ask && *bid >= *ask;
  if (crossed && !crossed_) ++counts_.crossings;
  crossed_ = crossed;
}

FeedState FeedMonitor::state(base::Timestamp now) {
  if (!running_) return FeedState::Stopped;
  const bool silent = now - last_message_ > stale_after_ns_;
  if (silent && !silent_) ++counts_.silences;
  silent_ = silent;
  if (gapped_) return FeedState::Gapped;
  if (silent) return FeedState::Stale;
  return crossed_ ? FeedState::Crossed : FeedState::Live;
}

}  // namespace market
