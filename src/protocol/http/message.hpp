#pragma once

// HTTP/1.1 without input or output: messages (this header), RequestParser, ResponseParser and the
// serialisation of both. net::Server and net::HttpClient feed it bytes; tests and fuzzers do too.
//
// Guarantees: the same bytes give the same messages however they are split; every size has a limit;
// whatever two readers could frame differently (conflicting lengths, bare line feeds, folded lines)
// is refused. Absent on purpose: sockets, compression, multipart, trailers, HTTP/2 (that is the
// edge's work).

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

enum class Method : std::uint8_t { Get, Head, Post, Put, Patch, Delete, Options };

// "GET", "HEAD", ...
std::string_view to_text(Method method);

struct Limits {
  std::size_t header_bytes_max = 16 * 1024;  // request line and all header lines
  std::size_t target_bytes_max = 8 * 1024;
  std::size_t header_count_max = 64;
  std::size_t body_bytes_max = 1024 * 1024;
};

struct Field {
  std::string name;
  std::string value;
};

// True when both are equal, letters compared without regard to case (ASCII).
bool equal_ignoring_case(std::string_view a, std::string_view b);

// True when a comma-separated header value contains `token`, without regard to case.
bool has_token(std::string_view value, std::string_view token);

// Header fields in the order received, kept as one text and places in it: two allocations however
// many fields there are. Names are compared without regard to case.
class Headers {
 public:
  // The first field of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::string_view name(std::size_t index) const;
  [[nodiscard]] std::string_view value(std::size_t index) const;

  void add(std::string_view name, std::string_view value);
  void reserve(std::size_t text_bytes, std::size_t fields);

 private:
  struct Place {
    std::uint32_t at;
    std::uint32_t name_size;
    std::uint32_t value_size;
  };
  std::string text_;
  std::vector<Place> places_;
};

struct Request {
  Method method = Method::Get;
  std::string target;  // as received, for logs
  std::string path;    // percent-decoded, begins with '/'; "*" for OPTIONS *
  std::vector<std::pair<std::string, std::string>> query;  // decoded, in order
  Headers headers;
  std::string body;
  bool keep_alive = true;

  // The first value of a query key.
  [[nodiscard]] std::optional<std::string_view> query_value(std::string_view key) const;
  // The token of "Authorization: Bearer TOKEN".
  [[nodiscard]] std::optional<std::string_view> bearer_token() const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";  // empty: no Content-Type line
  std::vector<Field> headers;                     // besides Content-Type, -Length, Connection
  std::string body;
};

// "OK", "Not Found", ...; "Unknown" for a status without a name here.
std::string_view reason_phrase(int status);

// Percent-decoding; `plus_is_space` for query strings. Nothing when an escape is incomplete, is not
// hexadecimal, or means NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
// Everything but unreserved characters escaped.
std::string percent_encode(std::string_view text);

// Splits and decodes a request target ("/a%20b?x=1") into request.path and request.query. False
// when it is malformed.
[[nodiscard]] bool split_target(std::string_view target, Request& request);

// Appends the whole message. For HEAD the length is that of the body, which is left out. Line
// breaks in header values are replaced by spaces, so no value can add a header.
void append_response(std::string& out, const Response& response, bool keep_alive,
                     bool head = false);

// The decoded segments of a request's path, split before decoding, so that an escaped slash
// ("/market-data/EUR%2FUSD") stays inside its segment. Empty for "/" and "*".
std::vector<std::string> path_segments(const Request& request);

// The head of an answer whose body follows in chunks, each as append_chunk() writes it, ended by
// the empty chunk.
void append_stream_head(std::string& out, int status, std::string_view content_type,
                        const std::vector<Field>& headers);
void append_chunk(std::string& out, std::string_view data);

// A request for `host` ("localhost:8001"). `target` is sent as it is: encode it first.
void append_request(std::string& out, std::string_view method, std::string_view target,
                    std::string_view host, const std::vector<Field>& headers,
                    std::string_view body);

}  // namespace http
