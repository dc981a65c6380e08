#include "journal/journal.hpp"

#include <filesystem>
#include <random>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "journal/simulated_disk.hpp"
#include "journal/snapshot.hpp"

namespace journal {
namespace {

using testing::HasSubstr;

Options small_options() {
  Options options;
  options.first_segment_bytes = 16 << 10;
  options.segment_bytes = 16 << 10;
  options.batch_bytes_max = 8 << 10;
  options.reserve_bytes = 4 << 10;
  options.free_bytes_min = 0;
  options.prepare_in_background = false;
  options.journal_id = 77;
  return options;
}

std::string payload_of(std::uint64_t sequence) {
  return "command " + std::to_string(sequence) + std::string(sequence * 37 % 200, 'x');
}

// Appends `count` commands after the journal's end in one batch.
base::Status append(Journal& journal, std::size_t count) {
  std::vector<std::string> payloads;
  std::vector<wire::Record> batch;
  for (std::size_t i = 1; i <= count; ++i)
    payloads.push_back(payload_of(journal.end().sequence + i));
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t sequence = journal.end().sequence + i + 1;
    batch.push_back({wire::RecordType::Command, sequence,
                     base::Timestamp(static_cast<std::int64_t>(sequence)),
                     bytes::view(payloads[i])});
  }
  return journal.append(batch);
}

// Reads everything and checks that it is commands 1 .. n as they were appended; returns n.
base::Result<std::uint64_t> check_contents(const Journal& journal) {
  std::uint64_t expected = 0;
  TRY(const ScanReport report, journal.read(0, [&](const wire::StoredRecord& r) -> base::Status {
    ++expected;
    const std::string want = payload_of(expected);
    const std::string_view got(reinterpret_cast<const char*>(r.payload.data()), r.payload.size());
    if (r.sequence != expected || got != want)
      return base::fail("wrong_record", "record " + std::to_string(r.sequence));
    return {};
  }));
  if (report.end.sequence != expected) return base::fail("wrong_end", "of the journal");
  return expected;
}

std::string segment_path(std::uint64_t number) {
  return journal_folder("data") + "/" + segment_name(number);
}

TEST(Journal, KeepsWhatWasAppendedAcrossSegmentsAndOpenings) {
  SimulatedDisk disk;
  std::uint64_t total = 0;
  for (int opening = 1; opening <= 4; ++opening) {
    auto journal = Journal::open(disk, "data", small_options());
    ASSERT_TRUE(journal) << journal.error().message;
    EXPECT_EQ((*journal)->epoch(), static_cast<std::uint64_t>(opening));
    EXPECT_EQ((*journal)->end().sequence, total);
    EXPECT_TRUE((*journal)->recovered().torn_tail.empty());
    for (std::size_t size : {1, 7, 20, 1, 30}) {
      ASSERT_TRUE(append(**journal, size));
      total += size;
    }
    const auto contents = check_contents(**journal);
    ASSERT_TRUE(contents) << contents.error().message;
    EXPECT_EQ(*contents, total);
  }
  const auto report = scan(disk, "data", 0, nullptr);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->commands, total);
  EXPECT_GT(report->segments, 3U);
}

TEST(Journal, ReadsFromTheMiddle) {
  SimulatedDisk disk;
  auto journal = Journal::open(disk, "data", small_options());
  ASSERT_TRUE(journal);
  for (int i = 0; i < 40; ++i)
    ASSERT_TRUE(append(**journal, 10));
  for (std::uint64_t after : {0, 1, 99, 100, 101, 399, 400}) {
    std::uint64_t next = after;
    const auto report = (*journal)->read(after, [&](const wire::StoredRecord& r) -> base::Status {
      EXPECT_EQ(r.sequence, ++next);
      return {};
    });
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_EQ(next, 400U);
  }
}

TEST(Journal, IsOpenedByOneProcessAtATime) {
  SimulatedDisk disk;
  auto journal = Journal::open(disk, "data", small_options());
  ASSERT_TRUE(journal);
  const auto second = Journal::open(disk, "data", small_options());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "locked");
  journal->reset();
  EXPECT_TRUE(Journal::open(disk, "data", small_options()));
}

TEST(Journal, PreparesTheNextSegmentAheadInTheBackground) {
  SimulatedDisk disk;
  Options options = small_options();
  options.prepare_in_background = true;
  auto journal = Journal::open(disk, "data", options);
  ASSERT_TRUE(journal);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE((*journal)->wait_for_room(options.batch_bytes_max, std::chrono::seconds(60)));
    ASSERT_TRUE(append(**journal, 10));
  }
  journal->reset();
  journal = Journal::open(disk, "data", options);
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ(check_contents(**journal), 1'000U);
}

