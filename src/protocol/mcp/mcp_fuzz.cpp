#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "mcp/message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const mcp::Message message = mcp::parse_message(text);
  // Whatever came in, the answer to it is a message that reads back as an answer.
  if (const auto* request = std::get_if<mcp::Request>(&message)) {
    const std::string answer = mcp::result_text(request->id, "{}");
    if (!std::holds_alternative<mcp::Response>(mcp::parse_message(answer))) std::abort();
  }
  return 0;
}
