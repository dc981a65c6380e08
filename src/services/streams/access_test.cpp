#include "streams/streams_fixture_test.hpp"

namespace streams {
namespace {

class StreamAccess : public StreamTest {};

constexpr const char* subscribe_acme = R"({"action":"subscribe","symbols":["ACME"]})";

TEST_F(StreamAccess, ATokenInTheHeaderIsEnough) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(subscribe_acme);
  EXPECT_EQ(client.await("subscribed")["symbols.0"], "ACME");
}

TEST_F(StreamAccess, TheFirstMessageMayCarryTheToken) {
  for (const char* path : {"/ws/market-data", "/ws/orders"}) {
    StreamClient client(listening(), path);
    client.send(R"({"action":"authenticate","token":"alice"})");
    EXPECT_EQ((*client.next())["type"], "authenticated");
    client.send(subscribe_acme);
    client.await("subscribed");
  }
}

TEST_F(StreamAccess, WithoutATokenTheStreamIsClosed) {
  for (const char* path : {"/ws/market-data", "/ws/orders"}) {
    StreamClient client(listening(), path);
    client.send(subscribe_acme);
    EXPECT_EQ(client.await("error")["error.reason"], "unauthenticated");
    EXPECT_EQ(client.await_close(), close_unauthenticated);
  }
}

TEST_F(StreamAccess, ATokenThatIsNotValidClosesTheStream) {
  StreamClient client(listening(), "/ws/orders");
  client.send(R"({"action":"authenticate","token":"forged"})");
  EXPECT_EQ(client.await("error")["error.reason"], "unauthenticated");
  EXPECT_EQ(client.await_close(), close_unauthenticated);
  StreamClient header(listening(), "/ws/orders", "forged");
  header.send(R"({"action":"subscribe"})");
  EXPECT_EQ(header.await_close(), close_unauthenticated);
}

TEST_F(StreamAccess, WhoDoesNotAuthenticateInTimeIsClosed) {
  StreamClient silent(listening(), "/ws/market-data");
  StreamClient known(listening(), "/ws/market-data", "alice");
  known.await("heartbeat");  // both are open
  clock_ns += (authenticate_within_ms + 1) * base::ns_per_ms;
  EXPECT_EQ(silent.await_close(), close_unauthenticated);
  known.await("heartbeat");
}

TEST_F(StreamAccess, ARevokedTokenEndsTheStream) {
  StreamClient client(listening(), "/ws/orders", "alice");
  client.send(R"({"action":"subscribe"})");
  client.await("live");
  tokens.revoke("alice");
  EXPECT_EQ(client.await_close(), close_unauthenticated);
}

TEST_F(StreamAccess, ANewTokenOfTheSameUserProlongsTheStream) {
  StreamClient client(listening(), "/ws/orders", "alice");
  client.send(R"({"action":"authenticate","token":"bob"})");
  EXPECT_EQ(client.await("error")["error.reason"], "other_user");
  client.send(R"({"action":"authenticate","token":"alice-2"})");
  client.await("authenticated");
  tokens.revoke("alice");
  client.await("heartbeat");
  client.await("heartbeat");
}

TEST_F(StreamAccess, EachStreamNeedsItsPermission) {
  StreamClient prices(listening(), "/ws/market-data", "nobody");
  prices.send(subscribe_acme);
  EXPECT_EQ(prices.await("error")["error.reason"], "forbidden");
  StreamClient orders(listening(), "/ws/orders", "nobody");
  orders.send(R"({"action":"subscribe"})");
  EXPECT_EQ(orders.await("error")["error.details.permission"], "trading.read");
}

TEST_F(StreamAccess, WhatIsNotUnderstoodIsAnsweredAndTheStreamGoesOn) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  for (const char* text :
       {"", "{", "[]", R"({"action":"dance"})", R"({"action":"subscribe","symbols":"ACME"})",
        R"({"action":"subscribe","extra":1})", R"({"action":"authenticate"})",
        R"({"action":"subscribe"})",
        R"({"action":"subscribe","symbols":["ACME"],"channels":["x"]})",
        R"({"action":"subscribe","after_sequence":-1})"}) {
    client.send(text);
    EXPECT_FALSE(client.await("error")["error.reason"].empty()) << text;
  }
  client.send(subscribe_acme);
  client.await("subscribed");
}

TEST_F(StreamAccess, StoppingSaysGoingAway) {
  StreamClient client(listening(), "/ws/orders", "alice");
  client.send(R"({"action":"subscribe"})");
  client.await("live");
  EXPECT_EQ(hub->stats().order_clients, 1U);
  hub->stop();
  EXPECT_EQ(client.await_close(), websocket::close_going_away);
}

}  // namespace
}  // namespace streams
