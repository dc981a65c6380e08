#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/request_parser.hpp"

namespace http {

// An answer as our own client receives it.
struct ReceivedResponse {
  int status = 0;
  Headers headers;
  std::string body;
  bool keep_alive = true;
};

// Reads answers from a byte stream, with the contract of RequestParser::step. `head_request`: the
// answer has no body whatever its length says. Interim 1xx answers are skipped, except 101.
class ResponseParser {
 public:
  explicit ResponseParser(Limits limits = {}, bool head_request = false);
  ~ResponseParser();
  ResponseParser(ResponseParser&&) noexcept;
  ResponseParser& operator=(ResponseParser&&) noexcept;

  ParseStep step(std::string_view bytes);
  // The peer closed: completes an answer that is delimited by the end of the connection.
  ParseState finish();
  // Body bytes received since the last call, for reading a stream while it runs.
  std::string take_body_so_far();
  [[nodiscard]] bool header_done() const;
  [[nodiscard]] int status() const;
  ReceivedResponse take();
  [[nodiscard]] const Failure& failure() const;

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace http
