#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "journal/disk.hpp"
#include "wire/segment.hpp"

// Snapshots: the engine's state after a command, so that a start need not replay from the first
// one. A file is written beside its final name, synced, renamed, and the folder synced: it is whole
// or absent. The newest `snapshots_kept` stay. A damaged one is passed over: the journal has it
// all.

namespace journal {

inline constexpr std::uint32_t snapshot_format_version = 1;
inline constexpr std::size_t snapshots_kept = 3;

struct Snapshot {
  std::uint32_t engine_version = 0;  // of the state's form; the owner's number
  wire::Cursor cursor;               // where the journal stood
  bytes::Hash128 state_hash;
  bytes::Hash128 event_hash;  // running hash over all events so far
  std::vector<std::uint8_t> state;
};

base::Status write_snapshot(Disk& disk, const std::string& directory, const Snapshot& snapshot);

// Sequences of the snapshots there are, newest first, readable or not.
base::Result<std::vector<std::uint64_t>> list_snapshots(Disk& disk, const std::string& directory);

// Errors: snapshot_damaged, disk_error.
base::Result<Snapshot> read_snapshot(Disk& disk, const std::string& directory,
                                     std::uint64_t sequence);

std::string snapshot_name(std::uint64_t sequence);  // snapshot-00000000000000000001

}  // namespace journal
