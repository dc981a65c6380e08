#include "sequencer/sequencer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "base/check.hpp"
#include "sequencer/recovery.hpp"
#include "sequencer/replayer.hpp"
#include "sequencer/snapshot_writer.hpp"

namespace sequencer {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto idle_wait_max = std::chrono::seconds(1);  // the day's end is seen so late at most
constexpr auto room_wait = std::chrono::milliseconds(50);
constexpr std::size_t record_bytes_max = 4'096;        // of one command or checkpoint
constexpr std::size_t reserve_record_bytes_max = 512;  // of one that is taken in the reserve
constexpr int gather_share = 4;  // of a sync's time may be spent waiting for company

struct Item {
  model::UserId user;
  model::Channel channel = model::Channel::System;
  model::CommandBody body;
  Completion done;
};

struct Answer {
  engine::Outcome outcome;
  std::uint64_t sequence = 0;
  Completion done;
};

struct Pending {
  wire::RecordType type = wire::RecordType::Command;
  std::uint64_t sequence = 0;
  base::Timestamp time;
  std::size_t from = 0;  // in the encoder
  std::size_t size = 0;
};

std::int64_t day_of(base::Timestamp time) {
  return time.ns() / base::ns_per_day;
}

// What ends risk or mends the situation is taken from the reserve while storage is low.
bool is_taken_in_reserve(const model::CommandBody& body) {
  return std::holds_alternative<model::CancelOrder>(body) ||
         std::holds_alternative<model::CancelAllOrders>(body) ||
         std::holds_alternative<model::SetTradingState>(body) ||
         std::holds_alternative<model::SetInstrumentState>(body);
}

void print_and_abort(const base::Error& error) {
  std::fprintf(stderr, "%s\n", error.message.c_str());
  std::abort();
}

}  // namespace

struct Sequencer::State {
  State(Recovered recovered, Clock c, const Options& o, Fatal f)
      : options(o),
        clock(std::move(c)),
        fatal(f ? std::move(f) : Fatal(print_and_abort)),
        journal(std::move(recovered.journal)),
        engine(std::move(recovered.engine)),
        event_hash(recovered.event_hash),
        checkpoint_at(engine.last_sequence()),
        snapshot_at(recovered.report.snapshot_sequence),
        snapshots(*recovered.disk, recovered.directory) {
    last_sequence = engine.last_sequence();
  }

  const Options options;
  const Clock clock;
  const Fatal fatal;
  std::vector<Subscriber*> subscribers;

  // Of the engine thread.
  std::unique_ptr<journal::Journal> journal;
  engine::Engine engine;
  bytes::Hash128 event_hash;
  std::uint64_t checkpoint_at;  // the last command with a checkpoint, or where this start began
  std::uint64_t snapshot_at;
  std::vector<Item> work;
  std::size_t work_done = 0;
  std::vector<Query> ready_queries;
  std::vector<Pending> pending;
  std::vector<wire::Record> records;
  std::vector<Answer> answers;
  std::shared_ptr<Batch> batch;
  bytes::Encoder encoder;
  bytes::Encoder scratch;
  std::size_t gather_target = 0;
  std::chrono::nanoseconds sync_mean{0};

  // The queue.
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Item> commands;
  std::vector<Query> queries;
  std::size_t wake_at = 0;  // commands the engine thread waits for; 0 = it does not wait
  bool taking = false;
  bool stopping = false;
  std::mutex joining;
  std::thread thread;

  std::atomic<std::uint64_t> last_sequence = 0;
  std::atomic<std::uint64_t> command_count = 0;
  std::atomic<std::uint64_t> batch_count = 0;
  std::atomic<std::uint64_t> sync_ns_total = 0;
  std::atomic<std::uint64_t> sync_ns_max = 0;
  std::atomic<std::uint64_t> refused_queue_full = 0;
  std::atomic<std::uint64_t> refused_storage_low = 0;
  std::atomic<std::uint64_t> checkpoint_count = 0;
  std::atomic<bool> failed = false;
  SnapshotWriter snapshots;

