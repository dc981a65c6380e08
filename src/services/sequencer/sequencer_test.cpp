#include "sequencer/sequencer.hpp"

#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sequencer/host_test.hpp"

namespace sequencer {
namespace {

using engine::RandomCommands;

model::ListInstrument listing(const char* symbol) {
  model::Instrument instrument;
  instrument.symbol = model::Symbol(symbol);
  instrument.quote_currency = *money::Currency::parse("USD");
  instrument.tick_size_nano = 1'000'000'000;
  instrument.lot_size_nano = 1'000'000'000;
  instrument.order_quantity_max = money::Quantity(1'000);
  instrument.order_notional_max = money::Money(numeric::Int128{90'000'000'000'000});
  return {instrument};
}
model::OpenAccount opening() {
  model::Account account;
  account.base_currency = *money::Currency::parse("USD");
  account.owner = model::UserId(1);
  return {account};
}
model::TransferCash transfer() {
  return {model::AccountId(1), *money::Currency::parse("USD"),
          money::Money(numeric::Int128{1'000'000'000'000'000})};
}
model::SubmitOrder order(const std::string& client_order_id) {
  model::SubmitOrder submit;
  submit.account = model::AccountId(1);
  submit.instrument = model::InstrumentId(1);
  submit.limit_price = money::Price(100);
  submit.quantity = money::Quantity(1);
  submit.client_order_id = model::ClientOrderId(client_order_id);
  return submit;
}
void set_stage(Host& host) {
  ASSERT_EQ(host.run(listing("ACME")).first.reason, model::Reason::None);
  ASSERT_EQ(host.run(opening()).first.reason, model::Reason::None);
  ASSERT_EQ(host.run(transfer()).first.reason, model::Reason::None);
}

TEST(Sequencer, StampsAppliesAndAnswersInOrder) {
  journal::SimulatedDisk disk;
  Host host(disk);
  ASSERT_TRUE(host.open());
  Recorder recorder;
  host.sequencer->subscribe(recorder);
  host.sequencer->start();
  set_stage(host);
  const auto [outcome, sequence] = host.run(order("a"));
  EXPECT_EQ(outcome.reason, model::Reason::None);
  EXPECT_EQ(outcome.order.created_sequence, sequence);
  EXPECT_EQ(sequence, 4U);
  EXPECT_GE(recorder.last_sequence, sequence) << "subscribers run before completions";
  EXPECT_EQ(host.state().second, sequence);
  EXPECT_EQ(host.sequencer->stats().last_sequence, sequence);
  host.sequencer->stop();
  EXPECT_FALSE(host.sequencer->submit({}, model::Channel::System, order("b"), {}));
  EXPECT_FALSE(host.sequencer->query({}));
}

TEST(Sequencer, AnswersOnlyWhatAPowerCutCannotTakeBack) {
  journal::SimulatedDisk disk;
  Host host(disk);
  ASSERT_TRUE(host.open());
  host.sequencer->start();
  set_stage(host);
  for (int i = 0; i < 30; ++i) {
    const std::uint64_t sequence = host.run(order("o" + std::to_string(i))).second;
    const auto left = disk.after_crash(journal::Damage::DropAll, 1);
    const auto scan = journal::scan(*left, "data", 0, nullptr);
    ASSERT_TRUE(scan) << scan.error().message;
    ASSERT_GE(scan->end.sequence, sequence);
  }
}

TEST(Sequencer, AnswersNothingOnceASyncHasFailed) {
  for (std::uint64_t nth = 1; nth <= 5; ++nth) {
    journal::SimulatedDisk disk;
    Host host(disk);
    ASSERT_TRUE(host.open());
    Recorder recorder;
    host.sequencer->subscribe(recorder);
    host.sequencer->start();
    set_stage(host);
    disk.set_plan({.fail_sync_at = nth});
    std::atomic<std::uint64_t> answered = 3;
    auto failed = host.failure.get_future();
    for (int i = 0; failed.wait_for(std::chrono::seconds(0)) != std::future_status::ready; ++i) {
      if (!host.sequencer->submit(
              {}, model::Channel::System, order("o" + std::to_string(i)),
              [&](const engine::Outcome&, std::uint64_t sequence) { answered = sequence; }))
        std::this_thread::yield();
    }
    EXPECT_EQ(failed.get().code, "journal_failed");
    EXPECT_TRUE(host.sequencer->stats().failed);
    EXPECT_FALSE(host.sequencer->submit({}, model::Channel::System, order("late"), {}));
    host.sequencer->stop();
    const auto left = disk.after_crash(journal::Damage::DropAll, 1);
    const auto scan = journal::scan(*left, "data", 0, nullptr);
    ASSERT_TRUE(scan);
    EXPECT_EQ(scan->end.sequence, answered) << "exactly the answered commands are on the disk";
    EXPECT_EQ(recorder.last_sequence, answered);
  }
}

TEST(Sequencer, RefusesWhenTheQueueIsFull) {
  journal::SimulatedDisk disk;
  Options options = test_options();
  options.queued_commands_max = 8;
  options.queued_queries_max = 4;
  Host host(disk, options);
  ASSERT_TRUE(host.open());
  host.sequencer->start();
  std::promise<void> held;
  std::promise<void> release;
  ASSERT_TRUE(host.sequencer->query([&](const engine::Engine&) {
    held.set_value();
    release.get_future().wait();
  }));
  held.get_future().wait();
  std::atomic<int> done = 0;
  const auto count = [&done](const engine::Outcome&, std::uint64_t) { ++done; };
  for (int i = 0; i < 8; ++i)
    ASSERT_TRUE(host.sequencer->submit({}, model::Channel::System, model::AdvanceTime{}, count));
  EXPECT_FALSE(host.sequencer->submit({}, model::Channel::System, model::AdvanceTime{}, count));
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(host.sequencer->query([](const engine::Engine&) {}));
  EXPECT_FALSE(host.sequencer->query([](const engine::Engine&) {}));
  EXPECT_EQ(host.sequencer->stats().refused_queue_full, 2U);
  EXPECT_EQ(host.sequencer->stats().queued_commands, 8U);
  release.set_value();
  host.sequencer->stop();
  EXPECT_EQ(done, 8);
}

TEST(Sequencer, TakesFromManyThreadsAndAnswersEachOnce) {
  journal::SimulatedDisk disk;
  Host host(disk);
  ASSERT_TRUE(host.open());
  Recorder recorder;
  host.sequencer->subscribe(recorder);
  host.sequencer->start();
  set_stage(host);
  constexpr int threads = 4, each = 300;
  std::vector<std::vector<std::uint64_t>> sequences(threads);
  std::vector<std::thread> clients;
  for (int t = 0; t < threads; ++t)
    clients.emplace_back([&, t] {
      for (int i = 0; i < each; ++i) {
        const auto [outcome, sequence] =
            host.run(order(std::to_string(t) + "-" + std::to_string(i)));
        sequences[static_cast<std::size_t>(t)].push_back(sequence);
        const std::uint64_t seen =
            i % 16 == 0 ? host.state().second : host.sequencer->stats().last_sequence;
        EXPECT_GE(seen, sequence);
      }
    });
  for (std::thread& client : clients)
    client.join();
  std::set<std::uint64_t> all;
  for (const auto& of_client : sequences) {
    EXPECT_TRUE(std::is_sorted(of_client.begin(), of_client.end()));
    all.insert(of_client.begin(), of_client.end());
  }
  EXPECT_EQ(all.size(), static_cast<std::size_t>(threads * each));
  EXPECT_EQ(*all.rbegin(), 3U + threads * each);
  host.sequencer->stop();
  EXPECT_EQ(recorder.last_sequence, 3U + threads * each);
  const Stats stats = host.sequencer->stats();
  EXPECT_EQ(stats.commands, 3U + threads * each);
  EXPECT_LE(stats.batches, stats.commands + 1);
}

TEST(Sequencer, EndsTheDayBeforeTheFirstCommandOfTheNext) {
  journal::SimulatedDisk disk;
  Host host(disk);
  ASSERT_TRUE(host.open());
  host.sequencer->start();
  set_stage(host);
  const model::OrderId resting = host.run(order("day")).first.order.id;
  host.clock += base::ns_per_day;
  const auto [outcome, sequence] = host.run(order("next day"));
  EXPECT_EQ(sequence, 6U) << "the end of the day took a place of its own";
  std::promise<model::OrderStatus> status;
  ASSERT_TRUE(host.sequencer->query(
      [&](const engine::Engine& engine) { status.set_value(engine.order(resting)->status); }));
  EXPECT_EQ(status.get_future().get(), model::OrderStatus::Expired);
  EXPECT_EQ(outcome.order.status, model::OrderStatus::New);
}

TEST(Sequencer, KeepsACommandItCouldNotReadBackOutOfTheJournal) {
  journal::SimulatedDisk disk;
  Host host(disk);
  ASSERT_TRUE(host.open());
  host.sequencer->start();
  set_stage(host);
  model::SubmitOrder malformed = order("a");
  malformed.side = static_cast<model::Side>(9);
  const auto [outcome, sequence] = host.run(malformed);
  EXPECT_EQ(outcome.reason, model::Reason::InvalidOrderType);
  EXPECT_EQ(sequence, 3U) << "it took no place";
  EXPECT_EQ(host.run(order("b")).second, 4U);
  host.sequencer->stop();
  EXPECT_TRUE(verify_journal(disk, "data", test_limits()));
}

TEST(Sequencer, NeverLetsTimeGoBack) {
  journal::SimulatedDisk disk;
  Host host(disk);
  ASSERT_TRUE(host.open());
  host.sequencer->start();
  set_stage(host);
  const base::Timestamp before = host.run(order("a")).first.order.created;
  host.clock -= 3'600 * base::ns_per_s;
  EXPECT_EQ(host.run(order("b")).first.order.created, before);
}

TEST(Sequencer, RefusesOrdersButTakesCancelsWhileStorageIsLow) {
  journal::SimulatedDisk disk({.capacity_bytes = 100 << 10});
  journal::Options storage = test_journal();
  storage.prepare_in_background = true;
  Options options = test_options();
  options.batch_bytes_max = 1 << 10;
  Host host(disk, options, storage);
  ASSERT_TRUE(host.open());
  host.sequencer->start();
  set_stage(host);
  const model::OrderId resting = host.run(order("first")).first.order.id;
  int taken = 0, attempt = 0;
  while (host.sequencer->stats().refused_storage_low == 0) {
    std::promise<void> done;
    if (host.sequencer->submit({}, model::Channel::System, order("o" + std::to_string(attempt++)),
                               [&](const engine::Outcome& outcome, std::uint64_t) {
                                 taken += outcome.reason == model::Reason::None;
                                 done.set_value();
                               })) {
      done.get_future().wait();
    }
  }
  EXPECT_GT(taken, 100);
  EXPECT_TRUE(host.sequencer->stats().storage_low);
  EXPECT_EQ(host.run(model::CancelOrder{model::AccountId(1), resting}).first.order.status,
            model::OrderStatus::Canceled);
  disk.set_capacity(10 << 20);
  while (host.sequencer->stats().storage_low)
    std::this_thread::yield();
  EXPECT_EQ(host.run(order("again")).first.reason, model::Reason::None);
  host.sequencer->stop();
  EXPECT_FALSE(host.sequencer->stats().failed);
}

}  // namespace
}  // namespace sequencer
