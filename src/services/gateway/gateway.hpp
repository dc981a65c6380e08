#pragma once

// The REST door: turns HTTP requests into calls of the table of operations and answers with their
// JSON. Every port answers every route. Besides the operations it serves /health, /metrics,
// /openapi.json, the dashboard's files, and what other modules mount (streams, MCP).
//
// App makes one Gateway, mounts what it needs and gives it to net::Server as the handler.
// Guarantees: every error has the one error shape and the request's id; a token and the operation's
// permission are checked before a handler runs; a body is read only as application/json; calls from
// other web origins are refused when they could change something. Absent on purpose: business
// logic, token issuing, TLS.

#include <functional>
#include <memory>
#include <string>

#include "gateway/asset_source.hpp"
#include "gateway/routes.hpp"
#include "net/server.hpp"
#include "operations/authenticator.hpp"
#include "operations/operation.hpp"

namespace telemetry {
class Metrics;
}

namespace gateway {

// The answer of /health: {"status":...,"checks":[...]} and whether this process should get
// requests.
struct Health {
  bool ready = false;
  std::string body;
};

// All references must outlive the gateway and the server.
struct Parts {
  const operations::Table& table;  // complete when the gateway is made
  const operations::Authenticator& authenticator;
  telemetry::Metrics& metrics;
  std::string version;                  // of the platform, for the OpenAPI document
  const AssetSource* assets = nullptr;  // null: no dashboard
  std::function<Health()> health;       // thread-safe
};

class Gateway : public net::Handler {
 public:
  explicit Gateway(Parts parts);
  ~Gateway() override;

  // Complete before the server starts.
  Routes& routes();

  void on_request(http::Request&& request, net::ResponseWriter writer) override;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace gateway
