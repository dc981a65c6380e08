#include "projector/projector.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include <pthread.h>

#include "base/check.hpp"
#include "store_sqlite/database.hpp"

namespace projector {
namespace {

using Clock = std::chrono::steady_clock;

// A sequence that brought no rows is saved this much later at most; saving each one would cost a
// transaction a batch of pure market depth.
constexpr auto save_delay_max = std::chrono::milliseconds(20);

}  // namespace

Projector::Projector(Options options, std::unique_ptr<store_sqlite::ProjectionWriter> writer)
    : options_(std::move(options)), writer_(std::move(writer)) {
  last_sequence_ = writer_->last_sequence();
  seen_sequence_ = last_sequence_.load();
}

base::Result<std::unique_ptr<Projector>> Projector::open(Options options) {
  CHECK(options.queued_events_max > 0 && options.transaction_events_max > 0);
  TRY(auto writer, store_sqlite::ProjectionWriter::open(options.path));
  return std::unique_ptr<Projector>(new Projector(std::move(options), std::move(writer)));
}

Projector::~Projector() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queue_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::uint64_t Projector::last_sequence() const {
  return last_sequence_;
}

base::Status Projector::replay(std::span<const model::Event> events) {
  CHECK(!thread_.joinable());
  if (events.empty()) return {};
  if (replayed_uncommitted_ == 0) TRY_STATUS(writer_->begin());
  for (const model::Event& event : events)
    TRY_STATUS(writer_->apply(event));
  replayed_sequence_ = std::max(replayed_sequence_, events.back().sequence);
  replayed_uncommitted_ += events.size();
  if (replayed_uncommitted_ < options_.transaction_events_max) return {};
  replayed_uncommitted_ = 0;
  return writer_->commit(replayed_sequence_);
}

base::Status Projector::start(std::uint64_t replayed_from, std::uint64_t last_sequence) {
  CHECK(!thread_.joinable());
  if (last_sequence_ > last_sequence)
    return base::fail("projections_ahead", "the stored tables end at sequence " +
                                               std::to_string(last_sequence_) +
                                               ", the journal at " + std::to_string(last_sequence) +
                                               ": they belong to another journal; run rebuild");
  if (replayed_from > last_sequence_ + 1)
    return base::fail("projections_behind", "the stored tables end at sequence " +
                                                std::to_string(last_sequence_) +
                                                ", the replay began at " +
                                                std::to_string(replayed_from) + "; run rebuild");
  if (replayed_uncommitted_ == 0) TRY_STATUS(writer_->begin());
  replayed_uncommitted_ = 0;
  TRY_STATUS(writer_->commit(last_sequence));
  rows_ = writer_->rows_written();
  for (const model::AccountId account : writer_->kept_accounts())
    kept_accounts_.insert(account.value());
  last_sequence_ = last_sequence;
  seen_sequence_ = last_sequence;
  queue_.last_sequence = last_sequence;
  thread_ = std::jthread([this] { serve(); });
  return {};
}

bool Projector::concerns_tables(const model::Event& event) {
  const auto kept = [this](model::AccountId account) {
    return kept_accounts_.contains(account.value());
  };
  if (const auto* update = std::get_if<model::OrderUpdated>(&event.body))
    return kept(update->order.account);
  if (const auto* changed = std::get_if<model::BalanceChanged>(&event.body))
    return kept(changed->balance.account);
  if (const auto* changed = std::get_if<model::PositionChanged>(&event.body))
    return kept(changed->position.account);
  if (const auto* posted = std::get_if<model::LedgerPosted>(&event.body))
    return kept(posted->account);
  if (const auto* changed = std::get_if<model::AccountChanged>(&event.body)) {
    if (changed->account.kind == model::AccountKind::Paper)
      kept_accounts_.insert(changed->account.id.value());
    return true;
  }
  return std::holds_alternative<model::Traded>(event.body) ||
         std::holds_alternative<model::InstrumentChanged>(event.body);
}

void Projector::on_batch(std::shared_ptr<const sequencer::Batch> batch) {
  std::vector<const model::Event*> taken;
  for (const model::Event& event : batch->events)
    if (concerns_tables(event)) taken.push_back(&event);
  {
    const std::lock_guard lock(mutex_);
    const bool gap = batch->first_sequence > seen_sequence_ + 1;
    const bool full = queue_.events.size() + taken.size() > options_.queued_events_max;
    if (missed_from_ == 0 && (gap || full)) missed_from_ = seen_sequence_ + 1;
    seen_sequence_ = std::max(seen_sequence_.load(), batch->last_sequence);
    if (missed_from_ != 0) return;
    for (const model::Event* event : taken)
      queue_.events.push_back(*event);
    queue_.last_sequence = batch->last_sequence;
  }
  queue_changed_.notify_one();
}

bool Projector::take(Work& to, bool unsaved) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] { return stopping_ || queue_.last_sequence > last_sequence_; };
  if (unsaved)
    queue_changed_.wait_for(lock, save_delay_max, ready);
  else
    queue_changed_.wait(lock, ready);
  to.last_sequence = queue_.last_sequence;
  to.events = std::exchange(queue_.events, {});
  return !stopping_ || !to.events.empty() || to.last_sequence > last_sequence_;
}

