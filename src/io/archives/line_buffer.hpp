#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "archives/archive.hpp"

namespace archives {

// Cuts the bytes of any source into lines within the limits; both archive formats read through it.
class LineBuffer {
 public:
  // Reads up to `size` bytes; zero at the end.
  using Fill = std::function<base::Result<std::size_t>(char* data, std::size_t size)>;

  LineBuffer(std::string path, const Limits& limits, Fill fill);

  base::Result<bool> next(std::string_view& line);
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  base::Result<bool> find_line(std::string_view& line);
  base::Status refill();

  std::string path_;
  Limits limits_;
  Fill fill_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // of the bytes not yet handed out
  std::size_t end_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool at_end_ = false;
  base::Error error_;  // code empty = none
};

}  // namespace archives
