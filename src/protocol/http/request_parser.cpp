#include "http/request_parser.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

namespace http {
namespace {

namespace beast = boost::beast;
using beast::error_code;
using Text = beast::string_view;

constexpr std::size_t request_line_extra = 32;  // method, spaces and version around the target
constexpr std::size_t chunk_line_max = 256;     // size and extensions of one chunk
constexpr std::size_t body_reserve_max = 64 * 1024;
constexpr int empty_lines_max = 4;  // before a request line

std::string_view view(Text text) {
  return {text.data(), text.size()};
}

bool is_token_char(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// After the digits of a chunk's size.
bool is_hex_end(char c) {
  return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

std::optional<Method> find_method(std::string_view text) {
  for (const Method method : {Method::Get, Method::Post, Method::Delete, Method::Patch, Method::Put,
                              Method::Head, Method::Options}) {
    if (text == to_text(method)) return method;
  }
  return std::nullopt;
}

Failure bad(std::string reason, std::string message) {
  return {400, std::move(reason), std::move(message)};
}

std::optional<Failure> check_version(std::string_view version) {
  const bool shaped = version.size() == 8 && version.starts_with("HTTP/") &&
                      is_digits(version.substr(5, 1)) && version[6] == '.' &&
                      is_digits(version.substr(7, 1));
  if (!shaped) return bad("bad_request_line", "The request line does not end in an HTTP version.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return Failure{505, "http_version_not_supported",
                   "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  }
  return std::nullopt;
}

// Beast understands more than we want to: this says what of a request line we take.
std::optional<Failure> check_request_line(std::string_view line, const Limits& limits) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
  if (second == std::string_view::npos || line.find(' ', second + 1) != std::string_view::npos) {
    return bad("bad_request_line", "The request line is not 'METHOD TARGET VERSION'.");
  }
  const std::string_view method = line.substr(0, first);
  if (!is_token(method)) return bad("bad_request_line", "The method is not a token.");
  if (auto failure = check_version(line.substr(second + 1))) return failure;
  if (!find_method(method)) {
    if (method == "CONNECT" || method == "TRACE") {
      return Failure{405, "method_not_allowed", "CONNECT and TRACE are not offered."};
    }
    return Failure{501, "method_not_implemented", "The method is not known here."};
  }
  if (second - first - 1 > limits.target_bytes_max) {
    return Failure{
        414, "target_too_long",
        "The request target is longer than " + std::to_string(limits.target_bytes_max) + " bytes."};
  }
  return std::nullopt;
}

Failure header_too_large(const Limits& limits) {
  return {431, "header_too_large",
          "The header is larger than " + std::to_string(limits.header_bytes_max) + " bytes."};
}

// One message: Beast's parser writing into our Request.
class Message final : public beast::http::basic_parser<true> {
 public:
  explicit Message(const Limits& limits) {
    body_limit(limits.body_bytes_max);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max + 4));
    eager(false);
  }

  Request request;
  std::optional<Failure> failure;
  bool header_done = false;
  bool expects_continue = false;
  bool chunked_body = false;
  bool first_chunk = true;
  std::uint64_t chunk_left = 0;

 private:
  void refuse(Failure why, error_code& ec) {
    failure = std::move(why);
    ec = beast::http::error::bad_field;
  }

  void on_request_impl(beast::http::verb, Text method, Text target, int version,
                       error_code& ec) override {
    request.method = *find_method(view(method));
    request.target = view(target);
    http_10_ = version == 10;
    if (!split_target(view(target), request)) {
      refuse(bad("bad_target", "The request target is not a path with well-formed escapes."), ec);
    }
  }

  void on_response_impl(int, Text, int, error_code&) override {}

  void on_field_impl(beast::http::field field, Text name, Text value, error_code& ec) override {
    if (header_done) return refuse(bad("trailers_refused", "Trailers are not taken."), ec);
    request.headers.add(view(name), view(value));
    switch (field) {
      case beast::http::field::content_length:
        if (++lengths_ > 1 || !is_digits(view(value))) {
          refuse(bad("bad_content_length", "Content-Length must be one number, given once."), ec);
        }
        return;
      case beast::http::field::transfer_encoding: return on_transfer_encoding(view(value), ec);
      case beast::http::field::host: ++hosts_; return;
      case beast::http::field::expect:
        expects_continue = equal_ignoring_case(view(value), "100-continue");
        return;
      default: return;
    }
  }

  void on_transfer_encoding(std::string_view value, error_code& ec) {
    if (++encodings_ > 1 || http_10_) {
      return refuse(bad("bad_transfer_encoding", "Transfer-Encoding is not allowed like this."),
                    ec);
    }
    if (!equal_ignoring_case(value, "chunked")) {
      refuse({501, "transfer_encoding_not_implemented", "Only 'chunked' is understood."}, ec);
    }
  }

  void on_header_impl(error_code& ec) override {
    header_done = true;
    if (lengths_ > 0 && encodings_ > 0) {
      return refuse(bad("conflicting_length", "Content-Length and Transfer-Encoding conflict."),
                    ec);
    }
    if (hosts_ > 1 || (hosts_ == 0 && !http_10_)) {
      return refuse(bad("bad_host", "Exactly one Host header is needed."), ec);
    }
    request.keep_alive = keep_alive();
    chunked_body = encodings_ > 0;
  }

  void on_body_init_impl(boost::optional<std::uint64_t> const& length, error_code&) override {
    if (length) request.body.reserve(std::min<std::size_t>(*length, body_reserve_max));
  }

  std::size_t on_body_impl(Text body, error_code&) override {
    request.body.append(body.data(), body.size());
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t size, Text, error_code&) override {
    chunk_left = size;
    first_chunk = false;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
    request.body.append(body.data(), body.size());
    chunk_left -= body.size();
    return body.size();
  }

  void on_finish_impl(error_code&) override {}

  bool http_10_ = false;
  int lengths_ = 0;
  int encodings_ = 0;
  int hosts_ = 0;
};

Failure explain(const error_code& ec, const Limits& limits) {
  using beast::http::error;
  if (ec == error::body_limit) {
    return {413, "body_too_large",
            "The body is larger than " + std::to_string(limits.body_bytes_max) + " bytes."};
  }
  if (ec == error::header_limit) return header_too_large(limits);
  if (ec == error::bad_content_length || ec == error::multiple_content_length) {
    return bad("bad_content_length", "Content-Length must be one number, given once.");
  }
  if (ec == error::bad_transfer_encoding) {
    return bad("bad_transfer_encoding", "Transfer-Encoding is not allowed like this.");
  }
  if (ec == error::bad_chunk || ec == error::bad_chunk_extension) {
    return bad("bad_chunk", "The chunked body is malformed.");
  }
  return bad("bad_header", "The header is malformed.");
}

}  // namespace

class RequestParser::Reader {
 public:
  explicit Reader(Limits limits) : limits_(limits) { message_.emplace(limits_); }

