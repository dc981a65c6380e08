#include <algorithm>
#include <new>

#include <boost/json/basic_parser_impl.hpp>

#include "base/check.hpp"
#include "json/value.hpp"

namespace json {
namespace {

constexpr std::size_t shown_key_max = 40;
constexpr std::size_t small_object = 16;  // up to here a nested loop beats sorting

// The first name that occurs twice; empty view data when there is none.
const std::string* repeated_name(const Value::Object& members) {
  if (members.size() <= small_object) {
    for (std::size_t i = 1; i < members.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (members[i].name == members[j].name) return &members[i].name;
    return nullptr;
  }
  std::vector<const std::string*> names;
  names.reserve(members.size());
  for (const Member& member : members)
    names.push_back(&member.name);
  std::sort(names.begin(), names.end(), [](auto* a, auto* b) { return *a < *b; });
  const auto at =
      std::adjacent_find(names.begin(), names.end(), [](auto* a, auto* b) { return *a == *b; });
  return at == names.end() ? nullptr : *at;
}

// Receives Boost.JSON's parse events and builds the tree.
class Builder {
 public:
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  Value result;
  std::string repeated;  // a duplicate key, when one was found
  bool found_repeated = false;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    open_.push_back(Value::object());
    return true;
  }
  bool on_object_end(std::size_t, error_code& error) {
    if (const std::string* name = repeated_name(*open_.back().object_members())) {
      found_repeated = true;
      repeated = name->substr(0, shown_key_max);
      error = boost::json::error::syntax;
      return false;
    }
    return close();
  }
  bool on_array_begin(error_code&) {
    open_.push_back(Value(Value::Array()));
    return true;
  }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_key(string_view part, std::size_t, error_code&) {
    collect(part);
    keys_.push_back(std::move(text_));
    text_.clear();
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_string(string_view part, std::size_t, error_code&) {
    collect(part);
    Value value(std::move(text_));
    text_.clear();
    return add(std::move(value));
  }
  bool on_number_part(string_view part, error_code&) { return collect(part); }
  bool on_int64(std::int64_t, string_view part, error_code&) { return number(part); }
  bool on_uint64(std::uint64_t, string_view part, error_code&) { return number(part); }
  bool on_double(double, string_view part, error_code&) { return number(part); }
  bool on_bool(bool value, error_code&) { return add(Value(value)); }
  bool on_null(error_code&) { return add(Value()); }
  bool on_comment_part(string_view, error_code&) { return false; }
  bool on_comment(string_view, error_code&) { return false; }

 private:
  bool collect(string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  bool number(string_view part) {
    collect(part);
    Value::Number number{std::move(text_)};
    text_.clear();
    return add(Value(std::move(number)));
  }
  bool close() {
    Value value = std::move(open_.back());
    open_.pop_back();
    return add(std::move(value));
  }
  bool add(Value value) {
    if (open_.empty()) {
      result = std::move(value);
    } else if (Value::Array* items = open_.back().array()) {
      items->push_back(std::move(value));
    } else {
      open_.back().object_members()->push_back({std::move(keys_.back()), std::move(value)});
      keys_.pop_back();
    }
    return true;
  }

  std::vector<Value> open_;        // the lists and objects around the current place
  std::vector<std::string> keys_;  // of the members being read, outermost first
  std::string text_;               // of the current string, key or number
};

base::Result<Value> refuse(std::string_view what, std::size_t position) {
  return base::fail("invalid_json", "not valid JSON: " + std::string(what) + " at byte " +
                                        std::to_string(position));
}

std::string_view explain(const boost::json::error_code& code) {
  using boost::json::error;
  if (code == error::too_deep) return "lists and objects are nested too deeply";
  if (code == error::incomplete) return "the text ends too early";
  if (code == error::exponent_overflow) return "a number is too large";
  if (code == error::expected_utf16_escape || code == error::illegal_leading_surrogate ||
      code == error::illegal_trailing_surrogate || code == error::expected_hex_digit)
    return "a \\u escape is wrong";
  return "unexpected characters";
}

}  // namespace

base::Result<Value> parse(std::string_view text, const ParseLimits& limits) {
  if (text.size() > limits.size_max)
    return refuse("the text is longer than " + std::to_string(limits.size_max) + " bytes",
                  limits.size_max);
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  boost::json::basic_parser<Builder> parser(options);
  boost::json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (parser.handler().found_repeated)
    return refuse(
        "the key \"" + parser.handler().repeated + "\" occurs twice in the object that ends", read);
  if (error) return refuse(explain(error), read);
  if (read != text.size()) return refuse("more text follows the value", read);
  return std::move(parser.handler().result);
}

}  // namespace json
