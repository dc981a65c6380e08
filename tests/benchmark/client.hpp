#pragma once

// What the load clients share: exact quantiles, clocks, a non-blocking socket to 127.0.0.1, login.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "json/value.hpp"
#include "net/http_client.hpp"

namespace load {

[[noreturn]] inline void stop(const std::string& message) {
  std::fprintf(stderr, "load: %s\n", message.c_str());
  std::exit(1);
}

inline std::int64_t steady_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Sorts; the smallest sample that at least `per_mille` thousandths do not exceed. 0 for none.
inline std::int64_t quantile(std::vector<std::int64_t>& samples, std::size_t per_mille) {
  if (samples.empty()) return 0;
  std::sort(samples.begin(), samples.end());
  return samples[std::min(samples.size() - 1, samples.size() * per_mille / 1'000)];
}

// Connected, TCP_NODELAY, non-blocking. Only ever to this machine.
inline int connect_local(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) stop("no socket; raise the limit of open files (ulimit -n)");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    stop("cannot connect to 127.0.0.1:" + std::to_string(port));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  return fd;
}

// One call before the load starts; ends the process when it is not answered with 200.
inline json::Value call(std::uint16_t port, const net::ClientRequest& request) {
  net::HttpClient client("127.0.0.1", port);
  const auto answer = client.call(request);
  if (!answer) stop(request.target + ": " + answer.error().message);
  if (answer->status != 200) stop(request.target + ": " + answer->body);
  auto value = json::parse(answer->body);
  if (!value) stop(request.target + ": " + value.error().message);
  return *std::move(value);
}

inline std::string text_member(const json::Value& object, std::string_view name) {
  const json::Value* member = object.find(name);
  if (member == nullptr || member->string() == nullptr) stop("no " + std::string(name));
  return *member->string();
}

// An access token of admin, with the password of TRADING_ADMIN_PASSWORD.
inline std::string login(std::uint16_t port) {
  const char* password = std::getenv("TRADING_ADMIN_PASSWORD");
  if (password == nullptr) stop("TRADING_ADMIN_PASSWORD is not set");
  net::ClientRequest request;
  request.method = "POST";
  request.target = "/auth/login";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = R"({"username":"admin","password":")" + std::string(password) + "\"}";
  return text_member(call(port, request), "access_token");
}

}  // namespace load
