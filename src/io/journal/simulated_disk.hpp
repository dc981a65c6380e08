#pragma once

// A disk in memory that fails on demand and forgets at a crash what was not synced, by sectors of
// 512 bytes. For tests and the simulator: every write, sync, rename and the like is one step, and a
// plan says at which step what goes wrong. Thread-safe.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "journal/disk.hpp"

namespace journal {

// What a crash leaves of the sectors written since the last sync.
enum class Damage : std::uint8_t {
  DropAll,
  KeepAll,
  KeepFirstHalf,
  KeepLastHalf,
  KeepEven,
  KeepOdd,
  DropFirst,
  KeepRandom
};
inline constexpr int damage_count = 8;

struct FaultPlan {
  std::uint64_t crash_at_step = 0;  // 1 = the first; 0 = never. That step and all later fail
  std::uint64_t fail_sync_at = 0;   // the Nth sync of a file fails, once: its data is forgotten
  bool fail_later_syncs = false;    // and every later one
  std::uint64_t fail_write_at = 0;  // the Nth write fails as disk_full after half its bytes
  std::uint64_t capacity_bytes = 1ULL << 40;  // of all files together
};

class SimulatedDisk : public Disk {
 public:
  explicit SimulatedDisk(const FaultPlan& plan = {});
  ~SimulatedDisk() override;

  void set_plan(const FaultPlan& plan);  // counts start again from zero
  void set_capacity(std::uint64_t bytes);
  [[nodiscard]] std::uint64_t steps() const;
  [[nodiscard]] std::uint64_t syncs() const;
  // The disk as the next start finds it, without faults. `seed` is for KeepRandom.
  [[nodiscard]] std::unique_ptr<SimulatedDisk> after_crash(Damage damage, std::uint64_t seed) const;
  // A file's bytes as a reader sees them; for tests that damage them. CHECKs that it exists.
  [[nodiscard]] std::vector<std::uint8_t> contents(const std::string& path) const;
  void set_contents(const std::string& path, std::vector<std::uint8_t> data);

  base::Status make_directory(const std::string& path) override;
  base::Result<std::vector<std::string>> list(const std::string& directory) override;
  base::Result<std::unique_ptr<File>> create(const std::string& path) override;
  base::Result<std::unique_ptr<File>> open(const std::string& path, bool writable) override;
  base::Status rename(const std::string& from, const std::string& to) override;
  base::Status remove(const std::string& path) override;
  base::Status sync_directory(const std::string& path) override;
  base::Result<std::uint64_t> free_bytes(const std::string& directory) override;
  base::Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  struct Content {
    std::vector<std::uint8_t> current;
    std::vector<std::uint8_t> durable;
    std::set<std::uint64_t> unsynced;  // sectors
  };
  using Names = std::map<std::string, std::shared_ptr<Content>>;
  class Handle;

  base::Status step(const std::string& path);  // the mutex is held
  [[nodiscard]] std::uint64_t used_bytes() const;
  base::Status write(Content& content, const std::string& path, std::uint64_t offset,
                     bytes::View data);
  base::Status sync(Content& content, const std::string& path);

  mutable std::mutex mutex_;
  FaultPlan plan_;
  std::uint64_t steps_ = 0;
  std::uint64_t syncs_ = 0;
  std::uint64_t writes_ = 0;
  Names names_;
  Names durable_names_;
  std::shared_ptr<std::set<std::string>> locks_;
};

}  // namespace journal
