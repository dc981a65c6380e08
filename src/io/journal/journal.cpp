#include "journal/journal.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "base/check.hpp"
#include "journal/segment_files.hpp"

namespace journal {
namespace {

constexpr auto prepare_retry = std::chrono::seconds(1);

std::uint64_t random_id() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32 | device()) | 1;
}

struct Segment {
  std::unique_ptr<File> file;
  std::uint64_t size = 0;
};

}  // namespace

struct Journal::State {
  State(Disk& d, std::string dir, const Options& o)
      : disk(d), directory(std::move(dir)), folder(journal_folder(directory)), options(o) {}

  Disk& disk;
  const std::string directory;
  const std::string folder;
  const Options options;
  std::unique_ptr<FileLock> lock;
  ScanReport recovered;

  // Owned by the appending thread.
  wire::SegmentHeader header;
  Segment active;
  std::uint64_t at = 0;  // next byte; all before it is durable
  wire::Cursor cursor;
  std::uint64_t epoch = 1;
  bytes::Encoder buffer;
  bool failed = false;
  std::string failure;

  // Shared with the preparing thread.
  std::mutex mutex;
  std::condition_variable changed;
  Segment next;                   // file set = ready
  std::uint64_t next_number = 0;  // to prepare; 0 = nothing wanted
  bool stopping = false;
  std::string prepare_failure;
  std::atomic<bool> next_ready = false;
  std::atomic<bool> low = false;
  std::atomic<std::uint64_t> room = 0;
  std::thread preparer;

  base::Result<Segment> make_segment(std::uint64_t number, std::uint64_t size);
  base::Status begin_segment(Segment segment, std::uint64_t number);
  base::Status recover();
  base::Status adopt_prepared(const SegmentFiles& files);
  void prepare_loop();
  void prepare_once(std::unique_lock<std::mutex>& held);
  void want_next();
  base::Status switch_segment();
  base::Status write_batch(std::span<const wire::Record> batch, std::uint64_t total);
};

// A file of zeros, on disk with its name.
base::Result<Segment> Journal::State::make_segment(std::uint64_t number, std::uint64_t size) {
  Segment segment;
  segment.size = size;
  TRY(segment.file, disk.create(folder + "/" + segment_name(number)));
  TRY_STATUS(write_zeros(*segment.file, 0, size));
  TRY_STATUS(segment.file->sync());
  TRY_STATUS(disk.sync_directory(folder));
  return segment;
}

// The header is durable before the first record is written: a segment with records but without a
// header is damage, never a crash.
base::Status Journal::State::begin_segment(Segment segment, std::uint64_t number) {
  header.number = number;
  header.first_sequence = cursor.sequence + 1;
  header.epoch = epoch;
  header.previous_chain = cursor.chain;
  bytes::Encoder out;
  wire::encode(header, out);
  TRY_STATUS(segment.file->write(0, out.view()));
  TRY_STATUS(segment.file->sync());
  active = std::move(segment);
  at = wire::segment_data_start;
  room = active.size - at;
  return {};
}

// Continues the last segment: writes again what the last process may have written without a
// successful sync (the system may hold it in memory only), and clears a torn tail.
base::Status Journal::State::recover() {
  std::uint64_t rewrite_from = wire::segment_data_start;
  TRY(const SegmentFiles files, find_segments(disk, directory));
  const auto remember = [&rewrite_from](const wire::StoredRecord& record) -> base::Status {
    rewrite_from = record.durable_offset;
    return {};
  };
  TRY(recovered, scan_segments(disk, directory, files, 0, 0, remember));
  if (files.begun.empty()) {
    header.journal_id = options.journal_id != 0 ? options.journal_id : random_id();
    cursor = wire::journal_start(header.journal_id);
    TRY(Segment first, make_segment(1, options.first_segment_bytes));
    return begin_segment(std::move(first), 1);
  }
  header = files.begun.back().header;
  cursor = recovered.end;
  if (cursor.sequence == 0) cursor.time = {};
  at = recovered.end_offset;
  epoch = std::max(cursor.epoch, header.epoch) + 1;
  TRY(active.file, disk.open(files.begun.back().path, true));
  active.size = std::max(files.begun.back().size, options.first_segment_bytes);
  if (recovered.header_torn) {
    bytes::Encoder out;
    wire::encode(header, out);
    TRY_STATUS(active.file->write(0, out.view()));
  }
  if (at > wire::segment_data_start) {
    TRY(const auto data, active.file->read(rewrite_from, at - rewrite_from));
    TRY_STATUS(active.file->write(rewrite_from, data));
  }
  if (!recovered.torn_tail.empty() || files.begun.back().size < active.size)
    TRY_STATUS(write_zeros(*active.file, at, active.size));
  TRY_STATUS(active.file->sync());
  TRY_STATUS(disk.sync_directory(folder));
  room = active.size - at;
  return adopt_prepared(files);
}

base::Status Journal::State::adopt_prepared(const SegmentFiles& files) {
  for (std::size_t i = 0; i < files.prepared.size(); ++i) {
    TRY(auto file, disk.open(files.prepared[i], true));
    TRY(const std::uint64_t size, file->size());
    if (i == 0 && size == options.segment_bytes) {
      TRY_STATUS(file->sync());
      next = {std::move(file), size};
      next_ready = true;
    } else {
      TRY_STATUS(disk.remove(files.prepared[i]));
    }
  }
  return disk.sync_directory(folder);
}

