#include "identity/throttle.hpp"

#include <algorithm>

namespace identity {

std::int64_t LoginThrottle::wait_ns(const Table& table, std::string_view key, int failures_max,
                                    base::Timestamp now) {
  const auto found = table.find(std::string(key));
  if (found == table.end() || found->second.failures < failures_max) return 0;
  return std::max<std::int64_t>(found->second.first + throttle_window_ns - now, 0);
}

std::int64_t LoginThrottle::wait_s(std::string_view account, std::string_view address,
                                   base::Timestamp now) const {
  const std::lock_guard lock(mutex_);
  const std::int64_t wait = std::max(wait_ns(accounts_, account, account_failures_max, now),
                                     wait_ns(addresses_, address, address_failures_max, now));
  return (wait + base::ns_per_s - 1) / base::ns_per_s;
}

void LoginThrottle::add(Table& table, std::string_view key, int failures_max, base::Timestamp now) {
  const auto over = [&](const Entry& entry) { return now - entry.first >= throttle_window_ns; };
  if (table.size() >= throttle_entries_max && !table.contains(std::string(key))) {
    std::erase_if(table, [&](const auto& item) { return over(item.second); });
    if (table.size() >= throttle_entries_max) {
      const auto rank = [&](const auto& item) {
        return std::pair(item.second.failures >= failures_max, item.second.first);
      };
      table.erase(std::min_element(table.begin(), table.end(), [&](const auto& a, const auto& b) {
        return rank(a) < rank(b);
      }));
    }
  }
  Entry& entry = table[std::string(key)];
  if (entry.failures == 0 || over(entry)) entry = {now, 0};
  ++entry.failures;
}

void LoginThrottle::note_failure(std::string_view account, std::string_view address,
                                 base::Timestamp now) {
  const std::lock_guard lock(mutex_);
  add(accounts_, account, account_failures_max, now);
  if (!address.empty()) add(addresses_, address, address_failures_max, now);
}

void LoginThrottle::note_success(std::string_view account) {
  const std::lock_guard lock(mutex_);
  accounts_.erase(std::string(account));
}

std::size_t LoginThrottle::entry_count() const {
  const std::lock_guard lock(mutex_);
  return accounts_.size() + addresses_.size();
}

}  // namespace identity
