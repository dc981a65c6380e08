#pragma once

// The dashboard's built files, carried inside the executable. The HTTP door asks for a path and
// gets the bytes, the same bytes compressed with gzip, and what to say about them in the headers.
//
// cmake/embed.cmake turns the folder PLATFORM_WEB_DIST (default web/dist, made by web/build.sh)
// into an object file at configure time. A build without that folder carries no files: "/" then
// answers with a plain page that says how to build the dashboard. Everything is constant data:
// find() may be called from any thread and its answers live as long as the program.
//
// Absent on purpose: headers of answers (the door's), reading from disk at run time, directory
// listings, range requests.

#include <span>
#include <string_view>

namespace web_assets {

struct Asset {
  std::string_view path;          // begins with '/', for example "/assets/index-1a2b3c4d.js"
  std::string_view content_type;  // for the Content-Type header
  std::string_view bytes;         // the file as it is
  std::string_view gzip;          // the same, compressed; empty where that would not be smaller
  std::string_view etag;          // quoted SHA-256, for ETag and If-None-Match
  bool immutable = false;         // the name carries a hash of the content: cache it for a year
};

// The file at a path, or nullptr. "/" is the same as "/index.html". A query string is not expected.
const Asset* find(std::string_view path);

// All embedded files, sorted by path. Empty when the program was built without the dashboard.
std::span<const Asset> all();

}  // namespace web_assets