  ParseStep step(std::string_view bytes) {
    if (failed_) return {ParseState::Failed, 0};
    std::size_t used = 0;
    if (!message_->header_done) {
      if (!skip_empty_lines(bytes, used)) return {outcome(), used};
      if (!scan_header(bytes.substr(used))) return {outcome(), used};
      const std::size_t header = scanned_;
      if (!put_all(bytes.substr(used, header))) return {ParseState::Failed, used};
      used += header;
    }
    const bool done = message_->is_done() || put_body(bytes, used);
    if (failed_) return {ParseState::Failed, used};
    return {done ? ParseState::Complete : ParseState::NeedMore, used};
  }

  Request take() {
    Request request = std::move(message_->request);
    message_.emplace(limits_);
    scanned_ = line_start_ = lines_ = 0;
    empty_lines_ = 0;
    return request;
  }

  [[nodiscard]] const Failure& failure() const { return failure_; }
  [[nodiscard]] bool in_body() const { return message_->header_done && !message_->is_done(); }
  bool take_expects_continue() { return std::exchange(message_->expects_continue, false); }

 private:
  [[nodiscard]] ParseState outcome() const {
    return failed_ ? ParseState::Failed : ParseState::NeedMore;
  }

  bool fail(Failure failure) {
    failed_ = true;
    failure_ = std::move(failure);
    return false;
  }

  bool skip_empty_lines(std::string_view bytes, std::size_t& used) {
    while (scanned_ == 0 && bytes.substr(used).starts_with("\r\n")) {
      if (++empty_lines_ > empty_lines_max) {
        return fail(bad("bad_request_line", "Too many empty lines before the request."));
      }
      used += 2;
    }
    return used < bytes.size() && !(scanned_ == 0 && bytes.substr(used) == "\r");
  }

