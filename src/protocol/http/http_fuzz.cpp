#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "http/request_parser.hpp"
#include "http/response_parser.hpp"

// Feeds the bytes whole and in pieces: both must give the same messages, whatever the bytes are.

namespace {

std::string read(std::string_view stream, std::size_t piece) {
  http::RequestParser parser({.body_bytes_max = 4096});
  std::string held;
  std::string result;
  while (!stream.empty()) {
    const std::size_t size = std::min(piece, stream.size());
    held += stream.substr(0, size);
    stream.remove_prefix(size);
    while (true) {
      const http::ParseStep step = parser.step(held);
      CHECK(step.consumed <= held.size());
      held.erase(0, step.consumed);
      if (step.state == http::ParseState::Failed) {
        return result + "!" + std::to_string(parser.failure().status);
      }
      if (step.state == http::ParseState::NeedMore) break;
      const http::Request request = parser.take();
      CHECK(request.body.size() <= 4096);
      CHECK(request.path.find('\0') == std::string::npos);
      result += request.path + "|" + request.body + "|" + std::to_string(request.headers.size());
      (void)http::path_segments(request);
      if (held.empty()) break;
    }
  }
  return result;
}

void read_answers(std::string_view stream) {
  http::ResponseParser parser({.body_bytes_max = 4096});
  std::string held(stream);
  for (int messages = 0; messages < 16; ++messages) {
    const http::ParseStep step = parser.step(held);
    CHECK(step.consumed <= held.size());
    held.erase(0, step.consumed);
    if (step.state != http::ParseState::Complete) break;
    (void)parser.take();
  }
  (void)parser.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(stream, size + 1);
  CHECK(read(stream, 1) == whole);
  CHECK(read(stream, 7) == whole);
  read_answers(stream);
  return 0;
}
