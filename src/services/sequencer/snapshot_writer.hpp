#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "journal/snapshot.hpp"

// Writes snapshots to the disk on its own thread, one at a time, so that the engine thread only
// pays for copying its state. A snapshot that fails is counted and given up: the journal has it
// all.

namespace sequencer {

class SnapshotWriter {
 public:
  SnapshotWriter(journal::Disk& disk, std::string directory);
  ~SnapshotWriter();  // writes what was taken, then ends

  [[nodiscard]] bool busy() const { return busy_; }
  // CHECKs that it is not busy.
  void write(journal::Snapshot snapshot);

  void wait_until_idle();

  [[nodiscard]] std::uint64_t written() const { return written_; }
  [[nodiscard]] std::uint64_t failures() const { return failures_; }

 private:
  void serve();

  journal::Disk& disk_;
  const std::string directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<journal::Snapshot> waiting_;
  bool stopping_ = false;
  std::atomic<bool> busy_ = false;
  std::atomic<std::uint64_t> written_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::thread thread_;
};

}  // namespace sequencer
