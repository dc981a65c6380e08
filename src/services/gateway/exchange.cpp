#include "gateway/exchange.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace gateway {
namespace {

constexpr std::size_t request_id_max = 128;

bool is_request_id(std::string_view text) {
  return !text.empty() && text.size() <= request_id_max &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

}  // namespace

Exchange::Exchange(std::string request_id, net::ResponseWriter writer)
    : request_id_(std::move(request_id)), writer_(std::move(writer)) {}

void Exchange::send(http::Response response) {
  response.headers.push_back({"X-Request-Id", request_id_});
  writer_.send(std::move(response));
}

void Exchange::send(operations::Answer&& answer) {
  http::Response response;
  response.status = answer.status;
  response.body = std::move(answer.body);
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
