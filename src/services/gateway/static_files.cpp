#include "gateway/static_files.hpp"

namespace gateway {
namespace {

// Everything comes from this origin; no inline script or style, no frame, no plugin.
constexpr std::string_view content_security_policy =
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

bool accepts_gzip(const http::Request& request) {
  const auto accepted = request.headers.find("Accept-Encoding");
  return accepted && http::has_token(*accepted, "gzip");
}

bool already_has(const http::Request& request, const Asset& asset) {
  const auto known = request.headers.find("If-None-Match");
  return known && (*known == "*" || http::has_token(*known, asset.etag));
}

}  // namespace

std::optional<http::Response> static_file(const AssetSource& assets, const http::Request& request) {
  const Asset* asset = assets.find(request.path == "/" ? "/index.html" : request.path);
  if (asset == nullptr) return std::nullopt;
  http::Response response;
  response.content_type = asset->content_type;
  response.headers = {
      {"ETag", std::string(asset->etag)},
      {"Cache-Control", asset->immutable ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Vary", "Accept-Encoding"},
      {"Content-Security-Policy", std::string(content_security_policy)},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
  };
  if (already_has(request, *asset)) {
    response.status = 304;
    return response;
  }
  const bool compressed = !asset->gzip.empty() && accepts_gzip(request);
  if (compressed) response.headers.push_back({"Content-Encoding", "gzip"});
  response.body = compressed ? asset->gzip : asset->bytes;
  return response;
}

}  // namespace gateway
