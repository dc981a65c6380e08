#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/request_parser.hpp"
#include "net/loop.hpp"
#include "net/outbox.hpp"
#include "net/outgoing.hpp"
#include "net/response_writer.hpp"
#include "net/server.hpp"
#include "net/socket.hpp"
#include "telemetry/metrics.hpp"
#include "websocket/frame.hpp"

namespace net {

inline constexpr int refusing_max = 256;                        // clients being told 503
inline constexpr std::size_t pipeline_max = 64;                 // requests in flight
inline constexpr std::size_t pending_output_max = 1024 * 1024;  // then reading pauses

// What the connections of one server share.
struct Shared {
  Shared(ServerOptions server_options, Handler& request_handler, telemetry::Metrics& metrics);

  // Takes a place for a connection, or for one that is told 503; None: not even that.
  enum class Seat { None, Served, Refused };
  Seat take_seat();
  void give_back(Seat seat);
  // False when connections are left after `wait_ms`.
  bool wait_until_empty(std::int64_t wait_ms);
  [[nodiscard]] int open();

  const ServerOptions options;
  Handler& handler;
  telemetry::Gauge open_gauge;
  telemetry::Counter accepted;
  telemetry::Counter refused;
  telemetry::Counter malformed;
  telemetry::Counter timed_out;
  telemetry::Counter stalled;

 private:
  std::mutex mutex_;
  std::condition_variable emptied_;
  int open_ = 0;
  int refusing_ = 0;
};

// What the connections of one listener share.
struct Port {
  Port(telemetry::Metrics& metrics, const std::string& service_tag)
      : service(service_tag), http(metrics, service_tag) {}
  std::string service;
  telemetry::HttpMetrics http;
};

// One client: bytes to requests, answers to bytes in order, or WebSocket messages. Lives on one
// loop; ResponseTarget's calls may come from any thread, all others on the loop's.
class Connection final : public ResponseTarget,
                         public SocketOwner,
                         public LoopMember,
                         public std::enable_shared_from_this<Connection> {
 public:
  Connection(std::shared_ptr<Shared> shared, std::shared_ptr<Port> port, std::shared_ptr<Loop> loop,
             std::unique_ptr<Socket> socket, Shared::Seat seat);
  ~Connection() override;

  void start();
  // Finishes what is in flight, then closes; `cut` closes at once.
  void stop(bool cut);

  void on_readable() override;
  void on_writable() override;
  void on_tick(std::int64_t now_ms) override;
  void on_turn_end() override;

  void answer(std::uint64_t exchange, http::Response&& response) override;
  std::shared_ptr<ResponseStream> answer_stream(std::uint64_t exchange, int status,
                                                std::string_view content_type,
                                                const std::vector<http::Field>& headers,
                                                std::function<void()> on_close) override;
  void answer_websocket(std::uint64_t exchange, std::string handshake,
                        WebSocketEvents events) override;
  [[nodiscard]] const std::string& service() const override { return port_->service; }
  [[nodiscard]] const std::string& remote_address() const override {
    return socket_->remote_address();
  }

 private:
  struct Exchange {
    std::int64_t started_us = 0;
    bool head = false;
    bool keep_alive = true;
    bool ready = false;
    std::string text;  // the whole answer, the head of a stream, or a handshake
    std::shared_ptr<StreamHandle> stream;
    std::function<void()> on_close;
    std::optional<WebSocketEvents> upgrade;
  };
  enum class Mode { Http, WebSocket, Lingering, Closed };
  enum class Phase { Header, Body, Idle };

  // Now when on the loop's thread, else soon; false when the loop has stopped.
  template <class Task>
  bool on_loop(Task task) {
    if (!loop_->on_thread()) {
      return loop_->post([self = shared_from_this(), task = std::move(task)]() mutable {
        task(*self);
        if (self->mode_ != Mode::Closed) self->loop_->want_turn_end(self);
      });
    }
    task(*this);
    if (mode_ != Mode::Closed) loop_->want_turn_end(shared_from_this());
    return true;
  }
  Exchange* find(std::uint64_t exchange);

  void read_once();
  void consume(std::string_view bytes);
  std::size_t consume_http(std::string_view bytes);
  std::size_t consume_websocket(std::string_view bytes);
  [[nodiscard]] bool may_parse() const;
  void dispatch();
  void refuse(const http::Failure& failure);
  void note_phase();
  void peer_ended();
  void want_read();
  void tick_http(std::int64_t now_ms);

  void finish(std::uint64_t exchange, http::Response&& response);
  void open_stream(std::uint64_t exchange, Exchange&& opened, int status);
  void deliver_ready();
  bool pump_stream();
  void pop_exchange();
  void record(const Exchange& exchange, int status);

  void open_websocket(WebSocketEvents events);
  void on_message(websocket::Message&& message);
  void fail_websocket(std::uint16_t code, std::string_view reason);
  void end_websocket(std::uint16_t code);
  void tick_websocket(std::int64_t now_ms);
  void send_control(websocket::Opcode opcode, std::string_view payload);

  void flush();
  bool write_out();
  void after_flush();
  void linger();
  void close();

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<Port> port_;
  std::shared_ptr<Loop> loop_;
  std::unique_ptr<Socket> socket_;
  Shared::Seat seat_;

  Mode mode_ = Mode::Http;
  bool reading_ = false;  // waiting for the socket to become readable
  bool writing_ = false;  // waiting for it to become writable
  bool paused_ = false;   // rest_ may hold what could be parsed once may_parse() is true again
  bool peer_ended_ = false;
  bool last_taken_ = false;  // no further request is taken
  bool upgrading_ = false;   // no further request until the upgrade is answered
  bool stopping_ = false;    // the server stops
  bool close_after_flush_ = false;

  http::RequestParser parser_;
  std::string rest_;  // received and not yet consumed
  std::deque<Exchange> exchanges_;
  std::uint64_t first_exchange_ = 1;
  Outbox outbox_;
  Phase phase_ = Phase::Header;
  std::int64_t since_ms_ = 0;    // of the phase, or of lingering
  std::int64_t written_ms_ = 0;  // the peer last took bytes

  std::shared_ptr<WebSocketHandle> websocket_;
  WebSocketEvents events_;
  std::optional<websocket::Decoder> decoder_;
  bool close_sent_ = false;
  std::int64_t close_sent_ms_ = 0;
  std::int64_t heard_ms_ = 0;  // the peer last sent something
  std::int64_t pinged_ms_ = 0;
};

}  // namespace net
