#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "json/fields.hpp"

// Any bytes: parsed or refused; what was parsed can be written and read back unchanged, and a
// declared type reads it or refuses it.

namespace {

struct Inner {
  std::string text;
  std::int16_t number = 0;
  static constexpr auto fields() {
    return std::tuple{json::field("text", &Inner::text, "t", json::max_length(8)),
                      json::field("number", &Inner::number, "n", json::min(-3))};
  }
};
struct Outer {
  std::optional<std::string> side;
  std::optional<json::Decimal> price;
  std::optional<bool> flag;
  std::optional<std::uint64_t> sequence;
  std::vector<Inner> items;
  static constexpr auto fields() {
    return std::tuple{json::field("side", &Outer::side, "s", json::one_of("buy", "sell")),
                      json::field("price", &Outer::price, "p"),
                      json::field("flag", &Outer::flag, "f"),
                      json::field("sequence", &Outer::sequence, "q"),
                      json::field("items", &Outer::items, "i", json::max_items(4))};
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = json::parse(text);
  if (!value) {
    CHECK(value.error().code == "invalid_json");
    return 0;
  }
  const auto again = json::parse(json::to_text(*value), {.size_max = std::size_t{1} << 23});
  CHECK(again.has_value() && *again == *value);
  const auto outer = json::read<Outer>(*value);
  if (!outer) {
    CHECK(outer.error().code == "invalid_request");
    return 0;
  }
  const auto written = json::parse(json::to_text(*outer));
  CHECK(written.has_value());
  const auto reread = json::read<Outer>(*written);
  CHECK(reread.has_value() && json::to_text(*reread) == json::to_text(*outer));
  return 0;
}
