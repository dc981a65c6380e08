#pragma once

// The server of every door: HTTP/1.1 with keep-alive and pipelining, answers as streams
// (Server-Sent Events), WebSocket. The gateway implements Handler; app starts one Server with one
// listener a port; streams keep WebSocket handles and send from any thread.
//
// Guarantees: every request is answered once and in order; a handle outlives its connection safely;
// every buffer, connection count and wait has a limit, and reaching it is answered or closed and
// counted (net_* metrics); stop() finishes what is in flight.
//
// Threads: `workers` event loops; a connection lives on one of them. Handler and event callbacks
// run on the connection's worker and must not block. Absent on purpose: TLS (the edge terminates
// it), routing, HTTP/2.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "net/response_writer.hpp"

namespace telemetry {
class Log;
class Metrics;
}  // namespace telemetry

namespace net {

struct Listener {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: the system chooses, see Server::ports()
  std::string service;     // the tag of metrics and of ResponseWriter::service()
};

struct ServerOptions {
  std::vector<Listener> listeners;
  int workers = 2;
  int connections_max = 1000;
  http::Limits limits;
  std::int64_t header_deadline_ms = 10'000;  // from the first byte (or accept) to the whole header
  std::int64_t body_deadline_ms = 30'000;    // from the header to the whole body
  std::int64_t idle_deadline_ms = 75'000;    // between two requests
  std::int64_t write_stall_ms = 30'000;      // without the peer taking a single byte
  std::int64_t ping_interval_ms = 20'000;    // WebSocket; a peer silent for two of them is cut
  std::int64_t linger_ms = 1'000;            // for the peer to read a last answer and close
  std::int64_t sweep_ms = 100;               // how often deadlines are looked at
};

class Handler {
 public:
  virtual ~Handler() = default;
  // Called on a worker. Answer through `writer`, now or later, on any thread.
  virtual void on_request(http::Request&& request, ResponseWriter writer) = 0;
};

struct BoundPort {
  std::string service;
  std::string address;
  std::uint16_t port = 0;
};

class Server {
 public:
  // Listens on every address or on none. `handler`, `metrics` and `log` must outlive the server.
  // Errors: listen_failed naming address, port and cause.
  static base::Result<std::unique_ptr<Server>> start(ServerOptions options, Handler& handler,
                                                     telemetry::Metrics& metrics,
                                                     telemetry::Log& log);
  ~Server();  // stop(0) unless stopped before
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] const std::vector<BoundPort>& ports() const;
  [[nodiscard]] int open_connections() const;

  // Stops accepting, closes idle connections, sends 1001 to WebSockets, ends streams, waits up to
  // `drain_ms` for requests in flight, then cuts what is left and joins the workers.
  void stop(std::int64_t drain_ms);

 private:
  class Core;
  explicit Server(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace net
