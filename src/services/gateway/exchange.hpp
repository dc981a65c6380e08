#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "net/response_writer.hpp"
#include "operations/operation.hpp"

namespace gateway {

// One request from its arrival to its answer: gives every answer its request id and the headers all
// answers share. Answered once, on any thread.
class Exchange {
 public:
  Exchange(std::string request_id, net::ResponseWriter writer);

  [[nodiscard]] const std::string& request_id() const { return request_id_; }
  [[nodiscard]] const std::string& remote_address() const { return writer_.remote_address(); }

  void send(http::Response response);
  void send(operations::Answer&& answer);
  void fail(const operations::ApiError& error, std::vector<http::Field> headers = {});

  // For handlers that answer themselves; the exchange is used up.
  net::ResponseWriter take_writer() { return std::move(writer_); }

 private:
  std::string request_id_;
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
