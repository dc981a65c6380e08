#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "websocket/frame.hpp"

// The first byte chooses the role. Whole and in pieces, the same bytes must give the same messages.

namespace {

constexpr std::size_t message_max = 4096;

std::string read(websocket::Role role, std::string_view stream, std::size_t piece) {
  websocket::Decoder decoder(role, message_max);
  std::string held;
  std::string result;
  while (!stream.empty()) {
    const std::size_t size = std::min(piece, stream.size());
    held += stream.substr(0, size);
    stream.remove_prefix(size);
    while (true) {
      auto step = decoder.step(held);
      CHECK(step.consumed <= held.size());
      held.erase(0, step.consumed);
      if (!step.message) break;
      CHECK(step.message->payload.size() <= message_max);
      if (step.message->opcode == websocket::Opcode::Text) {
        CHECK(websocket::is_utf8(step.message->payload));
      }
      result += std::to_string(static_cast<int>(step.message->opcode)) + step.message->payload +
                std::to_string(step.message->close_code);
    }
  }
  return result + "!" + std::to_string(decoder.failure());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto role = (data[0] & 1) != 0 ? websocket::Role::Client : websocket::Role::Server;
  const std::string_view stream(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = read(role, stream, size);
  CHECK(read(role, stream, 1) == whole);
  CHECK(read(role, stream, 5) == whole);
  return 0;
}
