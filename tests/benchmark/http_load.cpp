// Closed-loop HTTP load against a platform on 127.0.0.1: every connection keeps one request in
// flight and sends the next when the answer is there.
//
//   http_load MODE PORT CONNECTIONS SECONDS     password of admin in TRADING_ADMIN_PASSWORD
//
//   orders   POST /orders: resting limit orders 3 % below the market; when the account's working
//            orders near their limit, one DELETE /orders takes them all away
//   pairs    each connection places such an order and cancels it, in turns
//   read     GET /market-data/ACME
//   mcp      POST /mcp with tools/call get_quote
//
// One thread, epoll. Prints one line: answered=N placed=N refused=N seconds=S rate=R p50_us=
// p99_us= p999_us= max_us=. Only 2xx answers count; the first refusal is shown on stderr. Latency
// is from the write of a request to its whole answer. As the loop is closed, a slow server is asked
// less often: the figures say what N waiting clients see, not what a fixed arrival rate would.

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <string_view>

#include <sys/epoll.h>

#include "client.hpp"

namespace {

constexpr std::int64_t warm_up_ns = 300'000'000;
constexpr std::int64_t working_max = 400;  // of 1,000 allowed; more come while a sweep is under way
constexpr std::size_t answer_bytes_max = 64 * 1024;

enum class Mode { Orders, Pairs, Read, Mcp };
enum class Kind { Place, Cancel, Sweep, Read, Mcp };

struct Connection {
  int fd = -1;
  Kind kind = Kind::Read;
  std::int64_t sent_ns = 0;
  std::string request;
  std::size_t written = 0;
  std::string received;
  std::string order_id;  // to cancel next
};

struct Totals {
  std::uint64_t answered = 0;
  std::uint64_t placed = 0;
  std::uint64_t refused = 0;
  std::vector<std::int64_t> latencies_ns;
};

// The value of a flat text member, as the platform writes it; empty when absent.
std::string_view text_of(std::string_view body, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":\"";
  const std::size_t at = body.find(key);
  if (at == std::string_view::npos) return {};
  const std::size_t from = at + key.size();
  return body.substr(from, body.find('"', from) - from);
}

class Load {
 public:
  Load(Mode mode, std::uint16_t port, std::size_t connections, double seconds)
      : mode_(mode), seconds_(seconds), connections_(connections) {
    const std::string token = load::login(port);
    head_ = " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nAuthorization: Bearer " +
            token + "\r\n";
    if (mode == Mode::Orders || mode == Mode::Pairs) choose_price(port, token);
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (Connection& connection : connections_) {
      connection.fd = load::connect_local(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &connection;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.fd, &event);
    }
  }
  ~Load() {
    for (const Connection& connection : connections_)
      ::close(connection.fd);
    ::close(epoll_);
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Runs, ends with no order left working, prints the line.
  void run() {
    const std::int64_t begin = load::steady_ns();
    counting_from_ = begin + warm_up_ns;
    until_ = counting_from_ + static_cast<std::int64_t>(seconds_ * 1e9);
    for (Connection& connection : connections_)
      send_next(connection);
    std::array<epoll_event, 256> events{};
    while (in_flight_ > 0) {
      const int count = ::epoll_wait(epoll_, events.data(), events.size(), 10'000);
      if (count == 0) load::stop("no answer within 10 s");
      for (int i = 0; i < count; ++i)
        on_event(*static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr));
    }
    print();
  }

 private:
  // 3 % below the best bid: inside the collar, far from trading.
  void choose_price(std::uint16_t port, const std::string& token) {
    net::ClientRequest request;
    request.target = "/market-data/ACME";
    request.headers = {{"Authorization", "Bearer " + token}};
    const std::string bid = load::text_member(load::call(port, request), "bid_price");
    const auto cents = static_cast<long>(std::floor(std::strtod(bid.c_str(), nullptr) * 97));
    price_ =
        std::to_string(cents / 100) + (cents % 100 < 10 ? ".0" : ".") + std::to_string(cents % 100);
    run_id_ = std::to_string(load::steady_ns());
  }

  void send_next(Connection& connection) {
    const bool over = load::steady_ns() >= until_;
    if (over && !(mode_ == Mode::Pairs && !connection.order_id.empty()) &&
        !(mode_ == Mode::Orders && working_ > 0 && !sweeping_))
      return;
    connection.request.clear();
    compose(connection, over);
    connection.written = 0;
    connection.received.clear();
    connection.sent_ns = load::steady_ns();
    ++in_flight_;
    write_rest(connection);
  }

  void compose(Connection& connection, bool over) {
    std::string& out = connection.request;
    switch (mode_) {
      case Mode::Read:
        connection.kind = Kind::Read;
        out = "GET /market-data/ACME" + head_ + "\r\n";
        return;
      case Mode::Mcp:
        connection.kind = Kind::Mcp;
        add_body(out, "/mcp/all",
                 R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_quote",)"
                 R"("arguments":{"symbol":"ACME"}}})",
                 "Accept: application/json, text/event-stream\r\n");
        return;
      case Mode::Pairs:
        if (connection.order_id.empty()) return compose_place(connection);
        connection.kind = Kind::Cancel;
        out = "DELETE /orders/" + connection.order_id + head_ + "\r\n";
        connection.order_id.clear();
        return;
      case Mode::Orders:
        if (sweeping_ || (working_ < working_max && !over)) return compose_place(connection);
        sweeping_ = true;
        connection.kind = Kind::Sweep;
        out = "DELETE /orders" + head_ + "\r\n";
        return;
    }
  }

  void compose_place(Connection& connection) {
    connection.kind = Kind::Place;
    add_body(connection.request, "/orders",
             R"({"client_order_id":")" + run_id_ + "-" + std::to_string(++orders_) +
                 R"(","symbol":"ACME","side":"buy","order_type":"limit","time_in_force":"gtc",)"
                 R"("quantity":"1","limit_price":")" +
                 price_ + "\"}");
  }

  void add_body(std::string& out, std::string_view path, const std::string& body,
                std::string_view more_headers = {}) const {
    out.append("POST ").append(path).append(head_).append(more_headers);
    out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
  }

  void write_rest(Connection& connection) {
    while (connection.written < connection.request.size()) {
      const ssize_t sent = ::send(connection.fd, connection.request.data() + connection.written,
                                  connection.request.size() - connection.written, MSG_NOSIGNAL);
      // A request is far smaller than a socket's buffer, which is empty in a closed loop.
      if (sent <= 0) load::stop("the connection was lost");
      connection.written += static_cast<std::size_t>(sent);
    }
  }

  void on_event(Connection& connection) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) load::stop("the server closed a connection");
    connection.received.append(buffer.data(), static_cast<std::size_t>(got));
    if (connection.received.size() > answer_bytes_max) load::stop("an answer is too large");
    const std::string_view all = connection.received;
    const std::size_t head_end = all.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return;
    std::size_t length = 0;
    constexpr std::string_view length_name = "Content-Length: ";
    const std::size_t at = all.substr(0, head_end).find(length_name);
    if (at == std::string_view::npos) load::stop("an answer has no Content-Length");
    const char* const digits = all.data() + at + length_name.size();
    std::from_chars(digits, all.data() + head_end, length);
    if (all.size() < head_end + 4 + length) return;
    on_answer(connection, all.substr(9, 3), all.substr(head_end + 4, length));
  }

  void on_answer(Connection& connection, std::string_view status, std::string_view body) {
    --in_flight_;
    const std::int64_t now = load::steady_ns();
    const bool good = status[0] == '2' && body.find(R"("isError":true)") == std::string_view::npos;
    const bool counted = now >= counting_from_ && now < until_;
    if (counted && good) {
      ++totals_.answered;
      totals_.latencies_ns.push_back(now - connection.sent_ns);
      if (connection.kind == Kind::Place) ++totals_.placed;
    }
    if (!good && ++totals_.refused == 1)
      std::fprintf(stderr, "load: first refusal: %.*s %.*s\n", 3, status.data(),
                   static_cast<int>(body.size()), body.data());
    if (connection.kind == Kind::Place && good) {
      ++working_;
      if (mode_ == Mode::Pairs) connection.order_id = text_of(body, "order_id");
    }
    if (connection.kind == Kind::Sweep) {
      sweeping_ = false;
      const std::size_t name = body.find(R"("canceled":)");
      std::int64_t canceled = 0;
      if (name != std::string_view::npos)
        std::from_chars(body.data() + name + 11, body.data() + body.size(), canceled);
      working_ -= canceled;  // below zero until the answers of what it took are here
    }
    send_next(connection);
  }

  void print() {
    auto& latencies = totals_.latencies_ns;
    const auto us = [&](std::size_t per_mille) {
      return static_cast<double>(load::quantile(latencies, per_mille)) / 1e3;
    };
    std::printf(
        "answered=%llu placed=%llu refused=%llu seconds=%.3f rate=%.0f p50_us=%.0f p99_us=%.0f "
        "p999_us=%.0f max_us=%.0f\n",
        static_cast<unsigned long long>(totals_.answered),
        static_cast<unsigned long long>(totals_.placed),
        static_cast<unsigned long long>(totals_.refused), seconds_,
        static_cast<double>(totals_.answered) / seconds_, us(500), us(990), us(999), us(1'000));
  }

  const Mode mode_;
  const double seconds_;
  std::vector<Connection> connections_;
  std::string head_;
  std::string price_;
  std::string run_id_;
  int epoll_ = -1;
  std::uint64_t orders_ = 0;
  std::int64_t working_ = 0;
  bool sweeping_ = false;
  std::size_t in_flight_ = 0;
  std::int64_t counting_from_ = 0;
  std::int64_t until_ = 0;
  Totals totals_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  const Mode mode = name == "orders"  ? Mode::Orders
                    : name == "pairs" ? Mode::Pairs
                    : name == "mcp"   ? Mode::Mcp
                                      : Mode::Read;
  const int port = argc == 5 ? std::atoi(argv[2]) : 0;
  const int connections = argc == 5 ? std::atoi(argv[3]) : 0;
  const double seconds = argc == 5 ? std::atof(argv[4]) : 0;
  if (port < 1 || port > 65'535 || connections < 1 || connections > 10'000 || seconds <= 0 ||
      (mode == Mode::Read && name != "read")) {
    std::fprintf(stderr, "http_load orders|pairs|read|mcp PORT CONNECTIONS SECONDS\n");
    return 2;
  }
  Load load(mode, static_cast<std::uint16_t>(port), static_cast<std::size_t>(connections), seconds);
  load.run();
}
