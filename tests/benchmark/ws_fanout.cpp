// Many WebSocket clients of /ws/market-data, all following the quotes of every instrument.
//
//   ws_fanout PORT CLIENTS SECONDS              password of admin in TRADING_ADMIN_PASSWORD
//
// One thread, epoll. Prints one line: messages=N rate=R per_client_min= per_client_median= missed=
// quote_p50_ms= quote_p99_ms= beat_p50_ms= beat_p99_ms=. rate counts every message of all clients;
// per_client_* are messages a client got a second. quote_* is from a quote's own time (when it
// changed; the stream sends the newest state every 50 ms) to its receipt here, beat_* from the
// heartbeat's time, which is sent to all clients at once: the pure cost of the fan-out.

#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include <sys/epoll.h>
#include <sys/resource.h>

#include "base/time.hpp"
#include "client.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

namespace {

constexpr std::int64_t settle_ns = 1'000'000'000;  // after the last client is subscribed
constexpr std::string_view host = "127.0.0.1";

enum class Stage { Upgrading, Subscribing, Following };

struct Client {
  int fd = -1;
  Stage stage = Stage::Upgrading;
  std::string received;
  std::uint64_t messages = 0;
  std::uint64_t missed = 0;
  websocket::Decoder decoder{websocket::Role::Client};
};

std::int64_t system_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// The text behind `"name":` up to the next comma or brace, without quotes.
std::string_view member(std::string_view text, std::string_view name) {
  const std::string key = "\"" + std::string(name) + "\":";
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return {};
  std::string_view value = text.substr(at + key.size());
  if (!value.empty() && value[0] == '"') return value.substr(1, value.find('"', 1) - 1);
  return value.substr(0, value.find_first_of(",}"));
}

class FanOut {
 public:
  FanOut(std::uint16_t port, std::size_t clients, double seconds)
      : port_(port), seconds_(seconds), clients_(clients) {
    token_ = load::login(port);
    net::ClientRequest request;
    request.target = "/instruments";
    request.headers = {{"Authorization", "Bearer " + token_}};
    subscribe_ = subscription(load::call(port, request));
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  }
  ~FanOut() {
    for (const Client& client : clients_)
      if (client.fd >= 0) ::close(client.fd);
    ::close(epoll_);
  }
  FanOut(const FanOut&) = delete;
  FanOut& operator=(const FanOut&) = delete;

  void run() {
    for (Client& client : clients_) {
      open(client);
      poll(0);
    }
    const std::int64_t give_up = load::steady_ns() + 20'000'000'000;
    while (following_ < clients_.size()) {
      if (load::steady_ns() > give_up) load::stop("not all clients could subscribe within 20 s");
      poll(100);
    }
    const std::int64_t settled = load::steady_ns() + settle_ns;
    while (load::steady_ns() < settled)
      poll(10);
    for (Client& client : clients_)
      client.messages = 0;
    measuring_ = true;
    const std::int64_t begin = load::steady_ns();
    const std::int64_t until = begin + static_cast<std::int64_t>(seconds_ * 1e9);
    while (load::steady_ns() < until)
      poll(10);
    print(static_cast<double>(load::steady_ns() - begin) / 1e9);
  }

 private:
  static std::string subscription(const json::Value& instruments) {
    std::string symbols;
    const json::Value::Object* page = instruments.object_members();
    for (std::size_t i = 0; page != nullptr && i < page->size(); ++i) {
      const json::Value::Array* list = (*page)[i].value.array();
      for (std::size_t k = 0; list != nullptr && k < list->size(); ++k)
        symbols +=
            (symbols.empty() ? "\"" : ",\"") + load::text_member((*list)[k], "symbol") + "\"";
    }
    if (symbols.empty()) load::stop("there are no instruments");
    return R"({"action":"subscribe","channels":["quotes"],"symbols":[)" + symbols + "]}";
  }

  void open(Client& client) {
    client.fd = load::connect_local(port_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = &client;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd, &event);
    send(client,
         websocket::upgrade_request(host, "/ws/market-data", "dGhlIHNhbXBsZSBub25jZQ==", token_));
  }

  static void send(const Client& client, std::string_view bytes) {
    if (::send(client.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size()))
      load::stop("the connection was lost");
  }

  void poll(int timeout_ms) {
    std::array<epoll_event, 256> events{};
    const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout_ms);
    for (int i = 0; i < count; ++i)
      on_readable(*static_cast<Client*>(events[static_cast<std::size_t>(i)].data.ptr));
  }

