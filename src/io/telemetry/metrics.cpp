#include "telemetry/metrics.hpp"

#include <map>
#include <mutex>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "base/check.hpp"

namespace telemetry {
namespace {

prometheus::Labels to_map(const Labels& labels) {
  return {labels.begin(), labels.end()};
}

// The families of one kind by name, each with the number of its label sets.
template <class T>
class Families {
 public:
  template <class Build, class... Args>
  T& add(Build build, prometheus::Registry& registry, const std::string& name,
         const std::string& help, const Labels& labels, const Args&... args) {
    auto found = families_.find(name);
    if (found == families_.end()) {
      auto& family = build().Name(name).Help(help).Register(registry);
      found = families_.emplace(name, Counted{&family, 0}).first;
    }
    Counted& counted = found->second;
    prometheus::Labels wanted = to_map(labels);
    if (!counted.family->Has(wanted)) {
      if (counted.series >= series_max) wanted = {{"overflow", "true"}};
      ++counted.series;
    }
    return counted.family->Add(wanted, args...);
  }
  [[nodiscard]] bool has(const std::string& name) const { return families_.contains(name); }

 private:
  struct Counted {
    prometheus::Family<T>* family;
    std::size_t series;
  };
  std::map<std::string, Counted> families_;
};

bool valid_name(const std::string& name) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
  };
  if (name.empty() || !letter(name.front())) return false;
  for (const char c : name) {
    if (!letter(c) && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

}  // namespace

void Counter::increment(double by) const {
  counter_->Increment(by);
}
double Counter::value() const {
  return counter_->Value();
}
void Gauge::set(double value) const {
  gauge_->Set(value);
}
void Gauge::increment(double by) const {
  gauge_->Increment(by);
}
void Gauge::decrement(double by) const {
  gauge_->Decrement(by);
}
double Gauge::value() const {
  return gauge_->Value();
}
void Histogram::observe(double value) const {
  histogram_->Observe(value);
}

const std::vector<double>& latency_buckets() {
  static const std::vector<double> buckets = {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                              0.01,   0.025,   0.05,   0.1,   0.25,   0.5,
                                              1,      2.5,     5,      10};
  return buckets;
}

class Metrics::Store {
 public:
  std::mutex mutex;
  prometheus::Registry registry;
  Families<prometheus::Counter> counters;
  Families<prometheus::Gauge> gauges;
  Families<prometheus::Histogram> histograms;
};

Metrics::Metrics() : store_(std::make_unique<Store>()) {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  CHECK(valid_name(name));
  const std::lock_guard lock(store_->mutex);
  CHECK(!store_->gauges.has(name) && !store_->histograms.has(name));
  return Counter(store_->counters.add([] { return prometheus::BuildCounter(); }, store_->registry,
                                      name, help, labels));
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  CHECK(valid_name(name));
  const std::lock_guard lock(store_->mutex);
  CHECK(!store_->counters.has(name) && !store_->histograms.has(name));
  return Gauge(store_->gauges.add([] { return prometheus::BuildGauge(); }, store_->registry, name,
                                  help, labels));
}

Histogram Metrics::histogram(const std::string& name, const std::string& help,
                             const std::vector<double>& upper_bounds, const Labels& labels) {
  CHECK(valid_name(name));
  const std::lock_guard lock(store_->mutex);
  CHECK(!store_->counters.has(name) && !store_->gauges.has(name));
  return Histogram(store_->histograms.add([] { return prometheus::BuildHistogram(); },
                                          store_->registry, name, help, labels, upper_bounds));
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(store_->registry.Collect());
}

HttpMetrics::HttpMetrics(Metrics& metrics, std::string service)
    : metrics_(metrics),
      service_(std::move(service)),
      duration_(metrics.histogram("http_request_duration_seconds",
                                  "Time from the whole request to its answer.", latency_buckets(),
                                  {{"service", service_}})) {}

void HttpMetrics::record(int status, double seconds) {
  if (status < 100 || status > 599) status = 500;
  auto& slot = by_status_[static_cast<std::size_t>(status)];
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = metrics_
                  .counter("http_requests_total", "Requests answered.",
                           {{"service", service_}, {"status", std::to_string(status)}})
                  .handle();
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
  duration_.observe(seconds);
}

}  // namespace telemetry