  void run();
  bool take();
  void run_queries();
  void refuse_what_needs_room();
  bool wait_for_room();
  base::Timestamp now() const { return std::max(engine.last_time(), clock()); }
  [[nodiscard]] bool day_ended() const;
  void apply(Item& item);
  void refuse_malformed(Item& item, std::size_t encoded_from);
  void apply_work();
  void add_checkpoint();
  bool commit();
  bool append();
  void publish();
  void snapshot();
  void finish();
};

// Waits for work; false when there is none left and stop() was called. A batch waits a little for
// as many commands as the last one had: closed-loop callers that were answered together come back
// together, and share one sync instead of two.
bool Sequencer::State::take() {
  std::unique_lock held(mutex);
  wake_at = 1;
  arrived.wait_for(held, idle_wait_max,
                   [this] { return !commands.empty() || !queries.empty() || stopping; });
  const auto window =
      std::min<std::chrono::nanoseconds>(options.gather_max, sync_mean / gather_share);
  if (commands.size() < gather_target && !commands.empty() && window.count() > 0) {
    wake_at = gather_target;
    arrived.wait_for(held, window, [this] { return commands.size() >= gather_target || stopping; });
  }
  wake_at = 0;
  work.swap(commands);
  ready_queries.swap(queries);
  return !work.empty() || !ready_queries.empty() || !stopping;
}

void Sequencer::State::run() {
  while (take()) {
    if (!work.empty()) gather_target = std::min(work.size(), options.batch_commands_max);
    work_done = 0;
    do {
      if ((!work.empty() || day_ended()) && !commit()) return;
      run_queries();
    } while (work_done < work.size());
    work.clear();
  }
  finish();
}

void Sequencer::State::run_queries() {
  for (const Query& query : ready_queries)
    query(engine);
  ready_queries.clear();
}

// Answers commands that may not use the reserve, instead of keeping them until space returns: they
// were taken before the journal knew that storage is low. Nothing of them was journaled.
void Sequencer::State::refuse_what_needs_room() {
  std::vector<Item> kept;
  for (std::size_t i = work_done; i < work.size(); ++i) {
    if (is_taken_in_reserve(work[i].body)) {
      kept.push_back(std::move(work[i]));
      continue;
    }
    ++refused_storage_low;
    engine::Outcome outcome;
    outcome.reason = model::Reason::OrderCapacity;
    if (work[i].done) work[i].done(outcome, engine.last_sequence());
  }
  work = std::move(kept);
  work_done = 0;
}

// False when there is nothing to do any more: all was refused, or stop() came first and what is
// left, never acknowledged, is dropped.
bool Sequencer::State::wait_for_room() {
  while (!journal->wait_for_room(options.batch_bytes_max + 2 * record_bytes_max, room_wait)) {
    if (journal->storage_low()) {
      refuse_what_needs_room();
      if (work.empty()) return false;
      const std::size_t needed = (work.size() + 2) * reserve_record_bytes_max;
      if (journal->wait_for_room(needed, std::chrono::milliseconds(0))) return true;
    }
    std::unique_lock held(mutex);
    ready_queries.insert(ready_queries.end(), std::make_move_iterator(queries.begin()),
                         std::make_move_iterator(queries.end()));
    queries.clear();
    if (stopping) return false;
    held.unlock();
    run_queries();
  }
  return true;
}

bool Sequencer::State::day_ended() const {
  return engine.last_sequence() > 0 && day_of(clock()) > day_of(engine.last_time());
}

