#pragma once

// Threads for work that may block (database reads, waiting for a projection), so that it never
// holds up an I/O loop. Jobs run in the order they came, on any of the threads.
//
// Guarantees: at most `capacity` jobs wait; one more is refused. The destructor runs what is queued
// and joins. Absent on purpose: priorities, results, cancellation.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace work {

class WorkQueue {
 public:
  WorkQueue(std::size_t threads, std::size_t capacity);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  // False when the queue is full; the job is then dropped.
  [[nodiscard]] bool add(std::function<void()> job);

  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void serve();

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::function<void()>> jobs_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> refused_ = 0;
  std::vector<std::jthread> threads_;
};

}  // namespace work
