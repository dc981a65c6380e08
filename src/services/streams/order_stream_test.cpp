#include <random>
#include <thread>

#include "streams/streams_fixture_test.hpp"

namespace streams {
namespace {

using model::Side;
using Place = Model::Place;

class OrderStream : public StreamTest {
 protected:
  OrderStream() {
    order(maker, Side::Buy, 10'000, 500);
    order(maker, Side::Sell, 10'010, 500);
  }
  static Place place_of(const Message& message) {
    return {std::stoull(message["sequence"]), std::stoull(message["index"])};
  }
  std::unique_ptr<StreamClient> subscribed(const std::string& more = "", int receive_buffer = 0) {
    auto client =
        std::make_unique<StreamClient>(listening(), "/ws/orders", "alice", receive_buffer);
    client->send(R"({"action":"subscribe")" + more + "}");
    return client;
  }
  // A client cannot know whether it has all of its last sequence: it asks for that one again and
  // drops what it has.
  static std::string resume_text(const std::vector<Place>& received) {
    const std::uint64_t after = received.empty() ? 0 : received.back().first - 1;
    return R"(,"after_sequence":)" + std::to_string(after);
  }
  // Reads until `done`; repetitions only where a resumption asked for them.
  template <class Done>
  static void read(StreamClient& client, std::vector<Place>& received, Done done) {
    const std::size_t resumed_at = received.size();
    while (!done()) {
      const auto message = client.next();
      if (!message) return;
      if ((*message)["type"] != "order") continue;
      const Place place = place_of(*message);
      const bool asked_again = received.size() == resumed_at && !received.empty() &&
                               place.first == received.back().first && place <= received.back();
      if (!asked_again) received.push_back(place);
    }
  }
  std::string next_id() { return "o" + std::to_string(++orders_); }

  int orders_ = 0;
};

TEST_F(OrderStream, OrderEventsComeLive) {
  const auto client = subscribed();
  EXPECT_EQ(client->await("subscribed")["sequence"], std::to_string(port.engine.last_sequence()));
  client->await("live");
  order(alices, Side::Buy, 10'010, 5, "a");
  const auto accepted = client->await("order");
  EXPECT_EQ(accepted["event"], "new");
  EXPECT_EQ(accepted["order.client_order_id"], "a");
  const auto filled = client->await("order");
  EXPECT_EQ(filled["event"], "trade");
  EXPECT_EQ(filled["order.status"], "filled");
  EXPECT_EQ(filled["execution.price"], "100.10");
  EXPECT_EQ(filled["execution.quantity"], "5");
  EXPECT_EQ(filled["sequence"], accepted["sequence"]);
}

TEST_F(OrderStream, OthersOrdersAreNotShown) {
  const auto client = subscribed();
  client->await("live");
  order(bobs, Side::Buy, 10'005, 5, "b");
  order(alices, Side::Buy, 10'004, 5, "a");
  EXPECT_EQ(client->await("order")["order.client_order_id"], "a");
  for (const char* account : {"2", "99", "x"}) {
    client->send(std::string(R"({"action":"subscribe","account_id":")") + account + "\"}");
    EXPECT_EQ(client->await("error")["error.reason"], "unknown_account");
  }
  order(alices, Side::Buy, 10'004, 5, "c");
  EXPECT_EQ(client->await("order")["order.client_order_id"], "c") << "the old one goes on";
}

TEST_F(OrderStream, AnAccountCanBeChosen) {
  StreamClient client(listening(), "/ws/orders", "admin");
  client.send(R"({"action":"subscribe","account_id":"2"})");
  client.await("live");
  order(alices, Side::Buy, 10'004, 5, "a");
  order(bobs, Side::Buy, 10'005, 5, "b");
  EXPECT_EQ(client.await("order")["order.client_order_id"], "b");
}

TEST_F(OrderStream, UnsubscribingEndsTheEventsAndSubscribingAgainGoesOn) {
  const auto client = subscribed();
  client->await("live");
  client->send(R"({"action":"unsubscribe"})");
  client->await("unsubscribed");
  order(alices, Side::Buy, 10'004, 5, "unseen");
  client->send(R"({"action":"subscribe"})");
  client->await("live");
  order(alices, Side::Buy, 10'004, 5, "seen");
  EXPECT_EQ(client->await("order")["order.client_order_id"], "seen");
}

TEST_F(OrderStream, ResumesAfterASequence) {
  const std::uint64_t before = port.engine.last_sequence();
  for (const char* id : {"a", "b", "c"})
    order(alices, Side::Buy, 10'004, 5, id);
  const auto client = subscribed(R"(,"after_sequence":)" + std::to_string(before + 1));
  EXPECT_EQ(client->await("subscribed")["sequence"], std::to_string(before + 1));
  EXPECT_EQ(client->await("order")["order.client_order_id"], "b");
  EXPECT_EQ(client->await("order")["order.client_order_id"], "c");
  EXPECT_EQ((*client->next())["type"], "live");
}

TEST_F(OrderStream, ASequenceThatIsYetToComeIsRefused) {
  for (const char* after : {"1000000", "9223372036854775807", "18446744073709551615"}) {
    const auto client = subscribed(std::string(R"(,"after_sequence":)") + after);
    EXPECT_EQ(client->await("error")["error.reason"], "after_sequence_ahead") << after;
  }
}

// The projections stand still: history ends early, and what was published meanwhile pends.
TEST_F(OrderStream, WaitsForHistoryThatLagsBehind) {
  const auto watching = subscribed();
  watching->await("live");
  projected.hold();
  order(alices, Side::Buy, 10'004, 5, "late");
  watching->await("order");  // published, not in the tables
  const int before = projected.waits();
  const auto client = subscribed(R"(,"after_sequence":0)");
  projected.await_waits(before + 2);  // the first read found nothing and a second one waits
  order(alices, Side::Buy, 10'004, 5, "pending");
  watching->await("order");
  projected.release();
  EXPECT_EQ(client->await("order")["order.client_order_id"], "late");
  EXPECT_EQ(client->await("order")["order.client_order_id"], "pending");
  client->await("live");
}

TEST_F(OrderStream, ResumingWhileOrdersFlowLeavesNoGapAndRepeatsNothing) {
  for (std::uint32_t seed = 1; seed <= 3; ++seed) {
    const std::size_t known = events.places().size();
    const std::uint64_t before = port.engine.last_sequence();
    std::atomic<bool> flowing = true;
    std::thread flow([&] {
      std::mt19937 random(seed);
      for (int i = 0; i < 400; ++i) {
        const auto price = std::uniform_int_distribution(9'990, 10'010)(random);
        order(alices, Side::Buy, price, 1, next_id());
        if (i % 3 == 0) order(maker, Side::Sell, 9'995, 1);
        if (i % 50 == 49) port.run(model::CancelAllOrders{alices, {}});
        if (i % 100 == 99) port.run(model::CancelAllOrders{maker, {}});
      }
      flowing = false;
    });
    std::mt19937 random(seed + 100);
    std::vector<Place> received;
    while (flowing) {
      const auto client = received.empty()
                              ? subscribed(R"(,"after_sequence":)" + std::to_string(before))
                              : subscribed(resume_text(received));
      const std::size_t leave_at =
          received.size() + std::uniform_int_distribution<std::size_t>(1, 120)(random);
      read(*client, received, [&] { return received.size() >= leave_at || !flowing; });
    }
    flow.join();
    const auto all = events.places();
    const std::vector<Place> expected(all.begin() + static_cast<std::ptrdiff_t>(known), all.end());
    const auto last = received.empty()
                          ? subscribed(R"(,"after_sequence":)" + std::to_string(before))
                          : subscribed(resume_text(received));
    read(*last, received, [&] { return !received.empty() && received.back() >= expected.back(); });
    EXPECT_EQ(received, expected) << "seed " << seed;
  }
}

TEST_F(OrderStream, AClientThatDoesNotReadIsCutAndResumesAndOthersGoOn) {
  const std::size_t known = events.places().size();
  const auto slow = subscribed("", 4'096);
  slow->await("live");
  const auto healthy = subscribed();
  healthy->await("live");
  std::vector<Place> seen;
  std::vector<Place> received;
  // In step with the reading client, so that only the other one falls behind.
  while (hub->stats().slow_cut == 0 && orders_ < 50'000) {
    for (int i = 0; i < 50; ++i)
      order(alices, Side::Buy, 9'990, 1, next_id());
    port.run(model::CancelAllOrders{alices, {}});
    const Place newest = events.places().back();
    read(*healthy, seen, [&] { return !seen.empty() && seen.back() >= newest; });
    ASSERT_EQ(healthy->close_code, 0);
  }
  ASSERT_EQ(hub->stats().slow_cut, 1U);
  read(*slow, received, [] { return false; });
  EXPECT_EQ(slow->close_code, websocket::close_try_again);
  const auto all = events.places();
  const std::vector<Place> expected(all.begin() + static_cast<std::ptrdiff_t>(known), all.end());
  ASSERT_LT(received.size(), expected.size());
  const auto again = subscribed(resume_text(received));
  read(*again, received, [&] { return !received.empty() && received.back() >= expected.back(); });
  EXPECT_EQ(received, expected);
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(hub->stats().slow_cut, 1U);
}

// A whole history that does not fit the buffers is paced by the client's reading, not cut.
TEST_F(OrderStream, ASlowReaderOfHistoryIsNotCut) {
  for (int i = 0; i < 200; ++i) {
    for (int k = 0; k < 20; ++k)
      order(alices, Side::Buy, 9'990, 1, next_id());
    port.run(model::CancelAllOrders{alices, {}});
  }
  const auto expected = events.places();
  const auto client = subscribed(R"(,"after_sequence":0)", 4'096);
  std::vector<Place> received;
  read(*client, received, [&] { return received.size() >= expected.size(); });
  EXPECT_EQ(received, expected);
  EXPECT_EQ(hub->stats().slow_cut, 0U);
}

}  // namespace
}  // namespace streams
