#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"
#include "http/response_parser.hpp"

namespace net {

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  // encoded, with query
  std::vector<http::Field> headers;
  std::string body;
};

// A small blocking client with keep-alive, for the command line and the stdio bridge. One thread at
// a time. A kept connection that the server closed meanwhile is opened again, once, when no byte of
// the answer was received and the method is GET, HEAD or DELETE.
class HttpClient {
 public:
  HttpClient(std::string host, std::uint16_t port, std::int64_t timeout_ms = 30'000);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  // Reads the whole answer, whatever its status, up to 16 MiB. `timeout_ms` bounds the wait for
  // every single read or write. Errors: connect_failed, timeout, connection_lost, bad_answer.
  base::Result<http::ReceivedResponse> call(const ClientRequest& request);

  // Reads a streamed answer: `on_piece` gets the body as it arrives and returns false to stop,
  // which closes the connection. The result's body is empty.
  base::Result<http::ReceivedResponse> stream(
      const ClientRequest& request, const std::function<bool(std::string_view piece)>& on_piece);

  void close();

 private:
  class Wire;
  std::unique_ptr<Wire> wire_;
};

}  // namespace net
