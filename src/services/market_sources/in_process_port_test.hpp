#pragma once

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "market_sources/market_source.hpp"
#include "sequencer/sequencer.hpp"

// What the tests of this module share: a port with a real engine behind it that answers at once,
// a clock that only moves when told, and the folder of recorded markets.

namespace market_sources {

class InProcessPort final : public sequencer::CommandPort {
 public:
  bool submit(model::UserId user, model::Channel channel, const model::CommandBody& body,
              sequencer::Completion done) override {
    if (refuse_next > 0) {
      --refuse_next;
      return false;
    }
    events.clear();
    const model::Command command{engine.last_sequence() + 1, time, user, channel, body};
    const engine::Outcome outcome = engine.apply(command, events);
    if (keep_commands) commands.push_back(body);
    if (outcome.reason != model::Reason::None) ++refused;
    ++applied;
    if (after_command) after_command(body);
    done(outcome, command.sequence);
    return true;
  }
  bool query(sequencer::Query query) override {
    query(engine);
    return true;
  }
  // For what a test does itself.
  engine::Outcome run(const model::CommandBody& body) {
    engine::Outcome result;
    EXPECT_TRUE(submit(model::UserId(1), model::Channel::Rest, body,
                       [&](const engine::Outcome& outcome, std::uint64_t) { result = outcome; }));
    return result;
  }

  engine::Engine engine{engine::Limits{64, 256, 100'000, 10'000, 100'000}};
  base::Timestamp time{1'700'000'000 * base::ns_per_s};
  std::vector<model::Event> events;  // of the last command
  std::vector<model::CommandBody> commands;
  bool keep_commands = false;
  std::uint64_t applied = 0;
  std::uint64_t refused = 0;
  int refuse_next = 0;
  std::function<void(const model::CommandBody&)> after_command;
};

class SteppedClock final : public Clock {
 public:
  base::Timestamp now() override { return time_; }
  void wait_until(base::Timestamp time, const std::stop_token&) override {
    if (time > time_) time_ = time;
  }

 private:
  base::Timestamp time_{1'700'000'000 * base::ns_per_s};
};

// nullopt when the recorded markets are not on this machine.
inline std::optional<std::string> recorded_market(const std::string& source_folder,
                                                  const std::string& file) {
  const char* const given = std::getenv("TRADING_DATA_DIR");
  const std::string folder = given != nullptr ? given : source_folder + "/../shared/data";
  const std::string path = folder + "/" + file;
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

}  // namespace market_sources

// Binds `path` to a recorded market or skips the test.
#define RECORDED_MARKET(path, file)                                                          \
  const auto path##_found = market_sources::recorded_market(PLATFORM_SOURCE_DIR, file);      \
  if (!path##_found)                                                                         \
    GTEST_SKIP() << "no recorded market " << file << "; set TRADING_DATA_DIR to its folder"; \
  const std::string path = *path##_found
