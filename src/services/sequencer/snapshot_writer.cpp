#include "sequencer/snapshot_writer.hpp"

#include "base/check.hpp"

namespace sequencer {

SnapshotWriter::SnapshotWriter(journal::Disk& disk, std::string directory)
    : disk_(disk), directory_(std::move(directory)), thread_([this] { serve(); }) {}

SnapshotWriter::~SnapshotWriter() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void SnapshotWriter::write(journal::Snapshot snapshot) {
  const std::lock_guard guard(mutex_);
  CHECK(!busy_);
  waiting_ = std::move(snapshot);
  busy_ = true;
  changed_.notify_all();
}

void SnapshotWriter::wait_until_idle() {
  std::unique_lock held(mutex_);
  changed_.wait(held, [this] { return !busy_; });
}

void SnapshotWriter::serve() {
  std::unique_lock held(mutex_);
  while (true) {
    changed_.wait(held, [this] { return stopping_ || waiting_; });
    if (!waiting_) return;
    const journal::Snapshot snapshot = std::move(*waiting_);
    waiting_.reset();
    held.unlock();
    const auto status = journal::write_snapshot(disk_, directory_, snapshot);
    ++(status ? written_ : failures_);
    held.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace sequencer
