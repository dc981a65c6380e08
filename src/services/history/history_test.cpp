#include "history/history.hpp"

#include <future>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "history/projected_test.hpp"

namespace history {
namespace {

struct CountResponse {
  std::size_t count = 0;
};
using Counted = tl::expected<CountResponse, operations::ApiError>;
using Answer = base::Result<Counted>;

// A port that only opens accounts and answers queries.
class Accounts final : public sequencer::CommandPort {
 public:
  bool submit(model::UserId, model::Channel, const model::CommandBody&,
              sequencer::Completion) override {
    return false;
  }
  bool query(sequencer::Query query) override {
    if (refuse) return false;
    query(engine_);
    return true;
  }
  void open(sequencer::Subscriber& subscriber) {
    model::Account account;
    account.owner = model::UserId(1);
    account.base_currency = *money::Currency::parse("USD");
    auto batch = std::make_shared<sequencer::Batch>();
    batch->first_sequence = batch->last_sequence = engine_.last_sequence() + 1;
    engine_.apply({batch->last_sequence, base::Timestamp(1), model::UserId(1),
                   model::Channel::System, model::OpenAccount{account}},
                  batch->events);
    subscriber.on_batch(batch);
  }
  bool refuse = false;

 private:
  engine::Engine engine_{engine::Limits{4, 64, 100, 10, 10}};
};

Answer count_accounts(store_sqlite::ProjectionReader& reader) {
  TRY(const auto accounts, reader.list_accounts());
  return CountResponse{accounts.size()};
}

std::future<Counted> ask(const History& history,
                         std::function<Answer(store_sqlite::ProjectionReader&)> job) {
  auto promise = std::make_shared<std::promise<Counted>>();
  history.answer<CountResponse>(
      [promise](Counted answer) { promise->set_value(std::move(answer)); }, std::move(job));
  return promise->get_future();
}

TEST(History, AReadShowsWhatWasDurableBeforeIt) {
  Accounts port;
  Projected projected(port);
  for (std::size_t i = 1; i <= 20; ++i) {
    port.open(projected);
    const auto answer = ask(*projected.history, count_accounts).get();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->count, i);
  }
}

TEST(History, AReadWaitsForTheProjector) {
  Accounts port;
  Projected projected(port);
  port.open(projected);
  ASSERT_EQ(ask(*projected.history, count_accounts).get()->count, 1U);
  projected.hold();
  port.open(projected);
  const int before = projected.waits();
  auto answer = ask(*projected.history, count_accounts);
  projected.await_waits(before + 1);
  projected.release();
  EXPECT_EQ(answer.get()->count, 2U);
}

TEST(History, AProjectorTooFarBehindShowsWhatIsThere) {
  Accounts port;
  Projected projected(port);
  port.open(projected);
  ASSERT_EQ(ask(*projected.history, count_accounts).get()->count, 1U);
  projected.hold();
  port.open(projected);
  EXPECT_EQ(ask(*projected.history, count_accounts).get()->count, 1U);
}

TEST(History, AFullQueueIsBusyAndDropsTheRead) {
  Accounts port;
  Projected projected(port, 1, 1);
  std::promise<void> running, go_on;
  auto first = ask(*projected.history, [&](store_sqlite::ProjectionReader&) -> Answer {
    running.set_value();
    go_on.get_future().wait();
    return CountResponse{1};
  });
  running.get_future().wait();
  auto second = ask(*projected.history, count_accounts);  // fills the queue
  bool ran = false;
  const auto third = ask(*projected.history, [&](store_sqlite::ProjectionReader&) -> Answer {
                       ran = true;
                       return CountResponse{3};
                     }).get();
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().status, 503);
  EXPECT_EQ(third.error().reason, "busy");
  EXPECT_GT(third.error().retry_after_s, 0);
  go_on.set_value();
  EXPECT_EQ(first.get()->count, 1U);
  EXPECT_TRUE(second.get());
  EXPECT_FALSE(ran);
}

TEST(History, AnEngineThatTakesNoQueriesIsNotWaitedFor) {
  Accounts port;
  Projected projected(port);
  port.open(projected);
  ASSERT_EQ(ask(*projected.history, count_accounts).get()->count, 1U);
  port.refuse = true;
  const int before = projected.waits();
  EXPECT_EQ(ask(*projected.history, count_accounts).get()->count, 1U);
  EXPECT_EQ(projected.waits(), before);
}

TEST(History, AnErrorOfTheStoreIsAnswered503) {
  Accounts port;
  Projected projected(port);
  const auto answer = ask(*projected.history, [](store_sqlite::ProjectionReader&) -> Answer {
                        return base::fail("store_busy", "no connection is free");
                      }).get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().status, 503);
  EXPECT_EQ(answer.error().reason, "store_unavailable");
  EXPECT_NE(answer.error().message.find("no connection is free"), std::string::npos);
}

TEST(History, AnErrorOfTheCallerIsPassedOn) {
  Accounts port;
  Projected projected(port);
  const auto answer =
      ask(*projected.history, [](store_sqlite::ProjectionReader&) -> Answer {
        return Counted(tl::unexpected(operations::refused(model::Reason::UnknownOrder)));
      }).get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, "unknown_order");
}

TEST(Cursor, IsReadBackAsItWasWritten) {
  for (const store_sqlite::EventPosition position :
       {store_sqlite::EventPosition{}, {17, 3}, {INT64_MAX, UINT32_MAX}})
    EXPECT_EQ(parse_cursor(to_cursor(position)), position);
  for (const char* text : {"", "-", "1", "1-", "-1", "1-2-3", "1-x", "x-1", " 1-2", "1-2 ",
                           "9223372036854775808-0", "1-4294967296"})
    EXPECT_FALSE(parse_cursor(text)) << text;
}

}  // namespace
}  // namespace history
