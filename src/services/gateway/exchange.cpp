#include "gateway/exchange.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "base/check.hpp"

namespace gateway {
namespace {

constexpr std::string_view other_service = "other";
constexpr std::size_t request_id_max = 128;

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

}  // namespace

RequestMetrics::RequestMetrics(telemetry::Metrics& metrics,
                               const std::vector<std::string>& services) {
  const auto add = [&](const std::string& name) {
    if (!by_service_.contains(name))
      by_service_.emplace(name, std::make_unique<telemetry::HttpMetrics>(metrics, name));
  };
  for (const std::string& service : services)
    add(service);
  add(std::string(other_service));
}

void RequestMetrics::record(std::string_view service, int status, double seconds) {
  auto at = by_service_.find(service);
  if (at == by_service_.end()) at = by_service_.find(other_service);
  at->second->record(status, seconds);
}

// Where a wrapped writer delivers to.
class CountedTarget : public net::ResponseTarget {
 public:
  explicit CountedTarget(std::shared_ptr<Exchange> exchange)
      : exchange_(std::move(exchange)),
        service_(exchange_->writer_.service()),
        remote_address_(exchange_->writer_.remote_address()) {}

  void answer(std::uint64_t, http::Response&& response) override {
    exchange_->send(std::move(response));
  }
  std::shared_ptr<net::ResponseStream> answer_stream(std::uint64_t, int status,
                                                     std::string_view content_type,
                                                     const std::vector<http::Field>& headers,
                                                     std::function<void()> on_close) override {
    exchange_->count(status);
    std::vector<http::Field> all = headers;
    all.push_back({"X-Request-Id", exchange_->request_id_});
    return exchange_->writer_.stream(status, content_type, all, std::move(on_close));
  }
  void answer_websocket(std::uint64_t, std::string, net::WebSocketEvents) override {
    // Routes::mount_websocket hands out the bare writer.
    exchange_->fail(
        {.status = 400, .reason = "bad_upgrade", .message = "There is no WebSocket at this path."});
  }
  [[nodiscard]] const std::string& service() const override { return service_; }
  [[nodiscard]] const std::string& remote_address() const override { return remote_address_; }

 private:
  std::shared_ptr<Exchange> exchange_;
  std::string service_;
  std::string remote_address_;
};

Exchange::Exchange(std::shared_ptr<RequestMetrics> metrics, std::string request_id,
                   net::ResponseWriter writer)
    : metrics_(std::move(metrics)),
      request_id_(std::move(request_id)),
      service_(writer.service()),
      start_(std::chrono::steady_clock::now()),
      writer_(std::move(writer)) {}

void Exchange::count(int status) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start_;
  metrics_->record(service_, status, took.count());
}

void Exchange::send(http::Response response) {
  count(response.status);
  response.headers.push_back({"X-Request-Id", request_id_});
  writer_.send(std::move(response));
}

void Exchange::send(const operations::Answer& answer) {
  http::Response response;
  response.status = answer.status;
  response.body = answer.body;
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  if (answer.retry_after_s > 0)
    response.headers.push_back({"Retry-After", std::to_string(answer.retry_after_s)});
  if (answer.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  send(std::move(response));
}

void Exchange::fail(const operations::ApiError& error, std::vector<http::Field> headers) {
  http::Response response;
  response.status = error.status;
  response.body = operations::to_json(error, request_id_);
  response.headers = std::move(headers);
  response.headers.push_back({"Cache-Control", "no-store"});
  response.headers.push_back({"X-Content-Type-Options", "nosniff"});
  if (error.status == 401) response.headers.push_back({"WWW-Authenticate", "Bearer"});
  send(std::move(response));
}

net::ResponseWriter Exchange::wrap(std::shared_ptr<Exchange> exchange) {
  return net::ResponseWriter(std::make_shared<CountedTarget>(std::move(exchange)), 0);
}

RequestIds::RequestIds() {
  std::random_device source;
  constexpr std::string_view hex = "0123456789abcdef";
  for (int i = 0; i < 12; ++i)
    prefix_.push_back(hex[source() & 15]);
}

std::string RequestIds::id_for(const http::Request& request) {
  const auto given = request.headers.find("X-Request-Id");
  if (given && is_request_id(*given)) return std::string(*given);
  return prefix_ + '-' + std::to_string(next_.fetch_add(1, std::memory_order_relaxed));
}

}  // namespace gateway
