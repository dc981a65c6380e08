#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

// Exact decimal text for scaled integers, and arithmetic that reports overflow instead of wrapping.
// No value of the platform passes through floating point on its way in or out.

namespace numeric {

using Int128 = __int128;
using Uint128 = unsigned __int128;

inline constexpr int scale_max = 18;

// 10^exponent for exponent in [0, 18].
std::int64_t power_of_ten(int exponent);

// The value of `text` times 10^scale, exactly: "12.5" at scale 3 is 12500. Accepts an optional
// sign, digits, an optional fraction and an optional exponent (JSON's number grammar, plus leading
// zeros refused as there). Errors: invalid_decimal when it is not a decimal, decimal_precision when
// it has non-zero digits beyond the scale, decimal_range when it does not fit in 126 bits.
base::Result<Int128> parse_decimal(std::string_view text, int scale);

// The shortest decimal text of value / 10^scale: 12500 at scale 3 is "12.5". `decimals_min` keeps
// trailing zeros: 12500 at scale 3 with 2 is "12.50".
std::string format_decimal(Int128 value, int scale, int decimals_min = 0);

// False on overflow; `out` is then unspecified.
template <class T>
[[nodiscard]] constexpr bool checked_add(T a, T b, T& out) {
  return !__builtin_add_overflow(a, b, &out);
}
template <class T>
[[nodiscard]] constexpr bool checked_subtract(T a, T b, T& out) {
  return !__builtin_sub_overflow(a, b, &out);
}
template <class T>
[[nodiscard]] constexpr bool checked_multiply(T a, T b, T& out) {
  return !__builtin_mul_overflow(a, b, &out);
}

}  // namespace numeric
