#include "platform/gauges.hpp"

#include <chrono>
#include <utility>

namespace platform {

void Gauges::add(const std::string& name, const std::string& help, std::function<double()> read) {
  entries_.push_back({metrics_.gauge(name, help), std::move(read)});
}

void Gauges::refresh() const {
  for (const Entry& entry : entries_)
    entry.gauge.set(entry.read());
  for (const auto& act : acts_)
    act();
}

void Gauges::start() {
  refresh();
  thread_ = std::jthread([this](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wake_.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
      refresh();
    }
  });
}

void Gauges::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

}  // namespace platform
