#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/check.hpp"
#include "sequencer/recovery.hpp"
#include "sequencer/sequencer.hpp"

// Durable orders a second of closed-loop callers: each has one order under way and sends the next
// one when it is answered. On this machine's disk, and with every sync lengthened to 3 ms.

namespace {

class SlowFile : public journal::File {
 public:
  SlowFile(std::unique_ptr<journal::File> file, std::chrono::microseconds sync_time)
      : file_(std::move(file)), sync_time_(sync_time) {}
  base::Status write(std::uint64_t offset, bytes::View data) override {
    return file_->write(offset, data);
  }
  base::Status sync() override {
    const auto end = std::chrono::steady_clock::now() + sync_time_;
    auto status = file_->sync();
    std::this_thread::sleep_until(end);
    return status;
  }
  base::Result<std::vector<std::uint8_t>> read(std::uint64_t offset, std::uint64_t size) override {
    return file_->read(offset, size);
  }
  base::Result<std::uint64_t> size() override { return file_->size(); }

 private:
  std::unique_ptr<journal::File> file_;
  std::chrono::microseconds sync_time_;
};

class SlowDisk : public journal::Disk {
 public:
  explicit SlowDisk(std::chrono::microseconds sync_time) : sync_time_(sync_time) {}
  base::Status make_directory(const std::string& path) override {
    return disk_->make_directory(path);
  }
  base::Result<std::vector<std::string>> list(const std::string& directory) override {
    return disk_->list(directory);
  }
  base::Result<std::unique_ptr<journal::File>> create(const std::string& path) override {
    TRY(auto file, disk_->create(path));
    return std::make_unique<SlowFile>(std::move(file), sync_time_);
  }
  base::Result<std::unique_ptr<journal::File>> open(const std::string& path,
                                                    bool writable) override {
    TRY(auto file, disk_->open(path, writable));
    return std::make_unique<SlowFile>(std::move(file), sync_time_);
  }
  base::Status rename(const std::string& from, const std::string& to) override {
    return disk_->rename(from, to);
  }
  base::Status remove(const std::string& path) override { return disk_->remove(path); }
  base::Status sync_directory(const std::string& path) override {
    return disk_->sync_directory(path);
  }
  base::Result<std::uint64_t> free_bytes(const std::string& directory) override {
    return disk_->free_bytes(directory);
  }
  base::Result<std::unique_ptr<journal::FileLock>> lock(const std::string& path) override {
    return disk_->lock(path);
  }

 private:
  std::unique_ptr<journal::Disk> disk_ = journal::real_disk();
  std::chrono::microseconds sync_time_;
};

void set_stage(sequencer::Sequencer& sequencer) {
  const auto usd = *money::Currency::parse("USD");
  model::Instrument instrument;
  instrument.symbol = model::Symbol("ACME");
  instrument.quote_currency = usd;
  instrument.tick_size_nano = 1'000'000'000;
  instrument.lot_size_nano = 1'000'000'000;
  instrument.order_quantity_max = money::Quantity(1'000);
  instrument.order_notional_max = money::Money(numeric::Int128{1'000'000'000'000'000});
  model::Account account;
  account.kind = model::AccountKind::Simulated;
  account.base_currency = usd;
  account.owner = model::UserId(1);
  account.limits.open_orders_max = 100'000;
  CHECK(sequencer.submit({}, model::Channel::System, model::ListInstrument{instrument}, {}));
  CHECK(sequencer.submit({}, model::Channel::System, model::OpenAccount{account}, {}));
}

// The callers: answered ones wait here for the thread that sends for all of them.
class Callers {
 public:
  explicit Callers(std::size_t count) : free_(count) {}
  void answered() {
    const std::lock_guard guard(mutex_);
    ++free_;
    changed_.notify_one();
  }
  std::size_t wait() {
    std::unique_lock held(mutex_);
    changed_.wait(held, [this] { return free_ > 0; });
    return std::exchange(free_, 0);
  }
  void wait_for_all(std::size_t count) {
    std::unique_lock held(mutex_);
    changed_.wait(held, [&] { return free_ == count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t free_;
};

void closed_loop(benchmark::State& state) {
  const auto callers_count = static_cast<std::size_t>(state.range(0));
  const auto folder =
      std::filesystem::current_path() / ("sequencer_bench_" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  SlowDisk disk{std::chrono::microseconds(state.range(1))};
  auto recovered = sequencer::recover(disk, folder, {});
  CHECK(recovered);
  sequencer::Sequencer sequencer(std::move(*recovered), [] {
    return base::Timestamp(std::chrono::system_clock::now().time_since_epoch().count());
  });
  sequencer.start();
  set_stage(sequencer);
  Callers callers(callers_count);
  model::SubmitOrder order;
  order.account = model::AccountId(1);
  order.instrument = model::InstrumentId(1);
  order.limit_price = money::Price(100);
  order.quantity = money::Quantity(1);
  std::size_t ready = 0;
  for (auto _ : state) {
    if (ready == 0) ready = callers.wait();
    --ready;
    order.side = model::opposite(order.side);
    CHECK(sequencer.submit(
        {}, model::Channel::Rest, order,
        [&callers](const engine::Outcome&, std::uint64_t) { callers.answered(); }));
  }
  while (ready-- > 0)
    callers.answered();
  callers.wait_for_all(callers_count);
  const sequencer::Stats stats = sequencer.stats();
  state.counters["orders/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["orders/batch"] =
      static_cast<double>(stats.commands) / static_cast<double>(stats.batches);
  state.counters["sync_ms"] =
      static_cast<double>(stats.sync_ns_total) / 1e6 / static_cast<double>(stats.batches);
  sequencer.stop();
  std::filesystem::remove_all(folder);
}
// The counts are fixed: the first orders of all callers are sent without waiting, which would
// mislead an estimate.
void one_caller(benchmark::State& state) {
  closed_loop(state);
}
void many_callers(benchmark::State& state) {
  closed_loop(state);
}
BENCHMARK(one_caller)
    ->ArgNames({"callers", "sync_us_min"})
    ->ArgsProduct({{1}, {0, 3'000}})
    ->Iterations(300)
    ->UseRealTime();
BENCHMARK(many_callers)
    ->ArgNames({"callers", "sync_us_min"})
    ->ArgsProduct({{16, 64}, {0, 3'000}})
    ->Iterations(20'000)
    ->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
