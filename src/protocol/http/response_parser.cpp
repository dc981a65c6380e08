#include "http/response_parser.hpp"

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

class Message final : public beast::http::basic_parser<false> {
 public:
  Message(const Limits& limits, bool head_request) {
    body_limit(limits.body_bytes_max);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    eager(true);
    skip(head_request);
  }

  // Beast asserts on less when it continues the last chunk; no chunked rest is shorter.
  [[nodiscard]] bool waits_for_more(std::size_t available) const {
    return is_header_done() && chunked() && chunk_left_ == 0 && available < 5;
  }

  ReceivedResponse response;

 private:
  void on_request_impl(beast::http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int status, Text, int, error_code&) override { response.status = status; }
  void on_field_impl(beast::http::field, Text name, Text value, error_code&) override {
    if (!is_header_done()) {
      response.headers.add({name.data(), name.size()}, {value.data(), value.size()});
    }
  }
  void on_header_impl(error_code&) override { response.keep_alive = keep_alive(); }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(Text body, error_code&) override {
    response.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t size, Text, error_code&) override { chunk_left_ = size; }
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, error_code&) override {
    response.body.append(body.data(), body.size());
    chunk_left_ -= body.size();
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  std::uint64_t chunk_left_ = 0;
};

}  // namespace

class ResponseParser::Reader {
 public:
  Reader(Limits limits, bool head_request) : limits_(limits), head_request_(head_request) {
    message_.emplace(limits_, head_request_);
  }

  ParseStep step(std::string_view bytes) {
    if (failed_) return {ParseState::Failed, 0};
    std::size_t used = 0;
    while (used < bytes.size() && !message_->waits_for_more(bytes.size() - used)) {
      error_code ec;
      const std::size_t step =
          message_->put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), ec);
      used += step;
      if (ec && ec != beast::http::error::need_more) {
        failed_ = true;
        failure_ = {502, "bad_answer", "The answer is not HTTP: " + ec.message() + "."};
        return {ParseState::Failed, used};
      }
      if (message_->is_done()) {
        const int status = message_->response.status;
        if (status / 100 != 1 || status == 101) return {ParseState::Complete, used};
        message_.emplace(limits_, head_request_);
        continue;
      }
      if (step == 0) break;
    }
    return {ParseState::NeedMore, used};
  }

  ParseState finish() {
    error_code ec;
    if (!failed_ && message_->is_header_done()) message_->put_eof(ec);
    if (!failed_ && !ec && message_->is_done()) return ParseState::Complete;
    failed_ = true;
    failure_ = {502, "connection_lost", "The connection ended before the answer was whole."};
    return ParseState::Failed;
  }

  std::string take_body_so_far() { return std::exchange(message_->response.body, {}); }
  [[nodiscard]] bool header_done() const { return message_->is_header_done(); }
  [[nodiscard]] int status() const { return message_->response.status; }

  ReceivedResponse take() {
    ReceivedResponse response = std::move(message_->response);
    message_.emplace(limits_, head_request_);
    return response;
  }
  [[nodiscard]] const Failure& failure() const { return failure_; }

 private:
  Limits limits_;
  bool head_request_;
  std::optional<Message> message_;
  bool failed_ = false;
  Failure failure_;
};

ResponseParser::ResponseParser(Limits limits, bool head_request)
    : reader_(std::make_unique<Reader>(limits, head_request)) {}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

ParseStep ResponseParser::step(std::string_view bytes) {
  return reader_->step(bytes);
}
ParseState ResponseParser::finish() {
  return reader_->finish();
}
std::string ResponseParser::take_body_so_far() {
  return reader_->take_body_so_far();
}
bool ResponseParser::header_done() const {
  return reader_->header_done();
}
int ResponseParser::status() const {
  return reader_->status();
}
ReceivedResponse ResponseParser::take() {
  return reader_->take();
}
const Failure& ResponseParser::failure() const {
  return reader_->failure();
}

}  // namespace http
