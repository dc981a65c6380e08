#include "history/history.hpp"

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace history {

History::History(sequencer::CommandPort& port, store_sqlite::ProjectionReader& reader,
                 work::WorkQueue& queue, WaitUntil wait_until)
    : port_(port), reader_(reader), queue_(queue), wait_until_(std::move(wait_until)) {}

bool History::read(std::function<void(store_sqlite::ProjectionReader&)> job) const {
  // The queue may only refuse before the engine is asked: afterwards nobody waits for the answer.
  return queue_.add([this, job = std::move(job)] {
    struct Asked {
      std::mutex mutex;
      std::condition_variable answered;
      std::optional<std::uint64_t> sequence;
    };
    const auto asked = std::make_shared<Asked>();
    const bool taken = port_.query([asked](const engine::Engine& engine) {
      const std::scoped_lock lock(asked->mutex);
      asked->sequence = engine.last_sequence();
      asked->answered.notify_one();
    });
    if (taken) {
      std::unique_lock lock(asked->mutex);
      const auto patience = std::chrono::milliseconds(fresh_wait_ms);
      if (asked->answered.wait_for(lock, patience, [&] { return asked->sequence.has_value(); })) {
        const std::uint64_t sequence = *asked->sequence;
        lock.unlock();
        (void)wait_until_(sequence, fresh_wait_ms);  // a projector behind is shown by its health
      }
    }
    job(reader_);
  });
}

operations::ApiError History::unavailable(const base::Error& error) {
  operations::ApiError answer;
  answer.status = 503;
  answer.reason = "store_unavailable";
  answer.message = "The history cannot be read at the moment: " + error.message;
  return answer;
}

std::string to_cursor(const store_sqlite::EventPosition& position) {
  return std::to_string(position.sequence) + "-" + std::to_string(position.index);
}

std::optional<store_sqlite::EventPosition> parse_cursor(std::string_view text) {
  store_sqlite::EventPosition position;
  const char* const end = text.data() + text.size();
  const auto sequence = std::from_chars(text.data(), end, position.sequence);
  if (sequence.ec != std::errc() || sequence.ptr == end || *sequence.ptr != '-')
    return std::nullopt;
  const auto index = std::from_chars(sequence.ptr + 1, end, position.index);
  if (index.ec != std::errc() || index.ptr != end || position.sequence > INT64_MAX)
    return std::nullopt;
  return position;
}

}  // namespace history
