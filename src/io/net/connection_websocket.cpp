#include <algorithm>
#include <utility>

#include "net/connection.hpp"

namespace net {
namespace {

constexpr std::size_t control_backlog_max = 64 * 1024;  // then pings go unanswered

}  // namespace

void Connection::answer_websocket(std::uint64_t exchange, std::string handshake,
                                  WebSocketEvents events) {
  on_loop([exchange, handshake = std::move(handshake),
           events = std::move(events)](Connection& connection) mutable {
    Exchange* found = connection.find(exchange);
    if (found == nullptr) return;
    connection.record(*found, 101);
    found->ready = true;
    found->text = std::move(handshake);
    found->upgrade = std::move(events);
    connection.deliver_ready();
  });
}

void Connection::open_websocket(WebSocketEvents events) {
  upgrading_ = false;
  mode_ = Mode::WebSocket;
  heard_ms_ = pinged_ms_ = steady_ms();
  decoder_.emplace(websocket::Role::Server);
  events_ = std::move(events);
  websocket_ = std::make_shared<WebSocketHandle>(loop_, weak_from_this());
  if (events_.on_open) events_.on_open(websocket_);
  if (stopping_) websocket_->close(websocket::close_going_away, "server stopping");
}

std::size_t Connection::consume_websocket(std::string_view bytes) {
  std::size_t used = 0;
  while (mode_ == Mode::WebSocket && !close_after_flush_) {
    websocket::Decoder::Step step = decoder_->step(bytes.substr(used));
    used += step.consumed;
    if (decoder_->failure() != 0) {
      shared_->malformed.increment();
      fail_websocket(decoder_->failure(), decoder_->failure_reason());
      return bytes.size();
    }
    if (!step.message) return used;
    on_message(*std::move(step.message));
  }
  return bytes.size();
}

void Connection::on_message(websocket::Message&& message) {
  switch (message.opcode) {
    case websocket::Opcode::Close: {
      const bool coded = message.close_code != websocket::close_none;
      if (!close_sent_) {
        send_control(websocket::Opcode::Close,
                     coded ? websocket::close_payload(message.close_code, "") : "");
      }
      close_after_flush_ = true;
      return end_websocket(message.close_code);
    }
    case websocket::Opcode::Ping:
      if (!close_sent_ && outbox_.bytes() < control_backlog_max) {
        send_control(websocket::Opcode::Pong, message.payload);
      }
      return;
    case websocket::Opcode::Text:
      if (websocket_->is_open() && events_.on_message) {
        events_.on_message(websocket_, std::move(message.payload));
      }
      return;
    case websocket::Opcode::Binary:
      return fail_websocket(websocket::close_unsupported, "only text is understood");
    case websocket::Opcode::Pong:
    case websocket::Opcode::Continuation: return;
  }
}

void Connection::fail_websocket(std::uint16_t code, std::string_view reason) {
  if (!close_sent_) {
    send_control(websocket::Opcode::Close, websocket::close_payload(code, reason));
  }
  close_after_flush_ = true;
  end_websocket(code);
}

// Tells the owner, once. What was sent before stays in the outbox.
void Connection::end_websocket(std::uint16_t code) {
  if (websocket_ == nullptr) return;
  websocket_->shut();
  const auto socket = std::exchange(websocket_, nullptr);
  const WebSocketEvents events = std::exchange(events_, {});
  if (events.on_close) events.on_close(code);
}

void Connection::tick_websocket(std::int64_t now_ms) {
  const ServerOptions& options = shared_->options;
  if (close_sent_ && now_ms - close_sent_ms_ > options.linger_ms) return close();
  if (now_ms - heard_ms_ > 2 * options.ping_interval_ms) {
    shared_->timed_out.increment();
    return close();
  }
  if (!close_sent_ && now_ms - std::max(heard_ms_, pinged_ms_) > options.ping_interval_ms) {
    pinged_ms_ = now_ms;
    send_control(websocket::Opcode::Ping, "");
    loop_->want_turn_end(shared_from_this());
  }
}

void Connection::send_control(websocket::Opcode opcode, std::string_view payload) {
  outbox_.tail() += websocket::encode_frame(opcode, payload);
  outbox_.added();
}

}  // namespace net
