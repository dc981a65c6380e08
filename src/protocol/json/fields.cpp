#include "json/fields.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace json {
namespace {

constexpr std::size_t shown_text_max = 40;
constexpr int decimal_scale = 18;

// The place in the request, for messages; lives on the stack of the readers.
struct Path {
  const Path* parent = nullptr;
  std::string_view name;  // empty: an item of the parent's list
  std::size_t index = 0;

  [[nodiscard]] std::string text() const {
    std::string before = parent != nullptr ? parent->text() : std::string();
    if (name.empty()) return before + '[' + std::to_string(index) + ']';
    return before.empty() ? std::string(name) : before + '.' + std::string(name);
  }
};

tl::unexpected<base::Error> refuse(const Path& path, std::string_view what) {
  return base::fail("invalid_request", path.text() + ": " + std::string(what));
}

std::string shown(std::string_view text) {
  if (text.size() <= shown_text_max) return '"' + std::string(text) + '"';
  return '"' + std::string(text.substr(0, shown_text_max)) + "...\"";
}

std::string joined(const Options& options) {
  std::string out;
  for (std::size_t i = 0; i < options.choice_count; ++i) {
    if (i > 0) out += ", ";
    out += options.choices[i];
  }
  return out;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

std::string wrong_kind(std::string_view wanted, const Value& value) {
  std::string out = "must be " + std::string(wanted) + ", not " + std::string(value.kind_name());
  if (value.is_null()) out += "; leave the field out when it has no value";
  return out;
}

base::Status read_text(const Value& from, std::string& to, const Options& options,
                       const Path& path) {
  const std::string* text = from.string();
  if (text == nullptr) return refuse(path, wrong_kind("text", from));
  if (options.choice_count > 0) {
    const auto end = options.choices.begin() + static_cast<std::ptrdiff_t>(options.choice_count);
    if (std::find(options.choices.begin(), end, *text) == end)
      return refuse(path, "must be one of " + joined(options) + ", not " + shown(*text));
  }
  const std::size_t length = characters(*text);
  if (length < options.length_min)
    return refuse(path, "must have at least " + std::to_string(options.length_min) + " characters");
  if (length > options.length_max)
    return refuse(path, "must have at most " + std::to_string(options.length_max) + " characters");
  to = *text;
  return {};
}

struct Bounds {
  numeric::Int128 min;
  numeric::Int128 max;
};

Bounds bounds_of(const TypeInfo& type, const Options& options) {
  Bounds bounds{type.integer_min, type.integer_max};
  if (options.min) bounds.min = std::max<numeric::Int128>(bounds.min, *options.min);
  if (options.max) bounds.max = std::min<numeric::Int128>(bounds.max, *options.max);
  return bounds;
}

base::Status read_integer(const Value& from, void* to, const TypeInfo& type, const Options& options,
                          const Path& path) {
  const Value::Number* number = from.number();
  if (number == nullptr) return refuse(path, wrong_kind("a whole number", from));
  const auto value = numeric::parse_decimal(number->text, 0);
  if (!value && value.error().code != "decimal_range")
    return refuse(path, "must be a whole number");
  const Bounds bounds = bounds_of(type, options);
  if (!value || *value < bounds.min || *value > bounds.max)
    return refuse(path, "must be a whole number from " + numeric::format_decimal(bounds.min, 0) +
                            " to " + numeric::format_decimal(bounds.max, 0));
  type.set_integer(to, *value);
  return {};
}

base::Status read_decimal(const Value& from, Decimal& to, const Path& path) {
  const std::string* text = from.string();
  const Value::Number* number = from.number();
  if (text == nullptr && number == nullptr)
    return refuse(path, wrong_kind("a decimal number or its text", from));
  if (text != nullptr && text->find_first_of("eE+") != std::string::npos)
    return refuse(path, "must be a decimal number in plain notation, for example \"12.5\"");
  const auto value = numeric::parse_decimal(text != nullptr ? *text : number->text, decimal_scale);
  if (!value) {
    if (value.error().code == "invalid_decimal")
      return refuse(path, "must be a decimal number in plain notation, for example \"12.5\"");
    return refuse(path, value.error().message);
  }
  to.text = numeric::format_decimal(*value, decimal_scale);
  return {};
}

base::Status read_members(const Value& from, void* to, const std::vector<FieldInfo>& fields,
                          const Path* parent);

base::Status read_value(const Value& from, void* to, const TypeInfo& type, const Options& options,
                        const Path& path) {
  switch (type.kind) {
    case Kind::Text: return read_text(from, *static_cast<std::string*>(to), options, path);
    case Kind::Boolean:
      if (from.boolean() == nullptr) return refuse(path, wrong_kind("true or false", from));
      *static_cast<bool*>(to) = *from.boolean();
      return {};
    case Kind::Integer: return read_integer(from, to, type, options, path);
    case Kind::Decimal: return read_decimal(from, *static_cast<Decimal*>(to), path);
    case Kind::Object:
      if (from.object_members() == nullptr) return refuse(path, wrong_kind("an object", from));
      return read_members(from, to, type.fields(), &path);
    case Kind::List: break;
  }
  const Value::Array* items = from.array();
  if (items == nullptr) return refuse(path, wrong_kind("a list", from));
  if (items->size() > options.items_max)
    return refuse(path, "must have at most " + std::to_string(options.items_max) + " items");
  for (std::size_t i = 0; i < items->size(); ++i)
    TRY_STATUS(read_value((*items)[i], type.append(to), *type.item, options,
                          Path{.parent = &path, .index = i}));
  return {};
}

base::Status refuse_unknown(const Value::Object& members, const std::vector<FieldInfo>& fields,
                            const Path* parent) {
  for (const Member& member : members) {
    const auto known = [&](const FieldInfo& field) { return field.name == member.name; };
    if (std::any_of(fields.begin(), fields.end(), known)) continue;
    std::string message = parent != nullptr ? parent->text() + ": " : std::string();
    message += "there is no field " + shown(member.name);
    message += fields.empty() ? "; no fields are expected" : "; the fields are ";
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) message += ", ";
      message += fields[i].name;
    }
    return base::fail("invalid_request", std::move(message));
  }
  return {};
}

