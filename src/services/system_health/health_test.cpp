#include "system_health/health.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace system_health {
namespace {

TEST(Health, IsReadyUntilACheckIsDown) {
  HealthRegistry registry;
  EXPECT_TRUE(report_of(registry).ready);
  registry.report("journal", State::Ok);
  registry.report("feed", State::Degraded, "no data for 5 s");
  EXPECT_TRUE(report_of(registry).ready);
  EXPECT_EQ(report_of(registry).body,
            R"({"status":"degraded","checks":[{"name":"journal","state":"ok"},)"
            R"({"name":"feed","state":"degraded","reason":"no data for 5 s"}]})");
  registry.report("journal", State::Down, "the disk is full");
  EXPECT_FALSE(report_of(registry).ready);
  registry.report("journal", State::Ok);
  EXPECT_TRUE(report_of(registry).ready);
}

TEST(Health, AsksItsProbesEachTime) {
  HealthRegistry registry;
  State state = State::Ok;
  registry.add_probe("store", [&] { return Check{"ignored", state, ""}; });
  EXPECT_EQ(worst(registry.checks()), State::Ok);
  state = State::Down;
  const std::vector<Check> checks = registry.checks();
  EXPECT_EQ(worst(checks), State::Down);
  EXPECT_EQ(checks[0].name, "store");
}

TEST(Health, TakesReportsFromManyThreads) {
  HealthRegistry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&registry, t] {
      for (int i = 0; i < 500; ++i) {
        registry.report("check " + std::to_string(t), i % 2 == 0 ? State::Ok : State::Degraded);
        (void)registry.checks();
      }
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(registry.checks().size(), 4u);
  EXPECT_EQ(worst(registry.checks()), State::Degraded);
}

TEST(SystemStatus, ShowsVersionSequenceChecksAndFigures) {
  HealthRegistry registry;
  registry.report("journal", State::Ok);
  operations::Table table;
  add_operations(table, registry,
                 {.version = "1.2.3",
                  .layout = "embedded",
                  .uptime_ms = [] { return std::int64_t{1500}; },
                  .last_sequence = [] { return std::uint64_t{42}; },
                  .figures =
                      [] {
                        return std::vector<Figure>{{"queue_depth", 7}};
                      }});
  operations::Caller caller;
  const auto call = [&](std::string_view name) {
    operations::Answer got;
    table.find(name)->call(caller, json::Value::object(),
                           [&](operations::Answer answer) { got = std::move(answer); });
    return got;
  };
  EXPECT_EQ(call("get_health").body,
            R"({"status":"ok","checks":[{"name":"journal","state":"ok"}]})");
  EXPECT_EQ(call("get_system_status").status, 403);
  caller.permissions = {"*.read"};
  EXPECT_EQ(call("get_system_status").body,
            R"({"version":"1.2.3","layout":"embedded","uptime_ms":1500,"last_sequence":42,)"
            R"("status":"ok","checks":[{"name":"journal","state":"ok"}],)"
            R"("figures":[{"name":"queue_depth","value":7}]})");
}

}  // namespace
}  // namespace system_health
