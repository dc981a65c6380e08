#pragma once

// For tests of services: real SQLite projections in a folder of their own, written by a thread that
// a test can hold up, and a History over them.

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "history/history.hpp"

namespace history {

class Projected final : public sequencer::Subscriber {
 public:
  explicit Projected(sequencer::CommandPort& port, std::size_t threads = 2,
                     std::size_t capacity = 1'000)
      : folder_((std::filesystem::temp_directory_path() / "projected-XXXXXX").string()) {
    CHECK(mkdtemp(folder_.data()) != nullptr);
    writer_ = store_sqlite::ProjectionWriter::open(path()).value();
    reader = store_sqlite::ProjectionReader::open(path()).value();
    queue = std::make_unique<work::WorkQueue>(threads, capacity);
    history = std::make_unique<History>(
        port, *reader, *queue, [this](std::uint64_t sequence, std::int64_t timeout_ms) {
          std::unique_lock lock(mutex_);
          ++waits_;
          changed_.notify_all();
          return changed_.wait_for(lock, std::chrono::milliseconds(timeout_ms),
                                   [&] { return written_ >= sequence; });
        });
    thread_ = std::thread([this] { serve(); });
  }
  ~Projected() override {
    release();
    queue.reset();
    {
      const std::scoped_lock lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
    reader.reset();
    writer_.reset();
    std::filesystem::remove_all(folder_);
  }

  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(batch));
    changed_.notify_all();
  }
  // Nothing more is written until release().
  void hold() {
    const std::scoped_lock lock(mutex_);
    held_ = true;
  }
  void release() {
    const std::scoped_lock lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  // Until that many reads have asked to wait for the projections.
  void await_waits(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waits_ >= count; });
  }
  [[nodiscard]] int waits() {
    const std::scoped_lock lock(mutex_);
    return waits_;
  }
  [[nodiscard]] std::string path() const { return folder_ + "/projections.sqlite"; }

  std::unique_ptr<store_sqlite::ProjectionReader> reader;
  std::unique_ptr<work::WorkQueue> queue;
  std::unique_ptr<History> history;

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || (!held_ && !waiting_.empty()); });
      if (waiting_.empty() || held_) return;
      const auto batches = std::exchange(waiting_, {});
      lock.unlock();
      CHECK(writer_->begin().has_value());
      for (const auto& batch : batches)
        for (const model::Event& event : batch->events)
          CHECK(writer_->apply(event).has_value());
      CHECK(writer_->commit(batches.back()->last_sequence).has_value());
      lock.lock();
      written_ = batches.back()->last_sequence;
      changed_.notify_all();
    }
  }

  std::string folder_;
  std::unique_ptr<store_sqlite::ProjectionWriter> writer_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<const sequencer::Batch>> waiting_;
  std::uint64_t written_ = 0;
  int waits_ = 0;
  bool held_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace history