base::Status read_members(const Value& from, void* to, const std::vector<FieldInfo>& fields,
                          const Path* parent) {
  TRY_STATUS(refuse_unknown(*from.object_members(), fields, parent));
  for (const FieldInfo& field : fields) {
    const Path path{.parent = parent, .name = field.name};
    void* target = static_cast<char*>(to) + field.offset;
    const Value* value = from.find(field.name);
    Value standard;
    if (value == nullptr && !field.options.default_text.empty()) {
      auto made = value_from_text(field, field.options.default_text);
      CHECK(made.has_value());
      standard = std::move(*made);
      value = &standard;
    }
    if (value == nullptr) {
      if (field.required) return refuse(path, "is required");
      continue;
    }
    if (field.engage != nullptr) target = field.engage(target);
    TRY_STATUS(read_value(*value, target, *field.type, field.options, path));
  }
  return {};
}

void write_value(Writer& writer, const void* from, const TypeInfo& type) {
  switch (type.kind) {
    case Kind::Text: writer.text(*static_cast<const std::string*>(from)); return;
    case Kind::Boolean: writer.boolean(*static_cast<const bool*>(from)); return;
    case Kind::Integer: {
      const numeric::Int128 value = type.get_integer(from);
      if (value < 0)
        writer.integer(static_cast<std::int64_t>(value));
      else
        writer.integer(static_cast<std::uint64_t>(value));
      return;
    }
    case Kind::Decimal: writer.text(static_cast<const Decimal*>(from)->text); return;
    case Kind::Object: detail::write_object(writer, from, type.fields()); return;
    case Kind::List:
      writer.begin_array();
      for (std::size_t i = 0; const void* item = type.at(from, i); ++i)
        write_value(writer, item, *type.item);
      writer.end_array();
  }
}

base::Result<Value> refuse_text(const FieldInfo& field, std::string_view what) {
  return refuse(Path{.name = field.name}, what);
}

base::Result<Value> scalar_from_text(const FieldInfo& field, Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::Boolean:
      if (text == "true") return Value(true);
      if (text == "false") return Value(false);
      return refuse_text(field, "must be true or false, not " + shown(text));
    case Kind::Integer:
      if (!numeric::parse_decimal(text, 0) || text.find_first_not_of("-0123456789") != text.npos)
        return refuse_text(field, "must be a whole number, not " + shown(text));
      return Value(Value::Number{std::string(text)});
    case Kind::Text:
    case Kind::Decimal: return Value::text(text);
    case Kind::List:
    case Kind::Object: break;
  }
  return refuse_text(field, "can only be given in a JSON body");
}

}  // namespace

namespace detail {

base::Status read_object(const Value& from, void* to, const std::vector<FieldInfo>& fields) {
  if (from.object_members() == nullptr)
    return base::fail("invalid_request", "the request " + wrong_kind("an object", from));
  return read_members(from, to, fields, nullptr);
}

void write_object(Writer& writer, const void* from, const std::vector<FieldInfo>& fields) {
  writer.begin_object();
  for (const FieldInfo& field : fields) {
    const void* value = static_cast<const char*>(from) + field.offset;
    if (field.peek != nullptr) value = field.peek(value);
    if (value == nullptr) continue;
    writer.key(field.name);
    write_value(writer, value, *field.type);
  }
  writer.end_object();
}

}  // namespace detail

base::Result<Value> value_from_text(const FieldInfo& field, std::string_view text) {
  if (field.kind() != Kind::List) return scalar_from_text(field, field.kind(), text);
  Value::Array items;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    TRY(Value item, scalar_from_text(field, field.type->item->kind, text.substr(0, comma)));
    items.push_back(std::move(item));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return Value(std::move(items));
}

}  // namespace json
