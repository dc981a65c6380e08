#pragma once

// The sequencer hosts the engine: it gives every command its place and time, journals it, applies
// it, and lets nothing out before the journal is on disk (group commit: one sync a batch).
//
// One thread (`engine`) runs it. Doors call submit() and query() from any thread; completions,
// queries and subscribers run on the engine thread, in sequence, only on durable state, and must
// neither block nor throw. Absent on purpose: retries after a failed write or sync (fatal).

#include <cstdint>
#include <functional>
#include <memory>
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

}  // namespace sequencer
