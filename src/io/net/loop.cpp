#include "net/loop.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

// The thread sanitizer does not understand stand-alone fences; Asio's are not needed beside its
// locks.
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <pthread.h>

#include "base/check.hpp"
#include "net/socket.hpp"

namespace net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t write_parts_max = 64;
constexpr int listen_backlog = 4096;
constexpr std::chrono::milliseconds accept_pause{100};

}  // namespace

std::int64_t steady_ms() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

class Loop::Native {
 public:
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard{context.get_executor()};
  asio::steady_timer sweep{context};
  std::thread thread;
  std::atomic<std::thread::id> thread_id{};
};

Loop::Loop(std::int64_t sweep_ms)
    : native_(std::make_unique<Native>()), sweep_ms_(sweep_ms), read_buffer_(read_buffer_bytes) {}

Loop::~Loop() {
  CHECK(!native_->thread.joinable());
}

void Loop::start(const std::string& thread_name) {
  arm_sweep();
  native_->thread = std::thread([this] {
    native_->thread_id = std::this_thread::get_id();
    native_->context.run();
  });
  pthread_setname_np(native_->thread.native_handle(), thread_name.substr(0, 15).c_str());
}

void Loop::stop() {
  if (!native_->thread.joinable()) return;
  {
    // In one step: what is posted before runs, what comes after is dropped.
    std::unique_lock lock(mutex_);
    tasks_.emplace_back([this] {
      native_->sweep.cancel();
      native_->guard.reset();
      stopping_ = true;
    });
    stopped_ = true;
    schedule(lock);
  }
  native_->thread.join();
  native_->thread_id = std::thread::id{};
}

bool Loop::post(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  if (stopped_) return false;
  tasks_.push_back(std::move(task));
  schedule(lock);
  return true;
}

void Loop::wake(std::shared_ptr<LoopMember> member) {
  std::unique_lock lock(mutex_);
  if (stopped_) return;
  woken_.push_back(std::move(member));
  schedule(lock);
}

void Loop::schedule(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(scheduled_, true)) return;
  lock.unlock();
  asio::post(native_->context, [this] { drain(); });
}

bool Loop::on_thread() const {
  return native_->thread_id.load() == std::this_thread::get_id();
}

void Loop::add(std::shared_ptr<LoopMember> member) {
  member->place_ = members_.size();
  members_.push_back(std::move(member));
}

void Loop::remove(LoopMember& member) {
  const std::size_t place = member.place_;
  CHECK(place < members_.size() && members_[place].get() == &member);
  std::swap(members_[place], members_.back());
  members_[place]->place_ = place;
  members_.pop_back();
}

void Loop::want_turn_end(std::shared_ptr<LoopMember> member) {
  if (std::exchange(member->turn_end_wanted_, true)) return;
  turn_ends_.push_back(std::move(member));
}

Loop::Turn::~Turn() {
  if (loop_.depth_ == 1) loop_.run_turn_ends();
  --loop_.depth_;
}

// What members ask for while it runs is done in the same turn.
void Loop::run_turn_ends() {
  for (std::size_t i = 0; i < turn_ends_.size(); ++i) {
    const std::shared_ptr<LoopMember> member = std::move(turn_ends_[i]);
    member->turn_end_wanted_ = false;
    member->on_turn_end();
  }
  turn_ends_.clear();
}

void Loop::drain() {
  std::vector<std::function<void()>> tasks;
  std::vector<std::shared_ptr<LoopMember>> woken;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(tasks_);
    woken.swap(woken_);
    scheduled_ = false;
  }
  const Turn turn(*this);
  for (auto& task : tasks)
    task();
  for (auto& member : woken)
    want_turn_end(std::move(member));
}

void Loop::arm_sweep() {
  native_->sweep.expires_after(std::chrono::milliseconds(sweep_ms_));
  native_->sweep.async_wait([this](const error_code& ec) {
    if (!ec) tick();
  });
}

void Loop::tick() {
  const Turn turn(*this);
  const std::int64_t now = steady_ms();
  // Backwards: a member that removes itself is replaced by one that was already visited.
  for (std::size_t i = members_.size(); i > 0; --i) {
    const std::shared_ptr<LoopMember> member = members_[i - 1];
    member->on_tick(now);
    if (i > members_.size() + 1) i = members_.size() + 1;
  }
  if (!stopping_) arm_sweep();
}

class Socket::Native {
 public:
  Native(std::shared_ptr<Loop> home, tcp::socket accepted)
      : loop(std::move(home)), socket(std::move(accepted)) {}
  std::shared_ptr<Loop> loop;  // before the socket, which is destroyed first
  tcp::socket socket;
};