TEST(Journal, RefusesEverythingAfterAFailedSyncAndNeverRetriesIt) {
  for (std::uint64_t nth = 1; nth <= 12; ++nth) {
    SimulatedDisk disk;
    auto journal = Journal::open(disk, "data", small_options());
    ASSERT_TRUE(journal);
    ASSERT_TRUE(append(**journal, 3));
    disk.set_plan({.fail_sync_at = nth});
    std::uint64_t acknowledged = 3;
    base::Status status;
    while (acknowledged < 10'000 && (status = append(**journal, 5)))
      acknowledged += 5;
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, "journal_failed");
    EXPECT_THAT(status.error().message, HasSubstr("Input/output error"));
    const std::uint64_t steps = disk.steps();
    EXPECT_FALSE(append(**journal, 1));
    EXPECT_EQ(disk.steps(), steps) << "the disk was touched after the failure";
    journal->reset();
    for (const Damage damage : {Damage::DropAll, Damage::KeepAll}) {
      const auto left = disk.after_crash(damage, 1);
      const auto again = Journal::open(*left, "data", small_options());
      ASSERT_TRUE(again) << again.error().message;
      const auto contents = check_contents(**again);
      ASSERT_TRUE(contents) << contents.error().message;
      EXPECT_GE(*contents, acknowledged);
    }
  }
}

// The next start reads from the system's memory what a failed sync never brought to the disk; a
// power cut right after that start must not lose it again.
TEST(Journal, WritesTheLastBatchAgainWhenItIsOpened) {
  SimulatedDisk disk;
  auto journal = Journal::open(disk, "data", small_options());
  ASSERT_TRUE(append(**journal, 3));
  disk.set_plan({.fail_sync_at = 1});
  ASSERT_FALSE(append(**journal, 5));
  journal->reset();
  disk.set_plan({});
  journal = Journal::open(disk, "data", small_options());
  ASSERT_TRUE(journal);
  const std::uint64_t promised = (*journal)->end().sequence;
  const auto left = disk.after_crash(Damage::DropAll, 1);
  const auto again = Journal::open(*left, "data", small_options());
  ASSERT_TRUE(again);
  EXPECT_EQ(check_contents(**again), promised);
}

TEST(Journal, SurvivesAFullDiskAtEveryWrite) {
  for (std::uint64_t nth = 1; nth <= 60; ++nth) {
    SimulatedDisk disk;
    auto journal = Journal::open(disk, "data", small_options());
    ASSERT_TRUE(journal);
    disk.set_plan({.fail_write_at = nth});
    std::uint64_t acknowledged = 0;
    for (int i = 0; i < 30 && append(**journal, 5); ++i)
      acknowledged += 5;
    journal->reset();
    disk.set_plan({});
    journal = Journal::open(disk, "data", small_options());
    ASSERT_TRUE(journal) << journal.error().message;
    const auto contents = check_contents(**journal);
    ASSERT_TRUE(contents) << contents.error().message;
    EXPECT_GE(*contents, acknowledged);
    EXPECT_TRUE(append(**journal, 5));
  }
}

