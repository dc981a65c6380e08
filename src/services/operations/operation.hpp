#pragma once

// The table of operations: every act a caller can do, declared once. REST routes, MCP tools,
// OpenAPI, command line verbs, the TypeScript client and the reference page are derived from it; no
// door has logic of its own. A service adds its operations with Table::add; a door finds one by
// name and calls it with a Caller and a JSON argument object.
//
// Operation::call checks permission, then shape, then runs the handler; a handler sees only typed,
// valid requests. Answers come through a callback, on any thread, exactly once.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "json/fields.hpp"
#include "json/value.hpp"
#include "model/command.hpp"
#include "model/reason.hpp"

namespace operations {

// Who asks. Doors fill it after checking the token.
struct Caller {
  model::UserId user;
  std::string username;
  std::vector<std::string>
      permissions;  // granted patterns, for example "*", "market_data.*", "*.read"
  model::Channel channel = model::Channel::Rest;
  std::string request_id;
  std::string address;  // network address of the peer, without port; empty when there is none
};

// True when a granted pattern covers the permission: "*" covers all; "trading.*" covers what begins
// with "trading."; "*.read" covers what ends with ".read"; otherwise they must be equal.
bool covers(std::string_view granted, std::string_view permission);
bool may(const Caller& caller, std::string_view permission);

// The one error shape, everywhere:
// {"error":{"code":1004,"reason":"price_collar","message":"...","details":{},"request_id":"..."}}
struct ApiError {
  int status = 400;     // HTTP status
  int code = 0;         // numeric public code; 0 = none of the contract's
  std::string reason;   // snake_case
  std::string message;  // plain sentence
  std::vector<std::pair<std::string, std::string>> details;  // key, text
  int retry_after_s = 0;  // when trying again can help; 0 = not said
};
std::string to_json(const ApiError& error, std::string_view request_id);

ApiError unauthenticated(std::string message);                // 401
ApiError forbidden(std::string_view permission);              // 403
ApiError not_found(std::string reason, std::string message);  // 404
ApiError invalid(std::string reason, std::string message);    // 400
ApiError busy();                                              // 503, reason "busy"
// A refusal of the engine: 404 for unknown things, 409 for conflicts, 422 otherwise.
ApiError refused(model::Reason reason);

template <class T>
using Reply = std::function<void(tl::expected<T, ApiError>)>;

enum class Method { Get, Post, Patch, Delete };
enum class RateClass { Read, Order, Login };

struct Declaration {
  std::string name;  // operation name = MCP tool = operationId = CLI verb
  std::string title;
  std::string description;  // written for a person and for a model
  std::string service;      // owning service: market-data, trading-engine, ...
  Method method = Method::Get;
  std::string path;        // "/orders/{order_id}": path and query parameters are request fields
  std::string permission;  // empty = no token needed (login only)
  bool read_only = true;
  bool destructive = false;
  bool idempotent = true;
  bool tool = true;  // offered over MCP
  int success_status = 200;
  RateClass rate_class = RateClass::Read;
};

// What a door sends back: a JSON text and the HTTP status that goes with it.
struct Answer {
  int status = 200;
  std::string body;
  int retry_after_s = 0;
  [[nodiscard]] bool is_error() const { return status >= 400; }
};

struct Operation {
  Declaration declaration;
  std::string request_schema;  // JSON Schema 2020-12 text
  std::string response_schema;
  std::vector<json::FieldInfo> request_fields;
  // Parses, validates, runs. Use call().
  std::function<void(const Caller&, const json::Value&, std::function<void(Answer)>)> run;

  // Permission, shape, handler; answers exactly once.
  void call(const Caller& caller, const json::Value& arguments,
            std::function<void(Answer)> done) const;
};

class Table {
 public:
  // Request and Response are structs with a fields() description (json/fields.hpp).
  template <class Request, class Response>
  void add(Declaration declaration,
           std::function<void(const Caller&, Request, Reply<Response>)> handler);

  [[nodiscard]] const Operation* find(std::string_view name) const;
  [[nodiscard]] const std::vector<std::unique_ptr<Operation>>& all() const { return operations_; }

 private:
  void insert(std::unique_ptr<Operation> operation);  // CHECKs that the name and route are new
  std::vector<std::unique_ptr<Operation>> operations_;
};

}  // namespace operations

#include "operations/table_add.hpp"  // the body of Table::add
