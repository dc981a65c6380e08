#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace feeds {

// What to do with a remainder smaller than one step.
enum class Remainder : std::uint8_t { Refuse, Drop };

// How many steps of `step_nano` x 10^-9 the unsigned plain decimal `text` x 10^-shift is, exactly:
// "61837.64" at step 10^7 is 6183764; "1838500" with shift 4 at the same step is 18385. With Drop
// the part below one step is left out. The dedicated reader of feed files: no sign, no exponent, at
// most 19 digits before and 30 after the point. 0 <= shift <= 9.
// Errors: invalid_decimal, off_step (with Refuse), out_of_range (above steps_max).
base::Result<std::int64_t> parse_steps(std::string_view text, std::int64_t step_nano,
                                       std::int64_t steps_max, Remainder remainder, int shift = 0);

// Unsigned digits only, below 2^63. Errors: invalid_number.
base::Result<std::int64_t> parse_whole(std::string_view text);

}  // namespace feeds
