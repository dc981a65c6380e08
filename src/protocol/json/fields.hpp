#pragma once

// Declared types: a struct names its fields once and is read from JSON, written to JSON and
// described as JSON Schema, query parameters, command line options and reference pages.
//
//   struct PlaceOrder {
//     std::optional<std::string> account_id;
//     std::string side;
//     json::Decimal quantity;
//     std::int32_t limit = 0;
//     static constexpr auto fields() {
//       return std::tuple{
//           json::field("account_id", &PlaceOrder::account_id, "Account; may be left out where
//           ..."), json::field("side", &PlaceOrder::side, "Buy or sell.", json::one_of("buy",
//           "sell")), json::field("quantity", &PlaceOrder::quantity, "Quantity.",
//           json::example("100")), json::field("limit", &PlaceOrder::limit, "Largest number of
//           rows.", json::min(1),
//                       json::max(1000), json::default_text("100")),
//       };
//     }
//   };
//
// Members may be std::string, bool, integers, json::Decimal, other described structs, std::vector
// of these, and std::optional of any of them. A field is required unless it is optional or has a
// default. Templates only list the fields; all work is done in fields.cpp over FieldInfo, so that
// including this header stays cheap. Absent on purpose: floating point, null, maps, inheritance.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"
#include "numeric/decimal.hpp"

namespace json {

// An exact decimal. Read from a JSON string (plain notation) or number, at most 18 decimals; kept
// and written as its shortest plain text, for example "1000" or "-0.25". Never empty once read.
struct Decimal {
  std::string text;
  bool operator==(const Decimal&) const = default;
};

inline constexpr std::size_t choices_max = 16;
inline constexpr std::uint32_t text_length_max_default = 4'096;  // characters
inline constexpr std::uint32_t list_items_max_default = 1'000;   // on reading

struct Options {
  std::array<std::string_view, choices_max> choices{};
  std::size_t choice_count = 0;
  std::optional<std::int64_t> min;
  std::optional<std::int64_t> max;
  std::uint32_t length_min = 0;
  std::uint32_t length_max = text_length_max_default;
  std::uint32_t items_max = list_items_max_default;
  std::string_view example;       // text of the value, without quotes
  std::string_view default_text;  // likewise; read when the field is absent
};

enum class Kind : std::uint8_t { Text, Boolean, Integer, Decimal, List, Object };

struct FieldInfo;

// How one C++ type is read and written; one constant object a type.
struct TypeInfo {
  Kind kind = Kind::Text;
  std::int64_t integer_min = 0;
  std::uint64_t integer_max = 0;
  void (*set_integer)(void* to, numeric::Int128 value) = nullptr;
  numeric::Int128 (*get_integer)(const void* from) = nullptr;
  const TypeInfo* item = nullptr;                       // of a list
  const std::vector<FieldInfo>& (*fields)() = nullptr;  // of an object
  void* (*append)(void* list) = nullptr;                // the address of a new last item
  const void* (*at)(const void* list, std::size_t index) = nullptr;  // null past the end
};

struct FieldInfo {
  std::string_view name;
  std::string_view description;
  bool required = true;
  const TypeInfo* type = nullptr;  // of the value, without std::optional
  Options options;
  std::size_t offset = 0;
  void* (*engage)(void* optional) = nullptr;            // null when not a std::optional
  const void* (*peek)(const void* optional) = nullptr;  // null result when empty

