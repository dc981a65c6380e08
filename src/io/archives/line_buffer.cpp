#include "archives/line_buffer.hpp"

#include <cstring>

namespace archives {

namespace {
constexpr std::size_t buffer_bytes_initial = 256 * 1024;
}

LineBuffer::LineBuffer(std::string path, const Limits& limits, Fill fill)
    : path_(std::move(path)),
      limits_(limits),
      fill_(std::move(fill)),
      buffer_(buffer_bytes_initial) {}

base::Result<bool> LineBuffer::next(std::string_view& line) {
  if (!error_.code.empty()) return base::fail(error_.code, error_.message);
  auto found = find_line(line);
  if (!found) error_ = found.error();
  return found;
}

base::Result<bool> LineBuffer::find_line(std::string_view& line) {
  std::size_t searched = begin_;
  for (;;) {
    const char* const start = buffer_.data() + searched;
    const void* const newline = std::memchr(start, '\n', end_ - searched);
    std::size_t stop = end_;
    if (newline != nullptr) {
      stop = static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data());
    } else if (!at_end_) {
      const std::size_t pending = end_ - begin_;
      if (pending > limits_.line_bytes_max) break;
      TRY_STATUS(refill());
      searched = begin_ + pending;
      continue;
    } else if (begin_ == end_) {
      return false;
    }
    std::size_t size = stop - begin_;
    if (size > limits_.line_bytes_max) break;
    const char* const text = buffer_.data() + begin_;
    begin_ = newline != nullptr ? stop + 1 : end_;
    if (size > 0 && text[size - 1] == '\r') --size;
    line = {text, size};
    return true;
  }
  return base::fail("line_too_long", path_ + ": a line is longer than " +
                                         std::to_string(limits_.line_bytes_max) + " bytes");
}

base::Status LineBuffer::refill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == buffer_.size()) buffer_.resize(buffer_.size() * 2);
  TRY(const std::size_t size, fill_(buffer_.data() + end_, buffer_.size() - end_));
  end_ += size;
  bytes_read_ += size;
  at_end_ = size == 0;
  if (bytes_read_ > limits_.unpacked_bytes_max)
    return base::fail(
        "archive_too_large",
        path_ + ": unpacks to more than " + std::to_string(limits_.unpacked_bytes_max) + " bytes");
  return {};
}

}  // namespace archives
