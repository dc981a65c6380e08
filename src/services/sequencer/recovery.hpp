#pragma once

// From the files to a running state: snapshot, replay, verification. Called by the app at start and
// by the command line (`replay verify`, `rebuild`). Every checkpoint that is passed is compared
// with what the engine computes now; a difference is refused, never repaired.

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/engine.hpp"
#include "journal/journal.hpp"
#include "journal/snapshot.hpp"

namespace sequencer {

// Number of the form of the engine's saved state; a snapshot of another number is passed over.
inline constexpr std::uint32_t engine_state_version = 1;

// Gets replayed events in order, whole commands at a time.
using ReplayedEvents = std::function<base::Status(std::span<const model::Event> events)>;

struct ReplayReport {
  std::uint64_t snapshot_sequence = 0;  // where the replay began; 0 = from the first command
  std::uint64_t commands = 0;           // replayed
  std::uint64_t checkpoints = 0;        // compared
  std::uint64_t segments = 0;
  std::uint64_t bytes = 0;
  std::uint64_t last_sequence = 0;
  bytes::Hash128 state_hash;
  bytes::Hash128 event_hash;
  std::string torn_tail;  // what was, or would be, dropped at the end; empty = nothing
};

// What the sequencer starts from.
struct Recovered {
  journal::Disk* disk = nullptr;  // outlives the sequencer
  std::string directory;
  std::unique_ptr<journal::Journal> journal;
  engine::Engine engine;
  bytes::Hash128 event_hash;
  ReplayReport report;
};

struct RecoveryOptions {
  engine::Limits limits;
  journal::Options journal;
  // Events after this sequence are given to `events`, so the snapshot must not be newer.
  std::uint64_t events_after = 0;
  ReplayedEvents events;
};

// Opens the journal of the data folder (made when missing) and brings the engine to its end.
// Errors: locked, journal_damaged, journal_shortened (a snapshot is newer than the journal's end),
// replay_mismatch, invalid_command, disk_full, disk_error, those of `events`.
base::Result<Recovered> recover(journal::Disk& disk, const std::string& directory,
                                const RecoveryOptions& options);

// Replays the whole journal from the first command without changing anything, for `replay verify`
// and, with `events`, for `rebuild`. Errors as recover(), and broken_invariant.
base::Result<ReplayReport> verify_journal(journal::Disk& disk, const std::string& directory,
                                          const engine::Limits& limits,
                                          const ReplayedEvents& events = {});

}  // namespace sequencer