  [[nodiscard]] Kind kind() const { return type->kind; }
};

// Options of a field.
struct OneOf {
  std::array<std::string_view, choices_max> values{};
  std::size_t count = 0;
  constexpr void apply(Options& options) const {
    options.choices = values;
    options.choice_count = count;
  }
};
// The texts the field, or each item of a list, may have.
template <class... Text>
constexpr OneOf one_of(const Text&... text) {
  static_assert(sizeof...(Text) <= choices_max);
  return {{std::string_view(text)...}, sizeof...(Text)};
}
template <auto Target>
struct SetOption {
  std::remove_reference_t<decltype(std::declval<Options&>().*Target)> value;
  constexpr void apply(Options& options) const { options.*Target = value; }
};
constexpr SetOption<&Options::min> min(std::int64_t value) {
  return {value};
}
constexpr SetOption<&Options::max> max(std::int64_t value) {
  return {value};
}
constexpr SetOption<&Options::length_min> min_length(std::uint32_t n) {
  return {n};
}
constexpr SetOption<&Options::length_max> max_length(std::uint32_t n) {
  return {n};
}
constexpr SetOption<&Options::items_max> max_items(std::uint32_t n) {
  return {n};
}
constexpr SetOption<&Options::example> example(std::string_view text) {
  return {text};
}
constexpr SetOption<&Options::default_text> default_text(std::string_view text) {
  return {text};
}

template <class T, class M>
struct Field {
  std::string_view name;
  M T::*member;
  std::string_view description;
  Options options;
};

template <class T, class M, class... Option>
constexpr Field<T, M> field(std::string_view name, M T::*member, std::string_view description,
                            const Option&... option) {
  Field<T, M> result{name, member, description, {}};
  (option.apply(result.options), ...);
  return result;
}

template <class T>
const std::vector<FieldInfo>& fields_of();

namespace detail {

template <class M>
struct IsVector : std::false_type {};
template <class M>
struct IsVector<std::vector<M>> : std::true_type {};
template <class M>
struct IsOptional : std::false_type {};
template <class M>
struct IsOptional<std::optional<M>> : std::true_type {};

template <class M>
constexpr TypeInfo make_type();
template <class M>
inline constexpr TypeInfo type_of = make_type<M>();

template <class M>
constexpr TypeInfo make_integer_type() {
  TypeInfo type{.kind = Kind::Integer};
  type.integer_min = static_cast<std::int64_t>(std::numeric_limits<M>::min());
  type.integer_max = static_cast<std::uint64_t>(std::numeric_limits<M>::max());
  type.set_integer = [](void* to, numeric::Int128 v) { *static_cast<M*>(to) = static_cast<M>(v); };
  type.get_integer = [](const void* from) -> numeric::Int128 {
    return *static_cast<const M*>(from);
  };
  return type;
}

template <class M>
constexpr TypeInfo make_list_type() {
  using Item = typename M::value_type;
  static_assert(!std::is_same_v<Item, bool> && !IsOptional<Item>::value);
  TypeInfo type{.kind = Kind::List};
  type.item = &type_of<Item>;
  type.append = [](void* list) -> void* { return &static_cast<M*>(list)->emplace_back(); };
  type.at = [](const void* list, std::size_t index) -> const void* {
    const M& items = *static_cast<const M*>(list);
    return index < items.size() ? &items[index] : nullptr;
  };
  return type;
}

template <class M>
constexpr TypeInfo make_type() {
  if constexpr (std::is_same_v<M, std::string>) {
    return {.kind = Kind::Text};
  } else if constexpr (std::is_same_v<M, bool>) {
    return {.kind = Kind::Boolean};
  } else if constexpr (std::is_same_v<M, Decimal>) {
    return {.kind = Kind::Decimal};
  } else if constexpr (std::is_integral_v<M>) {
    return make_integer_type<M>();
  } else if constexpr (IsVector<M>::value) {
    return make_list_type<M>();
  } else {
    TypeInfo type{.kind = Kind::Object};
    type.fields = &fields_of<M>;
    return type;
  }
}

template <class T, class M>
FieldInfo make_field(const T& sample, const Field<T, M>& field) {
  FieldInfo info{.name = field.name, .description = field.description, .options = field.options};
  info.offset =
      static_cast<std::size_t>(reinterpret_cast<const char*>(std::addressof(sample.*field.member)) -
                               reinterpret_cast<const char*>(std::addressof(sample)));
  info.required = !IsOptional<M>::value && field.options.default_text.empty();
  if constexpr (IsOptional<M>::value) {
    info.type = &type_of<typename M::value_type>;
    info.engage = [](void* optional) -> void* { return &static_cast<M*>(optional)->emplace(); };
    info.peek = [](const void* optional) -> const void* {
      const M& held = *static_cast<const M*>(optional);
      return held ? &*held : nullptr;
    };
  } else {
    info.type = &type_of<M>;
  }
  return info;
}

base::Status read_object(const Value& from, void* to, const std::vector<FieldInfo>& fields);
void write_object(Writer& writer, const void* from, const std::vector<FieldInfo>& fields);

}  // namespace detail

// The fields of T in declared order; built at the first use, valid for ever.
template <class T>
const std::vector<FieldInfo>& fields_of() {
  static const std::vector<FieldInfo> fields = [] {
    const T sample{};
    return std::apply(
        [&](const auto&... field) {
          return std::vector<FieldInfo>{detail::make_field(sample, field)...};
        },
        T::fields());
  }();
  return fields;
}

// Errors: invalid_request; the message begins with the field's path, for example
// "orders[2].side: must be one of buy, sell". Unknown fields are refused.
template <class T>
base::Result<T> read(const Value& value) {
  base::Result<T> result{T{}};
  auto status = detail::read_object(value, &*result, fields_of<T>());
  if (!status) return tl::unexpected(std::move(status).error());
  return result;
}

// One object; empty optional fields are left out.
template <class T>
requires requires {
  T::fields();
}
void write(Writer& writer, const T& value) {
  detail::write_object(writer, &value, fields_of<T>());
}
template <class T>
requires requires {
  T::fields();
}
std::string to_text(const T& value) {
  std::string out;
  Writer writer(out);
  write(writer, value);
  return out;
}

// Input: what read() takes (a decimal is text or a number). Output: what write() gives.
enum class Direction { Input, Output };

// JSON Schema 2020-12 text of an object with these fields, or of one field's value.
std::string schema(const std::vector<FieldInfo>& fields, Direction direction);
std::string schema(const FieldInfo& field, Direction direction);
template <class T>
std::string schema(Direction direction = Direction::Input) {
  return schema(fields_of<T>(), direction);
}

// The field's value from the text of a query parameter, path segment or command line option; a list
// is comma-separated. Errors: invalid_request.
base::Result<Value> value_from_text(const FieldInfo& field, std::string_view text);

}  // namespace json