TEST(Journal, SaysThatStorageIsLowBeforeItRunsOutAndGoesOnWhenThereIsSpaceAgain) {
  SimulatedDisk disk({.capacity_bytes = 20 << 10});
  Options options = small_options();
  options.prepare_in_background = true;
  auto journal = Journal::open(disk, "data", options);
  ASSERT_TRUE(journal);
  const auto room = [&](int ms) {
    return (*journal)->wait_for_room(options.batch_bytes_max, std::chrono::milliseconds(ms));
  };
  while (room(0))
    ASSERT_TRUE(append(**journal, 5));
  while (!(*journal)->storage_low())
    std::this_thread::yield();
  EXPECT_FALSE(room(0));
  while (!(*journal)->in_reserve())
    ASSERT_TRUE(append(**journal, 1));
  disk.set_capacity(1 << 20);
  ASSERT_TRUE(room(60'000));
  EXPECT_FALSE((*journal)->storage_low());
  ASSERT_TRUE(append(**journal, 20));
  EXPECT_EQ(check_contents(**journal), (*journal)->end().sequence);
}

// R2: power cut at every step of a script of 200 appends, each with every pattern of lost sectors.
TEST(Journal, LosesNothingAcknowledgedInAPowerCutAtAnyStep) {
  const auto run = [](SimulatedDisk& disk) {
    std::uint64_t acknowledged = 0;
    auto journal = Journal::open(disk, "data", small_options());
    std::mt19937_64 random(4);
    for (int i = 0; journal && i < 200; ++i) {
      const std::size_t count = 1 + random() % 12;
      if (!append(**journal, count)) break;
      acknowledged += count;
    }
    return acknowledged;
  };
  SimulatedDisk whole;
  const std::uint64_t everything = run(whole);
  ASSERT_GT(everything, 1'000U);
  std::uint64_t cuts = 0;
  for (std::uint64_t step = 1; step <= whole.steps(); ++step) {
    SimulatedDisk disk({.crash_at_step = step});
    const std::uint64_t acknowledged = run(disk);
    for (int pattern = 0; pattern < damage_count; ++pattern, ++cuts) {
      const auto left = disk.after_crash(static_cast<Damage>(pattern), step);
      const auto journal = Journal::open(*left, "data", small_options());
      ASSERT_TRUE(journal) << "step " << step << " pattern " << pattern << ": "
                           << journal.error().message;
      const std::uint64_t end = (*journal)->end().sequence;
      ASSERT_GE(end, acknowledged) << "step " << step << " pattern " << pattern;
      ASSERT_TRUE(append(**journal, 3)) << "step " << step << " pattern " << pattern;
      if (step % 8 != 0) continue;
      const auto contents = check_contents(**journal);
      ASSERT_TRUE(contents) << contents.error().message;
      ASSERT_EQ(*contents, end + 3);
    }
  }
  EXPECT_GT(cuts, 3'000U);
}

class DamagedJournal : public testing::Test {
 protected:
  void SetUp() override {
    auto journal = Journal::open(disk_, "data", small_options());
    ASSERT_TRUE(journal);
    for (int i = 0; i < 60; ++i)
      ASSERT_TRUE(append(**journal, 5));
    segments_ = (*journal)->read(0, nullptr)->segments;
    ASSERT_GE(segments_, 3U);
  }
  void flip(std::uint64_t segment, std::uint64_t offset) {
    auto data = disk_.contents(segment_path(segment));
    data[offset] ^= 4;
    disk_.set_contents(segment_path(segment), std::move(data));
  }
  SimulatedDisk disk_;
  std::uint64_t segments_ = 0;
};

TEST_F(DamagedJournal, IsRefusedWithThePlaceAndTheRepairCommandAndLeftAsItIs) {
  flip(2, 5'000);
  const auto before = disk_.contents(segment_path(2));
  const auto journal = Journal::open(disk_, "data", small_options());
  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, "journal_damaged");
  EXPECT_THAT(journal.error().message, HasSubstr(segment_path(2)));
  EXPECT_THAT(journal.error().message,
              HasSubstr("trading-platform journal repair --data data --drop-from 2:"));
  EXPECT_EQ(disk_.contents(segment_path(2)), before);
}

TEST_F(DamagedJournal, IsRefusedWhenASegmentOrItsHeaderIsMissing) {
  const auto second = disk_.contents(segment_path(2));
  ASSERT_TRUE(disk_.remove(segment_path(2)));
  EXPECT_EQ(Journal::open(disk_, "data", small_options()).error().code, "journal_damaged");
  disk_.set_contents(segment_path(2), std::vector<std::uint8_t>(second.size()));
  EXPECT_EQ(Journal::open(disk_, "data", small_options()).error().code, "journal_damaged");
  auto headless = second;
  std::fill_n(headless.begin(), wire::segment_data_start, 0);
  disk_.set_contents(segment_path(2), headless);
  EXPECT_EQ(Journal::open(disk_, "data", small_options()).error().code, "journal_damaged");
  disk_.set_contents(segment_path(2), disk_.contents(segment_path(1)));
  EXPECT_EQ(Journal::open(disk_, "data", small_options()).error().code, "journal_damaged");
  disk_.set_contents(segment_path(2), second);
  EXPECT_TRUE(Journal::open(disk_, "data", small_options()));
}

TEST_F(DamagedJournal, IsRefusedWhenAWholeEarlierSegmentWasCutShort) {
  auto data = disk_.contents(segment_path(1));
  data.resize(9'000);
  disk_.set_contents(segment_path(1), data);
  EXPECT_EQ(Journal::open(disk_, "data", small_options()).error().code, "journal_damaged");
}

TEST_F(DamagedJournal, GoesOnAfterTheRepairAndKeepsWhatItDrops) {
  flip(2, 5'000);
  const auto damaged_bytes = disk_.contents(segment_path(2));
  const std::string message = Journal::open(disk_, "data", small_options()).error().message;
  const std::size_t place = message.rfind("2:");
  ASSERT_NE(place, std::string::npos);
  const std::uint64_t offset = std::stoull(message.substr(place + 2));
  EXPECT_EQ(repair(disk_, "data", 2, offset + 8).error().code, "invalid_position");
  const auto report = repair(disk_, "data", 2, offset);
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->set_aside.size(), segments_ - 1);
  EXPECT_EQ(disk_.contents(report->set_aside.front()), damaged_bytes);
  auto journal = Journal::open(disk_, "data", small_options());
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ((*journal)->end().sequence, report->end.sequence);
  ASSERT_TRUE(append(**journal, 20));
  EXPECT_EQ(check_contents(**journal), report->end.sequence + 20);
}

TEST_F(DamagedJournal, CanDropAWholeSegmentWhoseHeaderIsGone) {
  flip(3, 20);
  const auto opened = Journal::open(disk_, "data", small_options());
  EXPECT_THAT(opened.error().message, HasSubstr("--drop-from 3:0"));
  const auto report = repair(disk_, "data", 3, 0);
  ASSERT_TRUE(report) << report.error().message;
  const auto journal = Journal::open(disk_, "data", small_options());
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ(check_contents(**journal), report->end.sequence);
}

// R3 on files: cut at every byte of the last four records.
TEST(Journal, RecoversToTheLastWholeRecordOfACutFile) {
  SimulatedDisk disk;
  std::vector<std::uint64_t> ends;
  {
    auto journal = Journal::open(disk, "data", small_options());
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE(append(**journal, 1));
    ASSERT_TRUE((*journal)->read(0, [&](const wire::StoredRecord& r) -> base::Status {
      ends.push_back(r.offset + r.size);
      return {};
    }));
  }
  const auto whole = disk.contents(segment_path(1));
  for (std::uint64_t cut = ends[15]; cut <= ends[19]; ++cut) {
    auto data = whole;
    data.resize(cut);
    disk.set_contents(segment_path(1), data);
    auto journal = Journal::open(disk, "data", small_options());
    ASSERT_TRUE(journal) << journal.error().message;
    const auto kept =
        static_cast<std::uint64_t>(std::upper_bound(ends.begin(), ends.end(), cut) - ends.begin());
    ASSERT_EQ(check_contents(**journal), kept) << cut;
    ASSERT_EQ((*journal)->recovered().torn_tail.empty(), cut == ends[kept - 1]);
    ASSERT_TRUE(append(**journal, 2));
    ASSERT_EQ(check_contents(**journal), kept + 2);
  }
}

TEST(Snapshot, ComesBackAndOnlyTheNewestThreeAreKept) {
  SimulatedDisk disk;
  for (std::uint64_t sequence = 10; sequence <= 50; sequence += 10) {
    Snapshot snapshot{1, {sequence, base::Timestamp(5), 2, {3, 4}}, {5, 6}, {7, 8}, {}};
    snapshot.state.assign(1'000, static_cast<std::uint8_t>(sequence));
    ASSERT_TRUE(write_snapshot(disk, "data", snapshot));
  }
  EXPECT_THAT(*list_snapshots(disk, "data"), testing::ElementsAre(50, 40, 30));
  const auto read = read_snapshot(disk, "data", 40);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->cursor, (wire::Cursor{40, base::Timestamp(5), 2, {3, 4}}));
  EXPECT_EQ(read->state_hash, (bytes::Hash128{5, 6}));
  EXPECT_EQ(read->event_hash, (bytes::Hash128{7, 8}));
  EXPECT_EQ(read->state, std::vector<std::uint8_t>(1'000, 40));
}

TEST(Snapshot, FindsEveryFlippedBitAndEveryCut) {
  SimulatedDisk disk;
  ASSERT_TRUE(write_snapshot(disk, "data", {1, {9, {}, 1, {}}, {}, {}, {1, 2, 3, 4, 5}}));
  const std::string path = journal_folder("data") + "/" + snapshot_name(9);
  const auto whole = disk.contents(path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    auto data = whole;
    data[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    disk.set_contents(path, data);
    ASSERT_FALSE(read_snapshot(disk, "data", 9)) << bit;
  }
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    disk.set_contents(path, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(cut)});
    ASSERT_FALSE(read_snapshot(disk, "data", 9)) << cut;
  }
}

TEST(RealDisk, CarriesAJournalAndItsLock) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("journal_test_" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  const auto disk = real_disk();
  Options options = small_options();
  options.prepare_in_background = true;
  {
    auto journal = Journal::open(*disk, folder, options);
    ASSERT_TRUE(journal) << journal.error().message;
    const auto second = Journal::open(*disk, folder, options);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, "locked");
    EXPECT_THAT(second.error().message, HasSubstr("another process"));
    for (int i = 0; i < 30; ++i)
      ASSERT_TRUE(append(**journal, 10));
    ASSERT_TRUE(write_snapshot(*disk, folder, {1, {3, {}, 1, {}}, {}, {}, {1, 2, 3}}));
  }
  auto journal = Journal::open(*disk, folder, options);
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ(check_contents(**journal), 300U);
  EXPECT_TRUE(read_snapshot(*disk, folder, 3));
  EXPECT_GT(*disk->free_bytes(folder), 0U);
  EXPECT_EQ(disk->open(folder / "missing", false).error().code, "disk_error");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace journal
