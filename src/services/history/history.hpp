#pragma once

// Reads of the projections on threads of their own, never older than what any caller has been told:
// a read first asks the engine for the last durable sequence, then waits, for at most
// fresh_wait_ms, until the projector has written it. When the projector is further behind (its
// health says so) the read shows what is there.
//
// Used by order_management, portfolio_tracker and streams for everything the engine does not keep
// live. Absent on purpose: writes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "operations/operation.hpp"
#include "sequencer/sequencer.hpp"
#include "store_sqlite/projections.hpp"
#include "work/work_queue.hpp"

namespace history {

inline constexpr std::int64_t fresh_wait_ms = 1'000;

// Waits until everything up to the sequence is in the projections; false when the time is over.
using WaitUntil = std::function<bool(std::uint64_t sequence, std::int64_t timeout_ms)>;

class History {
 public:
  History(sequencer::CommandPort& port, store_sqlite::ProjectionReader& reader,
          work::WorkQueue& queue, WaitUntil wait_until);

  // False when a queue is full: `job` will not run.
  [[nodiscard]] bool read(std::function<void(store_sqlite::ProjectionReader&)> job) const;

  // The same for an operation's handler: answers `busy` when a queue is full, and turns a store
  // error into 503 store_unavailable.
  template <class Response>
  void answer(operations::Reply<Response> reply,
              std::function<base::Result<tl::expected<Response, operations::ApiError>>(
                  store_sqlite::ProjectionReader&)>
                  job) const {
    const bool taken = read([reply, job = std::move(job)](store_sqlite::ProjectionReader& reader) {
      auto result = job(reader);
      if (!result) return reply(tl::unexpected(unavailable(result.error())));
      reply(*std::move(result));
    });
    if (!taken) reply(tl::unexpected(operations::busy()));
  }

  static operations::ApiError unavailable(const base::Error& error);

 private:
  sequencer::CommandPort& port_;
  store_sqlite::ProjectionReader& reader_;
  work::WorkQueue& queue_;
  WaitUntil wait_until_;
};

// Lists over events page by their place: "SEQUENCE-INDEX". nullopt when the text is no cursor.
std::string to_cursor(const store_sqlite::EventPosition& position);
std::optional<store_sqlite::EventPosition> parse_cursor(std::string_view text);

}  // namespace history
