#include <limits>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, WritesCountersGaugesAndHistogramsAsText) {
  Metrics metrics;
  metrics.counter("orders_total", "Orders.", {{"side", "buy"}}).increment(3);
  metrics.gauge("depth", "Depth.").set(7);
  metrics.histogram("wait_seconds", "Wait.", {0.1, 1}).observe(0.5);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# HELP orders_total Orders."));
  EXPECT_THAT(text, HasSubstr("orders_total{side=\"buy\"} 3"));
  EXPECT_THAT(text, HasSubstr("depth 7"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"0.1\"} 0"));
  EXPECT_THAT(text, HasSubstr("wait_seconds_bucket{le=\"1\"} 1"));
}

TEST(Metrics, GivesTheSameNumberForTheSameNameAndLabels) {
  Metrics metrics;
  metrics.counter("a_total", "A.", {{"x", "1"}}).increment();
  metrics.counter("a_total", "A.", {{"x", "1"}}).increment();
  EXPECT_EQ(metrics.counter("a_total", "A.", {{"x", "1"}}).value(), 2);
}

TEST(Metrics, CountsSeriesBeyondTheLimitTogether) {
  Metrics metrics;
  for (std::size_t i = 0; i < series_max + 5; ++i) {
    metrics.counter("many_total", "Many.", {{"i", std::to_string(i)}}).increment();
  }
  EXPECT_THAT(metrics.text(), HasSubstr("many_total{overflow=\"true\"} 5"));
}

TEST(MetricsDeathTest, RefusesABadNameAndTwoKindsUnderOneName) {
  Metrics metrics;
  metrics.counter("one", "One.");
  EXPECT_DEATH(metrics.gauge("one", "One."), "CHECK|failed");
  EXPECT_DEATH(metrics.counter("bad name", "Bad."), "CHECK|failed");
}

TEST(HttpMetrics, CountsByServiceAndStatusFromManyThreads) {
  Metrics metrics;
  HttpMetrics http(metrics, "market-data");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i)
        http.record(i % 2 == 0 ? 200 : 404, 0.001);
    });
  }
  for (auto& thread : threads)
    thread.join();
  http.record(99, 0.001);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("http_requests_total{service=\"market-data\",status=\"200\"} 1000"));
  EXPECT_THAT(text, HasSubstr("http_requests_total{service=\"market-data\",status=\"404\"} 1000"));
  EXPECT_THAT(text, HasSubstr("http_requests_total{service=\"market-data\",status=\"500\"} 1"));
  EXPECT_THAT(text, HasSubstr("http_request_duration_seconds_count{service=\"market-data\"} 2001"));
}

TEST(Log, WritesOneJsonObjectALineWithEcsNames) {
  std::ostringstream out;
  Log log("trading-platform", Level::Info, out);
  log.warn("net", "connection refused",
           {{"event.action", "refuse"}, {"http.response.status_code", 503}, {"ok", false}});
  const std::string line = out.str();
  EXPECT_THAT(line, testing::StartsWith("{\"@timestamp\":\"20"));
  EXPECT_THAT(line, HasSubstr("\"log.level\":\"warn\",\"log.logger\":\"net\","
                              "\"service.name\":\"trading-platform\","
                              "\"message\":\"connection refused\",\"event.action\":\"refuse\","
                              "\"http.response.status_code\":503,\"ok\":false}\n"));
}

TEST(Log, EscapesWhatCouldAddLinesOrFields) {
  std::ostringstream out;
  Log log("s", Level::Info, out);
  log.info("x", "a\"b\\c\n{\"log.level\":\"error\"}\x01\xff\xc3\xa9 {} {0}",
           {{"n", std::numeric_limits<double>::quiet_NaN()}});
  const std::string text = out.str();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_THAT(text, HasSubstr("\"a\\\"b\\\\c\\u000a{\\\"log.level\\\":\\\"error\\\"}"
                              "\\u0001\\ufffd\xc3\xa9 {} {0}\",\"n\":null}"));
}

TEST(Log, LeavesOutWhatIsBelowTheLevel) {
  std::ostringstream out;
  Log log("s", Level::Warn, out);
  log.info("x", "hidden");
  log.set_level(Level::Debug);
  log.debug("x", "shown");
  EXPECT_THAT(out.str(), Not(HasSubstr("hidden")));
  EXPECT_THAT(out.str(), HasSubstr("shown"));
}

TEST(Log, WritesWholeLinesFromManyThreads) {
  std::ostringstream out;
  Log log("s", Level::Info, out);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        log.info("t", "line");
    });
  }
  for (auto& thread : threads)
    thread.join();
  std::istringstream in(out.str());
  int lines = 0;
  for (std::string line; std::getline(in, line); ++lines) {
    EXPECT_TRUE(line.starts_with("{\"@timestamp\"") && line.ends_with("\"message\":\"line\"}"));
  }
  EXPECT_EQ(lines, 400);
}

}  // namespace
}  // namespace telemetry
