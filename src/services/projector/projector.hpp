#pragma once

// The projector follows the durable events and writes them to the SQLite projections on a thread of
// its own, so that a slow, full or locked disk never touches an order.
//
// The app opens it, feeds it what recovery replays after last_sequence(), starts it, and subscribes
// it to the sequencer. on_batch() only filters and copies into a bounded queue. Batches are written
// in one transaction with their last sequence, so a crash repeats work but never doubles a row.
//
// When a write fails it is tried again, for ever, with bounded waits, and health() says why. When
// the queue is full the projector stops taking events for good: it neither blocks the engine nor
// skips anything. It writes what it has, health() names the sequence where the tables end, and the
// next start (or `rebuild`) goes on from there out of the journal.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "base/result.hpp"
#include "sequencer/sequencer.hpp"
#include "store_sqlite/projections.hpp"

namespace projector {

struct Options {
  std::string path;                             // of the projections file
  std::size_t queued_events_max = 262'144;      // waiting to be written
  std::size_t transaction_events_max = 16'384;  // of one transaction
  std::chrono::milliseconds retry_wait_first{50};
  std::chrono::milliseconds retry_wait_max{5'000};
};

struct Stats {
  std::uint64_t last_sequence = 0;  // everything up to here can be read from the tables
  std::uint64_t seen_sequence = 0;  // newest the sequencer gave
  std::uint64_t rows = 0;
  std::uint64_t transactions = 0;
  std::uint64_t failures = 0;  // attempts to write that failed
  std::uint64_t queued_events = 0;
  std::uint64_t missed_from = 0;  // first sequence not taken; 0 = none
  std::string last_error;         // of the failure that lasts; empty = none
};

struct Health {
  bool ok = true;
  std::string reason;  // one sentence when not ok
};

class Projector : public sequencer::Subscriber {
 public:
  // Errors: those of store_sqlite/database.hpp; the remedy for all but store_busy is rebuild.
  static base::Result<std::unique_ptr<Projector>> open(Options options);
  // Writes what is queued, unless writing fails, and joins the thread.
  ~Projector() override;

  // Where recovery must begin: events after this sequence are not in the tables.
  [[nodiscard]] std::uint64_t last_sequence() const;

  // Before start(), from one thread: events of recovery or of a rebuild, in order, whole commands
  // at a time; those the tables have are skipped.
  base::Status replay(std::span<const model::Event> events);
  // Ends the replay, commits and starts the thread. Everything from `replayed_from` to
  // `last_sequence`, where the engine stands, went through replay(); with nothing to replay
  // replayed_from is last_sequence + 1. Errors: projections_behind when events between the tables
  // and replayed_from are missing, projections_ahead when the tables have more than the journal and
  // so belong to another one; the remedy for both is rebuild.
  base::Status start(std::uint64_t replayed_from, std::uint64_t last_sequence);

  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override;

  // True once everything up to the sequence can be read from the tables: reading one's own writes.
  // Blocks up to the timeout: not for I/O threads.
  bool wait_until(std::uint64_t sequence, std::chrono::milliseconds timeout);

  [[nodiscard]] Stats stats() const;
  [[nodiscard]] Health health() const;

 private:
  struct Work {
    std::uint64_t last_sequence = 0;
    std::vector<model::Event> events;
  };

  Projector(Options options, std::unique_ptr<store_sqlite::ProjectionWriter> writer);
  // Of the engine thread.
  bool concerns_tables(const model::Event& event);
  // Of the projector thread.
  void serve();
  bool take(Work& to, bool unsaved);
  bool write_until_done(const Work& work);
  base::Status write(const Work& work);
  bool wait_to_retry(std::chrono::milliseconds wait);
  // Any thread.
  void publish(std::uint64_t sequence);
  void note_failure(const base::Error& error);

  const Options options_;
  std::unique_ptr<store_sqlite::ProjectionWriter> writer_;
  std::size_t replayed_uncommitted_ = 0;
  std::uint64_t replayed_sequence_ = 0;

  // Of the engine thread.
  std::unordered_set<std::uint32_t> kept_accounts_;

  mutable std::mutex mutex_;
  std::condition_variable queue_changed_;
  std::condition_variable written_;
  Work queue_;  // one growing batch: what waits is written together
  std::uint64_t missed_from_ = 0;
  bool stopping_ = false;
  std::string last_error_;

  std::atomic<std::uint64_t> last_sequence_ = 0;
  std::atomic<std::uint64_t> seen_sequence_ = 0;
  std::atomic<std::uint64_t> rows_ = 0;
  std::atomic<std::uint64_t> transactions_ = 0;
  std::atomic<std::uint64_t> failures_ = 0;
  std::jthread thread_;
};

// Removes the projections file, so that opening it again and replaying everything rebuilds it.
base::Status remove_projections(const std::string& path);

}  // namespace projector
