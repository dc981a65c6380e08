#pragma once

// The journal: the one record of what happened, on disk before anything is acknowledged.
//
// The sequencer appends batches: one write and one sync each, into segments that were filled with
// zeros ahead of time by a thread of the journal, so that a sync moves data only. open() reads
// everything there is, drops a torn tail and says so, and refuses a journal whose body is damaged,
// naming the segment, the offset and the repair command; it never truncates silently.
// A failed write or sync is final: the object refuses everything after it and the caller ends the
// process; the next start re-reads what is really there. Nothing is ever deleted.
// append() never lacks space after wait_for_room() said yes; without that it fails when there is
// none. One process at a time (lock file); append() from one thread. Absent on purpose: what the
// payloads mean, retries, and any network.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "journal/disk.hpp"
#include "journal/scan.hpp"
#include "wire/segment.hpp"

namespace journal {

struct Options {
  std::uint64_t first_segment_bytes = 4ULL << 20;  // small: a first start writes it at once
  std::uint64_t segment_bytes = 32ULL << 20;       // every later one
  std::uint64_t batch_bytes_max = 1ULL << 20;
  // With less free space than this beside the next segment, none is prepared and the journal says
  // storage_low() until space returns.
  std::uint64_t free_bytes_min = 256ULL << 20;
  // What the active segment keeps back for cancels and administration while storage is low.
  std::uint64_t reserve_bytes = 2ULL << 20;
  bool prepare_in_background = true;  // off: the next segment is made when it is needed
  std::uint64_t journal_id = 0;       // of a new journal; zero = random
};

class Journal {
 public:
  // Opens or creates. Errors: locked, journal_damaged (with the repair command), disk_full,
  // disk_error. `directory` is the data folder; the journal lives in its folder `journal`.
  static base::Result<std::unique_ptr<Journal>> open(Disk& disk, const std::string& directory,
                                                     const Options& options = {});
  ~Journal();

  // Makes the batch durable or fails for good: then this and every later call returns
  // journal_failed. The records must continue end(); CHECKed, like batch_bytes_max.
  base::Status append(std::span<const wire::Record> batch);

  // Where the journal ends; moves with append().
  [[nodiscard]] const wire::Cursor& end() const;
  [[nodiscard]] std::uint64_t epoch() const;  // of this process: one more than the last one's

  // What open() found: torn bytes dropped at the end and how many records there are.
  [[nodiscard]] const ScanReport& recovered() const;

  // Records after the sequence, in order, as they are on disk; for replay before the first append.
  base::Result<ScanReport> read(std::uint64_t after_sequence, const Visitor& visitor) const;

  // True while there is no space for the next segment; ends by itself when space returns.
  [[nodiscard]] bool storage_low() const;
  // storage_low and the active segment is nearly full: take cancels and administration only.
  [[nodiscard]] bool in_reserve() const;
  // Waits until a batch of that size can be appended without waiting; false when it still cannot.
  [[nodiscard]] bool wait_for_room(std::uint64_t bytes, std::chrono::milliseconds timeout_max);

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace journal
