#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_peer.hpp"
#include "websocket/frame.hpp"
#include "websocket/handshake.hpp"

namespace net {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using websocket::Message;
using websocket::Opcode;

// A client written against the RFC's codec: one message at a time.
class WebSocketPeer {
 public:
  explicit WebSocketPeer(std::uint16_t port, int receive_buffer = 0) : peer_(port, receive_buffer) {
    peer_.send(websocket::upgrade_request("x", "/ws", "dGhlIHNhbXBsZSBub25jZQ=="));
    handshake = peer_.read_until("\r\n\r\n");
  }

  void send(Opcode opcode, std::string_view payload, bool fin = true) {
    peer_.send(websocket::encode_masked_frame(opcode, payload, 0x12345678, fin));
  }
  void send_raw(std::string_view bytes) { peer_.send(bytes); }

  Message read() {
    while (true) {
      auto step = decoder_.step(bytes_);
      bytes_.erase(0, step.consumed);
      if (step.message) return *std::move(step.message);
      const std::string more = peer_.read_bytes(1);
      if (more.empty()) return {Opcode::Continuation, "ended", 0};
      bytes_ += more;
    }
  }
  bool ended() { return bytes_.empty() && peer_.read_bytes(1).empty(); }
  void leave() { peer_.close(); }

  std::string handshake;

 private:
  Peer peer_;
  websocket::Decoder decoder_{websocket::Role::Client, 1 << 20};
  std::string bytes_;
};

TEST(WebSocket, OpensWithTheAcceptKeyOfTheRfc) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port());
  EXPECT_THAT(peer.handshake, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(peer.handshake, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
}

TEST(WebSocket, CarriesMessagesBothWays) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port());
  peer.send(Opcode::Text, "echo hello");
  EXPECT_EQ(peer.read().payload, "hello");
  EXPECT_EQ(fixture.handler.wait_message(), "echo hello");
  EXPECT_TRUE(fixture.handler.wait_websocket()->try_send_text("from any thread"));
  EXPECT_EQ(peer.read().payload, "from any thread");
}

TEST(WebSocket, TakesFramesThatCameWithTheHandshake) {
  Fixture fixture;
  Peer peer(fixture.port());
  peer.send(websocket::upgrade_request("x", "/ws", "dGhlIHNhbXBsZSBub25jZQ==") +
            websocket::encode_masked_frame(Opcode::Text, "early", 7));
  EXPECT_EQ(fixture.handler.wait_message(), "early");
}

TEST(WebSocket, JoinsFragmentsAndAnswersPingsBetweenThem) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port());
  peer.send(Opcode::Text, "echo a", false);
  peer.send(Opcode::Ping, "p");
  peer.send(Opcode::Continuation, "b");
  const Message pong = peer.read();
  EXPECT_EQ(pong.opcode, Opcode::Pong);
  EXPECT_EQ(pong.payload, "p");
  EXPECT_EQ(peer.read().payload, "ab");
}

TEST(WebSocket, AnswersACloseAndTellsTheOwner) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port());
  auto socket = fixture.handler.wait_websocket();
  peer.send(Opcode::Close, websocket::close_payload(1000, "bye"));
  const Message close = peer.read();
  EXPECT_EQ(close.opcode, Opcode::Close);
  EXPECT_EQ(close.close_code, 1000);
  EXPECT_EQ(fixture.handler.wait_websocket_closed(), 1000);
  EXPECT_TRUE(peer.ended());
  EXPECT_FALSE(socket->open());
  EXPECT_FALSE(socket->try_send_text("late"));
}

TEST(WebSocket, ClosesBehindWhatWasSent) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port());
  auto socket = fixture.handler.wait_websocket();
  socket->try_send_text("last words");
  socket->close(websocket::close_try_again, "slow");
  socket->close(websocket::close_normal, "twice");
  EXPECT_EQ(peer.read().payload, "last words");
  const Message close = peer.read();
  EXPECT_EQ(close.close_code, websocket::close_try_again);
  EXPECT_EQ(close.payload, "slow");
  peer.send(Opcode::Close, websocket::close_payload(websocket::close_try_again, ""));
  EXPECT_EQ(fixture.handler.wait_websocket_closed(), websocket::close_try_again);
}

