#include "command_line/session.hpp"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json/writer.hpp"

namespace command_line {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string text_member(const json::Value& value, std::string_view name) {
  const json::Value* member = value.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

net::ClientRequest post(std::string target, std::string body) {
  net::ClientRequest request;
  request.method = "POST";
  request.target = std::move(target);
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  return request;
}

std::string object_text(
    std::initializer_list<std::pair<std::string_view, std::string_view>> members) {
  std::string out;
  json::Writer writer(out);
  writer.begin_object();
  for (const auto& [name, value] : members)
    writer.member(name, value);
  writer.end_object();
  return out;
}

}  // namespace

base::Result<Target> Target::parse(const std::string& url) {
  const auto bad = [] {
    return base::fail("invalid_url", "the platform's address looks like http://127.0.0.1:8100");
  };
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return bad();
  std::string rest = url.substr(scheme.size());
  if (rest.ends_with('/')) rest.pop_back();
  const std::size_t colon = rest.rfind(':');
  if (colon == std::string::npos || colon == 0) return bad();
  Target target;
  target.host = rest.substr(0, colon);
  if (target.host.find_first_of("/@?#[]: ") != std::string::npos) return bad();
  const char* const end = rest.data() + rest.size();
  const auto [stop, error] = std::from_chars(rest.data() + colon + 1, end, target.port);
  if (error != std::errc() || stop != end || target.port == 0) return bad();
  return target;
}

std::string default_session_file(const Target& target) {
  std::string folder = environment("XDG_STATE_HOME");
  if (folder.empty()) folder = environment("HOME") + "/.local/state";
  return folder + "/trading-platform/session-" + target.host + "-" + std::to_string(target.port) +
         ".json";
}

Session::Session(Target target, std::string session_file)
    : target_(std::move(target)),
      session_file_(std::move(session_file)),
      client_(target_.host, target_.port) {}

base::Result<http::ReceivedResponse> Session::call_open(const net::ClientRequest& request) {
  return client_.call(request);
}

base::Result<http::ReceivedResponse> Session::call(net::ClientRequest request) {
  if (access_token_.empty()) TRY_STATUS(find_token());
  const auto attempt = [&] {
    net::ClientRequest signed_request = request;
    signed_request.headers.push_back({"Authorization", "Bearer " + access_token_});
    return client_.call(signed_request);
  };
  auto response = attempt();
  if (!response || response->status != 401) return response;
  if (!renew()) return response;
  return attempt();
}

base::Status Session::find_token() {
  access_token_ = environment("TRADING_PLATFORM_TOKEN");
  if (!access_token_.empty()) return {};
  std::ifstream in(session_file_);
  std::stringstream text;
  text << in.rdbuf();
  if (const auto value = json::parse(text.str())) {
    access_token_ = text_member(*value, "access_token");
    refresh_token_ = text_member(*value, "refresh_token");
    if (!access_token_.empty()) return {};
  }
  return renew();
}

// A new access token: by the refresh token of the session file, else by user and password.
base::Status Session::renew() {
  if (!refresh_token_.empty()) {
    const auto response = call_open(
        post("/auth/refresh", object_text({{"refresh_token", std::exchange(refresh_token_, "")}})));
    if (response && response->status == 200) {
      TRY_STATUS(take_tokens(*response));
      return save();
    }
  }
  const std::string user = environment("TRADING_PLATFORM_USER");
  const std::string password = environment("TRADING_PLATFORM_PASSWORD");
  if (user.empty() || password.empty())
    return base::fail("not_signed_in",
                      "run `trading-platform login`, or set TRADING_PLATFORM_TOKEN, or "
                      "TRADING_PLATFORM_USER and TRADING_PLATFORM_PASSWORD");
  TRY(const auto response,
      call_open(post("/auth/login", object_text({{"username", user}, {"password", password}}))));
  return take_tokens(response);
}

base::Status Session::take_tokens(const http::ReceivedResponse& response) {
  const auto value = json::parse(response.body);
  if (!value) return base::fail("login_failed", "the platform's answer is not JSON");
  if (response.status != 200) {
    const json::Value* error = value->find("error");
    return base::fail("login_failed", error != nullptr ? text_member(*error, "message")
                                                       : "the platform refused to sign you in");
  }
  access_token_ = text_member(*value, "access_token");
  refresh_token_ = text_member(*value, "refresh_token");
  if (access_token_.empty()) return base::fail("login_failed", "the answer has no access token");
  return {};
}

base::Status Session::save() const {
  const auto failed = [&] {
    return base::fail("session_file", "cannot write the session file " + session_file_);
  };
  std::error_code error;
  fs::create_directories(fs::path(session_file_).parent_path(), error);
  const std::string fresh = session_file_ + ".new";
  fs::remove(fresh, error);  // one left behind may be readable by others
  const int file =
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return failed();
  const std::string text =
      object_text({{"access_token", access_token_}, {"refresh_token", refresh_token_}});
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(file);
  if (!written) return failed();
  fs::rename(fresh, session_file_, error);
  return error ? failed() : base::Status{};
}

base::Status Session::login(const std::string& username, const std::string& password) {
  TRY(const auto response, call_open(post("/auth/login", object_text({{"username", username},
                                                                      {"password", password}}))));
  TRY_STATUS(take_tokens(response));
  return save();
}

base::Status Session::logout() {
  TRY_STATUS(find_token());
  if (refresh_token_.empty())
    return base::fail("not_signed_in", "there is no session of `login` to end");
  TRY(const auto response,
      call_open(post("/auth/logout", object_text({{"refresh_token", refresh_token_}}))));
  std::error_code error;
  fs::remove(session_file_, error);
  if (response.status >= 400)
    return base::fail("logout_failed", "the platform did not end the session: " + response.body);
  return {};
}

}  // namespace command_line
