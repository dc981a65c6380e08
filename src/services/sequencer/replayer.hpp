#pragma once

#include <cstdint>
#include <vector>

#include "bytes/codec.hpp"
#include "engine/engine.hpp"
#include "sequencer/recovery.hpp"
#include "wire/segment.hpp"

// What the journal's payloads mean: commands, and checkpoints with the hashes after a command.

namespace sequencer {

// The canonical bytes of an event; only ever hashed.
void encode(const model::Event& event, bytes::Encoder& out);

// The running hash over all events: the hash of the one before and of one command's events.
bytes::Hash128 continue_event_hash(const bytes::Hash128& before,
                                   std::span<const model::Event> events, bytes::Encoder& scratch);

struct Checkpoint {
  bytes::Hash128 state_hash;
  bytes::Hash128 event_hash;
  bool operator==(const Checkpoint&) const = default;
};
void encode(const Checkpoint& checkpoint, bytes::Encoder& out);
// Errors: invalid_checkpoint.
base::Result<Checkpoint> decode_checkpoint(bytes::View data);

// Applies stored records to an engine and compares checkpoints.
class Replayer {
 public:
  Replayer(engine::Engine& engine, const bytes::Hash128& event_hash, std::uint64_t events_after,
           const ReplayedEvents& events);

  base::Status apply(const wire::StoredRecord& record);
  base::Status flush();  // gives the last events

  [[nodiscard]] const bytes::Hash128& event_hash() const { return event_hash_; }
  [[nodiscard]] std::uint64_t checkpoints() const { return checkpoints_; }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }

 private:
  base::Status apply_command(const wire::StoredRecord& record);
  base::Status compare(const wire::StoredRecord& record);

  engine::Engine& engine_;
  bytes::Hash128 event_hash_;
  std::uint64_t events_after_;
  const ReplayedEvents& events_;
  std::vector<model::Event> applied_;
  bytes::Encoder scratch_;
  std::uint64_t commands_ = 0;
  std::uint64_t checkpoints_ = 0;
};

}  // namespace sequencer
