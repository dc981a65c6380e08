#pragma once

// Keeps the gauges of /metrics that parts count for themselves (sequencer, projector, streams,
// queues, feeds) up to date, once a second on a thread of its own.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "telemetry/metrics.hpp"

namespace platform {

class Gauges {
 public:
  explicit Gauges(telemetry::Metrics& metrics) : metrics_(metrics) {}
  ~Gauges() { stop(); }

  // Before start(); `read` is thread-safe.
  void add(const std::string& name, const std::string& help, std::function<double()> read);
  // Also before start(): called once a second on the same thread.
  void each_second(std::function<void()> act) { acts_.push_back(std::move(act)); }
  void start();
  void stop();

 private:
  struct Entry {
    telemetry::Gauge gauge;
    std::function<double()> read;
  };
  void refresh() const;

  telemetry::Metrics& metrics_;
  std::vector<Entry> entries_;
  std::vector<std::function<void()>> acts_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace platform
