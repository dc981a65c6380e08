#include "json/value.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace json {

const Value* Value::find(std::string_view name) const {
  const Object* members = object_members();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members)
    if (member.name == name) return &member.value;
  return nullptr;
}

void Value::add(std::string_view name, Value value) {
  Object* members = object_members();
  CHECK(members != nullptr && find(name) == nullptr);
  members->push_back({std::string(name), std::move(value)});
}

std::string_view Value::kind_name() const {
  constexpr std::array<std::string_view, 6> names{"null", "a boolean", "a number",
                                                  "text", "a list",    "an object"};
  return names[data_.index()];
}

bool Value::operator==(const Value& other) const {
  return data_ == other.data_;
}

}  // namespace json
