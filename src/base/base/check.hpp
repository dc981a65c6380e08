#pragma once

// CHECK states what can only be false through a bug. It stays on in release: a wrong state stops
// the process at once, and the restart replays the journal. It is never used for bad input.

namespace base {

[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace base

#define CHECK(condition)                                    \
  do {                                                      \
    if (!(condition)) [[unlikely]]                          \
      ::base::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)