void Journal::State::want_next() {
  const std::lock_guard guard(mutex);
  if (!next.file) next_number = header.number + 1;
  changed.notify_all();
}

void Journal::State::prepare_loop() {
  std::unique_lock held(mutex);
  while (!stopping && prepare_failure.empty()) {
    if (next_number == 0) {
      changed.wait(held);
      continue;
    }
    prepare_once(held);
    if (low) changed.wait_for(held, prepare_retry, [this] { return stopping; });
  }
}

void Journal::State::prepare_once(std::unique_lock<std::mutex>& held) {
  const std::uint64_t number = next_number;
  held.unlock();
  const auto free = disk.free_bytes(folder);
  const bool enough = free && *free >= options.segment_bytes + options.free_bytes_min;
  base::Result<Segment> made = base::fail("disk_full", "less than the kept free space is left");
  if (!free) {
    made = tl::unexpected(free.error());
  } else if (enough) {
    made = make_segment(number, options.segment_bytes);
    if (!made && made.error().code == "disk_full") {
      const auto removed = disk.remove(folder + "/" + segment_name(number));
      if (!removed) made = tl::unexpected(removed.error());
    }
  }
  held.lock();
  if (made) {
    next = std::move(*made);
    next_number = 0;
    low = false;
    next_ready = true;
  } else if (made.error().code == "disk_full") {
    low = true;
  } else {
    prepare_failure = made.error().message;
  }
  changed.notify_all();
}

base::Status Journal::State::switch_segment() {
  Segment segment;
  const std::uint64_t number = header.number + 1;
  if (options.prepare_in_background) {
    std::unique_lock held(mutex);
    changed.wait(held, [this] { return next.file || low || !prepare_failure.empty(); });
    if (!next.file)
      return base::fail("disk_full", prepare_failure.empty()
                                         ? "there is no space for the next segment in " + folder
                                         : prepare_failure);
    segment = std::move(next);
    next = {};
  } else if (next.file) {
    segment = std::move(next);
    next = {};
  } else {
    TRY(segment, make_segment(number, options.segment_bytes));
  }
  next_ready = false;
  TRY_STATUS(begin_segment(std::move(segment), number));
  want_next();
  return {};
}

base::Status Journal::State::write_batch(std::span<const wire::Record> batch, std::uint64_t total) {
  if (at + total > active.size) TRY_STATUS(switch_segment());
  CHECK(at + total <= active.size);
  buffer.clear();
  for (const wire::Record& record : batch)
    wire::encode(record, header, at + buffer.size(), at, epoch, cursor, buffer);
  TRY_STATUS(active.file->write(at, buffer.view()));
  TRY_STATUS(active.file->sync());
  at += total;
  room = active.size - at;
  return {};
}

base::Result<std::unique_ptr<Journal>> Journal::open(Disk& disk, const std::string& directory,
                                                     const Options& options) {
  CHECK(options.segment_bytes >= options.batch_bytes_max + wire::segment_data_start);
  CHECK(options.first_segment_bytes >= options.batch_bytes_max + wire::segment_data_start);
  auto state = std::make_unique<State>(disk, directory, options);
  TRY_STATUS(disk.make_directory(state->folder));
  TRY(state->lock, disk.lock(state->folder + "/lock"));
  TRY_STATUS(state->recover());
  if (options.prepare_in_background) {
    state->want_next();
    state->preparer = std::thread([owned = state.get()] { owned->prepare_loop(); });
  }
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}

Journal::~Journal() {
  if (!state_->preparer.joinable()) return;
  {
    const std::lock_guard guard(state_->mutex);
    state_->stopping = true;
    state_->changed.notify_all();
  }
  state_->preparer.join();
}

base::Status Journal::append(std::span<const wire::Record> batch) {
  State& state = *state_;
  if (state.failed) return base::fail("journal_failed", state.failure);
  std::uint64_t total = 0;
  for (const wire::Record& record : batch)
    total += wire::record_size(record.payload.size());
  CHECK(total <= state.options.batch_bytes_max);
  auto status = state.write_batch(batch, total);
  if (status) return {};
  state.failed = true;
  state.failure =
      "the journal could not be written and takes nothing more: " + status.error().message +
      ". Nothing that was not on disk has been acknowledged. Mend the disk and start "
      "again; the start reads back what is there";
  return base::fail("journal_failed", state.failure);
}

const wire::Cursor& Journal::end() const {
  return state_->cursor;
}
std::uint64_t Journal::epoch() const {
  return state_->epoch;
}
const ScanReport& Journal::recovered() const {
  return state_->recovered;
}

base::Result<ScanReport> Journal::read(std::uint64_t after_sequence, const Visitor& visitor) const {
  return scan(state_->disk, state_->directory, after_sequence, visitor);
}

bool Journal::storage_low() const {
  return state_->low;
}
bool Journal::in_reserve() const {
  return state_->low && !state_->next_ready && state_->room < state_->options.reserve_bytes;
}
bool Journal::wait_for_room(std::uint64_t bytes, std::chrono::milliseconds timeout_max) {
  State& state = *state_;
  if (!state.options.prepare_in_background || state.next_ready || state.room >= bytes) return true;
  std::unique_lock held(state.mutex);
  return state.changed.wait_for(held, timeout_max, [&state] {
    return state.next_ready.load() || !state.prepare_failure.empty();
  });
}

}  // namespace journal