  void on_readable(Client& client) {
    std::array<char, 64 * 1024> buffer;
    const ssize_t got = ::recv(client.fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) load::stop("the server closed a stream");
    const std::int64_t now = system_ns();
    client.received.append(buffer.data(), static_cast<std::size_t>(got));
    if (client.stage == Stage::Upgrading && !upgraded(client)) return;
    std::string_view rest = client.received;
    for (;;) {
      const auto step = client.decoder.step(rest);
      rest.remove_prefix(step.consumed);
      if (!step.message) break;
      on_message(client, *step.message, now);
    }
    if (client.decoder.failure() != 0) load::stop("the server sent a broken frame");
    client.received.erase(0, client.received.size() - rest.size());
  }

  bool upgraded(Client& client) {
    const std::size_t end = client.received.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (client.received.compare(9, 3, "101") != 0) load::stop(client.received.substr(0, 200));
    client.received.erase(0, end + 4);
    client.stage = Stage::Subscribing;
    send(client, websocket::encode_masked_frame(websocket::Opcode::Text, subscribe_, 0x12345678));
    return true;
  }

  void on_message(Client& client, const websocket::Message& message, std::int64_t now) {
    if (message.opcode == websocket::Opcode::Close) load::stop("closed: " + message.payload);
    if (message.opcode == websocket::Opcode::Ping)
      return send(client, websocket::encode_masked_frame(websocket::Opcode::Pong, message.payload,
                                                         0x12345678));
    const std::string_view type = member(message.payload, "type");
    if (type == "error") load::stop(message.payload);
    if (type == "subscribed" && client.stage == Stage::Subscribing) {
      client.stage = Stage::Following;
      ++following_;
    }
    const bool beat = type == "heartbeat";
    if (beat) {
      const std::string missed(member(message.payload, "missed"));
      client.missed = std::strtoull(missed.c_str(), nullptr, 10);
    }
    if (!measuring_) return;
    ++client.messages;
    if (!beat && type != "quote") return;
    const auto time = base::parse_rfc3339(member(message.payload, "time"));
    if (!time) load::stop("a message without a time: " + message.payload);
    (beat ? beat_delays_ns_ : quote_delays_ns_).push_back(now - time->ns());
  }

  void print(double seconds) {
    std::vector<std::int64_t> counts;
    std::int64_t total = 0;
    std::uint64_t missed = 0;
    for (const Client& client : clients_) {
      counts.push_back(static_cast<std::int64_t>(client.messages));
      total += counts.back();
      missed += client.missed;
    }
    const auto ms = [](std::vector<std::int64_t>& delays, std::size_t per_mille) {
      return static_cast<double>(load::quantile(delays, per_mille)) / 1e6;
    };
    std::printf(
        "messages=%lld rate=%.0f per_client_min=%.1f per_client_median=%.1f missed=%llu "
        "quote_p50_ms=%.1f quote_p99_ms=%.1f beat_p50_ms=%.1f beat_p99_ms=%.1f\n",
        static_cast<long long>(total), static_cast<double>(total) / seconds,
        static_cast<double>(load::quantile(counts, 0)) / seconds,
        static_cast<double>(load::quantile(counts, 500)) / seconds,
        static_cast<unsigned long long>(missed), ms(quote_delays_ns_, 500),
        ms(quote_delays_ns_, 990), ms(beat_delays_ns_, 500), ms(beat_delays_ns_, 990));
  }

  const std::uint16_t port_;
  const double seconds_;
  std::vector<Client> clients_;
  std::string token_;
  std::string subscribe_;
  int epoll_ = -1;
  std::size_t following_ = 0;
  bool measuring_ = false;
  std::vector<std::int64_t> quote_delays_ns_;
  std::vector<std::int64_t> beat_delays_ns_;
};

}  // namespace

int main(int argc, char** argv) {
  const int port = argc == 4 ? std::atoi(argv[1]) : 0;
  const int clients = argc == 4 ? std::atoi(argv[2]) : 0;
  const double seconds = argc == 4 ? std::atof(argv[3]) : 0;
  if (port < 1 || port > 65'535 || clients < 1 || clients > 20'000 || seconds <= 0) {
    std::fprintf(stderr, "ws_fanout PORT CLIENTS SECONDS\n");
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  FanOut fan_out(static_cast<std::uint16_t>(port), static_cast<std::size_t>(clients), seconds);
  fan_out.run();
}
