#include "net/outbox.hpp"

#include <utility>

namespace net {

std::string& Outbox::tail() {
  if (chunks_.empty() || chunks_.back().shared) chunks_.emplace_back();
  tail_before_ = chunks_.back().own.size();
  return chunks_.back().own;
}

void Outbox::added() {
  bytes_ += chunks_.back().own.size() - tail_before_;
  tail_before_ = chunks_.back().own.size();
}

void Outbox::push(Frame frame) {
  if (frame->empty()) return;
  bytes_ += frame->size();
  chunks_.push_back({{}, std::move(frame)});
}

std::size_t Outbox::parts(Parts& into) const {
  std::size_t count = 0;
  for (const Chunk& chunk : chunks_) {
    if (count == parts_max) break;
    std::string_view view = chunk.view();
    if (&chunk == &chunks_.front()) view.remove_prefix(front_used_);
    if (!view.empty()) into[count++] = view;
  }
  return count;
}

void Outbox::consume(std::size_t bytes) {
  bytes_ -= bytes;
  front_used_ += bytes;
  while (!chunks_.empty() && front_used_ >= chunks_.front().view().size()) {
    front_used_ -= chunks_.front().view().size();
    if (chunks_.size() == 1 && !chunks_.front().shared && chunks_.front().own.capacity() <= 4096) {
      chunks_.front().own.clear();  // kept for the next answer
      break;
    }
    chunks_.pop_front();
  }
}

void Outbox::clear() {
  chunks_.clear();
  front_used_ = bytes_ = 0;
}

}  // namespace net
