#include "sequencer/recovery.hpp"

#include "sequencer/replayer.hpp"

namespace sequencer {
namespace {

// A state to replay from: a snapshot's, or the empty one.
struct Start {
  wire::Cursor cursor;  // sequence 0 = the empty state
  bytes::Hash128 event_hash;
  engine::Engine engine;
};

base::Result<Start> load_start(const journal::Snapshot& snapshot, const engine::Limits& limits) {
  if (snapshot.engine_version != engine_state_version)
    return base::fail("snapshot_damaged", "the snapshot is of another version");
  bytes::Decoder in(snapshot.state);
  TRY(engine::Engine engine, engine::Engine::load(in, limits));
  if (!in.at_end() || engine.state_hash() != snapshot.state_hash ||
      engine.last_sequence() != snapshot.cursor.sequence)
    return base::fail("snapshot_damaged", "the snapshot does not give the state it names");
  return Start{snapshot.cursor, snapshot.event_hash, std::move(engine)};
}

// Replays the journal behind `start`. Errors: snapshot_foreign when the journal does not contain
// the place the snapshot was made at.
base::Result<ReplayReport> replay(const journal::Journal& journal, Start& start,
                                  const RecoveryOptions& options) {
  const std::uint64_t from = start.cursor.sequence;
  bool met = from == 0;
  Replayer replayer(start.engine, start.event_hash, options.events_after, options.events);
  const auto foreign = base::fail("snapshot_foreign", "the snapshot belongs to another journal");
  TRY(const auto read,
      journal.read(from == 0 ? 0 : from - 1, [&](const wire::StoredRecord& record) -> base::Status {
        if (record.sequence <= from && from != 0) {
          met = met || record.chain == start.cursor.chain;
          return {};
        }
        if (!met) return foreign;
        return replayer.apply(record);
      }));
  if (!met) return foreign;
  TRY_STATUS(replayer.flush());
  start.event_hash = replayer.event_hash();
  ReplayReport report;
  report.snapshot_sequence = from;
  report.commands = replayer.commands();
  report.checkpoints = replayer.checkpoints();
  report.segments = read.segments;
  report.bytes = read.bytes;
  report.last_sequence = start.engine.last_sequence();
  report.state_hash = start.engine.state_hash();
  report.event_hash = replayer.event_hash();
  report.torn_tail = journal.recovered().torn_tail;
  return report;
}

base::Status check_not_shortened(const journal::Snapshot& newest, const journal::Journal& journal,
                                 const std::string& directory) {
  if (newest.cursor.sequence <= journal.end().sequence) return {};
  return base::fail(
      "journal_shortened",
      "the journal in " + journal::journal_folder(directory) + " ends at command " +
          std::to_string(journal.end().sequence) + ", but " +
          journal::snapshot_name(newest.cursor.sequence) + " was made after command " +
          std::to_string(newest.cursor.sequence) +
          ": the end of the journal is missing. Put the missing segment files back; or, to go on "
          "without those commands, move the newer snapshots out of the folder");
}

bool can_be_passed_over(const base::Error& error) {
  return error.code == "snapshot_damaged" || error.code == "snapshot_foreign" ||
         error.code == "invalid_snapshot";
}

}  // namespace

base::Result<Recovered> recover(journal::Disk& disk, const std::string& directory,
                                const RecoveryOptions& options) {
  Recovered recovered;
  recovered.disk = &disk;
  recovered.directory = directory;
  TRY(recovered.journal, journal::Journal::open(disk, directory, options.journal));
  const std::uint64_t newest_useful = options.events ? options.events_after : UINT64_MAX;
  TRY(const auto sequences, journal::list_snapshots(disk, directory));
  for (const std::uint64_t sequence : sequences) {
    const auto snapshot = journal::read_snapshot(disk, directory, sequence);
    if (!snapshot && can_be_passed_over(snapshot.error())) continue;
    if (!snapshot) return tl::unexpected(snapshot.error());
    TRY_STATUS(check_not_shortened(*snapshot, *recovered.journal, directory));
    if (sequence > newest_useful) continue;
    auto start = load_start(*snapshot, options.limits);
    if (!start && can_be_passed_over(start.error())) continue;
    if (!start) return tl::unexpected(start.error());
    auto report = replay(*recovered.journal, *start, options);
    if (!report && can_be_passed_over(report.error())) continue;
    if (!report) return tl::unexpected(report.error());
    recovered.engine = std::move(start->engine);
    recovered.event_hash = start->event_hash;
    recovered.report = std::move(*report);
    return recovered;
  }
  Start empty{{}, {}, engine::Engine(options.limits)};
  TRY(recovered.report, replay(*recovered.journal, empty, options));
  recovered.engine = std::move(empty.engine);
  recovered.event_hash = empty.event_hash;
  return recovered;
}

base::Result<ReplayReport> verify_journal(journal::Disk& disk, const std::string& directory,
                                          const engine::Limits& limits,
                                          const ReplayedEvents& events) {
  engine::Engine engine(limits);
  Replayer replayer(engine, {}, 0, events);
  TRY(const auto scan,
      journal::scan(disk, directory, 0, [&replayer](const wire::StoredRecord& record) {
        return replayer.apply(record);
      }));
  TRY_STATUS(replayer.flush());
  const std::string broken = engine.broken_invariant();
  if (!broken.empty()) return base::fail("broken_invariant", "after the last command: " + broken);
  ReplayReport report;
  report.commands = replayer.commands();
  report.checkpoints = replayer.checkpoints();
  report.segments = scan.segments;
  report.bytes = scan.bytes;
  report.last_sequence = engine.last_sequence();
  report.state_hash = engine.state_hash();
  report.event_hash = replayer.event_hash();
  report.torn_tail = scan.torn_tail;
  return report;
}

}  // namespace sequencer
