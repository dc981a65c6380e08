#include "net/response_writer.hpp"

#include <utility>

#include "base/check.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

namespace net {
namespace {

std::string json_text(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += digits[byte >> 4];
      out += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

Frame text_frame(std::string_view payload) {
  return std::make_shared<const std::string>(
      websocket::encode_frame(websocket::Opcode::Text, payload));
}

http::Response error_response(int status, std::string_view reason, std::string_view message) {
  http::Response response;
  response.status = status;
  response.body = "{\"error\":{\"code\":0,\"reason\":" + json_text(reason) +
                  ",\"message\":" + json_text(message) + ",\"details\":{},\"request_id\":\"\"}}";
  return response;
}

ResponseWriter::ResponseWriter(std::shared_ptr<ResponseTarget> target, std::uint64_t exchange)
    : target_(std::move(target)), exchange_(exchange) {}

ResponseWriter::ResponseWriter(ResponseWriter&& other) noexcept
    : target_(std::move(other.target_)), exchange_(other.exchange_) {}

ResponseWriter& ResponseWriter::operator=(ResponseWriter&& other) noexcept {
  std::swap(target_, other.target_);
  std::swap(exchange_, other.exchange_);
  return *this;
}

ResponseWriter::~ResponseWriter() {
  if (target_ != nullptr) {
    send(error_response(500, "internal_error", "The request was dropped without an answer."));
  }
}

std::shared_ptr<ResponseTarget> ResponseWriter::release() {
  CHECK(target_ != nullptr);
  return std::exchange(target_, nullptr);
}

void ResponseWriter::send(http::Response response) {
  release()->answer(exchange_, std::move(response));
}

std::shared_ptr<ResponseStream> ResponseWriter::stream(int status, std::string_view content_type,
                                                       const std::vector<http::Field>& headers,
                                                       std::function<void()> on_close) {
  return release()->answer_stream(exchange_, status, content_type, headers, std::move(on_close));
}

bool ResponseWriter::accept_websocket(const http::Request& request, WebSocketEvents events) {
  auto handshake = websocket::upgrade_response(request);
  if (handshake) {
    release()->answer_websocket(exchange_, *std::move(handshake), std::move(events));
    return true;
  }
  const base::Error& error = handshake.error();
  if (error.code == "upgrade_required") {
    auto response = error_response(426, error.code, error.message);
    response.headers = {{"Upgrade", "websocket"}, {"Sec-WebSocket-Version", "13"}};
    send(std::move(response));
  } else {
    send(error_response(400, error.code, error.message));
  }
  return false;
}

const std::string& ResponseWriter::service() const {
  CHECK(target_ != nullptr);
  return target_->service();
}

const std::string& ResponseWriter::remote_address() const {
  CHECK(target_ != nullptr);
  return target_->remote_address();
}

}  // namespace net
