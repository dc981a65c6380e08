// matching_bench                    measures generated streams of 1, 10 and 1000 instruments
// matching_bench FILE...            measures recorded streams; fails when a result is not theirs

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>

#include <benchmark/benchmark.h>

#include "matching/command_stream.hpp"

namespace matching {
namespace {

constexpr std::size_t commands_per_stream = 1'000'000;
constexpr int rounds = 5;

std::uint64_t now_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

std::span<const StreamCommand> timed(const CommandStream& stream) {
  return std::span(stream.commands).subspan(stream.prefill);
}

struct Latency {
  std::uint64_t p50 = 0;
  std::uint64_t p99 = 0;
  std::uint64_t p999 = 0;
};

// One command at a time, less what asking for the time costs.
Latency measure_latency(const CommandStream& stream) {
  StreamRunner runner(stream);
  runner.apply_all(std::span(stream.commands).first(stream.prefill));
  std::uint64_t overhead = UINT64_MAX;
  for (int i = 0; i < 1'000; ++i) {
    const std::uint64_t before = now_ns();
    overhead = std::min(overhead, now_ns() - before);
  }
  std::vector<std::uint64_t> samples;
  samples.reserve(timed(stream).size());
  for (const StreamCommand& command : timed(stream)) {
    const std::uint64_t before = now_ns();
    runner.apply(command);
    const std::uint64_t spent = now_ns() - before;
    samples.push_back(spent > overhead ? spent - overhead : 0);
  }
  std::sort(samples.begin(), samples.end());
  const auto at = [&](std::size_t per_mille) {
    return samples[samples.size() * per_mille / 1'000];
  };
  return {at(500), at(990), at(999)};
}

// Seconds of the timed part; checks the result.
double measure_once(const CommandStream& stream, bool& correct) {
  StreamRunner runner(stream);
  runner.apply_all(std::span(stream.commands).first(stream.prefill));
  const std::uint64_t before = now_ns();
  runner.apply_all(timed(stream));
  const double seconds = static_cast<double>(now_ns() - before) * 1e-9;
  correct = runner.totals() == stream.expected;
  return seconds;
}

void match_stream(benchmark::State& state) {
  static std::map<std::int64_t, CommandStream> streams;
  CommandStream& stream = streams[state.range(0)];
  if (stream.commands.empty()) {
    stream = generate_stream(42, static_cast<std::uint32_t>(state.range(0)), commands_per_stream);
  }
  for (auto _ : state) {
    bool correct = false;
    state.SetIterationTime(measure_once(stream, correct));
    if (!correct) state.SkipWithError("the result is not the stream's");
  }
  const Latency latency = measure_latency(stream);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(timed(stream).size()));
  state.counters["p50_ns"] = static_cast<double>(latency.p50);
  state.counters["p99_ns"] = static_cast<double>(latency.p99);
  state.counters["p99.9_ns"] = static_cast<double>(latency.p999);
}
BENCHMARK(match_stream)
    ->ArgName("instruments")
    ->Arg(1)
    ->Arg(10)
    ->Arg(1'000)
    ->UseManualTime()
    ->Iterations(rounds)
    ->Unit(benchmark::kMillisecond);

bool measure_file(const char* path) {
  const auto stream = read_stream(path);
  if (!stream) {
    std::fprintf(stderr, "%s\n", stream.error().message.c_str());
    return false;
  }
  std::vector<double> seconds;
  bool correct = true;
  for (int round = 0; round < rounds; ++round) {
    bool round_correct = false;
    seconds.push_back(measure_once(*stream, round_correct));
    correct = correct && round_correct;
  }
  std::sort(seconds.begin(), seconds.end());
  const Latency latency = measure_latency(*stream);
  const double millions = static_cast<double>(timed(*stream).size()) * 1e-6;
  std::printf(
      "%s: %u instruments, %.1f M commands: %.1f M/s (best %.1f), p50 %lu p99 %lu p99.9 "
      "%lu ns, digest %016lx %s\n",
      path, stream->symbols, millions, millions / seconds[rounds / 2], millions / seconds[0],
      latency.p50, latency.p99, latency.p999, stream->expected.digest,
      correct ? "reached" : "NOT REACHED");
  return correct;
}

}  // namespace
}  // namespace matching

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc == 1) {
    benchmark::RunSpecifiedBenchmarks();
    return 0;
  }
  bool correct = true;
  for (int i = 1; i < argc; ++i)
    correct = matching::measure_file(argv[i]) && correct;
  return correct ? 0 : 1;
}
