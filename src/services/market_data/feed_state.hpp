#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "model/ids.hpp"

namespace market_data {

// What is known of the feed behind an instrument; filled by whoever runs the market source.
struct FeedState {
  std::string_view state;  // live, stale, gapped, crossed, stopped
  std::uint64_t gaps = 0;
  std::uint64_t time_regressions = 0;
  std::uint64_t crossed = 0;
  std::uint64_t rejected_lines = 0;
  base::Timestamp last_record_time;  // receive time of the newest record
};

// Thread-safe; nullopt when no outside or synthetic feed stands behind the instrument.
class FeedStates {
 public:
  virtual ~FeedStates() = default;
  [[nodiscard]] virtual std::optional<FeedState> feed_state(
      model::InstrumentId instrument) const = 0;
};

}  // namespace market_data
