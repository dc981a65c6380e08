#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace json {

class Value;

// Appends compact JSON to a string. Commas come by themselves; the caller pairs begin and end and
// gives every member a key. Any bytes may be given as text: what is not UTF-8 becomes U+FFFD, so
// the result is always valid JSON.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }
  void key(std::string_view name);

  void text(std::string_view value);
  void boolean(bool value) { raw(value ? "true" : "false"); }
  void null() { raw("null"); }
  void integer(std::int64_t value);
  void integer(std::uint64_t value);
  // A finished JSON text, for example a number that is already text.
  void raw(std::string_view json) {
    separate();
    out_.append(json);
  }

  void member(std::string_view name, std::string_view value) {
    key(name);
    text(value);
  }
  void member(std::string_view name, const char* value) { member(name, std::string_view(value)); }
  void member(std::string_view name, bool value) {
    key(name);
    boolean(value);
  }
  template <std::integral T>
  void member(std::string_view name, T value) {
    key(name);
    if constexpr (std::is_signed_v<T>)
      integer(static_cast<std::int64_t>(value));
    else
      integer(static_cast<std::uint64_t>(value));
  }
  void raw_member(std::string_view name, std::string_view json) {
    key(name);
    raw(json);
  }

 private:
  void separate() {
    if (comma_) out_.push_back(',');
    comma_ = true;
  }
  void open(char bracket) {
    separate();
    out_.push_back(bracket);
    comma_ = false;
  }
  void close(char bracket) {
    out_.push_back(bracket);
    comma_ = true;
  }

  std::string& out_;
  bool comma_ = false;
};

// The text as a JSON string with its quotes.
void append_quoted(std::string& out, std::string_view text);

void write(Writer& writer, const Value& value);
std::string to_text(const Value& value);

}  // namespace json
