#include "json/writer.hpp"

#include <array>
#include <charconv>

#include "json/value.hpp"

namespace json {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
}

// Length of the well-formed UTF-8 sequence at `at` (Unicode table 3-7), 0 when it is ill-formed.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto continues = [&](std::size_t i) { return (byte_at(text, i) & 0xC0) == 0x80; };
  const unsigned char first = byte_at(text, at);
  const unsigned char second = byte_at(text, at + 1);
  if (first >= 0xC2 && first <= 0xDF) return continues(at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!continues(at + 1) || !continues(at + 2)) return 0;
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!continues(at + 1) || !continues(at + 2) || !continues(at + 3)) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return 4;
  }
  return 0;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '"': out.append("\\\""); return;
    case '\\': out.append("\\\\"); return;
    case '\n': out.append("\\n"); return;
    case '\r': out.append("\\r"); return;
    case '\t': out.append("\\t"); return;
    default:
      out.append("\\u00");
      out.push_back(hex[static_cast<unsigned char>(c) >> 4]);
      out.push_back(hex[static_cast<unsigned char>(c) & 0xF]);
  }
}

template <class T>
void append_integer(std::string& out, T value) {
  std::array<char, 24> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  std::size_t plain = 0;  // start of what is not copied yet
  std::size_t at = 0;
  const auto copy = [&] { out.append(text.substr(plain, at - plain)); };
  while (at < text.size()) {
    const unsigned char c = byte_at(text, at);
    if (c >= 0x80) {
      if (const std::size_t length = sequence_length(text, at)) {
        at += length;
        continue;
      }
      copy();
      out.append(replacement);
    } else if (c < 0x20 || c == '"' || c == '\\') {
      copy();
      append_escape(out, text[at]);
    } else {
      ++at;
      continue;
    }
    plain = ++at;
  }
  copy();
  out.push_back('"');
}

void Writer::key(std::string_view name) {
  separate();
  append_quoted(out_, name);
  out_.push_back(':');
  comma_ = false;
}

void Writer::text(std::string_view value) {
  separate();
  append_quoted(out_, value);
}

void Writer::integer(std::int64_t value) {
  separate();
  append_integer(out_, value);
}

void Writer::integer(std::uint64_t value) {
  separate();
  append_integer(out_, value);
}

void write(Writer& writer, const Value& value) {
  if (value.is_null()) {
    writer.null();
  } else if (const bool* boolean = value.boolean()) {
    writer.boolean(*boolean);
  } else if (const Value::Number* number = value.number()) {
    writer.raw(number->text);
  } else if (const std::string* text = value.string()) {
    writer.text(*text);
  } else if (const Value::Array* items = value.array()) {
    writer.begin_array();
    for (const Value& item : *items)
      write(writer, item);
    writer.end_array();
  } else {
    writer.begin_object();
    for (const Member& member : *value.object_members()) {
      writer.key(member.name);
      write(writer, member.value);
    }
    writer.end_object();
  }
}

std::string to_text(const Value& value) {
  std::string out;
  Writer writer(out);
  write(writer, value);
  return out;
}

}  // namespace json
