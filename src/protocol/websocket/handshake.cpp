#include "websocket/handshake.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

namespace websocket {
namespace {

using Digest = std::array<std::uint8_t, 20>;

void sha1_block(std::array<std::uint32_t, 5>& state, const char* block) {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      w[i] = w[i] << 8 | static_cast<std::uint8_t>(block[i * 4 + j]);
    }
  }
  for (std::size_t i = 16; i < 80; ++i) {
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  }
  auto [a, b, c, d, e] = state;
  for (std::size_t i = 0; i < 80; ++i) {
    std::uint32_t f = b ^ c ^ d;
    std::uint32_t k = i < 40 ? 0x6ED9EBA1 : 0xCA62C1D6;
    if (i < 20) {
      f = (b & c) | (~b & d);
      k = 0x5A827999;
    } else if (i >= 40 && i < 60) {
      f = (b & c) | (b & d) | (c & d);
      k = 0x8F1BBCDC;
    }
    const std::uint32_t next = std::rotl(a, 5) + f + e + k + w[i];
    e = d;
    d = c;
    c = std::rotl(b, 30);
    b = a;
    a = next;
  }
  const std::array<std::uint32_t, 5> add = {a, b, c, d, e};
  for (std::size_t i = 0; i < 5; ++i)
    state[i] += add[i];
}

// FIPS 180-4. Only the handshake uses it, which asks for no security of it.
Digest sha1(std::string text) {
  const std::uint64_t bits = static_cast<std::uint64_t>(text.size()) * 8;
  text += static_cast<char>(0x80);
  while (text.size() % 64 != 56)
    text += '\0';
  for (int i = 7; i >= 0; --i)
    text += static_cast<char>(bits >> (8 * i) & 0xFF);
  std::array<std::uint32_t, 5> state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  for (std::size_t at = 0; at < text.size(); at += 64)
    sha1_block(state, text.data() + at);
  Digest digest{};
  for (std::size_t i = 0; i < 20; ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const Digest& data) {
  std::string out;
  for (std::size_t i = 0; i < data.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < data.size() ? data[i + j] : 0U);
    }
    for (int shift = 18; shift >= 0; shift -= 6)
      out += base64_digits[group >> shift & 63];
  }
  out.back() = '=';  // 20 bytes leave one digit unused
  return out;
}

// 16 bytes in base64: 22 digits and "==".
bool is_key(std::string_view key) {
  if (key.size() != 24 || !key.ends_with("==")) return false;
  return key.substr(0, 22).find_first_not_of(base64_digits) == std::string_view::npos;
}

bool header_has(const http::Request& request, std::string_view name, std::string_view token) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    if (http::equal_ignoring_case(request.headers.name(i), name) &&
        http::has_token(request.headers.value(i), token)) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool wants_upgrade(const http::Request& request) {
  return header_has(request, "Upgrade", "websocket");
}

base::Result<std::string> upgrade_response(const http::Request& request) {
  if (request.method != http::Method::Get || !request.body.empty()) {
    return base::fail("bad_upgrade", "A WebSocket is opened by GET without a body.");
  }
  if (!wants_upgrade(request) || !header_has(request, "Connection", "upgrade")) {
    return base::fail("bad_upgrade", "Upgrade: websocket and Connection: Upgrade are needed.");
  }
  if (request.headers.find("Sec-WebSocket-Version") != std::string_view("13")) {
    return base::fail("upgrade_required", "Only WebSocket version 13 is spoken here.");
  }
  const auto key = request.headers.find("Sec-WebSocket-Key");
  if (!key || !is_key(*key) || request.headers.count("Sec-WebSocket-Key") != 1) {
    return base::fail("bad_upgrade", "Sec-WebSocket-Key must be 16 bytes in base64.");
  }
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         accept_for(*key) + "\r\n\r\n";
}

std::string accept_for(std::string_view key) {
  return base64(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

std::string upgrade_request(std::string_view host, std::string_view target, std::string_view key,
                            std::string_view bearer_token) {
  std::vector<http::Field> headers = {{"Upgrade", "websocket"},
                                      {"Connection", "Upgrade"},
                                      {"Sec-WebSocket-Key", std::string(key)},
                                      {"Sec-WebSocket-Version", "13"}};
  if (!bearer_token.empty()) {
    headers.push_back({"Authorization", "Bearer " + std::string(bearer_token)});
  }
  std::string out;
  http::append_request(out, "GET", target, host, headers, {});
  return out;
}

}  // namespace websocket