  // Looks for the end of the header line by line, refusing what Beast would let pass. True when it
  // is there: scanned_ is then its size.
  bool scan_header(std::string_view bytes) {
    while (true) {
      const std::size_t end = bytes.find('\n', scanned_);
      const bool whole = end != std::string_view::npos;
      const std::size_t reached = whole ? end + 1 : bytes.size();
      if (lines_ == 0 && reached > limits_.target_bytes_max + request_line_extra) {
        return fail({414, "target_too_long",
                     "The request target is longer than " +
                         std::to_string(limits_.target_bytes_max) + " bytes."});
      }
      if (reached > limits_.header_bytes_max) return fail(header_too_large(limits_));
      scanned_ = reached;
      if (!whole) return false;
      const std::string_view line = bytes.substr(line_start_, end - line_start_);
      line_start_ = reached;
      if (!check_line(line)) return false;
      if (line == "\r") return true;
      ++lines_;
    }
  }

  bool check_line(std::string_view line) {
    if (line.empty() || line.back() != '\r') {
      return fail(bad("bare_line_feed", "Lines end with carriage return and line feed."));
    }
    line.remove_suffix(1);
    if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos) {
      return fail(bad("bad_header", "The header contains a control character."));
    }
    if (lines_ == 0) {
      if (auto failure = check_request_line(line, limits_)) return fail(*std::move(failure));
      return true;
    }
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
      return fail(bad("folded_header", "A header line must not be folded."));
    }
    if (!line.empty() && lines_ > limits_.header_count_max) {
      return fail(
          {431, "too_many_headers",
           "There are more than " + std::to_string(limits_.header_count_max) + " header fields."});
    }
    return true;
  }

  // One step of Beast's parser. False on failure; need_more leaves `used` at 0.
  bool put(std::string_view bytes, std::size_t& used) {
    error_code ec;
    used = message_->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
    if (!ec || ec == beast::http::error::need_more) return true;
    return fail(message_->failure ? *message_->failure : explain(ec, limits_));
  }

  bool put_all(std::string_view header) {
    message_->request.headers.reserve(header.size(), lines_);
    while (!header.empty()) {
      std::size_t used = 0;
      if (!put(header, used)) return false;
      if (used == 0) return fail(bad("bad_header", "The header is malformed."));
      header.remove_prefix(used);
    }
    return true;
  }

  // True when the body is complete.
  bool put_body(std::string_view bytes, std::size_t& used) {
    while (used < bytes.size()) {
      const std::string_view rest = bytes.substr(used);
      if (!chunk_line_whole(rest)) return false;
      std::size_t step = 0;
      if (!put(rest, step)) return false;
      used += step;
      if (message_->is_done()) return true;
      if (step == 0) return false;
    }
    return false;
  }

  // Beast sees the line before a chunk only when it is whole, and the last one only with the empty
  // line behind it: it asserts on shorter input, and trailers are not for it to read.
  bool chunk_line_whole(std::string_view rest) {
    if (!message_->chunked_body || message_->chunk_left > 0) return true;
    const std::size_t from = message_->first_chunk ? 0 : 2;  // the line break of the last chunk
    const std::size_t end = rest.substr(0, from + chunk_line_max).find("\r\n", from);
    if (end == std::string_view::npos) {
      if (rest.size() < from + chunk_line_max) return false;
      return fail(bad("bad_chunk", "A chunk's size line is too long."));
    }
    const std::string_view line = rest.substr(from, end - from);
    const std::size_t digits = line.find_first_not_of('0');
    const bool last = !line.empty() && digits != 0 &&
                      (digits == std::string_view::npos || is_hex_end(line[digits]));
    if (!last) return true;
    const std::string_view after = rest.substr(end + 2, 2);
    if (after == "\r\n") return true;
    if (after.size() < 2) return false;
    return fail(bad("trailers_refused", "Trailers are not taken."));
  }

  Limits limits_;
  std::optional<Message> message_;
  std::size_t scanned_ = 0;
  std::size_t line_start_ = 0;
  std::size_t lines_ = 0;
  int empty_lines_ = 0;
  bool failed_ = false;
  Failure failure_;
};

RequestParser::RequestParser(Limits limits) : reader_(std::make_unique<Reader>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;
RequestParser& RequestParser::operator=(RequestParser&&) noexcept = default;

ParseStep RequestParser::step(std::string_view bytes) {
  return reader_->step(bytes);
}
Request RequestParser::take() {
  return reader_->take();
}
const Failure& RequestParser::failure() const {
  return reader_->failure();
}
bool RequestParser::in_body() const {
  return reader_->in_body();
}
bool RequestParser::take_expects_continue() {
  return reader_->take_expects_continue();
}

}  // namespace http
