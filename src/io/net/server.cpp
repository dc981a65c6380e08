#include "net/server.hpp"

#include <algorithm>
#include <chrono>
#include <future>
#include <utility>

#include "net/connection.hpp"
#include "net/loop.hpp"
#include "net/socket.hpp"
#include "telemetry/log.hpp"

namespace net {

Shared::Shared(ServerOptions server_options, Handler& request_handler, telemetry::Metrics& metrics)
    : options(std::move(server_options)),
      handler(request_handler),
      open_gauge(metrics.gauge("net_connections_open", "Open client connections.")),
      accepted(metrics.counter("net_connections_accepted_total", "Connections accepted.")),
      refused(metrics.counter("net_connections_refused_total",
                              "Connections answered 503 or dropped at the limit.")),
      malformed(metrics.counter("net_malformed_total", "Requests and frames that broke a rule.")),
      timed_out(metrics.counter("net_timeouts_total", "Clients that took too long to send.")),
      stalled(metrics.counter("net_write_stalls_total", "Clients cut for not reading.")) {}

Shared::Seat Shared::take_seat() {
  const std::lock_guard lock(mutex_);
  if (open_ < options.connections_max) {
    open_gauge.set(++open_);
    accepted.increment();
    return Seat::Served;
  }
  refused.increment();
  if (refusing_ >= refusing_max) return Seat::None;
  ++refusing_;
  return Seat::Refused;
}

void Shared::give_back(Seat seat) {
  if (seat == Seat::None) return;
  const std::lock_guard lock(mutex_);
  if (seat == Seat::Served) {
    open_gauge.set(--open_);
  } else {
    --refusing_;
  }
  if (open_ + refusing_ == 0) emptied_.notify_all();
}

bool Shared::wait_until_empty(std::int64_t wait_ms) {
  std::unique_lock lock(mutex_);
  return emptied_.wait_for(lock, std::chrono::milliseconds(wait_ms),
                           [this] { return open_ + refusing_ == 0; });
}

int Shared::open() {
  const std::lock_guard lock(mutex_);
  return open_;
}

class Server::Core {
 public:
  Core(ServerOptions options, Handler& handler, telemetry::Metrics& metrics, telemetry::Log& log)
      : metrics_(metrics),
        log_(log),
        shared_(std::make_shared<Shared>(std::move(options), handler, metrics)) {
    for (int i = 0; i < std::max(1, shared_->options.workers); ++i) {
      loops_.push_back(std::make_shared<Loop>(shared_->options.sweep_ms));
    }
  }

  base::Status listen() {
    for (const Listener& listener : shared_->options.listeners) {
      auto door = std::make_unique<Door>(*this, std::make_shared<Port>(metrics_, listener.service));
      door->loop = loops_[doors_.size() % loops_.size()];
      TRY(door->acceptor, Acceptor::open(door->loop, listener.address, listener.port, *door));
      ports_.push_back({listener.service, listener.address, door->acceptor->port()});
      doors_.push_back(std::move(door));
    }
    for (auto& door : doors_)
      door->acceptor->start();
    for (std::size_t i = 0; i < loops_.size(); ++i)
      loops_[i]->start("net-" + std::to_string(i));
    running_ = true;
    return {};
  }

  void stop(std::int64_t drain_ms) {
    if (!std::exchange(running_, false)) return;
    for (auto& door : doors_) {
      on_loop(*door->loop, [&door] { door->acceptor->close(); });
    }
    stop_connections(false);
    if (drain_ms > 0 && !shared_->wait_until_empty(drain_ms)) {
      log_.warn("net", "connections cut at shutdown", {{"net.open", shared_->open()}});
    }
    stop_connections(true);
    for (auto& loop : loops_)
      loop->stop();
  }

  [[nodiscard]] const std::vector<BoundPort>& ports() const { return ports_; }
  [[nodiscard]] int open() const { return shared_->open(); }

 private:
  struct Door final : AcceptOwner {
    Door(Core& owner, std::shared_ptr<Port> its_port) : core(owner), port(std::move(its_port)) {}

    std::shared_ptr<Loop> next_loop() override {
      return core.loops_[core.next_++ % core.loops_.size()];
    }
    void on_accept(std::shared_ptr<Loop> target, std::unique_ptr<Socket> socket) override {
      const Shared::Seat seat = core.shared_->take_seat();
      if (seat == Shared::Seat::None) return socket->close();
      auto connection =
          std::make_shared<Connection>(core.shared_, port, target, std::move(socket), seat);
      target->post([connection = std::move(connection)] { connection->start(); });
    }
    void on_accept_refused(const std::string& why) override {
      core.log_.error("net", "cannot accept a connection", {{"error.message", why}});
    }

    Core& core;
    std::shared_ptr<Port> port;
    std::shared_ptr<Loop> loop;
    std::unique_ptr<Acceptor> acceptor;
  };

  // Runs on the loop's thread and waits for it.
  template <class Task>
  static void on_loop(Loop& loop, Task task) {
    std::promise<void> done;
    if (!loop.post([&] {
          task();
          done.set_value();
        })) {
      return;
    }
    done.get_future().wait();
  }

  void stop_connections(bool cut) {
    for (auto& loop : loops_) {
      on_loop(*loop, [&loop, cut] {
        const auto members = loop->members();
        const std::vector<std::shared_ptr<LoopMember>> all(members.begin(), members.end());
        for (const auto& member : all) {
          auto& connection = static_cast<Connection&>(*member);
          connection.stop(cut);
        }
      });
    }
  }

  telemetry::Metrics& metrics_;
  telemetry::Log& log_;
  std::shared_ptr<Shared> shared_;
  std::vector<std::shared_ptr<Loop>> loops_;
  std::vector<std::unique_ptr<Door>> doors_;
  std::vector<BoundPort> ports_;
  std::atomic<std::size_t> next_{0};
  bool running_ = false;
};

Server::Server(std::unique_ptr<Core> core) : core_(std::move(core)) {}
Server::~Server() {
  stop(0);
}

base::Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler& handler,
                                                    telemetry::Metrics& metrics,
                                                    telemetry::Log& log) {
  auto core = std::make_unique<Core>(std::move(options), handler, metrics, log);
  TRY_STATUS(core->listen());
  return std::unique_ptr<Server>(new Server(std::move(core)));
}

const std::vector<BoundPort>& Server::ports() const {
  return core_->ports();
}
int Server::open_connections() const {
  return core_->open();
}
void Server::stop(std::int64_t drain_ms) {
  core_->stop(drain_ms);
}

}  // namespace net
