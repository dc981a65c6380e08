#include "net/http_client.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace net {
namespace {

constexpr std::size_t answer_bytes_max = 16 * 1024 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;

using Piece = std::function<bool(std::string_view)>;

base::Error lost(const std::string& why) {
  return {"connection_lost", "The connection was lost: " + why + "."};
}

base::Error from_errno() {
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINPROGRESS) {
    return {"timeout", "The server did not answer in time."};
  }
  return lost(std::strerror(errno));
}

}  // namespace

class HttpClient::Wire {
 public:
  Wire(std::string host, std::uint16_t port, std::int64_t timeout_ms)
      : host_(std::move(host)), port_(port), timeout_ms_(timeout_ms) {}
  ~Wire() { close(); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  base::Result<http::ReceivedResponse> call(const ClientRequest& request, const Piece* on_piece) {
    const bool kept = socket_ >= 0;
    answered_ = false;
    auto result = attempt(request, on_piece);
    const bool repeatable =
        request.method == "GET" || request.method == "HEAD" || request.method == "DELETE";
    if (!result && kept && repeatable && !answered_ && result.error().code == "connection_lost") {
      result = attempt(request, on_piece);
    }
    return result;
  }

  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
    rest_.clear();
  }

 private:
  base::Result<http::ReceivedResponse> attempt(const ClientRequest& request,
                                               const Piece* on_piece) {
    auto result = exchange(request, on_piece);
    if (!result || !result->keep_alive) close();
    return result;
  }

  base::Result<http::ReceivedResponse> exchange(const ClientRequest& request,
                                                const Piece* on_piece) {
    TRY_STATUS(connect());
    std::string bytes;
    const bool six = host_.find(':') != std::string::npos;
    const std::string authority = (six ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
    http::append_request(bytes, request.method, request.target, authority, request.headers,
                         request.body);
    TRY_STATUS(send_all(bytes));
    http::Limits limits;
    limits.header_bytes_max = 64 * 1024;
    limits.body_bytes_max = answer_bytes_max;
    if (on_piece != nullptr) limits.body_bytes_max = std::size_t{1} << 40;
    return receive(http::ResponseParser(limits, request.method == "HEAD"), on_piece);
  }

  base::Result<http::ReceivedResponse> receive(http::ResponseParser parser, const Piece* on_piece) {
    std::string buffer(read_bytes, '\0');
    http::ParseState state = http::ParseState::NeedMore;
    while (state == http::ParseState::NeedMore) {
      const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return tl::unexpected(from_errno());
      if (got == 0) {
        state = parser.finish();
        if (state == http::ParseState::Failed) {
          return tl::unexpected(lost("the server closed it before the answer was whole"));
        }
      } else {
        answered_ = true;
        rest_.append(buffer.data(), static_cast<std::size_t>(got));
        const http::ParseStep step = parser.step(rest_);
        rest_.erase(0, step.consumed);
        state = step.state;
      }
      if (on_piece != nullptr && parser.header_done()) {
        const std::string piece = parser.take_body_so_far();
        if (!piece.empty() && !(*on_piece)(piece)) return stopped(std::move(parser));
      }
    }
    if (state == http::ParseState::Failed) {
      return base::fail("bad_answer", parser.failure().message);
    }
    return parser.take();
  }

  static http::ReceivedResponse stopped(http::ResponseParser parser) {
    http::ReceivedResponse response = parser.take();
    response.keep_alive = false;
    return response;
  }

  base::Status connect() {
    if (socket_ >= 0) return {};
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string port = std::to_string(port_);
    const int code = ::getaddrinfo(host_.c_str(), port.c_str(), &hints, &found);
    if (code != 0) return failed(::gai_strerror(code));
    std::string why = "no address";
    for (const addrinfo* at = found; at != nullptr && socket_ < 0; at = at->ai_next) {
      socket_ = open(*at);
      if (socket_ < 0) why = std::strerror(errno);
    }
    ::freeaddrinfo(found);
    return socket_ >= 0 ? base::Status{} : failed(why);
  }

  [[nodiscard]] int open(const addrinfo& address) const {
    const int made = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    timeval limit{};
    limit.tv_sec = timeout_ms_ / 1000;
    limit.tv_usec = (timeout_ms_ % 1000) * 1000;
    const int on = 1;
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(made, address.ai_addr, address.ai_addrlen) == 0) return made;
    const int why = errno;
    ::close(made);
    errno = why;
    return -1;
  }

  base::Status failed(const std::string& why) const {
    return base::fail("connect_failed", "Cannot connect to " + host_ + " port " +
                                            std::to_string(port_) + ": " + why + ".");
  }

  base::Status send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return tl::unexpected(from_errno());
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
  }

  std::string host_;
  std::uint16_t port_;
  std::int64_t timeout_ms_;
  int socket_ = -1;
  bool answered_ = false;
  std::string rest_;
};

HttpClient::HttpClient(std::string host, std::uint16_t port, std::int64_t timeout_ms)
    : wire_(std::make_unique<Wire>(std::move(host), port, timeout_ms)) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

base::Result<http::ReceivedResponse> HttpClient::call(const ClientRequest& request) {
  return wire_->call(request, nullptr);
}

base::Result<http::ReceivedResponse> HttpClient::stream(
    const ClientRequest& request, const std::function<bool(std::string_view piece)>& on_piece) {
  return wire_->call(request, &on_piece);
}

void HttpClient::close() {
  wire_->close();
}

}  // namespace net
