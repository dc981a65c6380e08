#include "sequencer/recovery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sequencer/host_test.hpp"
#include "sequencer/replayer.hpp"

namespace sequencer {
namespace {

using engine::RandomCommands;
using testing::HasSubstr;

std::string newest_snapshot(journal::SimulatedDisk& disk) {
  const auto sequences = journal::list_snapshots(disk, "data");
  return journal::journal_folder("data") + "/" + journal::snapshot_name(sequences->front());
}

void damage(journal::SimulatedDisk& disk, const std::string& path) {
  auto data = disk.contents(path);
  data[data.size() / 2] ^= 1;
  disk.set_contents(path, data);
}

bytes::Hash128 hash_of(std::span<const model::Event> events) {
  bytes::Encoder out;
  return continue_event_hash({}, events, out);
}

TEST(Recovery, GivesTheSameStateAfterCleanStopsAndPowerCuts) {
  auto disk = std::make_unique<journal::SimulatedDisk>();
  RandomCommands random(7);
  engine::Engine mirror(test_limits());
  std::uint64_t sequence = 0;
  bytes::Hash128 state;
  for (int round = 0; round < 6; ++round) {
    Host host(*disk);
    const auto opened = host.open();
    ASSERT_TRUE(opened) << opened.error().message;
    host.clock = mirror.last_time().ns();
    if (round > 0) {
      EXPECT_EQ(host.report.state_hash, state);
      EXPECT_EQ(host.report.last_sequence, sequence);
      EXPECT_EQ(host.report.snapshot_sequence, round % 2 == 1 ? sequence : 0) << round;
    }
    host.sequencer->start();
    host.submit_random(random, mirror, 700);
    host.run(model::AdvanceTime{});
    std::tie(state, sequence) = host.state();
    if (round % 2 == 1) {
      // A power cut now, and no snapshot to start from.
      auto left = disk->after_crash(journal::Damage::DropAll, 1);
      host.sequencer->stop();
      const auto snapshots = journal::list_snapshots(*left, "data");
      for (const std::uint64_t old : *snapshots)
        ASSERT_TRUE(
            left->remove(journal::journal_folder("data") + "/" + journal::snapshot_name(old)));
      host.sequencer.reset();
      disk = std::move(left);
    } else {
      host.sequencer->stop();
    }
  }
  const auto verified = verify_journal(*disk, "data", test_limits());
  ASSERT_TRUE(verified) << verified.error().message;
  EXPECT_EQ(verified->state_hash, state);
  EXPECT_EQ(verified->commands, sequence);
  EXPECT_GT(verified->checkpoints, 30U);
}

TEST(Recovery, GivesWithSnapshotAndTailWhatAFullReplayGives) {
  journal::SimulatedDisk disk;
  Options options = test_options();
  options.snapshot_commands = 300;
  RandomCommands random(11);
  engine::Engine mirror(test_limits());
  {
    Host host(disk, options);
    ASSERT_TRUE(host.open());
    host.clock = 1'000;
    host.sequencer->start();
    for (int i = 0; i < 5; ++i) {
      host.submit_random(random, mirror, 350);
      host.run(model::AdvanceTime{});
    }
    while (host.sequencer->stats().snapshots == 0)
      std::this_thread::yield();
    const auto left = disk.after_crash(journal::Damage::DropAll, 1);
    Host again(*left, options);
    ASSERT_TRUE(again.open());
    EXPECT_GT(again.report.snapshot_sequence, 0U);
    EXPECT_GT(again.report.commands, 0U);
    const auto verified = verify_journal(*left, "data", test_limits());
    ASSERT_TRUE(verified) << verified.error().message;
    EXPECT_EQ(verified->commands, again.report.last_sequence);
    EXPECT_EQ(verified->state_hash, again.report.state_hash);
    EXPECT_EQ(verified->event_hash, again.report.event_hash);
  }
}

TEST(Recovery, PassesOverDamagedSnapshots) {
  journal::SimulatedDisk disk;
  RandomCommands random(3);
  engine::Engine mirror(test_limits());
  std::vector<std::uint64_t> stops;
  bytes::Hash128 state;
  for (int round = 0; round < 3; ++round) {
    Host host(disk);
    ASSERT_TRUE(host.open());
    host.sequencer->start();
    host.submit_random(random, mirror, 300);
    host.run(model::AdvanceTime{});
    state = host.state().first;
    stops.push_back(host.state().second);
    host.sequencer->stop();
  }
  for (int left = 2; left >= 0; --left) {
    Host host(disk);
    ASSERT_TRUE(host.open());
    EXPECT_EQ(host.report.snapshot_sequence, stops[static_cast<std::size_t>(left)]);
    EXPECT_EQ(host.report.state_hash, state);
    damage(disk, newest_snapshot(disk));
    if (left > 0) {  // the damaged one stays, the next older is damaged in the next round
      ASSERT_TRUE(disk.rename(newest_snapshot(disk), "data/journal/other-" + std::to_string(left)));
    }
  }
  Host host(disk);
  ASSERT_TRUE(host.open());
  EXPECT_EQ(host.report.snapshot_sequence, 0U);
  EXPECT_EQ(host.report.state_hash, state);
}

TEST(Recovery, GivesTheEventsAfterASequenceAsTheyWerePublished) {
  journal::SimulatedDisk disk;
  Options options = test_options();
  options.snapshot_commands = 200;
  Recorder recorder;
  {
    Host host(disk, options);
    ASSERT_TRUE(host.open());
    host.sequencer->subscribe(recorder);
    host.sequencer->start();
    RandomCommands random(5);
    engine::Engine mirror(test_limits());
    host.submit_random(random, mirror, 1'500);
    host.run(model::AdvanceTime{});
    host.sequencer->stop();
  }
  for (const std::uint64_t after :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{777}, recorder.last_sequence.load()}) {
    std::vector<model::Event> replayed;
    Host host(disk, options);
    ASSERT_TRUE(host.open(after, [&replayed](std::span<const model::Event> events) -> base::Status {
      replayed.insert(replayed.end(), events.begin(), events.end());
      return {};
    }));
    EXPECT_LE(host.report.snapshot_sequence, after);
    const auto first = std::find_if(recorder.events.begin(), recorder.events.end(),
                                    [after](const model::Event& e) { return e.sequence > after; });
    const std::span<const model::Event> expected(first, recorder.events.end());
    ASSERT_EQ(replayed.size(), expected.size());
    EXPECT_EQ(hash_of(replayed), hash_of(expected));
  }
}

TEST(Recovery, RefusesACheckpointThatTheReplayDoesNotReach) {
  journal::SimulatedDisk disk;
  {
    auto journal = journal::Journal::open(disk, "data", test_journal());
    ASSERT_TRUE(journal);
    bytes::Encoder command;
    model::encode(
        model::Command{1, base::Timestamp(1), {}, model::Channel::System, model::AdvanceTime{}},
        command);
    bytes::Encoder checkpoint;
    encode(Checkpoint{{1, 2}, {3, 4}}, checkpoint);
    const std::vector<wire::Record> batch{
        {wire::RecordType::Command, 1, base::Timestamp(1), command.view()},
        {wire::RecordType::Checkpoint, 1, base::Timestamp(1), checkpoint.view()}};
    ASSERT_TRUE((*journal)->append(batch));
  }
  Host host(disk);
  const auto opened = host.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "replay_mismatch");
  EXPECT_EQ(verify_journal(disk, "data", test_limits()).error().code, "replay_mismatch");
}

TEST(Recovery, RefusesAJournalThatIsShorterThanASnapshot) {
  journal::SimulatedDisk disk;
  {
    Host host(disk);
    ASSERT_TRUE(host.open());
    host.sequencer->start();
    RandomCommands random(5);
    engine::Engine mirror(test_limits());
    host.submit_random(random, mirror, 900);
    host.sequencer->stop();
  }
  const auto files = journal::scan(disk, "data", 0, nullptr);
  ASSERT_GT(files->segments, 1U);
  ASSERT_TRUE(
      disk.remove(journal::journal_folder("data") + "/" + journal::segment_name(files->segments)));
  Host host(disk);
  const auto opened = host.open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "journal_shortened");
  EXPECT_THAT(opened.error().message, HasSubstr("the end of the journal is missing"));
}

