#include "feeds/new_york.hpp"

#include <chrono>

namespace feeds {

namespace {

namespace chrono = std::chrono;

chrono::year_month_day calendar(const Date& date) {
  return {chrono::year(date.year), chrono::month(static_cast<unsigned>(date.month)),
          chrono::day(static_cast<unsigned>(date.day))};
}

chrono::sys_days nth_sunday(int year, chrono::month month, unsigned nth) {
  return chrono::year(year) / month / chrono::Sunday[nth];
}

chrono::sys_days last_sunday(int year, chrono::month month) {
  return chrono::year(year) / month / chrono::Sunday[chrono::last];
}

}  // namespace

bool is_valid(const Date& date) {
  return date.year >= 1970 && date.year <= 2200 && date.month >= 1 && date.day >= 1 &&
         calendar(date).ok();
}

base::Timestamp utc_midnight(const Date& date) {
  const chrono::sys_days days = calendar(date);
  return base::Timestamp(days.time_since_epoch().count() * base::ns_per_day);
}

int new_york_hours_behind(const Date& date) {
  const chrono::sys_days day = calendar(date);
  chrono::sys_days begin;
  chrono::sys_days end;
  if (date.year >= 2007) {
    begin = nth_sunday(date.year, chrono::March, 2);
    end = nth_sunday(date.year, chrono::November, 1);
  } else {
    begin = date.year >= 1987 ? nth_sunday(date.year, chrono::April, 1)
                              : last_sunday(date.year, chrono::April);
    end = last_sunday(date.year, chrono::October);
  }
  return day >= begin && day < end ? 4 : 5;
}

base::Timestamp new_york_time(const Date& date, std::int64_t ms) {
  constexpr std::int64_t ns_per_hour = 3'600 * base::ns_per_s;
  return utc_midnight(date) + new_york_hours_behind(date) * ns_per_hour + ms * base::ns_per_ms;
}

}  // namespace feeds
