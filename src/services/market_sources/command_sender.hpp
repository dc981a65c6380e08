#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "sequencer/sequencer.hpp"

namespace market_sources {

// Hands a source's commands to the sequencer with at most in_flight_max unanswered. A full queue
// makes it wait and try again, at most retries_max times of retry_ms; then the source has to give
// up. One thread sends; completions may arrive on any.
class CommandSender {
 public:
  static constexpr std::size_t in_flight_max = 512;
  static constexpr int retry_ms = 1;
  static constexpr int retries_max = 30'000;

  struct Counts {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;
    std::string last_refusal;
    std::uint64_t waits = 0;
  };

  explicit CommandSender(sequencer::CommandPort& port);

  // Errors: stopped, engine_busy. `done` may be empty.
  base::Status send(const model::CommandBody& body, const std::stop_token& stop,
                    sequencer::Completion done = {});
  // Sends and waits for the outcome. Errors: stopped, engine_busy.
  base::Result<engine::Outcome> call(const model::CommandBody& body, const std::stop_token& stop);
  // Runs the query and waits for it. Errors: stopped, engine_busy.
  base::Status ask(sequencer::Query query, const std::stop_token& stop);
  // Waits until everything sent is answered. Errors: stopped.
  base::Status drain(const std::stop_token& stop);

  [[nodiscard]] Counts counts() const;

 private:
  // Shared with completions, which may come after the sender is gone.
  struct State {
    mutable std::mutex mutex;
    std::condition_variable_any changed;
    std::size_t in_flight = 0;
    Counts counts;
  };

  sequencer::CommandPort& port_;
  std::shared_ptr<State> state_;
};

}  // namespace market_sources
