#pragma once

// The Model Context Protocol without input or output: JSON-RPC 2.0 messages in, message texts out.
//
// The mcp_server door and the stdio bridge use it. Guarantees: one message a text (no batches),
// strict members, ids echoed exactly as they came. Revision 2025-11-25 and the older ones that have
// the same tool calls. Absent on purpose: transports, sessions, and what tools do.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "json/value.hpp"

namespace mcp {

inline constexpr std::string_view latest_version = "2025-11-25";

// The revision to speak with a client that asks for `requested`: that one when it is known, else
// the latest.
std::string_view negotiate(std::string_view requested);
bool known_version(std::string_view version);

// JSON-RPC error codes (specification section 5.1).
inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;

struct Request {
  json::Value id;  // a string or a number
  std::string method;
  json::Value params;  // an object; empty when there was none
};
struct Notification {
  std::string method;
  json::Value params;
};
// An answer to a request of ours. This server sends none, so it is accepted and dropped.
struct Response {};

struct Refused {
  json::Value id;  // null when it could not be told
  int code = parse_error;
  std::string message;
};

using Message = std::variant<Request, Notification, Response, Refused>;

Message parse_message(std::string_view text);

// {"jsonrpc":"2.0","id":ID,"result":RESULT}; `result` is a finished JSON text.
std::string result_text(const json::Value& id, std::string_view result);
std::string error_text(const json::Value& id, int code, std::string_view message);

}  // namespace mcp
