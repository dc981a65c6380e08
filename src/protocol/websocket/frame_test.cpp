#include "websocket/frame.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "http/request_parser.hpp"
#include "websocket/handshake.hpp"

namespace websocket {
namespace {

struct Outcome {
  std::string text;
  std::uint16_t failure = 0;
  bool operator==(const Outcome&) const = default;
};

Outcome feed(std::string_view stream, std::size_t piece, Role role = Role::Server,
             std::size_t message_max = 1000) {
  Decoder decoder(role, message_max);
  Outcome outcome;
  std::string held;
  while (!stream.empty()) {
    held += stream.substr(0, piece);
    stream.remove_prefix(std::min(piece, stream.size()));
    while (true) {
      auto step = decoder.step(held);
      held.erase(0, step.consumed);
      if (!step.message) break;
      outcome.text += std::to_string(static_cast<int>(step.message->opcode)) + ":" +
                      step.message->payload + ":" + std::to_string(step.message->close_code) + "|";
    }
  }
  outcome.failure = decoder.failure();
  return outcome;
}

std::string masked(Opcode opcode, std::string_view payload, bool fin = true) {
  return encode_masked_frame(opcode, payload, 0xA1B2C3D4, fin);
}

TEST(Decoder, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(feed("\x81\x05Hello", 100, Role::Client).text, "1:Hello:1005|");
  EXPECT_EQ(feed("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 100).text, "1:Hello:1005|");
  EXPECT_EQ(feed(std::string("\x01\x03Hel\x80\x02lo", 9), 100, Role::Client).text, "1:Hello:1005|");
}

TEST(Decoder, ReadsAllLengthForms) {
  for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 65535U, 65536U}) {
    const std::string payload(size, 'x');
    EXPECT_EQ(feed(masked(Opcode::Text, payload), 5000, Role::Server, 70000).text,
              "1:" + payload + ":1005|");
    EXPECT_EQ(feed(encode_frame(Opcode::Text, payload), 5000, Role::Client, 70000).text,
              "1:" + payload + ":1005|");
  }
}

TEST(Decoder, LetsControlFramesIntoAFragmentedMessage) {
  const std::string stream = masked(Opcode::Text, "a", false) + masked(Opcode::Ping, "p") +
                             masked(Opcode::Continuation, "b", false) +
                             masked(Opcode::Continuation, "c");
  EXPECT_EQ(feed(stream, 100).text, "9:p:1005|1:abc:1005|");
}

TEST(Decoder, RefusesWhatTheRfcForbids) {
  const std::pair<std::string, int> table[] = {
      {encode_frame(Opcode::Text, "unmasked"), close_protocol_error},
      {"\xC1\x80" + std::string(4, 'm'), close_protocol_error},
      {"\x83\x80" + std::string(4, 'm'), close_protocol_error},
      {"\x8B\x80" + std::string(4, 'm'), close_protocol_error},
      {masked(Opcode::Ping, "x", false), close_protocol_error},
      {masked(Opcode::Ping, std::string(126, 'x')), close_protocol_error},
      {masked(Opcode::Continuation, "x"), close_protocol_error},
      {masked(Opcode::Text, "a", false) + masked(Opcode::Text, "b"), close_protocol_error},
      {masked(Opcode::Text, "\xc0\x80"), close_bad_text},
      {masked(Opcode::Text, "\xed\xa0\x80"), close_bad_text},
      {masked(Opcode::Text, std::string(1001, 'x')), close_too_big},
      {masked(Opcode::Text, std::string(600, 'x'), false) +
           masked(Opcode::Continuation, std::string(401, 'x')),
       close_too_big},
      {"\x81\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF" + std::string(4, 'm'), close_too_big},
      {masked(Opcode::Close, "x"), close_protocol_error},
      {masked(Opcode::Close, close_payload(1005, "")), close_protocol_error},
      {masked(Opcode::Close, close_payload(999, "")), close_protocol_error},
      {masked(Opcode::Close, close_payload(5000, "")), close_protocol_error},
      {masked(Opcode::Close, close_payload(1000, "\xff")), close_bad_text},
  };
  for (const auto& [stream, code] : table) {
    EXPECT_EQ(feed(stream, stream.size()).failure, code);
    EXPECT_EQ(feed(stream, 1).failure, code);
  }
}

TEST(Decoder, RefusesMaskedFramesAsAClient) {
  EXPECT_EQ(feed(masked(Opcode::Text, "x"), 100, Role::Client).failure, close_protocol_error);
}

TEST(Decoder, ReadsCloseCodes) {
  EXPECT_EQ(feed(masked(Opcode::Close, ""), 100).text, "8::1005|");
  EXPECT_EQ(feed(masked(Opcode::Close, close_payload(1001, "bye")), 100).text, "8:bye:1001|");
  EXPECT_EQ(feed(masked(Opcode::Close, close_payload(4999, "")), 100).text, "8::4999|");
}

RC_GTEST_PROP(DecoderProperty, SplitsOfAnyInputAgree, (std::string noise)) {
  const std::string stream = masked(Opcode::Text, "one") + masked(Opcode::Ping, "p") +
                             masked(Opcode::Text, "two", false) +
                             masked(Opcode::Continuation, "three") + noise;
  const auto piece = *rc::gen::inRange<std::size_t>(1, 20);
  RC_ASSERT(feed(stream, piece) == feed(stream, stream.size()));
}

TEST(ClosePayload, CutsTheReasonAtACharacter) {
  std::string reason;
  for (int i = 0; i < 80; ++i)
    reason += "\xc3\xa9";
  const std::string payload = close_payload(1000, reason);
  EXPECT_LE(payload.size(), control_bytes_max);
  EXPECT_TRUE(is_utf8(payload.substr(2)));
}

TEST(Handshake, AnswersTheExampleOfTheRfc) {
  EXPECT_EQ(accept_for("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

http::Request parse(const std::string& bytes) {
  http::RequestParser parser;
  EXPECT_EQ(parser.step(bytes).state, http::ParseState::Complete);
  return parser.take();
}

TEST(Handshake, AcceptsItsOwnClient) {
  const auto request = parse(upgrade_request("h", "/ws", "dGhlIHNhbXBsZSBub25jZQ==", "tok"));
  EXPECT_TRUE(wants_upgrade(request));
  EXPECT_EQ(request.bearer_token(), "tok");
  const auto answer = upgrade_response(request);
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, testing::StartsWith("HTTP/1.1 101 "));
}

TEST(Handshake, RefusesWhatIsMissing) {
  const std::string good =
      "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  EXPECT_TRUE(upgrade_response(parse(good)));
  const std::pair<std::string, std::string> changes[] = {
      {"GET", "PUT"},
      {"Upgrade: websocket", "Upgrade: h2c"},
      {"keep-alive, Upgrade", "keep-alive"},
      {"Version: 13", "Version: 8"},
      {"dGhlIHNhbXBsZSBub25jZQ==", "short"},
      {"Sec-WebSocket-Key", "Sec-WebSocket-Kay"},
  };
  for (const auto& [from, to] : changes) {
    std::string bad = good;
    bad.replace(bad.find(from), from.size(), to);
    EXPECT_FALSE(upgrade_response(parse(bad))) << to;
  }
}

}  // namespace
}  // namespace websocket
