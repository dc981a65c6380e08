#pragma once

#include <string_view>

namespace gateway {

// One file of the dashboard; the views live as long as the source.
struct Asset {
  std::string_view content_type;  // for example "text/html; charset=utf-8"
  std::string_view bytes;
  std::string_view gzip;   // the same compressed; empty when it is not worth it
  std::string_view etag;   // with its quotes
  bool immutable = false;  // the name changes with the content, so it may be cached for ever
};

class AssetSource {
 public:
  virtual ~AssetSource() = default;
  // `path` begins with '/'; "/index.html" is the page served at "/". Null when there is no such
  // file.
  [[nodiscard]] virtual const Asset* find(std::string_view path) const = 0;
};

}  // namespace gateway