Socket::Socket(std::unique_ptr<Native> native) : native_(std::move(native)) {
  error_code ec;
  native_->socket.non_blocking(true, ec);
  native_->socket.set_option(tcp::no_delay(true), ec);
  const auto peer = native_->socket.remote_endpoint(ec);
  if (!ec) remote_address_ = peer.address().to_string();
}

Socket::~Socket() = default;

Transferred Socket::read(char* into, std::size_t size) {
  error_code ec;
  const std::size_t bytes = native_->socket.read_some(asio::buffer(into, size), ec);
  if (!ec && bytes > 0) return {Transfer::Done, bytes};
  if (ec == asio::error::would_block || ec == asio::error::interrupted) return {};
  return {Transfer::Ended, 0};
}

Transferred Socket::write(std::span<const std::string_view> parts) {
  std::array<asio::const_buffer, write_parts_max> buffers;
  const std::size_t count = std::min(parts.size(), write_parts_max);
  for (std::size_t i = 0; i < count; ++i)
    buffers[i] = {parts[i].data(), parts[i].size()};
  error_code ec;
  const std::size_t bytes = native_->socket.write_some(std::span(buffers).first(count), ec);
  if (!ec) return {Transfer::Done, bytes};
  if (ec == asio::error::would_block || ec == asio::error::interrupted) return {};
  return {Transfer::Ended, 0};
}

void Socket::wait_readable(std::shared_ptr<SocketOwner> owner) {
  native_->socket.async_wait(
      tcp::socket::wait_read,
      [loop = native_->loop.get(), owner = std::move(owner)](const error_code& ec) {
        const Loop::Turn turn(*loop);
        if (ec != asio::error::operation_aborted) owner->on_readable();
      });
}

void Socket::wait_writable(std::shared_ptr<SocketOwner> owner) {
  native_->socket.async_wait(
      tcp::socket::wait_write,
      [loop = native_->loop.get(), owner = std::move(owner)](const error_code& ec) {
        const Loop::Turn turn(*loop);
        if (ec != asio::error::operation_aborted) owner->on_writable();
      });
}

void Socket::shutdown_write() {
  error_code ec;
  native_->socket.shutdown(tcp::socket::shutdown_send, ec);
}

void Socket::close() {
  error_code ec;
  native_->socket.close(ec);
}

class Acceptor::Native : public std::enable_shared_from_this<Acceptor::Native> {
 public:
  Native(std::shared_ptr<Loop> home, AcceptOwner& accept_owner)
      : loop(std::move(home)),
        owner(accept_owner),
        acceptor(loop->native().context),
        pause(loop->native().context) {}

  void accept() {
    auto target = owner.next_loop();
    auto& context = target->native().context;
    acceptor.async_accept(
        context, [self = shared_from_this(), target](const error_code& ec, tcp::socket socket) {
          if (!self->acceptor.is_open()) return;
          const Loop::Turn turn(*self->loop);
          if (!ec) {
            auto native = std::make_unique<Socket::Native>(target, std::move(socket));
            self->owner.on_accept(target, std::make_unique<Socket>(std::move(native)));
          } else if (ec != asio::error::connection_aborted) {
            self->owner.on_accept_refused(ec.message());
            return self->wait();
          }
          self->accept();
        });
  }

  void wait() {
    pause.expires_after(accept_pause);
    pause.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec && self->acceptor.is_open()) self->accept();
    });
  }

  std::shared_ptr<Loop> loop;
  AcceptOwner& owner;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

Acceptor::Acceptor(std::shared_ptr<Native> native) : native_(std::move(native)) {}
Acceptor::~Acceptor() = default;

base::Result<std::unique_ptr<Acceptor>> Acceptor::open(std::shared_ptr<Loop> loop,
                                                       const std::string& address,
                                                       std::uint16_t port, AcceptOwner& owner) {
  const auto failed = [&](const std::string& why) {
    return base::fail("listen_failed", "Cannot listen on " + address + " port " +
                                           std::to_string(port) + ": " + why + ".");
  };
  error_code ec;
  const auto ip = asio::ip::make_address(address, ec);
  if (ec) return failed("not an IP address");
  auto native = std::make_shared<Native>(std::move(loop), owner);
  const tcp::endpoint endpoint(ip, port);
  native->acceptor.open(endpoint.protocol(), ec);
  if (!ec) native->acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) native->acceptor.bind(endpoint, ec);
  if (!ec) native->acceptor.listen(listen_backlog, ec);
  if (ec) return failed(ec.message());
  return std::unique_ptr<Acceptor>(new Acceptor(std::move(native)));
}

void Acceptor::start() {
  native_->accept();
}

void Acceptor::close() {
  error_code ec;
  native_->acceptor.close(ec);
  native_->pause.cancel();
}

std::uint16_t Acceptor::port() const {
  error_code ec;
  return native_->acceptor.local_endpoint(ec).port();
}

}  // namespace net
