#include "market_sources/command_sender.hpp"

#include <chrono>

namespace market_sources {

namespace {

base::Status stopped() {
  return base::fail("stopped", "the market source was stopped");
}

base::Status engine_busy() {
  return base::fail("engine_busy", "the engine took no commands for too long");
}

}  // namespace

CommandSender::CommandSender(sequencer::CommandPort& port)
    : port_(port), state_(std::make_shared<State>()) {}

base::Status CommandSender::send(const model::CommandBody& body, const std::stop_token& stop,
                                 sequencer::Completion done) {
  State& state = *state_;
  {
    std::unique_lock lock(state.mutex);
    if (state.in_flight >= in_flight_max) ++state.counts.waits;
    state.changed.wait(lock, stop, [&] { return state.in_flight < in_flight_max; });
    if (stop.stop_requested()) return stopped();
    ++state.in_flight;
  }
  const sequencer::Completion complete = [shared = state_, done = std::move(done)](
                                             const engine::Outcome& outcome,
                                             std::uint64_t sequence) {
    if (done) done(outcome, sequence);
    const std::lock_guard lock(shared->mutex);
    --shared->in_flight;
    if (outcome.reason == model::Reason::None) {
      ++shared->counts.accepted;
    } else {
      ++shared->counts.refused;
      shared->counts.last_refusal = model::describe(outcome.reason).name;
    }
    shared->changed.notify_all();
  };
  for (int attempt = 0; attempt < retries_max; ++attempt) {
    if (port_.submit({}, model::Channel::Market, body, complete)) return {};
    std::unique_lock lock(state.mutex);
    ++state.counts.waits;
    state.changed.wait_for(lock, stop, std::chrono::milliseconds(retry_ms), [] { return false; });
    if (stop.stop_requested()) break;
  }
  const std::lock_guard lock(state.mutex);
  --state.in_flight;
  return stop.stop_requested() ? stopped() : engine_busy();
}

base::Result<engine::Outcome> CommandSender::call(const model::CommandBody& body,
                                                  const std::stop_token& stop) {
  const auto outcome = std::make_shared<engine::Outcome>();
  TRY_STATUS(send(body, stop,
                  [outcome](const engine::Outcome& result, std::uint64_t) { *outcome = result; }));
  // One thread sends: when nothing is in flight, this command is answered.
  TRY_STATUS(drain(stop));
  return *outcome;
}

base::Status CommandSender::ask(sequencer::Query query, const std::stop_token& stop) {
  // The query may refer to the caller's variables, so it must not run once the caller has left.
  enum class Progress { Waiting, Finished, Abandoned };
  const auto progress = std::make_shared<Progress>(Progress::Waiting);
  State& state = *state_;
  const sequencer::Query guarded = [shared = state_, progress,
                                    query = std::move(query)](const engine::Engine& engine) {
    const std::lock_guard lock(shared->mutex);
    if (*progress == Progress::Abandoned) return;
    query(engine);
    *progress = Progress::Finished;
    shared->changed.notify_all();
  };
  for (int attempt = 0; attempt < retries_max; ++attempt) {
    const bool taken = port_.query(guarded);
    std::unique_lock lock(state.mutex);
    if (taken) {
      state.changed.wait(lock, stop, [&] { return *progress == Progress::Finished; });
      if (*progress == Progress::Finished) return {};
      *progress = Progress::Abandoned;
      return stopped();
    }
    ++state.counts.waits;
    state.changed.wait_for(lock, stop, std::chrono::milliseconds(retry_ms), [] { return false; });
    if (stop.stop_requested()) return stopped();
  }
  return engine_busy();
}

base::Status CommandSender::drain(const std::stop_token& stop) {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  state.changed.wait(lock, stop, [&] { return state.in_flight == 0; });
  return state.in_flight == 0 ? base::Status() : stopped();
}

CommandSender::Counts CommandSender::counts() const {
  const std::lock_guard lock(state_->mutex);
  return state_->counts;
}

}  // namespace market_sources
