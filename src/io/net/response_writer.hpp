#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace net {

inline constexpr std::size_t outgoing_bytes_max = 256 * 1024;

// An answer that is sent piece by piece. Thread-safe; safe after the connection died.
class ResponseStream {
 public:
  virtual ~ResponseStream() = default;
  // Sends one piece. False, and nothing sent, when outgoing_bytes_max would be passed or the stream
  // is closed.
  virtual bool send(std::string_view piece) = 0;
  // Ends the answer after what was sent; the connection stays usable.
  virtual void close() = 0;
  [[nodiscard]] virtual bool open() const = 0;
  [[nodiscard]] virtual std::size_t buffered_bytes() const = 0;
};

// A frame that may be sent to many connections without copying it.
using Frame = std::shared_ptr<const std::string>;
Frame text_frame(std::string_view payload);

// One WebSocket connection. Thread-safe; safe after the connection died. Pings are answered and
// sent by the server itself.
class WebSocket {
 public:
  virtual ~WebSocket() = default;
  // False, and nothing sent, when outgoing_bytes_max would be passed or the connection is closing:
  // the caller conflates and tries again, or closes with websocket::close_try_again.
  virtual bool try_send(Frame frame) = 0;
  bool try_send_text(std::string_view payload) { return try_send(text_frame(payload)); }
  // Sends a Close frame behind what is buffered and waits for the peer's for a while.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
  [[nodiscard]] virtual bool open() const = 0;
  // Bytes accepted by try_send and not yet taken by the system.
  [[nodiscard]] virtual std::size_t buffered_bytes() const = 0;
};

// Called on the connection's worker, one at a time. Dropped after on_close, so that an owner that
// keeps the WebSocket and is kept by these callbacks is freed.
struct WebSocketEvents {
  std::function<void(const std::shared_ptr<WebSocket>& socket)> on_open;
  std::function<void(const std::shared_ptr<WebSocket>& socket, std::string&& message)> on_message;
  // Exactly once after on_open, whatever the cause. 1006: the connection just ended.
  std::function<void(std::uint16_t code)> on_close;
  // All buffered bytes were taken by the system after a try_send was refused. Optional.
  std::function<void(const std::shared_ptr<WebSocket>& socket)> on_drain;
};

// Where a ResponseWriter delivers to: a connection of the server, or a test's recorder.
class ResponseTarget {
 public:
  virtual ~ResponseTarget() = default;
  virtual void answer(std::uint64_t exchange, http::Response&& response) = 0;
  virtual std::shared_ptr<ResponseStream> answer_stream(std::uint64_t exchange, int status,
                                                        std::string_view content_type,
                                                        const std::vector<http::Field>& headers,
                                                        std::function<void()> on_close) = 0;
  // `handshake` is the 101 answer.
  virtual void answer_websocket(std::uint64_t exchange, std::string handshake,
                                WebSocketEvents events) = 0;
  [[nodiscard]] virtual const std::string& service() const = 0;
  [[nodiscard]] virtual const std::string& remote_address() const = 0;
};

// The right and duty to answer one request, exactly once. Movable to any thread; safe after the
// connection died. Dropped without an answer it answers 500 with reason internal_error.
class ResponseWriter {
 public:
  ResponseWriter(std::shared_ptr<ResponseTarget> target, std::uint64_t exchange);
  ResponseWriter(ResponseWriter&& other) noexcept;
  ResponseWriter& operator=(ResponseWriter&& other) noexcept;
  ~ResponseWriter();

  void send(http::Response response);
  // Becomes a stream. `on_close` runs once on the worker when the stream has ended for any cause.
  std::shared_ptr<ResponseStream> stream(int status, std::string_view content_type,
                                         const std::vector<http::Field>& headers,
                                         std::function<void()> on_close);
  // Becomes a WebSocket, handed over in events.on_open. False when the request is no proper
  // upgrade: it has then been answered with 400 or 426.
  bool accept_websocket(const http::Request& request, WebSocketEvents events);

  [[nodiscard]] bool answered() const { return target_ == nullptr; }
  // The listener's service tag, and the peer's address without port. Not after answering.
  [[nodiscard]] const std::string& service() const;
  [[nodiscard]] const std::string& remote_address() const;

 private:
  std::shared_ptr<ResponseTarget> release();
  std::shared_ptr<ResponseTarget> target_;
  std::uint64_t exchange_;
};

// The one error shape: {"error":{"code":0,"reason":...,"message":...,"details":{},"request_id":""}}
http::Response error_response(int status, std::string_view reason, std::string_view message);

}  // namespace net
