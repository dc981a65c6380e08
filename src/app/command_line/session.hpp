#pragma once

// The command line as a client of a running platform: operations as verbs, and the stdio bridge for
// agent hosts. Everything is learned from the platform itself: verbs and options are those of its
// /openapi.json, so this client knows no operation by name but login and logout.
//
// Credentials, in this order: TRADING_PLATFORM_TOKEN (an access token), the session file written by
// `login`, TRADING_PLATFORM_USER with TRADING_PLATFORM_PASSWORD. They are never taken from
// arguments and never printed. Absent on purpose: access to the data folder (see the offline
// commands).

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "json/value.hpp"
#include "net/http_client.hpp"

namespace command_line {

// http://HOST:PORT; nothing else is accepted. Errors: invalid_url.
struct Target {
  std::string host;
  std::uint16_t port = 0;
  static base::Result<Target> parse(const std::string& url);
};

class Session {
 public:
  Session(Target target, std::string session_file);

  // The answer to a request with the caller's token; signs in, or renews the token, when needed.
  // Errors: those of net::HttpClient, not_signed_in, login_failed.
  base::Result<http::ReceivedResponse> call(net::ClientRequest request);
  // A request without a token.
  base::Result<http::ReceivedResponse> call_open(const net::ClientRequest& request);

  // Signs in and writes the session file (mode 0600). Errors: login_failed, session_file.
  base::Status login(const std::string& username, const std::string& password);
  // Ends the session at the platform and removes the file.
  base::Status logout();

 private:
  base::Status find_token();
  base::Status renew();
  base::Status take_tokens(const http::ReceivedResponse& response);
  base::Status save() const;

  Target target_;
  std::string session_file_;
  net::HttpClient client_;
  std::string access_token_;
  std::string refresh_token_;
};

// Where `login` keeps the session of one target: under XDG_STATE_HOME or ~/.local/state.
std::string default_session_file(const Target& target);

}  // namespace command_line
