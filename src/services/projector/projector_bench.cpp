#include <filesystem>

#include <benchmark/benchmark.h>

#include "base/check.hpp"
#include "projector/projector.hpp"

// Rows a second from the engine's hand-off into committed tables.

namespace {

constexpr model::AccountId paper(1);
constexpr std::uint64_t batches = 200;

// 64 commands a batch, each an order of a paper account that trades once: what a busy group commit
// looks like (execution, order, trade, bars, two ledger entries, balance, position).
std::shared_ptr<const sequencer::Batch> make_batch(std::uint64_t first) {
  auto batch = std::make_shared<sequencer::Batch>();
  batch->first_sequence = first;
  for (std::uint64_t s = first; s < first + 64; ++s) {
    const base::Timestamp time(static_cast<std::int64_t>(s) * base::ns_per_ms);
    std::uint32_t index = 0;
    const auto add = [&](model::EventBody body) {
      batch->events.push_back({s, index++, time, std::move(body)});
    };
    model::OrderUpdated update;
    update.type = model::ExecutionType::Trade;
    update.order.id = model::OrderId(s);
    update.order.account = paper;
    update.order.filled_notional = money::Money(123'456'789'000);
    update.order.client_order_id = model::ClientOrderId("client-" + std::to_string(s));
    add(update);
    add(model::Traded{model::TradeId(s), model::InstrumentId(1),
                      money::Price(100 + static_cast<std::int64_t>(s % 50)), money::Quantity(3)});
    for (int side = 0; side < 2; ++side)
      add(model::LedgerPosted{.transaction = model::TransactionId(s),
                              .account = paper,
                              .currency = *money::Currency::parse("USD"),
                              .amount = money::Money(123'456'789'000)});
    add(model::BalanceChanged{{paper, *money::Currency::parse("USD"), {}, {}}});
    add(model::PositionChanged{{.account = paper, .instrument = model::InstrumentId(1)}});
  }
  batch->last_sequence = first + 63;
  return batch;
}

void rows_into_tables(benchmark::State& state) {
  std::string pattern =
      std::filesystem::temp_directory_path() / ("projector-bench-" + std::string(6, 'X'));
  const std::string folder = ::mkdtemp(pattern.data());
  std::vector<std::shared_ptr<const sequencer::Batch>> all;
  for (std::uint64_t i = 0; i < batches; ++i)
    all.push_back(make_batch(2 + i * 64));
  std::uint64_t rows = 0;
  std::uint64_t events = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const std::string path = folder + "/projections.sqlite";
    CHECK(projector::remove_projections(path));
    auto projector = projector::Projector::open({.path = path}).value();
    model::AccountChanged opened;
    opened.account.id = paper;
    opened.account.base_currency = *money::Currency::parse("USD");
    CHECK(projector->replay(std::array{model::Event{1, 0, {}, opened}}));
    CHECK(projector->start(1, 1));
    const std::uint64_t before = projector->stats().rows;
    state.ResumeTiming();
    for (const auto& batch : all)
      projector->on_batch(batch);
    CHECK(projector->wait_until(1 + batches * 64, std::chrono::minutes(5)));
    rows += projector->stats().rows - before;
    events += batches * 64 * 6;
  }
  state.counters["rows/s"] =
      benchmark::Counter(static_cast<double>(rows), benchmark::Counter::kIsRate);
  state.counters["events/s"] =
      benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
  std::filesystem::remove_all(folder);
}
BENCHMARK(rows_into_tables)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
