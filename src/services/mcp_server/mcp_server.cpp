#include "mcp_server/mcp_server.hpp"

#include <utility>

#include "http/message.hpp"
#include "json/writer.hpp"
#include "mcp/message.hpp"

namespace mcp_server {
namespace {

using operations::Answer;
using operations::Caller;
using operations::Operation;

constexpr std::string_view instructions =
    "Trading on this platform. Look at list_instruments and get_quote first; preview_order tells "
    "what an order would do before you place it. Give every order your own client_order_id: after "
    "a "
    "lost answer, call place_order again with the same id and body, or get_order_by_client_id; an "
    "order is never placed twice. Prices and quantities are decimal strings.";

bool offered(const Operation& operation, const Caller& caller, std::string_view service) {
  const operations::Declaration& d = operation.declaration;
  return d.tool && (service.empty() || d.service == service) &&
         (d.permission.empty() || operations::may(caller, d.permission));
}

void write_tool(json::Writer& writer, const Operation& operation) {
  const operations::Declaration& d = operation.declaration;
  writer.begin_object();
  writer.member("name", d.name);
  writer.member("title", d.title);
  writer.member("description", d.description);
  writer.raw_member("inputSchema", operation.request_schema);
  writer.raw_member("outputSchema", operation.response_schema);
  writer.key("annotations");
  writer.begin_object();
  writer.member("title", d.title);
  writer.member("readOnlyHint", d.read_only);
  writer.member("destructiveHint", d.destructive);
  writer.member("idempotentHint", d.idempotent);
  writer.member("openWorldHint", false);
  writer.end_object();
  writer.end_object();
}

// A refusal is a result the model can read and act on, never a protocol error.
std::string tool_result(const Answer& answer) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("content");
  writer.begin_array();
  writer.begin_object();
  writer.member("type", "text");
  writer.member("text", answer.body);
  writer.end_object();
  writer.end_array();
  if (!answer.is_error()) writer.raw_member("structuredContent", answer.body);
  writer.member("isError", answer.is_error());
  writer.end_object();
  return out;
}

}  // namespace

McpServer::McpServer(const operations::Table& table, std::string version)
    : table_(table), version_(std::move(version)) {}

std::string McpServer::initialize(const json::Value& params) const {
  const json::Value* requested = params.find("protocolVersion");
  const std::string* text = requested != nullptr ? requested->string() : nullptr;
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("protocolVersion", mcp::negotiate(text != nullptr ? *text : std::string()));
  writer.raw_member("capabilities", R"({"tools":{"listChanged":false}})");
  writer.key("serverInfo");
  writer.begin_object();
  writer.member("name", "trading-platform");
  writer.member("title", "MCP Trading Platform");
  writer.member("version", version_);
  writer.end_object();
  writer.member("instructions", instructions);
  writer.end_object();
  return out;
}

std::string McpServer::list_tools(const Caller& caller, std::string_view service) const {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("tools");
  writer.begin_array();
  for (const auto& operation : table_.all())
    if (offered(*operation, caller, service)) write_tool(writer, *operation);
  writer.end_array();
  writer.end_object();
  return out;
}

void McpServer::call_tool(const Caller& caller, std::string_view service, const json::Value& id,
                          const json::Value& params, std::function<void(Reply)> done) const {
  const auto refuse = [&](std::string_view message) {
    done({200, mcp::error_text(id, mcp::invalid_params, message)});
  };
  const json::Value* name = params.find("name");
  if (name == nullptr || name->string() == nullptr) return refuse("params.name must be text");
  const json::Value* arguments = params.find("arguments");
  if (arguments != nullptr && arguments->object_members() == nullptr)
    return refuse("params.arguments must be an object");
  const Operation* operation = table_.find(*name->string());
  // A tool the caller may not call looks like one that does not exist, as in tools/list.
  if (operation == nullptr || !offered(*operation, caller, service))
    return refuse("there is no tool \"" + *name->string() + "\"");
  operation->call(caller, arguments != nullptr ? *arguments : json::Value::object(),
                  [id, done = std::move(done)](const Answer& answer) {
                    done({200, mcp::result_text(id, tool_result(answer))});
                  });
}

void McpServer::handle(const Caller& caller, std::string_view service, std::string_view message,
                       std::function<void(Reply)> done) const {
  const mcp::Message parsed = mcp::parse_message(message);
  if (const auto* refused = std::get_if<mcp::Refused>(&parsed))
    return done({400, mcp::error_text(refused->id, refused->code, refused->message)});
  const auto* request = std::get_if<mcp::Request>(&parsed);
  if (request == nullptr) return done({202, ""});
  if (request->method == "initialize")
    return done({200, mcp::result_text(request->id, initialize(request->params))});
  if (request->method == "ping") return done({200, mcp::result_text(request->id, "{}")});
  if (request->method == "tools/list")
    return done({200, mcp::result_text(request->id, list_tools(caller, service))});
  if (request->method == "tools/call")
    return call_tool(caller, service, request->id, request->params, std::move(done));
  done({200, mcp::error_text(request->id, mcp::method_not_found,
                             "there is no method \"" + request->method + "\"")});
}

void McpServer::on_request(std::optional<Caller> caller, http::Request&& request,
                           net::ResponseWriter writer) const {
  const auto refuse = [&](int status, std::string_view reason, std::string_view message,
                          std::vector<http::Field> headers = {}) {
    http::Response response = net::error_response(status, reason, message);
    response.headers = std::move(headers);
    writer.send(std::move(response));
  };
  const bool all = request.path == "/mcp/all";
  if (!all && request.path != "/mcp") return refuse(404, "unknown_route", "There is nothing here.");
  if (request.method != http::Method::Post)
    return refuse(405, "method_not_allowed", "Send JSON-RPC messages with POST.",
                  {{"Allow", "POST"}});
  const auto type = request.headers.find("Content-Type");
  if (!type || !type->starts_with("application/json"))
    return refuse(415, "unsupported_media_type", "Send application/json.");
  const auto version = request.headers.find("MCP-Protocol-Version");
  if (version && !mcp::known_version(*version))
    return refuse(400, "unsupported_protocol_version",
                  "MCP-Protocol-Version names a revision that is not spoken here.");
  CHECK(caller.has_value());
  caller->channel = model::Channel::Mcp;
  const std::string service = all ? std::string() : writer.service();
  auto shared = std::make_shared<net::ResponseWriter>(std::move(writer));
  handle(*caller, service, request.body, [shared](Reply reply) {
    http::Response response;
    response.status = reply.status;
    if (reply.body.empty()) response.content_type.clear();
    response.body = std::move(reply.body);
    shared->send(std::move(response));
  });
}

}  // namespace mcp_server
