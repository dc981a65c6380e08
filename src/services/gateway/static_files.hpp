#pragma once

#include <optional>

#include "gateway/asset_source.hpp"
#include "http/message.hpp"

namespace gateway {

// The answer to a GET or HEAD of a dashboard file: security headers, caching by ETag, gzip where
// the browser takes it. Nothing when there is no such file.
std::optional<http::Response> static_file(const AssetSource& assets, const http::Request& request);

}  // namespace gateway
