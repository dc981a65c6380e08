#pragma once

// Metrics in Prometheus text and logs as JSON lines (log.hpp). One Metrics and one Log are made by
// app and passed by reference; there are no globals.
//
// A metric is made once, at start, and its handle kept: the handle is a pointer to the number, so
// counting costs one atomic addition. Asking for the same name and labels again gives the same
// number. Guarantees: thread-safe; at most series_max label sets a name, everything beyond is
// counted together under overflow="true". Absent on purpose: pushing, exemplars, a server
// (/metrics is a route of the gateway).

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace telemetry {

using Labels = std::vector<std::pair<std::string, std::string>>;

inline constexpr std::size_t series_max = 1'000;

class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_(&counter) {}
  void increment(double by = 1) const;
  [[nodiscard]] double value() const;
  [[nodiscard]] prometheus::Counter* handle() const { return counter_; }

 private:
  prometheus::Counter* counter_;
};

class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_(&gauge) {}
  void set(double value) const;
  void increment(double by = 1) const;
  void decrement(double by = 1) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Gauge* gauge_;
};

class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_(&histogram) {}
  void observe(double value) const;

 private:
  prometheus::Histogram* histogram_;
};

// Upper bounds in seconds, 100 us to 10 s.
const std::vector<double>& latency_buckets();

class Metrics {
 public:
  Metrics();
  ~Metrics();

  // Names are [a-zA-Z_:][a-zA-Z0-9_:]*; a bad name, or one name used for two kinds, is a bug.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help,
                      const std::vector<double>& upper_bounds, const Labels& labels = {});

  // Text exposition format 0.0.4.
  [[nodiscard]] std::string text() const;

 private:
  class Store;
  std::unique_ptr<Store> store_;
};

// http_requests_total{service,status} and http_request_duration_seconds{service} of one service.
class HttpMetrics {
 public:
  HttpMetrics(Metrics& metrics, std::string service);
  // Any thread. Statuses outside 100..599 are counted as 500.
  void record(int status, double seconds);

 private:
  Metrics& metrics_;
  std::string service_;
  Histogram duration_;
  std::array<std::atomic<prometheus::Counter*>, 600> by_status_{};
};

}  // namespace telemetry
