#include "mcp/message.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "json/writer.hpp"

namespace mcp {
namespace {

constexpr std::array versions{latest_version, std::string_view("2025-06-18"),
                              std::string_view("2025-03-26"), std::string_view("2024-11-05")};

Refused refuse(const json::Value* id, int code, std::string message) {
  return {id != nullptr ? *id : json::Value(), code, std::move(message)};
}

json::Writer begin_answer(std::string& out, const json::Value& id) {
  json::Writer writer(out);
  writer.begin_object();
  writer.member("jsonrpc", "2.0");
  writer.key("id");
  json::write(writer, id);
  return writer;
}

bool is_member_of_json_rpc(std::string_view name) {
  constexpr std::array names{"jsonrpc", "id", "method", "params", "result", "error"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool known_version(std::string_view version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

std::string_view negotiate(std::string_view requested) {
  const auto* found = std::find(versions.begin(), versions.end(), requested);
  return found != versions.end() ? *found : latest_version;
}

Message parse_message(std::string_view text) {
  auto value = json::parse(text);
  if (!value) return refuse(nullptr, parse_error, value.error().message);
  const json::Value::Object* members = value->object_members();
  if (members == nullptr) return refuse(nullptr, invalid_request, "expected one JSON-RPC message");
  const json::Value* id = value->find("id");
  if (id != nullptr && id->string() == nullptr && id->number() == nullptr)
    return refuse(nullptr, invalid_request, "id must be a string or a number");
  const json::Value* version = value->find("jsonrpc");
  if (version == nullptr || version->string() == nullptr || *version->string() != "2.0")
    return refuse(id, invalid_request, "jsonrpc must be \"2.0\"");
  for (const json::Member& member : *members)
    if (!is_member_of_json_rpc(member.name))
      return refuse(id, invalid_request, "unknown member \"" + member.name + "\"");
  const json::Value* method = value->find("method");
  if (method == nullptr) {
    const bool answer = (value->find("result") != nullptr) != (value->find("error") != nullptr);
    if (id != nullptr && answer) return Response{};
    return refuse(id, invalid_request, "method is missing");
  }
  if (method->string() == nullptr) return refuse(id, invalid_request, "method must be text");
  const json::Value* params = value->find("params");
  if (params != nullptr && params->object_members() == nullptr)
    return refuse(id, invalid_request, "params must be an object");
  json::Value arguments = params != nullptr ? *params : json::Value::object();
  if (id == nullptr) return Notification{*method->string(), std::move(arguments)};
  return Request{*id, *method->string(), std::move(arguments)};
}

std::string result_text(const json::Value& id, std::string_view result) {
  std::string out;
  json::Writer writer = begin_answer(out, id);
  writer.raw_member("result", result);
  writer.end_object();
  return out;
}

std::string error_text(const json::Value& id, int code, std::string_view message) {
  std::string out;
  json::Writer writer = begin_answer(out, id);
  writer.key("error");
  writer.begin_object();
  writer.member("code", code);
  writer.member("message", message);
  writer.end_object();
  writer.end_object();
  return out;
}

}  // namespace mcp