TEST(WebSocket, RefusesBrokenFramesWithTheirCloseCode) {
  Fixture fixture;
  const std::pair<std::string, int> table[] = {
      {websocket::encode_frame(Opcode::Text, "unmasked"), 1002},
      {websocket::encode_masked_frame(Opcode::Text, "\xff\xfe", 1), 1007},
      {websocket::encode_masked_frame(Opcode::Continuation, "x", 1), 1002},
      {websocket::encode_masked_frame(Opcode::Binary, "x", 1), 1003},
      {websocket::encode_masked_frame(Opcode::Text, std::string(65537, 'x'), 1), 1009},
      {websocket::encode_masked_frame(Opcode::Close, "x", 1), 1002},
  };
  for (const auto& [bytes, code] : table) {
    WebSocketPeer peer(fixture.port());
    peer.send_raw(bytes);
    EXPECT_EQ(peer.read().close_code, code);
    EXPECT_TRUE(peer.ended());
  }
}

TEST(WebSocket, TellsTheOwnerWhenTheClientVanishes) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port());
  fixture.handler.wait_websocket();
  peer.leave();
  EXPECT_EQ(fixture.handler.wait_websocket_closed(), websocket::close_abnormal);
}

TEST(WebSocket, RefusesFramesBeyondTheBufferAndTellsWhenItDrained) {
  Fixture fixture;
  WebSocketPeer peer(fixture.port(), 4096);
  auto socket = fixture.handler.wait_websocket();
  const Frame frame = text_frame(std::string(16 * 1024, 'q'));
  int sent = 0;
  while (sent < 10'000 && socket->try_send(frame))
    ++sent;
  ASSERT_LT(sent, 10'000);
  EXPECT_LE(socket->buffered_bytes(), outgoing_bytes_max);
  for (int i = 0; i < sent; ++i)
    ASSERT_EQ(peer.read().payload.size(), 16U * 1024);
  fixture.handler.wait_drained();
  EXPECT_TRUE(socket->try_send(frame));
  EXPECT_EQ(peer.read().payload.size(), 16U * 1024);
}

TEST(WebSocket, PingsAQuietClientAndCutsASilentOne) {
  Fixture fixture([](ServerOptions& options) { options.ping_interval_ms = 30; });
  WebSocketPeer peer(fixture.port());
  EXPECT_EQ(peer.read().opcode, Opcode::Ping);
  EXPECT_EQ(fixture.handler.wait_websocket_closed(), websocket::close_abnormal);
}

TEST(WebSocket, CutsAClientThatNeverAnswersAClose) {
  Fixture fixture([](ServerOptions& options) { options.linger_ms = 20; });
  WebSocketPeer peer(fixture.port());
  fixture.handler.wait_websocket()->close(1000, "");
  EXPECT_EQ(fixture.handler.wait_websocket_closed(), websocket::close_abnormal);
  fixture.wait_for_connections(0);
}

TEST(WebSocket, SaysGoodbyeWhenTheServerStops) {
  Fixture fixture([](ServerOptions& options) { options.linger_ms = 20; });
  WebSocketPeer peer(fixture.port());
  fixture.handler.wait_websocket();
  fixture.server->stop(5'000);
  EXPECT_EQ(peer.read().close_code, websocket::close_going_away);
}

TEST(WebSocket, RefusesABadHandshakeInTheErrorShape) {
  Fixture fixture;
  Peer old(fixture.port());
  old.send(
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  const std::string answer = old.read_answer();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 426 "));
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
  old.send("GET /ws HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(old.read_answer(), StartsWith("HTTP/1.1 400 "));
}

}  // namespace
}  // namespace net
