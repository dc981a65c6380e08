#pragma once

// A sequencer over a simulated disk with small segments and a clock of its own, for the tests.

#include <atomic>
#include <future>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "engine/random_commands_test.hpp"
#include "journal/simulated_disk.hpp"
#include "sequencer/recovery.hpp"
#include "sequencer/sequencer.hpp"

namespace sequencer {

inline engine::Limits test_limits() {
  return engine::RandomCommands::limits();
}

inline journal::Options test_journal() {
  journal::Options options;
  options.first_segment_bytes = 64 << 10;
  options.segment_bytes = 64 << 10;
  options.batch_bytes_max = 32 << 10;
  options.reserve_bytes = 16 << 10;
  options.free_bytes_min = 0;
  options.prepare_in_background = false;
  options.journal_id = 5;
  return options;
}

inline Options test_options() {
  Options options;
  options.batch_bytes_max = 8 << 10;
  options.checkpoint_commands = 100;
  options.snapshot_commands = 1'000'000;
  options.queued_commands_max = 1'000'000;
  return options;
}

class Host {
 public:
  explicit Host(journal::SimulatedDisk& disk, const Options& options = test_options(),
                const journal::Options& journal_options = test_journal())
      : disk_(disk), options_(options), journal_options_(journal_options) {}

  base::Status open(std::uint64_t events_after = 0, ReplayedEvents events = {}) {
    TRY(Recovered recovered,
        recover(disk_, "data", {test_limits(), journal_options_, events_after, std::move(events)}));
    report = recovered.report;
    sequencer = std::make_unique<Sequencer>(
        std::move(recovered), [this] { return base::Timestamp(clock); }, options_,
        [this](const base::Error& error) { failure.set_value(error); });
    return {};
  }

  // Submits and waits for the outcome.
  std::pair<engine::Outcome, std::uint64_t> run(const model::CommandBody& body) {
    std::promise<std::pair<engine::Outcome, std::uint64_t>> done;
    EXPECT_TRUE(sequencer->submit(model::UserId(1), model::Channel::Rest, body,
                                  [&done](const engine::Outcome& outcome, std::uint64_t sequence) {
                                    done.set_value({outcome, sequence});
                                  }));
    return done.get_future().get();
  }
  // The state as a query sees it.
  std::pair<bytes::Hash128, std::uint64_t> state() {
    std::promise<std::pair<bytes::Hash128, std::uint64_t>> done;
    EXPECT_TRUE(sequencer->query([&done](const engine::Engine& engine) {
      done.set_value({engine.state_hash(), engine.last_sequence()});
    }));
    return done.get_future().get();
  }
  // Bodies from a seeded stream that knows its own mirror of the state; not waited for.
  void submit_random(engine::RandomCommands& random, engine::Engine& mirror, std::size_t count) {
    std::vector<model::Event> events;
    for (std::size_t i = 0; i < count; ++i) {
      const model::Command command = random.next(mirror);
      events.clear();
      mirror.apply(command, events);
      if (i % 50 == 0) clock = command.time.ns();
      EXPECT_TRUE(sequencer->submit(
          command.user, command.channel, command.body,
          [this](const engine::Outcome&, std::uint64_t sequence) { acknowledged = sequence; }));
    }
  }

  ReplayReport report;
  std::unique_ptr<Sequencer> sequencer;
  std::atomic<std::int64_t> clock{base::ns_per_day * 20'000};
  std::atomic<std::uint64_t> acknowledged = 0;
  std::promise<base::Error> failure;

 private:
  journal::SimulatedDisk& disk_;
  const Options options_;
  const journal::Options journal_options_;
};

// Keeps what is published, checked for gaps.
class Recorder : public Subscriber {
 public:
  void on_batch(std::shared_ptr<const Batch> batch) override {
    EXPECT_EQ(batch->first_sequence, last_sequence + 1);
    EXPECT_GE(batch->last_sequence, batch->first_sequence);
    last_sequence = batch->last_sequence;
    events.insert(events.end(), batch->events.begin(), batch->events.end());
  }
  std::atomic<std::uint64_t> last_sequence = 0;
  std::vector<model::Event> events;
};

}  // namespace sequencer
