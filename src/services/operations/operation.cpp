#include "operations/operation.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "json/writer.hpp"
#include "operations/http_arguments.hpp"

namespace operations {
namespace {

int status_of(model::Reason reason) {
  switch (reason) {
    case model::Reason::UnknownInstrument:
    case model::Reason::UnknownAccount:
    case model::Reason::UnknownOrder: return 404;
    case model::Reason::DuplicateClientOrderId:
    case model::Reason::OrderNotOpen:
    case model::Reason::AlreadyExists: return 409;
    case model::Reason::OrderCapacity:
    case model::Reason::AccountCapacity:
    case model::Reason::InstrumentCapacity: return 503;
    default: return 422;
  }
}

// Every path parameter is a field, and what comes in a query can be written there.
bool fits_its_route(const Operation& operation) {
  const auto& fields = operation.request_fields;
  for (std::string_view name : path_parameters(operation.declaration.path))
    if (std::none_of(fields.begin(), fields.end(),
                     [&](const json::FieldInfo& field) { return field.name == name; }))
      return false;
  return has_body(operation.declaration.method) ||
         std::none_of(fields.begin(), fields.end(), [](const json::FieldInfo& field) {
           const json::TypeInfo* item = field.type->item;
           return field.kind() == json::Kind::Object ||
                  (item != nullptr && item->kind == json::Kind::Object);
         });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

bool covers(std::string_view granted, std::string_view permission) {
  if (permission.empty()) return false;
  if (granted == "*") return true;
  if (granted.ends_with(".*")) return permission.starts_with(granted.substr(0, granted.size() - 1));
  if (granted.starts_with("*.")) return permission.ends_with(granted.substr(1));
  return granted == permission;
}

bool may(const Caller& caller, std::string_view permission) {
  return std::any_of(caller.permissions.begin(), caller.permissions.end(),
                     [&](const std::string& granted) { return covers(granted, permission); });
}

std::string to_json(const ApiError& error, std::string_view request_id) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  writer.key("error");
  writer.begin_object();
  writer.member("code", error.code);
  writer.member("reason", error.reason);
  writer.member("message", error.message);
  writer.key("details");
  writer.begin_object();
  for (const auto& [key, text] : error.details)
    writer.member(key, text);
  writer.end_object();
  writer.member("request_id", request_id);
  writer.end_object();
  writer.end_object();
  return out;
}

ApiError unauthenticated(std::string message) {
  return {.status = 401, .reason = "unauthenticated", .message = std::move(message)};
}

ApiError forbidden(std::string_view permission) {
  return {.status = 403,
          .reason = "forbidden",
          .message = "You need the permission " + std::string(permission) + " for this.",
          .details = {{"permission", std::string(permission)}}};
}

ApiError not_found(std::string reason, std::string message) {
  return {.status = 404, .reason = std::move(reason), .message = std::move(message)};
}

ApiError invalid(std::string reason, std::string message) {
  return {.status = 400, .reason = std::move(reason), .message = std::move(message)};
}

ApiError busy() {
  return {.status = 503,
          .reason = "busy",
          .message = "The platform has as much work as it can queue; try again shortly.",
          .retry_after_s = 1};
}

ApiError refused(model::Reason reason) {
  const model::ReasonText& row = model::describe(reason);
  return {.status = status_of(reason),
          .code = row.code,
          .reason = std::string(row.name),
          .message = std::string(row.message)};
}

void Operation::call(const Caller& caller, const json::Value& arguments,
                     std::function<void(Answer)> done) const {
  if (!declaration.permission.empty() && !may(caller, declaration.permission))
    return done(detail::failure(forbidden(declaration.permission), caller));
  run(caller, arguments, std::move(done));
}

const Operation* Table::find(std::string_view name) const {
  for (const auto& operation : operations_)
    if (operation->declaration.name == name) return operation.get();
  return nullptr;
}

void Table::insert(std::unique_ptr<Operation> operation) {
  const Declaration& added = operation->declaration;
  CHECK(is_name(added.name) && added.path.starts_with('/') && !added.service.empty());
  CHECK(!(added.read_only && added.destructive));
  CHECK(fits_its_route(*operation));
  for (const auto& other : operations_) {
    CHECK(other->declaration.name != added.name);
    CHECK(other->declaration.method != added.method || other->declaration.path != added.path);
  }
  operations_.push_back(std::move(operation));
}

namespace detail {

Answer success(const Declaration& declaration, std::string body) {
  return {.status = declaration.success_status, .body = std::move(body)};
}

Answer failure(const ApiError& error, const Caller& caller) {
  return {.status = error.status,
          .body = to_json(error, caller.request_id),
          .retry_after_s = error.retry_after_s};
}

ApiError invalid_request(const base::Error& error) {
  return invalid(error.code, error.message);
}

}  // namespace detail
}  // namespace operations
