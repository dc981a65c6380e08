#include <filesystem>

#include <benchmark/benchmark.h>
#include <unistd.h>

#include "base/check.hpp"
#include "journal/journal.hpp"

// Group commit beside what the disk itself does: one 4 KiB overwrite with its sync, then batches of
// 1 to 4,096 records of 96 bytes of payload.

namespace {

std::string fresh_folder(const char* name) {
  const auto folder = std::filesystem::current_path() /
                      (std::string("journal_bench_") + name + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

void sync_of_4_kib(benchmark::State& state) {
  const std::string folder = fresh_folder("sync");
  const auto disk = journal::real_disk();
  auto file = disk->create(folder + "/file");
  CHECK(file);
  const std::vector<std::uint8_t> page(4'096, 7);
  constexpr std::uint64_t pages = 1'024;
  for (std::uint64_t i = 0; i < pages; ++i)
    CHECK((*file)->write(i * page.size(), page));
  CHECK((*file)->sync());
  std::uint64_t at = 0;
  for (auto _ : state) {
    CHECK((*file)->write(at++ % pages * page.size(), page));
    CHECK((*file)->sync());
  }
  state.counters["syncs/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  std::filesystem::remove_all(folder);
}
BENCHMARK(sync_of_4_kib)->UseRealTime();

void group_commit(benchmark::State& state) {
  const std::string folder = fresh_folder("commit");
  const auto disk = journal::real_disk();
  auto journal = journal::Journal::open(*disk, folder);
  CHECK(journal);
  const std::vector<std::uint8_t> payload(96, 7);
  const auto count = static_cast<std::size_t>(state.range(0));
  std::vector<wire::Record> batch(count);
  for (auto _ : state) {
    std::uint64_t sequence = (*journal)->end().sequence;
    for (wire::Record& record : batch)
      record = {wire::RecordType::Command, ++sequence, base::Timestamp(1), payload};
    CHECK((*journal)->append(batch));
  }
  state.counters["records/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(count),
                         benchmark::Counter::kIsRate);
  journal->reset();
  std::filesystem::remove_all(folder);
}
BENCHMARK(group_commit)->Arg(1)->Arg(64)->Arg(1'024)->Arg(4'096)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
