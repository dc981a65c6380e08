#pragma once

#include <compare>
#include <cstdint>
#include <functional>

// An identifier that cannot be mixed up with another kind of identifier or with a number.
// Zero is "none": the first real identifier of every kind is 1.

namespace base {

template <class Tag, class Rep>
class StrongId {
 public:
  using rep = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  [[nodiscard]] constexpr Rep value() const { return value_; }
  [[nodiscard]] constexpr bool valid() const { return value_ != 0; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_ = 0;
};

}  // namespace base

template <class Tag, class Rep>
struct std::hash<base::StrongId<Tag, Rep>> {
  std::size_t operator()(base::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
