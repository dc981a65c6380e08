#pragma once

// The sequencer hosts the engine: it gives every command its place and time, journals it, applies
// it, and lets nothing out before the journal is on disk (group commit: one sync a batch).
//
// One thread (`engine`) runs it. Doors call submit() and query() from any thread; completions,
// queries and subscribers run on the engine thread, in sequence, only on durable state, and must
// neither block nor throw. Absent on purpose: retries after a failed write or sync (fatal).

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "model/command.hpp"
#include "model/event.hpp"

namespace sequencer {

// The durable events of one group commit, in order, shared by all subscribers.
struct Batch {
  std::uint64_t first_sequence = 0;
  std::uint64_t last_sequence = 0;
  std::vector<model::Event> events;
};

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  virtual void on_batch(std::shared_ptr<const Batch> batch) = 0;
};

using Completion = std::function<void(const engine::Outcome& outcome, std::uint64_t sequence)>;
using Query = std::function<void(const engine::Engine& engine)>;

// What doors and market sources see of the sequencer.
class CommandPort {
 public:
  virtual ~CommandPort() = default;
  // False when the queue is full: the command was not taken and `done` will not be called.
  [[nodiscard]] virtual bool submit(model::UserId user, model::Channel channel,
                                    const model::CommandBody& body, Completion done) = 0;
  // Runs between two batches; false when the queue is full.
  [[nodiscard]] virtual bool query(Query query) = 0;
};

struct Recovered;  // sequencer/recovery.hpp

struct Options {
  std::size_t queued_commands_max = 16'384;
  std::size_t queued_queries_max = 4'096;
  std::size_t batch_commands_max = 4'096;
  std::size_t batch_bytes_max = 512 << 10;      // at most half of the journal's
  std::uint64_t checkpoint_commands = 100'000;  // a checkpoint record every so many commands
  std::uint64_t snapshot_commands = 1'000'000;  // a snapshot every so many commands
  // How long a batch may wait for as many commands as the last one had, so that closed-loop callers
  // share one sync; never more than a quarter of what a sync takes on this machine.
  std::chrono::microseconds gather_max{500};
};

using Clock = std::function<base::Timestamp()>;
// Told once, on the engine thread, when the journal can no longer be written. It should end the
// process; nothing is answered after it. Empty = print the sentence and abort.
using Fatal = std::function<void(const base::Error& error)>;

// Counters since start, for metrics and health.
struct Stats {
  std::uint64_t last_sequence = 0;  // durable
  std::uint64_t commands = 0;
  std::uint64_t batches = 0;  // = syncs of the journal
  std::uint64_t sync_ns_total = 0;
  std::uint64_t sync_ns_max = 0;
  std::uint64_t queued_commands = 0;
  std::uint64_t queued_queries = 0;
  std::uint64_t refused_queue_full = 0;
  std::uint64_t refused_storage_low = 0;
  std::uint64_t checkpoints = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t snapshot_failures = 0;
  bool storage_low = false;
  bool failed = false;  // the journal could not be written
};

class Sequencer : public CommandPort {
 public:
  Sequencer(Recovered recovered, Clock clock, const Options& options = {}, Fatal fatal = {});
  ~Sequencer() override;  // stop()

  // Before start(); the subscriber must outlive stop(). They run in the order of these calls, and
  // before the batch's completions, so that who is answered finds the subscribers up to date.
  void subscribe(Subscriber& subscriber);
  void start();
  // Takes nothing more, finishes what was taken, writes a checkpoint and a snapshot, ends the
  // thread. From any thread but the engine's; further calls do nothing.
  void stop();

  // Also false when storage is low (cancels and administration are still taken), and after stop().
  [[nodiscard]] bool submit(model::UserId user, model::Channel channel,
                            const model::CommandBody& body, Completion done) override;
  [[nodiscard]] bool query(Query query) override;

  [[nodiscard]] Stats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sequencer
