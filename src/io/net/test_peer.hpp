#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "net/server.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

// For tests: a server with a handler of many behaviours, and a raw client socket.

namespace net {

// Routes: /echo, /length, /service, /big (200 kB), /hold (kept until wait_held), /later (answered
// by another thread), /stream, /ws.
class ScriptedHandler final : public Handler {
 public:
  ~ScriptedHandler() override;
  void on_request(http::Request&& request, ResponseWriter writer) override;

  std::vector<ResponseWriter> wait_held(std::size_t count);
  std::shared_ptr<ResponseStream> wait_stream();
  void wait_stream_closed();
  std::shared_ptr<WebSocket> wait_websocket();
  std::uint16_t wait_websocket_closed();
  std::string wait_message();
  void wait_drained();

 private:
  void accept(const http::Request& request, ResponseWriter writer);
  template <class Ready>
  void wait(std::unique_lock<std::mutex>& lock, Ready ready);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ResponseWriter> held_;
  std::shared_ptr<ResponseStream> stream_;
  bool stream_closed_ = false;
  std::shared_ptr<WebSocket> websocket_;
  int websocket_closed_ = 0;
  bool drained_ = false;
  std::vector<std::string> messages_;
};

struct Fixture {
  explicit Fixture(const std::function<void(ServerOptions&)>& adjust = {});
  ~Fixture();
  [[nodiscard]] std::uint16_t port() const { return server->ports()[0].port; }
  void wait_for_connections(int count) const;
  void wait_for_metric(std::string_view line) const;

  ScriptedHandler handler;
  telemetry::Metrics metrics;
  std::ostringstream log_text;
  telemetry::Log log{"test", telemetry::Level::Debug, log_text};
  std::unique_ptr<Server> server;
};

// A blocking socket that gives up after ten seconds, so that a broken test ends.
class Peer {
 public:
  explicit Peer(std::uint16_t port, int receive_buffer = 0);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(std::string_view bytes);
  void end_sending();
  void close();
  // Up to and including `mark`; what was received when the connection ends before.
  std::string read_until(std::string_view mark);
  std::string read_bytes(std::size_t count);
  // One answer with Content-Length.
  std::string read_answer();
  std::string read_to_end();

 private:
  bool receive();
  int socket_;
  std::string received_;
};

}  // namespace net
