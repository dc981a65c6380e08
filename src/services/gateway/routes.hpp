#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"
#include "net/response_writer.hpp"
#include "operations/operation.hpp"

namespace gateway {

// Whether a mounted path needs a bearer token in the Authorization header. A token that is given is
// always checked; a wrong one is answered with 401 before the handler.
enum class Access {
  Token,  // the handler always has a caller
  Open,   // the handler gets no caller when no token was sent, and checks by itself what it needs
};

// Runs on the connection's worker and must not block; answers through the writer, which it may
// keep.
using MountedHandler = std::function<void(std::optional<operations::Caller> caller,
                                          http::Request&& request, net::ResponseWriter writer)>;

// Paths that are not operations: streams and MCP. App mounts them before the server starts; two
// mounts of one path are a bug. Cross-origin calls are refused before any handler.
class Routes {
 public:
  // This path exactly, for WebSocket upgrades; other requests to it get 426. The caller's channel
  // is WebSocket; the handler calls writer.accept_websocket(request, events).
  void mount_websocket(std::string path, Access access, MountedHandler handler);
  // This path and everything below it ("/mcp" takes /mcp and /mcp/all), with every method; the
  // longest mounted path wins.
  void mount(std::string path, Access access, MountedHandler handler);

  struct Mount {
    std::string path;
    Access access = Access::Token;
    bool websocket = false;
    MountedHandler handler;
  };
  // Null when nothing is mounted there.
  [[nodiscard]] const Mount* find(std::string_view path) const;

 private:
  void add(Mount mount);
  std::vector<Mount> mounts_;
};

}  // namespace gateway
