#include "gateway/origin.hpp"

namespace gateway {

bool same_origin(const http::Request& request) {
  if (request.headers.count("Origin") == 0) return true;
  if (request.headers.count("Origin") > 1 || request.headers.count("Host") != 1) return false;
  std::string_view origin = *request.headers.find("Origin");
  std::string_view host = *request.headers.find("Host");
  const std::size_t scheme = origin.find("://");
  if (scheme == origin.npos) return false;
  const std::string_view default_port = origin.starts_with("https:") ? ":443" : ":80";
  origin.remove_prefix(scheme + 3);
  if (host.ends_with(default_port)) host.remove_suffix(default_port.size());
  if (origin.ends_with(default_port)) origin.remove_suffix(default_port.size());
  return !host.empty() && http::equal_ignoring_case(origin, host);
}

}  // namespace gateway