// A command with an enumerator out of range, through a bug of a door, could be written but not read
// at the next start. It is refused and takes no place.
void Sequencer::State::refuse_malformed(Item& item, std::size_t encoded_from) {
  bytes::Encoder kept;
  kept.put_bytes(encoder.view().first(encoded_from));
  encoder = std::move(kept);
  Answer answer;
  answer.outcome.reason = model::Reason::InvalidOrderType;
  answer.sequence = engine.last_sequence();
  answer.done = std::move(item.done);
  answers.push_back(std::move(answer));
}

void Sequencer::State::apply(Item& item) {
  model::Command command;
  command.sequence = engine.last_sequence() + 1;
  command.time = now();
  command.user = item.user;
  command.channel = item.channel;
  command.body = item.body;
  const std::size_t from = encoder.size();
  model::encode(command, encoder);
  if (!model::decode_command(encoder.view().subspan(from))) {
    refuse_malformed(item, from);
    return;
  }
  pending.push_back(
      {wire::RecordType::Command, command.sequence, command.time, from, encoder.size() - from});
  const std::size_t first_event = batch->events.size();
  Answer answer;
  answer.outcome = engine.apply(command, batch->events);
  answer.sequence = command.sequence;
  answer.done = std::move(item.done);
  answers.push_back(std::move(answer));
  event_hash =
      continue_event_hash(event_hash, std::span(batch->events).subspan(first_event), scratch);
}

void Sequencer::State::apply_work() {
  batch = std::make_shared<Batch>();
  batch->first_sequence = engine.last_sequence() + 1;
  if (day_ended()) {
    Item advance;
    advance.body = model::AdvanceTime{};
    apply(advance);
  }
  while (work_done < work.size() && pending.size() < options.batch_commands_max &&
         encoder.size() + pending.size() * wire::record_size(0) < options.batch_bytes_max)
    apply(work[work_done++]);
  batch->last_sequence = engine.last_sequence();
}

void Sequencer::State::add_checkpoint() {
  const std::size_t from = encoder.size();
  encode(Checkpoint{engine.state_hash(), event_hash}, encoder);
  pending.push_back({wire::RecordType::Checkpoint, engine.last_sequence(), engine.last_time(), from,
                     encoder.size() - from});
  checkpoint_at = engine.last_sequence();
  ++checkpoint_count;
}

bool Sequencer::State::append() {
  records.clear();
  for (const Pending& p : pending)
    records.push_back({p.type, p.sequence, p.time, encoder.view().subspan(p.from, p.size)});
  const auto before = SteadyClock::now();
  const base::Status status = journal->append(records);
  const std::chrono::nanoseconds took = SteadyClock::now() - before;
  pending.clear();
  encoder.clear();
  if (!status) {
    failed = true;
    {
      const std::lock_guard guard(mutex);
      taking = false;
    }
    fatal(status.error());
    return false;
  }
  sync_mean = sync_mean.count() == 0 ? took : (sync_mean * 7 + took) / 8;
  const auto ns = static_cast<std::uint64_t>(took.count());
  ++batch_count;
  sync_ns_total += ns;
  sync_ns_max = std::max(sync_ns_max.load(), ns);
  return true;
}

// One batch: apply, journal, sync, and only then let anything out. False = the thread ends.
bool Sequencer::State::commit() {
  if (!wait_for_room()) {
    work_done = work.size();
    return true;
  }
  apply_work();
  if (engine.last_sequence() >= checkpoint_at + options.checkpoint_commands) add_checkpoint();
  if (!pending.empty() && !append()) return false;
  last_sequence = batch->last_sequence;
  command_count += answers.size();
  publish();
  if (engine.last_sequence() >= snapshot_at + options.snapshot_commands && !snapshots.busy())
    snapshot();
  return true;
}

void Sequencer::State::publish() {
  const std::shared_ptr<const Batch> published = std::move(batch);
  if (published->last_sequence >= published->first_sequence) {
    for (Subscriber* subscriber : subscribers)
      subscriber->on_batch(published);
  }
  for (const Answer& answer : answers)
    if (answer.done) answer.done(answer.outcome, answer.sequence);
  answers.clear();
}

