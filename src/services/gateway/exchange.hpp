#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/response_writer.hpp"
#include "operations/operation.hpp"
#include "telemetry/metrics.hpp"

namespace gateway {

// The metrics http_requests_total and http_request_duration_seconds of every service. Thread-safe.
class RequestMetrics {
 public:
  RequestMetrics(telemetry::Metrics& metrics, const std::vector<std::string>& services);
  // A service that was not named at construction is counted as "other".
  void record(std::string_view service, int status, double seconds);

 private:
  std::map<std::string, std::unique_ptr<telemetry::HttpMetrics>, std::less<>> by_service_;
};

// One request from its arrival to its answer: gives every answer its request id and the headers all
// answers share, and counts it. Answered once, on any thread.
class Exchange {
 public:
  Exchange(std::shared_ptr<RequestMetrics> metrics, std::string request_id,
           net::ResponseWriter writer);

  [[nodiscard]] const std::string& request_id() const { return request_id_; }
  [[nodiscard]] const std::string& remote_address() const { return writer_.remote_address(); }
  // Until this is called the listener's service counts.
  void set_service(std::string_view service) { service_ = service; }

  void send(http::Response response);
  void send(const operations::Answer& answer);
  void fail(const operations::ApiError& error, std::vector<http::Field> headers = {});

  // For handlers that answer themselves: a writer whose plain answers and streams pass through
  // send() and are counted. The exchange is used up.
  static net::ResponseWriter wrap(std::shared_ptr<Exchange> exchange);
  // The bare writer, for a WebSocket. The exchange is used up.
  net::ResponseWriter take_writer() { return std::move(writer_); }

 private:
  friend class CountedTarget;
  void count(int status);

  std::shared_ptr<RequestMetrics> metrics_;
  std::string request_id_;
  std::string service_;
  std::chrono::steady_clock::time_point start_;
  net::ResponseWriter writer_;
};

// The caller's X-Request-Id when it is 1 to 128 characters of A-Z a-z 0-9 . _ -, else a new one.
class RequestIds {
 public:
  RequestIds();
  std::string id_for(const http::Request& request);

 private:
  std::string prefix_;  // random for each process
  std::atomic<std::uint64_t> next_{1};
};

}  // namespace gateway
