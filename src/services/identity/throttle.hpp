#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace identity {

// Counts failed logins by account, known or not, and by address, in windows of a quarter of an hour
// from the first failure. Any thread. Bounded: when a table is full, the entry whose window began
// first makes room, those that block last.
inline constexpr std::int64_t throttle_window_ns = 15 * 60 * base::ns_per_s;
inline constexpr int account_failures_max = 5;
inline constexpr int address_failures_max = 50;
inline constexpr std::size_t throttle_entries_max = 10'000;

class LoginThrottle {
 public:
  // Seconds until the next attempt is allowed; 0 = now. An empty address is not counted.
  [[nodiscard]] std::int64_t wait_s(std::string_view account, std::string_view address,
                                    base::Timestamp now) const;
  void note_failure(std::string_view account, std::string_view address, base::Timestamp now);
  // Forgets the account's failures; the address's stay, or one good account would free a guesser.
  void note_success(std::string_view account);
  [[nodiscard]] std::size_t entry_count() const;

 private:
  struct Entry {
    base::Timestamp first;
    int failures = 0;
  };
  using Table = std::unordered_map<std::string, Entry>;
  static std::int64_t wait_ns(const Table& table, std::string_view key, int failures_max,
                              base::Timestamp now);
  static void add(Table& table, std::string_view key, int failures_max, base::Timestamp now);

  mutable std::mutex mutex_;
  Table accounts_;
  Table addresses_;
};

}  // namespace identity
