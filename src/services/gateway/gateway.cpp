#include "gateway/gateway.hpp"

#include <map>
#include <utility>

#include "base/check.hpp"
#include "gateway/exchange.hpp"
#include "gateway/origin.hpp"
#include "gateway/router.hpp"
#include "gateway/static_files.hpp"
#include "json/value.hpp"
#include "operations/openapi.hpp"
#include "telemetry/metrics.hpp"
#include "websocket/handshake.hpp"

namespace gateway {
namespace {

using operations::ApiError;
using operations::Caller;

std::optional<operations::Method> method_of(http::Method method) {
  switch (method) {
    case http::Method::Get:
    case http::Method::Head:  // the server leaves the body out
      return operations::Method::Get;
    case http::Method::Post: return operations::Method::Post;
    case http::Method::Patch: return operations::Method::Patch;
    case http::Method::Delete: return operations::Method::Delete;
    default: return std::nullopt;
  }
}

bool reads_only(http::Method method) {
  return method == http::Method::Get || method == http::Method::Head;
}

// The path as it was sent, still encoded.
std::string_view encoded_path(const http::Request& request) {
  const std::string_view target = request.target;
  if (!target.starts_with('/')) return request.path;
  return target.substr(0, target.find_first_of("?#"));
}

bool is_json(const http::Request& request) {
  const auto type = request.headers.find("Content-Type");
  if (!type) return false;
  std::string_view media = type->substr(0, type->find(';'));
  while (media.ends_with(' '))
    media.remove_suffix(1);
  return http::equal_ignoring_case(media, "application/json");
}

ApiError method_not_allowed(const std::string& allowed) {
  return {.status = 405,
          .reason = "method_not_allowed",
          .message = "This path takes " + allowed + ".",
          .details = {{"allowed", allowed}}};
}

}  // namespace

class Gateway::Core : public std::enable_shared_from_this<Gateway::Core> {
 public:
  explicit Core(Parts parts);
  void handle(http::Request&& request, net::ResponseWriter writer);
  Routes routes;

 private:
  using ExchangePtr = std::shared_ptr<Exchange>;

  bool serve_mounted(http::Request& request, const ExchangePtr& exchange);
  bool serve_built_in(const http::Request& request, Exchange& exchange);
  void serve_operation(const Match& match, const http::Request& request,
                       const ExchangePtr& exchange);
  void serve_nothing(const Match& match, const http::Request& request, Exchange& exchange);
  base::Result<json::Value> arguments(const Match& match, const http::Request& request) const;
  // The caller of a token that was sent; nothing when none was. Errors: the token's.
  base::Result<std::optional<Caller>> identify(const http::Request& request,
                                               const Exchange& exchange) const;

  Parts parts_;
  Router router_;
  RequestIds request_ids_;
  std::map<std::string, std::string, std::less<>> openapi_;  // by service; "" = all
};

Gateway::Core::Core(Parts parts) : parts_(std::move(parts)), router_(parts_.table) {
  CHECK(parts_.health != nullptr);
  openapi_[""] = operations::openapi_document(parts_.table, parts_.version);
  for (const auto& operation : parts_.table.all()) {
    const std::string& service = operation->declaration.service;
    if (!openapi_.contains(service))
      openapi_[service] = operations::openapi_document(parts_.table, parts_.version, service);
  }
}

base::Result<std::optional<Caller>> Gateway::Core::identify(const http::Request& request,
                                                            const Exchange& exchange) const {
  const auto token = request.bearer_token();
  if (!token) return std::optional<Caller>();
  TRY(Caller caller, parts_.authenticator.verify(*token));
  caller.request_id = exchange.request_id();
  caller.address = exchange.remote_address();
  return std::optional<Caller>(std::move(caller));
}

void Gateway::Core::handle(http::Request&& request, net::ResponseWriter writer) {
  auto exchange = std::make_shared<Exchange>(request_ids_.id_for(request), std::move(writer));
  const bool upgrade = websocket::wants_upgrade(request);
  if ((upgrade || !reads_only(request.method)) && !same_origin(request))
    return exchange->fail({.status = 403,
                           .reason = "cross_origin",
                           .message = "Pages of another web origin may not call this."});
  if (serve_mounted(request, exchange)) return;
  if (serve_built_in(request, *exchange)) return;
  const auto method = method_of(request.method);
  // A method no operation has still needs the path's own methods for its 405.
  Match match = router_.find(method.value_or(operations::Method::Get), encoded_path(request));
  if (!method && match.operation != nullptr) {
    match.allowed = {operations::name_of(match.operation->declaration.method)};
    match.operation = nullptr;
  }
  if (match.operation != nullptr) return serve_operation(match, request, exchange);
  serve_nothing(match, request, *exchange);
}

bool Gateway::Core::serve_mounted(http::Request& request, const ExchangePtr& exchange) {
  const Routes::Mount* mount = routes.find(request.path);
  if (mount == nullptr) return false;
  if (!same_origin(request)) {
    exchange->fail({.status = 403,
                    .reason = "cross_origin",
                    .message = "Pages of another web origin may not call this."});
    return true;
  }
  if (mount->websocket && !websocket::wants_upgrade(request)) {
    exchange->fail(
        {.status = 426, .reason = "upgrade_required", .message = "This path is a WebSocket."},
        {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}});
    return true;
  }
  auto caller = identify(request, *exchange);
  if (!caller) {
    ApiError error = operations::unauthenticated(caller.error().message);
    error.reason = caller.error().code;
    exchange->fail(error);
    return true;
  }
  if (!*caller && mount->access == Access::Token) {
    exchange->fail(operations::unauthenticated("Send a token: Authorization: Bearer TOKEN."));
    return true;
  }
  if (*caller && mount->websocket) (*caller)->channel = model::Channel::WebSocket;
  mount->handler(*std::move(caller), std::move(request), exchange->take_writer());
  return true;
}

