#include <cstdlib>

#include <benchmark/benchmark.h>

#include "market_sources/recording.hpp"

// Records a second read from a recorded market: unpacking, parsing, merging. Set TRADING_DATA_DIR.

namespace {

void read_recording(benchmark::State& state, const char* file) {
  const char* const folder = std::getenv("TRADING_DATA_DIR");
  auto recording =
      market_sources::Recording::open(std::string(folder == nullptr ? "" : folder) + "/" + file);
  if (!recording) return state.SkipWithError("set TRADING_DATA_DIR to the recorded markets");
  std::int64_t records = 0;
  for (auto _ : state) {
    if (!recording->rewind(recording->info().instrument))
      return state.SkipWithError("cannot read the recording");
    for (auto record = recording->next(); record && *record; record = recording->next())
      ++records;
  }
  state.SetItemsProcessed(records);
}

BENCHMARK_CAPTURE(read_recording, binance_spot,
                  "orderbook/hftbacktest_binance-spot_btcusdt_20240808.gz");
BENCHMARK_CAPTURE(read_recording, binance_futures,
                  "orderbook/hftbacktest_binance-usdm_ethusdt_20240808.gz");
BENCHMARK_CAPTURE(read_recording, lean_ticks, "ticks/lean_ibm_tick_20131007_quote.zip");

}  // namespace

BENCHMARK_MAIN();