TEST(Recovery, KeepsEverythingAcknowledgedThroughPowerCutsInALiveSequencer) {
  for (std::uint64_t step = 5; step < 160; step += 4) {
    journal::SimulatedDisk disk;
    Options options = test_options();
    options.snapshot_commands = 150;
    Host host(disk, options);
    ASSERT_TRUE(host.open());
    host.sequencer->start();
    disk.set_plan({.crash_at_step = step});
    RandomCommands random(step);
    engine::Engine mirror(test_limits());
    std::vector<model::Event> events;
    bool failed = false;
    auto failure = host.failure.get_future();
    for (int i = 0; i < 400 && !failed; ++i) {
      const model::Command command = random.next(mirror);
      mirror.apply(command, events);
      (void)host.sequencer->submit(command.user, command.channel, command.body,
                                   [&host](const engine::Outcome&, std::uint64_t sequence) {
                                     host.acknowledged = sequence;
                                   });
      failed = failure.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
    }
    host.sequencer->stop();
    for (int pattern = 0; pattern < journal::damage_count; ++pattern) {
      const auto left = disk.after_crash(static_cast<journal::Damage>(pattern), step);
      Host again(*left, options);
      const auto opened = again.open();
      ASSERT_TRUE(opened) << opened.error().message;
      ASSERT_GE(again.report.last_sequence, host.acknowledged);
      const auto verified = verify_journal(*left, "data", test_limits());
      ASSERT_TRUE(verified) << verified.error().message;
      ASSERT_EQ(verified->state_hash, again.report.state_hash);
    }
  }
}

}  // namespace
}  // namespace sequencer
