#pragma once

// Lists are read page by page: a request has `limit` (1 to 1000, 100 when left out) and `cursor`
// (what the page before gave as next_cursor); an answer is a Page. A cursor is text only the
// operation that made it understands; next_cursor is absent on the last page.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "json/fields.hpp"

namespace operations {

inline constexpr std::int64_t page_limit_max = 1'000;
inline constexpr std::string_view page_limit_default = "100";

template <class T>
constexpr auto limit_field(std::uint32_t T::*member) {
  return json::field("limit", member, "Largest number of items in the answer.", json::min(1),
                     json::max(page_limit_max), json::default_text(page_limit_default));
}

template <class T>
constexpr auto cursor_field(std::optional<std::string> T::*member) {
  return json::field("cursor", member,
                     "Where to go on: next_cursor of the page before. Left out for the first page.",
                     json::max_length(256));
}

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_cursor;
  static constexpr auto fields() {
    return std::tuple{
        json::field("items", &Page::items, "The items of this page, in order."),
        json::field("next_cursor", &Page::next_cursor,
                    "Send it as cursor to get the next page; absent on the last page."),
    };
  }
};

}  // namespace operations
