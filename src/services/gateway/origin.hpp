#pragma once

#include "http/message.hpp"

namespace gateway {

// False when a browser sent the request for a page of another origin: an Origin header that names
// another host (or port) than the Host header, or "null". Requests without Origin do not come from
// a page's script, or come from a page of this origin.
bool same_origin(const http::Request& request);

}  // namespace gateway
