#include "net/connection.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "websocket/handshake.hpp"

namespace net {
namespace {

constexpr std::size_t unread_rest_max = 16 * 1024;  // kept while no request can be taken

std::int64_t steady_us() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since).count();
}

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, std::shared_ptr<Port> port,
                       std::shared_ptr<Loop> loop, std::unique_ptr<Socket> socket,
                       Shared::Seat seat)
    : shared_(std::move(shared)),
      port_(std::move(port)),
      loop_(std::move(loop)),
      socket_(std::move(socket)),
      seat_(seat),
      parser_(shared_->options.limits) {}

Connection::~Connection() {
  shared_->give_back(seat_);
}

void Connection::start() {
  loop_->add(shared_from_this());
  since_ms_ = steady_ms();
  if (seat_ == Shared::Seat::Refused) {
    refuse({503, "too_many_connections", "The server has no free connection; try again soon."});
  }
  loop_->want_turn_end(shared_from_this());
}

void Connection::stop(bool cut) {
  if (mode_ == Mode::Closed) return;
  if (cut) return close();
  stopping_ = last_taken_ = true;
  if (websocket_ != nullptr) websocket_->close(websocket::close_going_away, "server stopping");
  for (Exchange& exchange : exchanges_) {
    if (exchange.stream != nullptr) exchange.stream->close();
  }
  if (mode_ == Mode::Http && exchanges_.empty() && outbox_.empty()) close();
}

void Connection::on_readable() {
  reading_ = false;
  if (mode_ == Mode::Closed) return;
  read_once();
  if (mode_ != Mode::Closed) loop_->want_turn_end(shared_from_this());
}

void Connection::on_writable() {
  writing_ = false;
  if (mode_ != Mode::Closed) loop_->want_turn_end(shared_from_this());
}

void Connection::on_turn_end() {
  if (mode_ == Mode::Closed) return;
  if (paused_ && may_parse()) consume({});
  flush();
  if (mode_ != Mode::Closed) want_read();
}

void Connection::on_tick(std::int64_t now_ms) {
  if (writing_ && now_ms - written_ms_ > shared_->options.write_stall_ms) {
    shared_->stalled.increment();
    return close();
  }
  switch (mode_) {
    case Mode::Http: return tick_http(now_ms);
    case Mode::WebSocket: return tick_websocket(now_ms);
    case Mode::Lingering:
      if (now_ms - since_ms_ > shared_->options.linger_ms) close();
      return;
    case Mode::Closed: return;
  }
}

void Connection::tick_http(std::int64_t now_ms) {
  const ServerOptions& options = shared_->options;
  if (!may_parse()) {
    since_ms_ = now_ms;  // it is not the peer that is being waited for
    return;
  }
  const std::int64_t waited = now_ms - since_ms_;
  if (phase_ == Phase::Idle) {
    if (exchanges_.empty() && waited > options.idle_deadline_ms) close();
    return;
  }
  const bool body = phase_ == Phase::Body;
  if (waited <= (body ? options.body_deadline_ms : options.header_deadline_ms)) return;
  shared_->timed_out.increment();
  if (!body && rest_.empty()) return close();
  refuse({408, body ? "body_timeout" : "header_timeout", "The request did not arrive in time."});
  loop_->want_turn_end(shared_from_this());
}

void Connection::read_once() {
  const auto buffer = loop_->read_buffer();
  const Transferred read = socket_->read(buffer.data(), buffer.size());
  if (read.state == Transfer::WouldBlock) return;
  if (read.state == Transfer::Ended) return peer_ended();
  if (mode_ == Mode::WebSocket) heard_ms_ = steady_ms();
  if (mode_ == Mode::Http || mode_ == Mode::WebSocket) consume({buffer.data(), read.bytes});
}

void Connection::peer_ended() {
  peer_ended_ = true;
  const bool streams = std::any_of(exchanges_.begin(), exchanges_.end(),
                                   [](const Exchange& e) { return e.stream != nullptr; });
  if (mode_ != Mode::Http || streams) return close();
  if (exchanges_.empty() && outbox_.empty()) close();
}

// A client that may still send is read even when no request is taken, so that its end is noticed.
void Connection::want_read() {
  if (reading_ || peer_ended_) return;
  if (mode_ == Mode::Http && !may_parse() && rest_.size() >= unread_rest_max) return;
  reading_ = true;
  socket_->wait_readable(shared_from_this());
}

