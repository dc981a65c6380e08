#include "market_sources/market_source.hpp"

#include <chrono>

namespace market_sources {

namespace {

std::int64_t monotonic_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::int64_t wall_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

SystemClock::SystemClock() : wall_minus_monotonic_ns_(wall_ns() - monotonic_ns()) {}

base::Timestamp SystemClock::now() {
  return base::Timestamp(monotonic_ns() + wall_minus_monotonic_ns_);
}

void SystemClock::wait_until(base::Timestamp time, const std::stop_token& stop) {
  const std::chrono::steady_clock::time_point until(
      std::chrono::nanoseconds(time.ns() - wall_minus_monotonic_ns_));
  std::unique_lock lock(mutex_);
  stopped_.wait_until(lock, stop, until, [] { return false; });
}

std::optional<std::string> health_problem(const MarketSource& source) {
  for (const FeedStatus& feed : source.status()) {
    if (feed.state == market::FeedState::Live) continue;
    if (feed.state == market::FeedState::Stopped && feed.message == "the recording has ended")
      continue;
    std::string problem =
        feed.symbol + ": the market feed is " + std::string(market::name_of(feed.state));
    if (!feed.message.empty()) problem += " (" + feed.message + ")";
    return problem;
  }
  return std::nullopt;
}

}  // namespace market_sources
