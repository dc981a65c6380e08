#include <chrono>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.hpp"
#include "net/test_peer.hpp"

namespace net {

ScriptedHandler::~ScriptedHandler() = default;

void ScriptedHandler::on_request(http::Request&& request, ResponseWriter writer) {
  const std::string& path = request.path;
  if (path == "/ws") return accept(request, std::move(writer));
  if (path == "/stream") {
    auto stream = writer.stream(200, "text/event-stream", {{"Cache-Control", "no-store"}}, [this] {
      const std::lock_guard lock(mutex_);
      stream_closed_ = true;
      changed_.notify_all();
    });
    const std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
    return changed_.notify_all();
  }
  if (path == "/hold") {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(writer));
    return changed_.notify_all();
  }
  if (path == "/later") {
    std::thread([kept = std::move(writer)]() mutable {
      kept.send({200, "text/plain", {}, "later"});
    }).detach();
    return;
  }
  http::Response response{200, "text/plain", {}, {}};
  if (path == "/length") {
    response.body = std::to_string(request.body.size());
  } else if (path == "/service") {
    response.body = writer.service() + " " + writer.remote_address();
  } else if (path == "/big") {
    response.body = std::string(200'000, 'b');
  } else {
    response.body = std::string(http::to_text(request.method)) + " " + path + " ";
    for (const auto& [key, value] : request.query)
      response.body += key + "=" + value + " ";
    response.body += request.body;
  }
  writer.send(std::move(response));
}

void ScriptedHandler::accept(const http::Request& request, ResponseWriter writer) {
  WebSocketEvents events;
  events.on_open = [this](const std::shared_ptr<WebSocket>& socket) {
    const std::lock_guard lock(mutex_);
    websocket_ = socket;
    changed_.notify_all();
  };
  events.on_message = [this](const std::shared_ptr<WebSocket>& socket, std::string&& message) {
    if (message.starts_with("echo ")) socket->try_send_text(message.substr(5));
    const std::lock_guard lock(mutex_);
    messages_.push_back(std::move(message));
    changed_.notify_all();
  };
  events.on_close = [this](std::uint16_t code) {
    const std::lock_guard lock(mutex_);
    websocket_closed_ = code;
    changed_.notify_all();
  };
  events.on_drain = [this](const std::shared_ptr<WebSocket>&) {
    const std::lock_guard lock(mutex_);
    drained_ = true;
    changed_.notify_all();
  };
  writer.accept_websocket(request, std::move(events));
}

template <class Ready>
void ScriptedHandler::wait(std::unique_lock<std::mutex>& lock, Ready ready) {
  CHECK(changed_.wait_for(lock, std::chrono::seconds(10), ready));
}

std::vector<ResponseWriter> ScriptedHandler::wait_held(std::size_t count) {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return held_.size() >= count; });
  return std::exchange(held_, {});
}

std::shared_ptr<ResponseStream> ScriptedHandler::wait_stream() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return stream_ != nullptr; });
  return stream_;
}

void ScriptedHandler::wait_stream_closed() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return stream_closed_; });
}

std::shared_ptr<WebSocket> ScriptedHandler::wait_websocket() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return websocket_ != nullptr; });
  return websocket_;
}

std::uint16_t ScriptedHandler::wait_websocket_closed() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return websocket_closed_ != 0; });
  return static_cast<std::uint16_t>(websocket_closed_);
}

std::string ScriptedHandler::wait_message() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return !messages_.empty(); });
  std::string message = std::move(messages_.front());
  messages_.erase(messages_.begin());
  return message;
}

void ScriptedHandler::wait_drained() {
  std::unique_lock lock(mutex_);
  wait(lock, [&] { return drained_; });
}

Fixture::Fixture(const std::function<void(ServerOptions&)>& adjust) {
  ServerOptions options;
  options.listeners = {{"127.0.0.1", 0, "market-data"}, {"127.0.0.1", 0, "trading-engine"}};
  options.sweep_ms = 5;
  if (adjust) adjust(options);
  auto started = Server::start(options, handler, metrics, log);
  CHECK(started.has_value());
  server = *std::move(started);
}

Fixture::~Fixture() {
  if (server != nullptr) server->stop(0);
}

void Fixture::wait_for_metric(std::string_view line) const {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (metrics.text().find(line) == std::string::npos) {
    CHECK(std::chrono::steady_clock::now() < patience);
    std::this_thread::yield();
  }
}

void Fixture::wait_for_connections(int count) const {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (server->open_connections() != count) {
    CHECK(std::chrono::steady_clock::now() < until);
    std::this_thread::yield();
  }
}

Peer::Peer(std::uint16_t port, int receive_buffer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval limit{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (receive_buffer > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  CHECK(::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}

Peer::~Peer() {
  close();
}

void Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server may have cut us: what it answered tells
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void Peer::end_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void Peer::close() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

bool Peer::receive() {
  char buffer[16 * 1024];
  const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  received_.append(buffer, static_cast<std::size_t>(got));
  return true;
}

std::string Peer::read_until(std::string_view mark) {
  std::size_t at = received_.find(mark);
  while (at == std::string::npos) {
    if (!receive()) return std::exchange(received_, {});
    at = received_.find(mark);
  }
  return read_bytes(at + mark.size());
}

std::string Peer::read_bytes(std::size_t count) {
  while (received_.size() < count) {
    if (!receive()) return std::exchange(received_, {});
  }
  std::string bytes = received_.substr(0, count);
  received_.erase(0, count);
  return bytes;
}

std::string Peer::read_answer() {
  std::string answer = read_until("\r\n\r\n");
  const std::size_t at = answer.find("Content-Length: ");
  if (at == std::string::npos) return answer;
  return answer + read_bytes(std::stoul(answer.substr(at + 16)));
}

std::string Peer::read_to_end() {
  while (receive()) {
  }
  return std::exchange(received_, {});
}

}  // namespace net