void Connection::consume(std::string_view bytes) {
  const bool kept = !rest_.empty();
  if (kept) rest_.append(bytes);
  const std::string_view view = kept ? std::string_view(rest_) : bytes;
  std::size_t used = mode_ == Mode::Http ? consume_http(view) : 0;
  if (mode_ == Mode::WebSocket) used += consume_websocket(view.substr(used));
  if (mode_ == Mode::Closed) used = view.size();
  if (kept) {
    rest_.erase(0, used);
  } else {
    rest_.assign(view.substr(used));
  }
  paused_ = !rest_.empty() && !may_parse();
  if (mode_ == Mode::Http) note_phase();
}

std::size_t Connection::consume_http(std::string_view bytes) {
  std::size_t used = 0;
  while (used < bytes.size() && mode_ == Mode::Http && may_parse()) {
    const http::ParseStep step = parser_.step(bytes.substr(used));
    used += step.consumed;
    if (step.state == http::ParseState::Failed) {
      shared_->malformed.increment();
      refuse(parser_.failure());
      return bytes.size();
    }
    if (step.state == http::ParseState::NeedMore) {
      if (parser_.in_body() && parser_.take_expects_continue() && exchanges_.empty()) {
        outbox_.tail() += "HTTP/1.1 100 Continue\r\n\r\n";
        outbox_.added();
      }
      break;
    }
    dispatch();
  }
  return used;
}

bool Connection::may_parse() const {
  return (mode_ == Mode::Http && !last_taken_ && !upgrading_ && !close_after_flush_ &&
          exchanges_.size() < pipeline_max && outbox_.bytes() < pending_output_max) ||
         mode_ == Mode::WebSocket;
}

void Connection::dispatch() {
  http::Request request = parser_.take();
  phase_ = Phase::Idle;
  Exchange exchange;
  exchange.started_us = steady_us();
  exchange.head = request.method == http::Method::Head;
  exchange.keep_alive = request.keep_alive;
  exchanges_.push_back(std::move(exchange));
  if (!request.keep_alive) last_taken_ = true;
  if (websocket::wants_upgrade(request)) upgrading_ = true;
  const std::uint64_t id = first_exchange_ + exchanges_.size() - 1;
  shared_->handler.on_request(std::move(request), ResponseWriter(shared_from_this(), id));
}

void Connection::refuse(const http::Failure& failure) {
  http::Response response = error_response(failure.status, failure.reason, failure.message);
  if (failure.status == 503) response.headers.push_back({"Retry-After", "1"});
  Exchange exchange;
  exchange.started_us = steady_us();
  exchange.keep_alive = false;
  exchange.ready = true;
  http::append_response(exchange.text, response, false);
  record(exchange, failure.status);
  last_taken_ = true;
  exchanges_.push_back(std::move(exchange));
  deliver_ready();
}

void Connection::note_phase() {
  const Phase phase = parser_.in_body()         ? Phase::Body
                      : !rest_.empty()          ? Phase::Header
                      : phase_ == Phase::Header ? Phase::Header
                                                : Phase::Idle;
  if (phase == phase_ && phase != Phase::Idle) return;
  phase_ = phase;
  since_ms_ = steady_ms();
}

Connection::Exchange* Connection::find(std::uint64_t exchange) {
  if (mode_ == Mode::Closed || exchange < first_exchange_ ||
      exchange - first_exchange_ >= exchanges_.size()) {
    return nullptr;
  }
  return &exchanges_[exchange - first_exchange_];
}

void Connection::answer(std::uint64_t exchange, http::Response&& response) {
  on_loop([exchange, response = std::move(response)](Connection& connection) mutable {
    connection.finish(exchange, std::move(response));
  });
}

void Connection::finish(std::uint64_t id, http::Response&& response) {
  Exchange* exchange = find(id);
  if (exchange == nullptr) return;
  record(*exchange, response.status);
  if (exchange == &exchanges_.back()) {
    upgrading_ = false;
    if (last_taken_) exchange->keep_alive = false;
  }
  if (exchange != &exchanges_.front()) {
    exchange->ready = true;
    http::append_response(exchange->text, response, exchange->keep_alive, exchange->head);
    return;
  }
  http::append_response(outbox_.tail(), response, exchange->keep_alive, exchange->head);
  outbox_.added();
  pop_exchange();
  deliver_ready();
}

void Connection::pop_exchange() {
  if (!exchanges_.front().keep_alive) close_after_flush_ = true;
  exchanges_.pop_front();
  ++first_exchange_;
  if (exchanges_.empty() && phase_ == Phase::Idle) since_ms_ = steady_ms();
}

void Connection::deliver_ready() {
  while (!exchanges_.empty() && exchanges_.front().ready) {
    Exchange& front = exchanges_.front();
    outbox_.tail() += front.text;
    outbox_.added();
    front.text.clear();
    if (front.stream != nullptr) {
      front.ready = false;  // the head is out; the rest follows piece by piece
      return;
    }
    auto upgrade = std::move(front.upgrade);
    pop_exchange();
    if (upgrade) return open_websocket(*std::move(upgrade));
  }
}

