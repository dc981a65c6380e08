#include "operations/openapi.hpp"

#include <algorithm>
#include <cctype>

#include "json/writer.hpp"
#include "operations/http_arguments.hpp"

namespace operations {
namespace {

constexpr std::string_view error_schema =
    R"({"type":"object","properties":{"error":{"type":"object","properties":{)"
    R"("code":{"type":"integer","description":"Public numeric code; 0 when there is none."},)"
    R"("reason":{"type":"string","description":"The reason, one word of the reference page."},)"
    R"("message":{"type":"string","description":"What is wrong, for a person."},)"
    R"("details":{"type":"object","additionalProperties":{"type":"string"}},)"
    R"("request_id":{"type":"string","description":"To find this request in the logs."}},)"
    R"("required":["code","reason","message","details","request_id"],)"
    R"("additionalProperties":false}},"required":["error"],"additionalProperties":false})";

bool is_path_parameter(const Declaration& declaration, std::string_view field) {
  const auto names = path_parameters(declaration.path);
  return std::find(names.begin(), names.end(), field) != names.end();
}

void write_parameters(json::Writer& writer, const Operation& operation) {
  const Declaration& declaration = operation.declaration;
  writer.key("parameters");
  writer.begin_array();
  for (const json::FieldInfo& field : operation.request_fields) {
    const bool in_path = is_path_parameter(declaration, field.name);
    if (!in_path && has_body(declaration.method)) continue;
    writer.begin_object();
    writer.member("name", field.name);
    writer.member("in", in_path ? "path" : "query");
    writer.member("required", in_path || field.required);
    writer.member("description", field.description);
    if (!in_path && field.kind() == json::Kind::List) {
      writer.member("style", "form");
      writer.member("explode", false);
    }
    writer.raw_member("schema", json::schema(field, json::Direction::Input));
    writer.end_object();
  }
  writer.end_array();
}

void write_json_content(json::Writer& writer, std::string_view schema) {
  writer.key("content");
  writer.begin_object();
  writer.key("application/json");
  writer.begin_object();
  writer.raw_member("schema", schema);
  writer.end_object();
  writer.end_object();
}

void write_body(json::Writer& writer, const Operation& operation) {
  std::vector<json::FieldInfo> fields;
  for (const json::FieldInfo& field : operation.request_fields)
    if (!is_path_parameter(operation.declaration, field.name)) fields.push_back(field);
  const bool required =
      std::any_of(fields.begin(), fields.end(), [](const auto& field) { return field.required; });
  writer.key("requestBody");
  writer.begin_object();
  writer.member("required", required);
  write_json_content(writer, json::schema(fields, json::Direction::Input));
  writer.end_object();
}

void write_responses(json::Writer& writer, const Operation& operation) {
  const Declaration& declaration = operation.declaration;
  writer.key("responses");
  writer.begin_object();
  writer.key(std::to_string(declaration.success_status));
  writer.begin_object();
  writer.member("description", "Done.");
  write_json_content(writer, operation.response_schema);
  writer.end_object();
  writer.key("default");
  writer.begin_object();
  writer.member("description", "Refused; the body says why.");
  write_json_content(writer, R"({"$ref":"#/components/schemas/Error"})");
  writer.end_object();
  writer.end_object();
}

void write_operation(json::Writer& writer, const Operation& operation) {
  const Declaration& declaration = operation.declaration;
  std::string method(name_of(declaration.method));
  std::transform(method.begin(), method.end(), method.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  writer.key(method);
  writer.begin_object();
  writer.member("operationId", declaration.name);
  writer.member("summary", declaration.title);
  writer.member("description", declaration.description);
  writer.key("tags");
  writer.begin_array();
  writer.text(declaration.service);
  writer.end_array();
  write_parameters(writer, operation);
  if (has_body(declaration.method)) write_body(writer, operation);
  write_responses(writer, operation);
  writer.key("security");
  writer.begin_array();
  if (!declaration.permission.empty()) writer.raw(R"({"bearer":[]})");
  writer.end_array();
  if (!declaration.permission.empty()) writer.member("x-permission", declaration.permission);
  writer.end_object();
}

std::vector<const Operation*> selected(const Table& table, std::string_view service) {
  std::vector<const Operation*> operations;
  for (const auto& operation : table.all())
    if (service.empty() || operation->declaration.service == service)
      operations.push_back(operation.get());
  return operations;
}

void write_paths(json::Writer& writer, const std::vector<const Operation*>& operations) {
  std::vector<std::string_view> paths;
  for (const Operation* operation : operations)
    if (std::find(paths.begin(), paths.end(), operation->declaration.path) == paths.end())
      paths.push_back(operation->declaration.path);
  writer.key("paths");
  writer.begin_object();
  for (std::string_view path : paths) {
    writer.key(path);
    writer.begin_object();
    for (const Operation* operation : operations)
      if (operation->declaration.path == path) write_operation(writer, *operation);
    writer.end_object();
  }
  writer.end_object();
}

}  // namespace

std::string openapi_document(const Table& table, std::string_view version,
                             std::string_view service) {
  const auto operations = selected(table, service);
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.member("openapi", "3.1.0");
  writer.key("info");
  writer.begin_object();
  writer.member("title", "MCP Trading Platform");
  writer.member("version", version);
  writer.member("description",
                "Prices and quantities are decimal strings, times RFC 3339 in UTC. Lists page by "
                "limit and cursor. Every error has the shape of the schema Error.");
  writer.end_object();
  writer.raw_member("servers", R"([{"url":"/"}])");
  write_paths(writer, operations);
  writer.key("components");
  writer.begin_object();
  writer.key("schemas");
  writer.begin_object();
  writer.raw_member("Error", error_schema);
  writer.end_object();
  writer.raw_member("securitySchemes",
                    R"({"bearer":{"type":"http","scheme":"bearer","bearerFormat":"JWT"}})");
  writer.end_object();
  writer.end_object();
  return out;
}

}  // namespace operations
