#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace http {

enum class ParseState {
  NeedMore,  // present what was not consumed again, with more bytes behind it
  Complete,  // one message; take() it, then parse what follows
  Failed,    // answer failure() and close
};

struct ParseStep {
  ParseState state = ParseState::NeedMore;
  std::size_t consumed = 0;
};

struct Failure {
  int status = 400;     // 400 405 413 414 431 501 505
  std::string reason;   // snake_case
  std::string message;  // one plain sentence
};

// Reads requests one after the other from a byte stream. The caller keeps the bytes: step() looks
// at everything received and not yet consumed and says how much it used, so a request line is never
// copied before it is whole.
class RequestParser {
 public:
  explicit RequestParser(Limits limits = {});
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;
  RequestParser& operator=(RequestParser&&) noexcept;

  ParseStep step(std::string_view bytes);

  // The message step() completed; the parser is then ready for the next one.
  Request take();
  [[nodiscard]] const Failure& failure() const;
  // True between the end of the header and the end of the body.
  [[nodiscard]] bool in_body() const;
  // True when the client waits for "100 Continue" before it sends the body; true once a request.
  [[nodiscard]] bool take_expects_continue();

 private:
  class Reader;
  std::unique_ptr<Reader> reader_;
};

}  // namespace http