bool Gateway::Core::serve_built_in(const http::Request& request, Exchange& exchange) {
  const std::string& path = request.path;
  if (path != "/health" && path != "/metrics" && path != "/openapi.json") return false;
  if (!reads_only(request.method)) {
    exchange.fail(method_not_allowed("GET"), {{"Allow", "GET, HEAD"}});
    return true;
  }
  http::Response response;
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  if (path == "/health") {
    Health health = parts_.health();
    response.status = health.ready ? 200 : 503;
    response.body = std::move(health.body);
  } else if (path == "/metrics") {
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = parts_.metrics.text();
  } else {
    const auto document = openapi_.find(request.query_value("service").value_or(""));
    if (document == openapi_.end()) {
      exchange.fail(operations::not_found("unknown_service", "There is no service of this name."));
      return true;
    }
    response.body = document->second;
  }
  exchange.send(std::move(response));
  return true;
}

base::Result<json::Value> Gateway::Core::arguments(const Match& match,
                                                   const http::Request& request) const {
  if (request.body.empty())
    return operations::arguments_from_http(*match.operation, match.path, request.query, nullptr);
  TRY(const json::Value body, json::parse(request.body));
  return operations::arguments_from_http(*match.operation, match.path, request.query, &body);
}

void Gateway::Core::serve_operation(const Match& match, const http::Request& request,
                                    const ExchangePtr& exchange) {
  const operations::Declaration& declaration = match.operation->declaration;
  Caller caller;
  // Where no token is needed, a stale one that is sent along must not lock anybody out of login.
  auto identified = identify(request, *exchange);
  if (identified && *identified) {
    caller = **std::move(identified);
  } else if (!declaration.permission.empty()) {
    ApiError error = operations::unauthenticated("Send a token: Authorization: Bearer TOKEN.");
    if (!identified) {
      error.reason = identified.error().code;
      error.message = identified.error().message;
    }
    return exchange->fail(error);
  }
  caller.channel = model::Channel::Rest;
  caller.request_id = exchange->request_id();
  caller.address = exchange->remote_address();
  if (!declaration.permission.empty() && !operations::may(caller, declaration.permission))
    return exchange->fail(operations::forbidden(declaration.permission));
  if (!request.body.empty() && !operations::has_body(declaration.method))
    return exchange->fail(
        operations::invalid("unexpected_body", "This operation takes its arguments in the query."));
  if (!request.body.empty() && !is_json(request))
    return exchange->fail({.status = 415,
                           .reason = "unsupported_media_type",
                           .message = "Send the body as Content-Type: application/json."});
  auto values = arguments(match, request);
  if (!values)
    return exchange->fail(operations::invalid(values.error().code, values.error().message));
  match.operation->call(caller, *values, [exchange](operations::Answer answer) {
    exchange->send(std::move(answer));
  });
}

void Gateway::Core::serve_nothing(const Match& match, const http::Request& request,
                                  Exchange& exchange) {
  if (!match.allowed.empty()) {
    std::string allowed;
    for (std::string_view method : match.allowed) {
      if (allowed.find(method) != allowed.npos) continue;
      if (!allowed.empty()) allowed += ", ";
      allowed += method;
    }
    return exchange.fail(method_not_allowed(allowed), {{"Allow", allowed}});
  }
  if (parts_.assets != nullptr && reads_only(request.method))
    if (auto file = static_file(*parts_.assets, request)) return exchange.send(*std::move(file));
  exchange.fail(
      operations::not_found("unknown_route", "There is nothing at this path; see /openapi.json."));
}

Gateway::Gateway(Parts parts) : core_(std::make_shared<Core>(std::move(parts))) {}
Gateway::~Gateway() = default;

Routes& Gateway::routes() {
  return core_->routes;
}

void Gateway::on_request(http::Request&& request, net::ResponseWriter writer) {
  core_->handle(std::move(request), std::move(writer));
}

}  // namespace gateway
