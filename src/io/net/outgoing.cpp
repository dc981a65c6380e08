#include "net/outgoing.hpp"

#include <utility>

#include "http/message.hpp"
#include "websocket/frame.hpp"

namespace net {

Outgoing::Outgoing(std::shared_ptr<Loop> loop, std::weak_ptr<LoopMember> connection)
    : loop_(std::move(loop)), connection_(std::move(connection)) {}

bool Outgoing::offer(Frame frame) {
  std::unique_lock lock(mutex_);
  if (!is_open()) return false;
  if (waiting_bytes_ + outbox_bytes_ + frame->size() > outgoing_bytes_max) {
    refused_ = true;
    return false;
  }
  waiting_bytes_ += frame->size();
  waiting_.push_back(std::move(frame));
  call_worker(lock);
  return true;
}

void Outgoing::finish(Frame frame) {
  std::unique_lock lock(mutex_);
  if (!is_open()) return;
  open_ = false;
  last_ = true;
  waiting_bytes_ += frame->size();
  waiting_.push_back(std::move(frame));
  call_worker(lock);
}

void Outgoing::call_worker(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(called_, true)) return;
  lock.unlock();
  auto connection = connection_.lock();
  if (connection == nullptr) return;
  if (loop_->on_thread()) {
    loop_->want_turn_end(std::move(connection));
  } else {
    loop_->wake(std::move(connection));
  }
}

bool Outgoing::move_into(Outbox& outbox) {
  const std::lock_guard lock(mutex_);
  called_ = false;
  for (Frame& frame : waiting_)
    outbox.push(std::move(frame));
  waiting_.clear();
  waiting_bytes_ = 0;
  outbox_bytes_ = outbox.bytes();
  return std::exchange(last_, false);
}

bool Outgoing::written(std::size_t outbox_bytes) {
  const std::lock_guard lock(mutex_);
  outbox_bytes_ = outbox_bytes;
  return outbox_bytes == 0 && waiting_.empty() && std::exchange(refused_, false);
}

void Outgoing::shut() {
  const std::lock_guard lock(mutex_);
  open_ = false;
  waiting_.clear();
  waiting_bytes_ = outbox_bytes_ = 0;
}

std::size_t Outgoing::bytes() const {
  const std::lock_guard lock(mutex_);
  return waiting_bytes_ + outbox_bytes_;
}

bool StreamHandle::send(std::string_view piece) {
  if (piece.empty()) return is_open();
  std::string chunk;
  chunk.reserve(piece.size() + 24);
  http::append_chunk(chunk, piece);
  return offer(std::make_shared<const std::string>(std::move(chunk)));
}

void StreamHandle::close() {
  finish(std::make_shared<const std::string>("0\r\n\r\n"));
}

void WebSocketHandle::close(std::uint16_t code, std::string_view reason) {
  finish(std::make_shared<const std::string>(
      websocket::encode_frame(websocket::Opcode::Close, websocket::close_payload(code, reason))));
}

}  // namespace net
