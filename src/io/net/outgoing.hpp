#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop.hpp"
#include "net/outbox.hpp"
#include "net/response_writer.hpp"

namespace net {

// What is common to handles that any thread sends through: a bounded queue in front of the
// connection's outbox. The connection moves it over on its own thread.
class Outgoing {
 public:
  Outgoing(std::shared_ptr<Loop> loop, std::weak_ptr<LoopMember> connection);

  // On the worker: moves what waits into the outbox. True when the end was among it.
  bool move_into(Outbox& outbox);
  // On the worker, after writing: what the outbox still holds. True when everything was taken and
  // a send was refused before.
  bool written(std::size_t outbox_bytes);
  // On the worker: the connection is gone or closing; nothing is taken any more.
  void shut();

  [[nodiscard]] bool is_open() const { return open_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t bytes() const;

 protected:
  bool offer(Frame frame);
  // Takes `frame` whatever the limit says, and nothing after it. Once; later calls do nothing.
  void finish(Frame frame);

 private:
  void call_worker(std::unique_lock<std::mutex>& lock);

  std::shared_ptr<Loop> loop_;
  std::weak_ptr<LoopMember> connection_;
  std::atomic<bool> open_{true};
  mutable std::mutex mutex_;
  std::vector<Frame> waiting_;     // guarded by mutex_
  std::size_t waiting_bytes_ = 0;  // guarded by mutex_
  std::size_t outbox_bytes_ = 0;   // guarded by mutex_
  bool called_ = false;            // guarded by mutex_
  bool refused_ = false;           // guarded by mutex_
  bool last_ = false;              // guarded by mutex_
};

class StreamHandle final : public ResponseStream, public Outgoing {
 public:
  using Outgoing::Outgoing;
  bool send(std::string_view piece) override;
  void close() override;
  [[nodiscard]] bool open() const override { return is_open(); }
  [[nodiscard]] std::size_t buffered_bytes() const override { return bytes(); }
};

class WebSocketHandle final : public WebSocket, public Outgoing {
 public:
  using Outgoing::Outgoing;
  bool try_send(Frame frame) override { return offer(std::move(frame)); }
  void close(std::uint16_t code, std::string_view reason) override;
  [[nodiscard]] bool open() const override { return is_open(); }
  [[nodiscard]] std::size_t buffered_bytes() const override { return bytes(); }
};

}  // namespace net
