#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace websocket {

// True when the request asks for an upgrade to WebSocket, well-formed or not.
bool wants_upgrade(const http::Request& request);

// The whole 101 answer. Errors: bad_upgrade with what is missing; upgrade_required when the version
// is not 13 (answer 426 with Sec-WebSocket-Version: 13).
base::Result<std::string> upgrade_response(const http::Request& request);

// Sec-WebSocket-Accept for a Sec-WebSocket-Key.
std::string accept_for(std::string_view key);

// A client's opening request. `key` is 16 bytes in base64, new for every connection.
std::string upgrade_request(std::string_view host, std::string_view target, std::string_view key,
                            std::string_view bearer_token = {});

}  // namespace websocket
