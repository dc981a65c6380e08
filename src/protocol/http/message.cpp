#include "http/message.hpp"

#include <charconv>

namespace http {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  out.append(digits, end);
}

void append_value(std::string& out, std::string_view value) {
  for (const char c : value)
    out += (c == '\r' || c == '\n' || c == '\0') ? ' ' : c;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_value(out, name);
  out += ": ";
  append_value(out, value);
  out += "\r\n";
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(status));
  out += ' ';
  out += reason_phrase(status);
  out += "\r\n";
}

bool split_query(std::string_view query, Request& request) {
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    auto key = percent_decode(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::string{}
                                                  : percent_decode(pair.substr(equals + 1), true);
    if (!key || !value) return false;
    request.query.emplace_back(*std::move(key), *std::move(value));
  }
  return true;
}

// "http://host/path" as proxies send it becomes "/path".
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() ||
        !equal_ignoring_case(target.substr(0, scheme.size()), scheme)) {
      continue;
    }
    const std::size_t path = target.find('/', scheme.size());
    return path == std::string_view::npos ? "/" : target.substr(path);
  }
  return target;
}

}  // namespace

std::string_view to_text(Method method) {
  switch (method) {
    case Method::Get: return "GET";
    case Method::Head: return "HEAD";
    case Method::Post: return "POST";
    case Method::Put: return "PUT";
    case Method::Patch: return "PATCH";
    case Method::Delete: return "DELETE";
    case Method::Options: return "OPTIONS";
  }
  return "GET";
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

bool has_token(std::string_view value, std::string_view token) {
  while (true) {
    const std::size_t comma = value.find(',');
    if (equal_ignoring_case(trim(value.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    value.remove_prefix(comma + 1);
  }
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (equal_ignoring_case(this->name(i), name)) return value(i);
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (equal_ignoring_case(this->name(i), name)) ++found;
  }
  return found;
}

std::string_view Headers::name(std::size_t index) const {
  const Place& place = places_[index];
  return std::string_view(text_).substr(place.at, place.name_size);
}

std::string_view Headers::value(std::size_t index) const {
  const Place& place = places_[index];
  return std::string_view(text_).substr(place.at + place.name_size, place.value_size);
}

void Headers::add(std::string_view name, std::string_view value) {
  places_.push_back({static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_.append(name);
  text_.append(value);
}

void Headers::reserve(std::size_t text_bytes, std::size_t fields) {
  text_.reserve(text_bytes);
  places_.reserve(fields);
}

std::optional<std::string_view> Request::query_value(std::string_view key) const {
  for (const auto& [name, value] : query) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> Request::bearer_token() const {
  const auto value = headers.find("Authorization");
  constexpr std::string_view scheme = "Bearer ";
  if (!value || value->size() <= scheme.size() ||
      !equal_ignoring_case(value->substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  const std::string_view token = trim(value->substr(scheme.size()));
  if (token.empty()) return std::nullopt;
  return token;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += digits[byte >> 4];
      out += digits[byte & 15];
    }
  }
  return out;
}

bool split_target(std::string_view target, Request& request) {
  request.query.clear();
  if (target == "*") {
    request.path = "*";
    return request.method == Method::Options;
  }
  target = origin_form(target);
  if (target.empty() || target.front() != '/') return false;
  if (target.find('#') != std::string_view::npos) return false;
  const std::size_t question = target.find('?');
  auto path = percent_decode(target.substr(0, question), false);
  if (!path) return false;
  request.path = *std::move(path);
  return question == std::string_view::npos || split_query(target.substr(question + 1), request);
}

std::vector<std::string> path_segments(const Request& request) {
  std::vector<std::string> segments;
  std::string_view path = origin_form(request.target);
  path = path.substr(0, path.find('?'));
  if (path.empty() || path.front() != '/') return segments;
  path.remove_prefix(1);
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    segments.push_back(percent_decode(path.substr(0, slash), false).value_or(std::string{}));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
    if (path.empty()) segments.emplace_back();
  }
  return segments;
}

void append_response(std::string& out, const Response& response, bool keep_alive, bool head) {
  append_status_line(out, response.status);
  if (!response.content_type.empty() && response.status != 204 && response.status != 304) {
    append_field(out, "Content-Type", response.content_type);
  }
  for (const Field& field : response.headers)
    append_field(out, field.name, field.value);
  if (!keep_alive) out += "Connection: close\r\n";
  if (response.status == 204 || response.status == 304) {
    out += "\r\n";
    return;
  }
  out += "Content-Length: ";
  append_number(out, response.body.size());
  out += "\r\n\r\n";
  if (!head) out += response.body;
}

void append_stream_head(std::string& out, int status, std::string_view content_type,
                        const std::vector<Field>& headers) {
  append_status_line(out, status);
  append_field(out, "Content-Type", content_type);
  for (const Field& field : headers)
    append_field(out, field.name, field.value);
  out += "Transfer-Encoding: chunked\r\n\r\n";
}

void append_chunk(std::string& out, std::string_view data) {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, data.size(), 16).ptr;
  out.append(digits, end);
  out += "\r\n";
  out += data;
  out += "\r\n";
}

void append_request(std::string& out, std::string_view method, std::string_view target,
                    std::string_view host, const std::vector<Field>& headers,
                    std::string_view body) {
  append_value(out, method);
  out += ' ';
  append_value(out, target);
  out += " HTTP/1.1\r\n";
  append_field(out, "Host", host);
  for (const Field& field : headers)
    append_field(out, field.name, field.value);
  if (!body.empty() || (method != "GET" && method != "HEAD" && method != "DELETE")) {
    out += "Content-Length: ";
    append_number(out, body.size());
    out += "\r\n";
  }
  out += "\r\n";
  out += body;
}

}  // namespace http
