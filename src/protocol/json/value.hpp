#pragma once

// JSON text in and out, without input or output of its own.
//
//   value.hpp   Value, the tree of a parsed text, and the strict parser
//   writer.hpp  Writer, which appends compact JSON to a string
//   fields.hpp  declared types: a struct that names its fields is read, written, described
//
// Called by every door, the feed readers and the stores. The parser takes RFC 8259 and nothing
// more: duplicate keys, trailing text, comments, invalid UTF-8, NaN and texts beyond the limits are
// refused, each at the cost of the bytes read so far. Numbers keep their exact text; nothing passes
// through floating point. Absent on purpose: pretty printing, JSON pointers, in-place editing.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace json {

struct Member;

class Value {
 public:
  struct Number {
    std::string text;  // as it stood in the input: JSON's number grammar
    bool operator==(const Number&) const = default;
  };
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;  // in the order of the text, names unique

  Value();  // null
  explicit Value(bool value);
  explicit Value(Number value);
  explicit Value(std::string value);
  explicit Value(Array value);
  explicit Value(Object value);
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();
  static Value text(std::string_view value) { return Value(std::string(value)); }
  static Value object();

  [[nodiscard]] bool is_null() const { return data_.index() == 0; }
  // Null when the value is of another kind.
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const Number* number() const { return std::get_if<Number>(&data_); }
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* object_members() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Array* array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* object_members() { return std::get_if<Object>(&data_); }

  // The member of this object; null when absent or when this is no object.
  [[nodiscard]] const Value* find(std::string_view name) const;
  // Appends a member; CHECKs that this is an object without that name.
  void add(std::string_view name, Value value);

  // "null", "a boolean", "a number", "text", "a list" or "an object": for messages.
  [[nodiscard]] std::string_view kind_name() const;

  bool operator==(const Value&) const;

 private:
  std::variant<std::monostate, bool, Number, std::string, Array, Object> data_;
};

struct Member {
  std::string name;
  Value value;
  bool operator==(const Member&) const = default;
};

// Here, where Member is complete.
inline Value::Value() = default;
inline Value::Value(bool value) : data_(value) {}
inline Value::Value(Number value) : data_(std::move(value)) {}
inline Value::Value(std::string value) : data_(std::move(value)) {}
inline Value::Value(Array value) : data_(std::move(value)) {}
inline Value::Value(Object value) : data_(std::move(value)) {}
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;
inline Value Value::object() {
  return Value(Object());
}

struct ParseLimits {
  std::size_t depth_max = 32;  // nested lists and objects
  std::size_t size_max = std::size_t{1} << 20;
};

// Errors: invalid_json, with the byte position where reading stopped.
base::Result<Value> parse(std::string_view text, const ParseLimits& limits = {});

}  // namespace json
