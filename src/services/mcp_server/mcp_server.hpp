#pragma once

// The MCP door: every operation that is offered as a tool, over Streamable HTTP on /mcp of each
// service's port (that service's tools) and /mcp/all (all tools).
//
// App mounts on_request at the gateway, which has checked the token and the web origin. Each tool
// is an operation of the table: its name, schemas and annotations are derived, its call goes
// through Operation::call like a REST request, and callers see only tools they may call. Protocol
// revision 2025-11-25 and older, without sessions: every request stands alone, so any port and any
// process can answer it. Absent on purpose: server-sent requests and streams (GET answers 405),
// resources, prompts.

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "json/value.hpp"
#include "net/response_writer.hpp"
#include "operations/operation.hpp"

namespace mcp_server {

// The answer to one message: `status` 200 with a JSON-RPC text, or 202 without one.
struct Reply {
  int status = 200;
  std::string body;
};

class McpServer {
 public:
  // `table` must outlive the server and be complete.
  McpServer(const operations::Table& table, std::string version);

  // One message. `service` empty = tools of all services. `done` is called exactly once, on any
  // thread.
  void handle(const operations::Caller& caller, std::string_view service, std::string_view message,
              std::function<void(Reply)> done) const;

  // The gateway's mounted handler for /mcp and /mcp/all (Access::Token).
  void on_request(std::optional<operations::Caller> caller, http::Request&& request,
                  net::ResponseWriter writer) const;

 private:
  [[nodiscard]] std::string initialize(const json::Value& params) const;
  [[nodiscard]] std::string list_tools(const operations::Caller& caller,
                                       std::string_view service) const;
  void call_tool(const operations::Caller& caller, std::string_view service, const json::Value& id,
                 const json::Value& params, std::function<void(Reply)> done) const;

  const operations::Table& table_;
  const std::string version_;
};

}  // namespace mcp_server