std::shared_ptr<ResponseStream> Connection::answer_stream(std::uint64_t exchange, int status,
                                                          std::string_view content_type,
                                                          const std::vector<http::Field>& headers,
                                                          std::function<void()> on_close) {
  auto stream = std::make_shared<StreamHandle>(loop_, weak_from_this());
  Exchange opened;
  opened.stream = stream;
  opened.on_close = on_close;
  http::append_stream_head(opened.text, status, content_type, headers);
  const bool posted =
      on_loop([exchange, opened = std::move(opened), status](Connection& connection) mutable {
        connection.open_stream(exchange, std::move(opened), status);
      });
  if (!posted) {
    stream->shut();
    if (on_close) on_close();
  }
  return stream;
}

void Connection::open_stream(std::uint64_t id, Exchange&& opened, int status) {
  Exchange* exchange = find(id);
  if (exchange == nullptr) {
    opened.stream->shut();
    if (opened.on_close) opened.on_close();
    return;
  }
  record(*exchange, status);
  if (exchange == &exchanges_.back()) upgrading_ = false;
  exchange->ready = true;
  exchange->text = std::move(opened.text);
  exchange->on_close = std::move(opened.on_close);
  exchange->stream = std::move(opened.stream);
  if (stopping_ || exchange->head) exchange->stream->close();
  if (exchange == &exchanges_.front()) deliver_ready();
}

// Moves what the stream at the front has; true when that ended it.
bool Connection::pump_stream() {
  Exchange& front = exchanges_.front();
  Outbox nowhere;
  if (!front.stream->move_into(front.head ? nowhere : outbox_)) return false;
  const auto on_close = std::move(front.on_close);
  if (last_taken_ && exchanges_.size() == 1) front.keep_alive = false;
  pop_exchange();
  if (on_close) on_close();
  return true;
}

void Connection::record(const Exchange& exchange, int status) {
  port_->http.record(status, static_cast<double>(steady_us() - exchange.started_us) * 1e-6);
}

void Connection::flush() {
  if (websocket_ != nullptr && websocket_->move_into(outbox_)) {
    close_sent_ = true;
    close_sent_ms_ = steady_ms();
  }
  while (!exchanges_.empty() && exchanges_.front().stream != nullptr && !exchanges_.front().ready &&
         pump_stream()) {
    deliver_ready();
  }
  if (!write_out()) return close();
  const auto front = exchanges_.empty() ? nullptr : exchanges_.front().stream;
  if (front != nullptr) front->written(outbox_.bytes());
  if (websocket_ != nullptr && websocket_->written(outbox_.bytes()) && events_.on_drain) {
    events_.on_drain(websocket_);
  }
  after_flush();
}

// False when the peer is gone.
bool Connection::write_out() {
  Outbox::Parts parts;
  while (!writing_ && !outbox_.empty()) {
    const std::size_t count = outbox_.parts(parts);
    const Transferred written = socket_->write(std::span(parts).first(count));
    if (written.state == Transfer::Ended) return false;
    if (written.state == Transfer::Done) {
      outbox_.consume(written.bytes);
      written_ms_ = 0;
      continue;
    }
    if (written_ms_ == 0) written_ms_ = steady_ms();
    writing_ = true;
    socket_->wait_writable(shared_from_this());
  }
  return true;
}

void Connection::after_flush() {
  if (!outbox_.empty()) return;
  if (close_after_flush_ || (stopping_ && mode_ == Mode::Http && exchanges_.empty())) {
    return linger();
  }
  if (mode_ != Mode::Http) return;
  if (paused_ && may_parse()) {
    loop_->want_turn_end(shared_from_this());
  } else if (peer_ended_ && exchanges_.empty()) {
    close();
  }
}

// Closing a socket with unread input resets it, and the peer may lose the last answer.
void Connection::linger() {
  if (peer_ended_) return close();
  if (mode_ == Mode::Lingering) return;
  mode_ = Mode::Lingering;
  rest_.clear();
  since_ms_ = steady_ms();
  socket_->shutdown_write();
}

void Connection::close() {
  if (std::exchange(mode_, Mode::Closed) == Mode::Closed) return;
  const auto self = shared_from_this();
  socket_->close();
  loop_->remove(*this);
  shared_->give_back(std::exchange(seat_, Shared::Seat::None));
  outbox_.clear();
  auto exchanges = std::move(exchanges_);
  exchanges_.clear();
  for (Exchange& exchange : exchanges) {
    if (exchange.stream == nullptr) continue;
    exchange.stream->shut();
    if (exchange.on_close) exchange.on_close();
  }
  end_websocket(websocket::close_abnormal);
}

}  // namespace net