void Sequencer::State::snapshot() {
  journal::Snapshot snapshot;
  snapshot.engine_version = engine_state_version;
  snapshot.cursor = journal->end();
  snapshot.state_hash = engine.state_hash();
  snapshot.event_hash = event_hash;
  scratch.clear();
  engine.save(scratch);
  snapshot.state.assign(scratch.view().begin(), scratch.view().end());
  scratch = {};
  snapshot_at = engine.last_sequence();
  snapshots.write(std::move(snapshot));
}

// A clean stop leaves a checkpoint and a snapshot, so that the next start has nothing to replay.
void Sequencer::State::finish() {
  if (engine.last_sequence() == 0) return;
  if (engine.last_sequence() != checkpoint_at &&
      journal->wait_for_room(2 * record_bytes_max, room_wait)) {
    add_checkpoint();
    if (!append()) return;
  }
  if (engine.last_sequence() == snapshot_at) return;
  while (snapshots.busy())
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  snapshot();
}

Sequencer::Sequencer(Recovered recovered, Clock clock, const Options& options, Fatal fatal)
    : state_(std::make_unique<State>(std::move(recovered), std::move(clock), options,
                                     std::move(fatal))) {}

Sequencer::~Sequencer() {
  stop();
}

void Sequencer::subscribe(Subscriber& subscriber) {
  CHECK(!state_->thread.joinable());
  state_->subscribers.push_back(&subscriber);
}

void Sequencer::start() {
  CHECK(!state_->thread.joinable() && !state_->stopping);
  state_->taking = true;
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

void Sequencer::stop() {
  {
    const std::lock_guard guard(state_->mutex);
    state_->taking = false;
    state_->stopping = true;
    state_->arrived.notify_all();
  }
  const std::lock_guard guard(state_->joining);
  if (state_->thread.joinable()) state_->thread.join();
}

bool Sequencer::submit(model::UserId user, model::Channel channel, const model::CommandBody& body,
                       Completion done) {
  State& state = *state_;
  if (state.journal->in_reserve() && !is_taken_in_reserve(body)) {
    ++state.refused_storage_low;
    return false;
  }
  bool wake = false;
  {
    const std::lock_guard guard(state.mutex);
    if (!state.taking) return false;
    if (state.commands.size() >= state.options.queued_commands_max) {
      ++state.refused_queue_full;
      return false;
    }
    state.commands.push_back({user, channel, body, std::move(done)});
    wake = state.wake_at != 0 && state.commands.size() >= state.wake_at;
  }
  if (wake) state.arrived.notify_one();
  return true;
}

bool Sequencer::query(Query query) {
  State& state = *state_;
  bool wake = false;
  {
    const std::lock_guard guard(state.mutex);
    if (!state.taking) return false;
    if (state.queries.size() >= state.options.queued_queries_max) {
      ++state.refused_queue_full;
      return false;
    }
    state.queries.push_back(std::move(query));
    wake = state.wake_at != 0;
  }
  if (wake) state.arrived.notify_one();
  return true;
}

Stats Sequencer::stats() const {
  State& state = *state_;
  Stats stats;
  stats.last_sequence = state.last_sequence;
  stats.commands = state.command_count;
  stats.batches = state.batch_count;
  stats.sync_ns_total = state.sync_ns_total;
  stats.sync_ns_max = state.sync_ns_max;
  stats.refused_queue_full = state.refused_queue_full;
  stats.refused_storage_low = state.refused_storage_low;
  stats.checkpoints = state.checkpoint_count;
  stats.snapshots = state.snapshots.written();
  stats.snapshot_failures = state.snapshots.failures();
  stats.storage_low = state.journal->storage_low();
  stats.failed = state.failed;
  const std::lock_guard guard(state.mutex);
  stats.queued_commands = state.commands.size();
  stats.queued_queries = state.queries.size();
  return stats;
}

}  // namespace sequencer
