#include "operations/http_arguments.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace operations {
namespace {

const json::FieldInfo* find_field(const Operation& operation, std::string_view name) {
  for (const json::FieldInfo& field : operation.request_fields)
    if (field.name == name) return &field;
  return nullptr;
}

tl::unexpected<base::Error> refuse(std::string_view name, std::string_view what) {
  return base::fail("invalid_request", std::string(name) + ": " + std::string(what));
}

// Adds one text; a list grows when its key comes again.
base::Status add_text(json::Value& arguments, const json::FieldInfo& field, std::string_view text) {
  TRY(json::Value value, json::value_from_text(field, text));
  json::Value::Object& members = *arguments.object_members();
  const auto same = [&](const json::Member& member) { return member.name == field.name; };
  const auto before = std::find_if(members.begin(), members.end(), same);
  if (before == members.end()) {
    arguments.add(field.name, std::move(value));
    return {};
  }
  if (field.kind() != json::Kind::List) return refuse(field.name, "is given twice");
  for (json::Value& item : *value.array())
    before->value.array()->push_back(std::move(item));
  return {};
}

}  // namespace

bool has_body(Method method) {
  return method == Method::Post || method == Method::Patch;
}

std::string_view name_of(Method method) {
  switch (method) {
    case Method::Get: return "GET";
    case Method::Post: return "POST";
    case Method::Patch: return "PATCH";
    case Method::Delete: return "DELETE";
  }
  CHECK(!"a method outside the enum");
  return {};
}

std::vector<std::string_view> path_parameters(std::string_view path) {
  std::vector<std::string_view> names;
  while (true) {
    const std::size_t open = path.find('{');
    const std::size_t close = path.find('}', open);
    if (open == path.npos || close == path.npos) return names;
    names.push_back(path.substr(open + 1, close - open - 1));
    path.remove_prefix(close + 1);
  }
}

base::Result<json::Value> arguments_from_http(const Operation& operation, const TextPairs& path,
                                              const TextPairs& query, const json::Value* body) {
  json::Value arguments = json::Value::object();
  for (const auto& [name, text] : path) {
    const json::FieldInfo* field = find_field(operation, name);
    CHECK(field != nullptr);
    TRY_STATUS(add_text(arguments, *field, text));
  }
  const auto in_path = [&](std::string_view name) {
    return std::any_of(path.begin(), path.end(),
                       [&](const auto& pair) { return pair.first == name; });
  };
  for (const auto& [name, text] : query) {
    if (has_body(operation.declaration.method))
      return refuse(name, "must be sent in the JSON body, not in the query");
    const json::FieldInfo* field = find_field(operation, name);
    if (field == nullptr) return refuse(name, "there is no such query parameter");
    if (in_path(name)) return refuse(name, "is already given by the path");
    TRY_STATUS(add_text(arguments, *field, text));
  }
  if (body == nullptr) return arguments;
  const json::Value::Object* members = body->object_members();
  if (members == nullptr)
    return base::fail("invalid_request",
                      "the body must be a JSON object, not " + std::string(body->kind_name()));
  for (const json::Member& member : *members) {
    if (arguments.find(member.name) != nullptr)
      return refuse(member.name, "is already given by the path");
    // Reading the request refuses a name that is no field; here it only has to be unique.
    arguments.add(member.name, member.value);
  }
  return arguments;
}

}  // namespace operations
