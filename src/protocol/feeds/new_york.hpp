#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace feeds {

struct Date {
  int year = 1970;
  int month = 1;  // 1 to 12
  int day = 1;    // 1 to 31
  bool operator==(const Date&) const = default;
};

// True for a day of the proleptic Gregorian calendar in 1970..2200.
bool is_valid(const Date& date);

// Midnight UTC of that date.
base::Timestamp utc_midnight(const Date& date);

// Hours New York is behind UTC on that date: 4 in daylight saving time, else 5. Rules: since 2007
// from the second Sunday of March to the first Sunday of November; 1987 to 2006 from the first
// Sunday of April, and 1967 to 1986 from the last, to the last Sunday of October (the exceptions of
// 1974 and 1975 are left out). The clocks change at 02:00 on those Sundays: the whole day counts as
// what holds from then on, which is wrong only for two hours when no New York market trades.
int new_york_hours_behind(const Date& date);

// `ms` after midnight in New York on that date.
base::Timestamp new_york_time(const Date& date, std::int64_t ms);

}  // namespace feeds
