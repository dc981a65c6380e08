#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "net/response_writer.hpp"

namespace net {

// Bytes waiting to be written, in order: owned text that answers are appended to, and shared frames
// that are not copied.
class Outbox {
 public:
  static constexpr std::size_t parts_max = 64;
  using Parts = std::array<std::string_view, parts_max>;

  // Where to append owned bytes; call added() afterwards.
  std::string& tail();
  void added();
  void push(Frame frame);

  // Views of the front, valid until the outbox changes; the number of parts filled.
  std::size_t parts(Parts& into) const;
  void consume(std::size_t bytes);
  void clear();

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return bytes_ == 0; }

 private:
  struct Chunk {
    std::string own;
    Frame shared;
    [[nodiscard]] std::string_view view() const { return shared ? *shared : own; }
  };
  std::deque<Chunk> chunks_;
  std::size_t front_used_ = 0;
  std::size_t bytes_ = 0;
  std::size_t tail_before_ = 0;
};

}  // namespace net
