#pragma once

// For the tests of the streams: the hub behind a real server, a market that trades, and a WebSocket
// client that reads message by message.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/check.hpp"
#include "directory/in_process_test.hpp"
#include "history/projected_test.hpp"
#include "market_data/market_data.hpp"
#include "net/server.hpp"
#include "streams/streams.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

namespace streams {

using Message = directory::Answered;  // read by path: message["order.status"]

// A blocking client that gives up after ten seconds, so that a broken test ends.
class StreamClient {
 public:
  StreamClient(std::uint16_t port, std::string_view path, std::string_view token = {},
               int receive_buffer = 0)
      : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval limit{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (receive_buffer > 0)
      ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    write(websocket::upgrade_request("x", path, "dGhlIHNhbXBsZSBub25jZQ==", token));
    while (received_.find("\r\n\r\n") == std::string::npos)
      CHECK(receive());
    received_.erase(0, received_.find("\r\n\r\n") + 4);
  }
  ~StreamClient() { leave(); }
  StreamClient(const StreamClient&) = delete;
  StreamClient& operator=(const StreamClient&) = delete;

  void send(std::string_view text) {
    write(websocket::encode_masked_frame(websocket::Opcode::Text, text, 0x12345678));
  }
  void leave() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  // The next message; nullopt when the server closed, see close_code.
  std::optional<Message> next() {
    for (;;) {
      auto step = decoder_.step(std::string_view(received_).substr(at_));
      at_ += step.consumed;
      if (!step.message) {
        received_.erase(0, std::exchange(at_, 0));
        if (!receive()) return std::nullopt;
        continue;
      }
      if (step.message->opcode == websocket::Opcode::Close) {
        close_code = step.message->close_code;
        return std::nullopt;
      }
      if (step.message->opcode != websocket::Opcode::Text) continue;
      auto value = json::parse(step.message->payload, {.size_max = std::size_t{1} << 20});
      CHECK(value.has_value());
      return Message{0, *std::move(value)};
    }
  }
  // The next message of that type; others are skipped. Fails the test when the stream ends before.
  Message await(std::string_view type) {
    while (auto message = next())
      if ((*message)["type"] == type) return *std::move(message);
    ADD_FAILURE() << "the stream ended before " << type << ", code " << close_code;
    return {};
  }
  std::uint16_t await_close() {
    while (next()) {
    }
    return close_code;
  }

  std::uint16_t close_code = 0;

 private:
  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  bool receive() {
    char buffer[16 * 1024];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  int socket_;
  websocket::Decoder decoder_{websocket::Role::Client, 1 << 20};
  std::string received_;
  std::size_t at_ = 0;
};

// Tokens that can be revoked: the token is the key.
class Tokens final : public operations::Authenticator {
 public:
  void give(const std::string& token, const operations::Caller& caller) {
    const std::scoped_lock lock(mutex_);
    callers_[token] = caller;
  }
  void revoke(const std::string& token) {
    const std::scoped_lock lock(mutex_);
    callers_.erase(token);
  }
  base::Result<operations::Caller> verify(std::string_view token) const override {
    const std::scoped_lock lock(mutex_);
    const auto found = callers_.find(std::string(token));
    if (found == callers_.end()) return base::fail("invalid_token", "The token is not valid.");
    return found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, operations::Caller> callers_;
};

// The execution reports of Alice's account as the engine gave them.
class Model final : public sequencer::Subscriber {
 public:
  using Place = std::pair<std::uint64_t, std::uint64_t>;  // sequence, index
  explicit Model(model::AccountId account) : account_(account) {}
  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override {
    const std::scoped_lock lock(mutex_);
    for (const model::Event& event : batch->events)
      if (const auto* update = std::get_if<model::OrderUpdated>(&event.body))
        if (update->order.account == account_) places_.emplace_back(event.sequence, event.index);
  }
  std::vector<Place> places() const {
    const std::scoped_lock lock(mutex_);
    return places_;
  }

 private:
  const model::AccountId account_;
  mutable std::mutex mutex_;
  std::vector<Place> places_;
};

class StreamTest : public ::testing::Test, protected directory::SmallMarket, private net::Handler {
 protected:
  StreamTest() : projected(port), events(alices) {
    hub = std::make_unique<Hub>(
        Parts{tokens, directory, market, *projected.history,
              [this](model::InstrumentId) { return std::string(stale ? "stale" : "live"); },
              [this] { return base::Timestamp(clock_ns); }});
    market.load(port.engine);
    for (sequencer::Subscriber* subscriber : {static_cast<sequencer::Subscriber*>(&market),
                                              static_cast<sequencer::Subscriber*>(&projected),
                                              static_cast<sequencer::Subscriber*>(&events),
                                              static_cast<sequencer::Subscriber*>(hub.get())})
      port.subscribe(*subscriber);
    announce_again();
    tokens.give("alice", alice);
    tokens.give("alice-2", alice);
    tokens.give("bob", bob);
    tokens.give("admin", admin);
    tokens.give("nobody", person(7, {"portfolio.*"}));
    hub->start();
    net::ServerOptions options;
    options.listeners = {{"127.0.0.1", 0, "market-data"}};
    options.sweep_ms = 5;
    server = net::Server::start(options, *this, metrics, log).value();
  }
  ~StreamTest() override {
    projected.release();
    hub->stop();
    server->stop(0);
    projected.queue.reset();  // what still reads for a client uses the hub
  }
  void on_request(http::Request&& request, net::ResponseWriter writer) override {
    std::optional<operations::Caller> caller;
    if (const auto token = request.bearer_token())
      if (auto verified = tokens.verify(*token)) caller = *std::move(verified);
    if (request.path == "/ws/orders")
      return hub->on_order_socket(std::move(caller), request, std::move(writer));
    hub->on_market_socket(std::move(caller), request, std::move(writer));
  }
  [[nodiscard]] std::uint16_t listening() const { return server->ports()[0].port; }

  Tokens tokens;
  market_data::MarketData market;
  history::Projected projected;
  Model events;
  std::atomic<std::int64_t> clock_ns{1'700'000'000 * base::ns_per_s};
  std::atomic<bool> stale = false;
  std::unique_ptr<Hub> hub;
  telemetry::Metrics metrics;
  std::ostringstream log_text;
  telemetry::Log log{"test", telemetry::Level::Error, log_text};
  std::unique_ptr<net::Server> server;
};

}  // namespace streams