void Projector::serve() {
  pthread_setname_np(pthread_self(), "projector");
  Work work;
  std::uint64_t saved = last_sequence_;
  auto saved_at = Clock::now();
  while (take(work, last_sequence_ > saved)) {
    // Nothing to write up to here: readers are as fresh as if it were saved.
    if (work.events.empty() && work.last_sequence > last_sequence_) publish(work.last_sequence);
    if (work.events.empty() && Clock::now() - saved_at < save_delay_max) continue;
    if (!write_until_done(work)) return;
    saved = work.last_sequence;
    saved_at = Clock::now();
  }
  if (last_sequence_ > saved) (void)write(work);
}

// False when it is to stop: what could not be written is replayed at the next start.
bool Projector::write_until_done(const Work& work) {
  auto wait = options_.retry_wait_first;
  for (;;) {
    const base::Status status = write(work);
    if (status) {
      publish(work.last_sequence);
      return true;
    }
    note_failure(status.error());
    if (!wait_to_retry(wait)) return false;
    wait = std::min(wait * 2, options_.retry_wait_max);
  }
}

// False when the projector is to stop.
bool Projector::wait_to_retry(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  return !queue_changed_.wait_for(lock, wait, [this] { return stopping_; });
}

base::Status Projector::write(const Work& work) {
  if (!writer_) {
    TRY(writer_, store_sqlite::ProjectionWriter::open(options_.path));
  }
  const std::uint64_t rows_before = writer_->rows_written();
  const auto attempt = [&]() -> base::Status {
    TRY_STATUS(writer_->begin());
    for (const model::Event& event : work.events)
      TRY_STATUS(writer_->apply(event));
    return writer_->commit(work.last_sequence);
  };
  base::Status status = attempt();
  if (!status) {
    writer_.reset();
    return status;
  }
  rows_ += writer_->rows_written() - rows_before;
  ++transactions_;
  return {};
}

void Projector::publish(std::uint64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    last_sequence_ = sequence;
    last_error_.clear();
  }
  written_.notify_all();
}

void Projector::note_failure(const base::Error& error) {
  ++failures_;
  const std::lock_guard lock(mutex_);
  last_error_ = error.message;
}

bool Projector::wait_until(std::uint64_t sequence, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  const auto never = [&] { return missed_from_ != 0 && sequence >= missed_from_; };
  written_.wait_for(lock, timeout, [&] { return last_sequence_ >= sequence || never(); });
  return last_sequence_ >= sequence;
}

Stats Projector::stats() const {
  Stats stats;
  stats.last_sequence = last_sequence_;
  stats.seen_sequence = seen_sequence_;
  stats.rows = rows_;
  stats.transactions = transactions_;
  stats.failures = failures_;
  const std::lock_guard lock(mutex_);
  stats.queued_events = queue_.events.size();
  stats.missed_from = missed_from_;
  stats.last_error = last_error_;
  return stats;
}

Health Projector::health() const {
  const std::lock_guard lock(mutex_);
  if (missed_from_ != 0)
    return {false, "The stored history ends before sequence " + std::to_string(missed_from_) +
                       "; a restart fills it from the journal. Orders are not affected."};
  if (!last_error_.empty())
    return {false, "The stored history ends at sequence " + std::to_string(last_sequence_) +
                       " and is tried again: " + last_error_ + ". Orders are not affected."};
  return {};
}

base::Status remove_projections(const std::string& path) {
  return store_sqlite::remove_database(path);
}

}  // namespace projector
