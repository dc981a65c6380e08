#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

namespace net {

// What lives on a loop: told of time, and once at the end of every turn in which it asked for it.
class LoopMember {
 public:
  virtual ~LoopMember() = default;
  virtual void on_tick(std::int64_t now_ms) = 0;
  virtual void on_turn_end() = 0;

 private:
  friend class Loop;
  std::size_t place_ = 0;
  bool turn_end_wanted_ = false;
};

inline constexpr std::size_t read_buffer_bytes = 64 * 1024;

// One event loop and its thread. Other threads reach it by post() and wake(), both thread-safe;
// everything else is called on the loop's thread.
class Loop : public std::enable_shared_from_this<Loop> {
 public:
  explicit Loop(std::int64_t sweep_ms);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start(const std::string& thread_name);
  // Runs what was posted before, then leaves; joins the thread. Later posts are dropped.
  void stop();

  // False when the loop has stopped.
  bool post(std::function<void()> task);
  // Asks for member->on_turn_end() soon, many calls at the cost of one.
  void wake(std::shared_ptr<LoopMember> member);
  [[nodiscard]] bool on_thread() const;

  void add(std::shared_ptr<LoopMember> member);
  void remove(LoopMember& member);
  [[nodiscard]] std::span<const std::shared_ptr<LoopMember>> members() const { return members_; }
  void want_turn_end(std::shared_ptr<LoopMember> member);
  // Shared by all members: valid until the current callback returns.
  [[nodiscard]] std::span<char> read_buffer() { return read_buffer_; }

  // Brackets every callback of the loop.
  class Turn {
   public:
    explicit Turn(Loop& loop) : loop_(loop) { ++loop_.depth_; }
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Loop& loop_;
  };

  class Native;
  [[nodiscard]] Native& native() { return *native_; }

 private:
  void drain();
  void tick();
  void arm_sweep();
  void run_turn_ends();
  void schedule(std::unique_lock<std::mutex>& lock);

  std::unique_ptr<Native> native_;
  std::int64_t sweep_ms_;
  std::vector<std::shared_ptr<LoopMember>> members_;
  std::vector<std::shared_ptr<LoopMember>> turn_ends_;
  std::vector<char> read_buffer_;
  int depth_ = 0;
  bool stopping_ = false;

  std::mutex mutex_;
  std::vector<std::function<void()>> tasks_;        // guarded by mutex_
  std::vector<std::shared_ptr<LoopMember>> woken_;  // guarded by mutex_
  bool scheduled_ = false;                          // guarded by mutex_
  bool stopped_ = false;                            // guarded by mutex_
};

// Milliseconds of the steady clock.
std::int64_t steady_ms();

}  // namespace net
