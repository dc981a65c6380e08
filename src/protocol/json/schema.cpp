#include <algorithm>

#include "base/check.hpp"
#include "json/fields.hpp"

namespace json {
namespace {

constexpr int nesting_max = 16;  // a described type that contains itself is a bug
constexpr std::string_view decimal_output = R"(^-?(0|[1-9][0-9]*)(\.[0-9]+)?$)";

void write_fields(Writer& writer, const std::vector<FieldInfo>& fields, Direction direction,
                  int depth);

// A default or example, in the JSON form of the field's kind.
void write_sample(Writer& writer, const FieldInfo& field, std::string_view text) {
  const auto value = value_from_text(field, text);
  CHECK(value.has_value());
  write(writer, *value);
}

void write_text_rules(Writer& writer, const Options& options) {
  if (options.choice_count > 0) {
    writer.key("enum");
    writer.begin_array();
    for (std::size_t i = 0; i < options.choice_count; ++i)
      writer.text(options.choices[i]);
    writer.end_array();
    return;
  }
  if (options.length_min > 0) writer.member("minLength", options.length_min);
  if (options.length_max != text_length_max_default) writer.member("maxLength", options.length_max);
}

void write_integer_rules(Writer& writer, const TypeInfo& type, const Options& options) {
  writer.member("type", "integer");
  // Only what the declaration states and the sign: the bounds of the C++ type are not the caller's.
  if (options.min || type.integer_min == 0) writer.member("minimum", options.min.value_or(0));
  if (options.max) writer.member("maximum", *options.max);
}

void write_decimal_rules(Writer& writer, Direction direction) {
  writer.key("type");
  if (direction == Direction::Input) {
    writer.begin_array();
    writer.text("string");
    writer.text("number");
    writer.end_array();
  } else {
    writer.text("string");
  }
  writer.member("pattern", decimal_output);
}

// The members of the schema of one value, without its braces.
void write_rules(Writer& writer, const TypeInfo& type, const Options& options, Direction direction,
                 int depth) {
  CHECK(depth < nesting_max);
  switch (type.kind) {
    case Kind::Text:
      writer.member("type", "string");
      write_text_rules(writer, options);
      return;
    case Kind::Boolean: writer.member("type", "boolean"); return;
    case Kind::Integer: write_integer_rules(writer, type, options); return;
    case Kind::Decimal: write_decimal_rules(writer, direction); return;
    case Kind::Object: write_fields(writer, type.fields(), direction, depth + 1); return;
    case Kind::List: break;
  }
  writer.member("type", "array");
  if (direction == Direction::Input) writer.member("maxItems", options.items_max);
  writer.key("items");
  writer.begin_object();
  write_rules(writer, *type.item, options, direction, depth + 1);
  writer.end_object();
}

void write_field(Writer& writer, const FieldInfo& field, Direction direction, int depth) {
  writer.begin_object();
  write_rules(writer, *field.type, field.options, direction, depth);
  writer.member("description", field.description);
  if (!field.options.default_text.empty()) {
    writer.key("default");
    write_sample(writer, field, field.options.default_text);
  }
  if (!field.options.example.empty()) {
    writer.key("examples");
    writer.begin_array();
    write_sample(writer, field, field.options.example);
    writer.end_array();
  }
  writer.end_object();
}

void write_fields(Writer& writer, const std::vector<FieldInfo>& fields, Direction direction,
                  int depth) {
  writer.member("type", "object");
  writer.key("properties");
  writer.begin_object();
  for (const FieldInfo& field : fields) {
    writer.key(field.name);
    write_field(writer, field, direction, depth);
  }
  writer.end_object();
  // A field with a default may be left out of a request but is always in an answer.
  const auto always = [&](const FieldInfo& field) {
    return direction == Direction::Input ? field.required : field.peek == nullptr;
  };
  if (std::any_of(fields.begin(), fields.end(), always)) {
    writer.key("required");
    writer.begin_array();
    for (const FieldInfo& field : fields)
      if (always(field)) writer.text(field.name);
    writer.end_array();
  }
  writer.member("additionalProperties", false);
}

}  // namespace

std::string schema(const std::vector<FieldInfo>& fields, Direction direction) {
  std::string out;
  Writer writer(out);
  writer.begin_object();
  write_fields(writer, fields, direction, 0);
  writer.end_object();
  return out;
}

std::string schema(const FieldInfo& field, Direction direction) {
  std::string out;
  Writer writer(out);
  write_field(writer, field, direction, 0);
  return out;
}

}  // namespace json
