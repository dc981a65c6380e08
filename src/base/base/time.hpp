#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

// A point in time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds. Time is always a
// parameter; nothing below the io ring reads a clock.

namespace base {

inline constexpr std::int64_t ns_per_us = 1'000;
inline constexpr std::int64_t ns_per_ms = 1'000'000;
inline constexpr std::int64_t ns_per_s = 1'000'000'000;
inline constexpr std::int64_t ns_per_day = 86'400 * ns_per_s;

class Timestamp {
 public:
  constexpr Timestamp() = default;
  constexpr explicit Timestamp(std::int64_t ns) : ns_(ns) {}

  [[nodiscard]] constexpr std::int64_t ns() const { return ns_; }
  constexpr auto operator<=>(const Timestamp&) const = default;

  friend constexpr Timestamp operator+(Timestamp t, std::int64_t ns) {
    return Timestamp(t.ns_ + ns);
  }
  friend constexpr std::int64_t operator-(Timestamp a, Timestamp b) { return a.ns_ - b.ns_; }

 private:
  std::int64_t ns_ = 0;
};

// RFC 3339 in UTC with all nine decimals, for example 2026-11-22T09:30:00.000000001Z.
std::string format_rfc3339(Timestamp time);

// Reads RFC 3339 with `Z` or a numeric offset and zero to nine decimals, years 1970 to 2261.
// Errors: invalid_time.
Result<Timestamp> parse_rfc3339(std::string_view text);

}  // namespace base
