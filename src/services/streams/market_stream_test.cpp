#include "streams/streams_fixture_test.hpp"

namespace streams {
namespace {

using model::Side;

class MarketStream : public StreamTest {
 protected:
  MarketStream() {
    order(maker, Side::Buy, 10'000, 500);
    order(maker, Side::Sell, 10'010, 500);
  }
  void trade(std::int64_t quantity = 1) { order(maker, Side::Buy, 10'010, quantity); }
  [[nodiscard]] std::string newest() const { return std::to_string(port.engine.last_sequence()); }
  // Reads depth until it is that of the newest command; how many messages that took.
  int read_to_newest_depth(StreamClient& client) {
    for (int messages = 1;; ++messages)
      if (client.await("depth")["sequence"] == newest() || HasFailure()) return messages;
  }
};

TEST_F(MarketStream, ASubscriptionBeginsWithASnapshotOfEveryChannel) {
  trade(3);
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(R"({"action":"subscribe","symbols":["ACME"]})");
  EXPECT_EQ(client.await("subscribed")["symbols.0"], "ACME");
  EXPECT_EQ(client.await("feed")["state"], "live");
  const auto quote = client.await("quote");
  EXPECT_EQ(quote["symbol"], "ACME");
  EXPECT_EQ(quote["bid_price"], "100.00");
  EXPECT_EQ(quote["ask_quantity"], "497");
  EXPECT_EQ(quote["last_price"], "100.10");
  const auto depth = client.await("depth");
  EXPECT_EQ(depth["bids.0.1"], "500");
  EXPECT_EQ(depth["asks.0.2"], "1");
  EXPECT_EQ(client.await("trades")["trades.0.quantity"], "3");
  EXPECT_EQ(client.await("bar")["volume"], "3");
  order(maker, Side::Buy, 10'001, 7);
  EXPECT_EQ(client.await("quote")["bid_price"], "100.01");
}

TEST_F(MarketStream, NoTradeIsLostBetweenTheSnapshotAndTheFirstUpdate) {
  for (int i = 0; i < 20; ++i) {
    StreamClient client(listening(), "/ws/market-data", "alice");
    client.send(R"({"action":"subscribe","symbols":["ACME"],"channels":["trades"]})");
    client.await("subscribed");
    trade(1 + i);
    std::string newest_quantity;
    while (newest_quantity != std::to_string(1 + i) && !HasFailure()) {
      const auto message = client.await("trades");
      newest_quantity =
          message["trades." + std::to_string(message.size("trades") - 1) + ".quantity"];
    }
  }
}

TEST_F(MarketStream, OnlyChosenChannelsAndSymbolsAreSent) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(R"({"action":"subscribe","symbols":["ACME"],"channels":["depth"]})");
  client.await("depth");
  order(maker, Side::Buy, 199, 10, "", coin);
  trade();
  while (auto message = client.next()) {
    const std::string type = (*message)["type"];
    if (type == "heartbeat") break;
    EXPECT_EQ(type, "depth");
    EXPECT_EQ((*message)["symbol"], "ACME");
  }
}

TEST_F(MarketStream, UnsubscribingEndsTheMessages) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(R"({"action":"subscribe","symbols":["ACME","COIN"]})");
  EXPECT_EQ(client.await("subscribed").size("symbols"), 2U);
  client.send(R"({"action":"unsubscribe","symbols":["ACME"]})");
  EXPECT_EQ(client.await("subscribed")["symbols.0"], "COIN");
  trade();
  order(maker, Side::Buy, 199, 10, "", coin);
  for (std::string type; type != "heartbeat" && !HasFailure();) {
    const auto message = client.next();
    ASSERT_TRUE(message);
    type = (*message)["type"];
    EXPECT_NE((*message)["symbol"], "ACME");
  }
}

TEST_F(MarketStream, UnknownSymbolsAreNamedAndChangeNothing) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(R"({"action":"subscribe","symbols":["ACME","NONE"]})");
  const auto error = client.await("error");
  EXPECT_EQ(error["error.code"], "1001");
  EXPECT_EQ(error["error.details.symbol"], "NONE");
  client.send(R"({"action":"subscribe","symbols":["COIN"]})");
  EXPECT_EQ(client.await("subscribed").size("symbols"), 1U);
}

TEST_F(MarketStream, AConnectionFollowsALimitedNumberOfSymbols) {
  std::string first = R"({"action":"subscribe","channels":["quotes"],"symbols":[)";
  for (std::size_t i = 1; i <= symbols_per_client_max; ++i) {
    const std::string symbol = "S" + std::to_string(i);
    list(symbol, 1'000'000'000, 1'000'000'000, 10);
    first += (i == 1 ? "\"" : ",\"") + symbol + "\"";
  }
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(first + "]}");
  EXPECT_EQ(client.await("subscribed").size("symbols"), symbols_per_client_max);
  client.send(R"({"action":"subscribe","symbols":["ACME"]})");
  EXPECT_EQ(client.await("error")["error.reason"], "too_many_symbols");
}

TEST_F(MarketStream, RapidChangesAreConflatedToTheNewestState) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(R"({"action":"subscribe","symbols":["ACME"],"channels":["depth"]})");
  client.await("depth");
  for (int i = 0; i < 900; ++i)
    order(maker, Side::Buy, 9'990 - i % 10, 1);
  EXPECT_LT(read_to_newest_depth(client), 900);
}

TEST_F(MarketStream, AFeedThatGoesStaleInSilenceIsShown) {
  StreamClient client(listening(), "/ws/market-data", "alice");
  client.send(R"({"action":"subscribe","symbols":["ACME"]})");
  EXPECT_EQ(client.await("feed")["state"], "live");
  stale = true;
  EXPECT_EQ(client.await("feed")["state"], "stale");
}

TEST_F(MarketStream, AClientThatDoesNotReadMissesStatesAndLaterGetsTheNewest) {
  for (int i = 0; i < 120; ++i)
    trade();
  StreamClient reading(listening(), "/ws/market-data", "bob");
  reading.send(R"({"action":"subscribe","symbols":["ACME"],"channels":["depth"]})");
  reading.await("depth");
  StreamClient slow(listening(), "/ws/market-data", "alice", 4'096);
  // Snapshots fill its buffers; then states are missed.
  for (int i = 0; i < 20'000 && hub->stats().missed == 0; ++i) {
    slow.send(R"({"action":"subscribe","symbols":["ACME"]})");
    if (i % 20 != 0) continue;
    order(maker, Side::Buy, 9'980 - i % 7, 1);
    read_to_newest_depth(reading);  // others are not held up
  }
  ASSERT_GT(hub->stats().missed, 0U);
  read_to_newest_depth(slow);
  std::string missed = "0";
  while (missed == "0" && !HasFailure())
    missed = slow.await("heartbeat")["missed"];
  EXPECT_EQ(missed, std::to_string(hub->stats().missed));
  EXPECT_EQ(reading.await("heartbeat")["missed"], "0");
}

}  // namespace
}  // namespace streams
