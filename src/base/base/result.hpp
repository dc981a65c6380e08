#pragma once

#include <string>
#include <utility>

#include <tl/expected.hpp>

// Expected failures are values. An Error says what went wrong in one sentence that can be shown to
// the person who can mend it; it never carries a secret. `code` is a stable snake_case word.

namespace base {

struct Error {
  std::string code;
  std::string message;
};

template <class T>
using Result = tl::expected<T, Error>;

using Status = Result<void>;

inline tl::unexpected<Error> fail(std::string code, std::string message) {
  return tl::unexpected<Error>(Error{std::move(code), std::move(message)});
}

}  // namespace base

#define BASE_CONCAT_(a, b) a##b
#define BASE_CONCAT(a, b) BASE_CONCAT_(a, b)

// TRY(auto value, expression): binds the value of a Result or returns its error to the caller.
#define TRY(binding, expression)                                                  \
  auto BASE_CONCAT(try_result_, __LINE__) = (expression);                         \
  if (!BASE_CONCAT(try_result_, __LINE__)) [[unlikely]]                           \
    return tl::unexpected(std::move(BASE_CONCAT(try_result_, __LINE__)).error()); \
  binding = *std::move(BASE_CONCAT(try_result_, __LINE__))

// TRY_STATUS(expression): returns the error of a Status to the caller, if there is one.
#define TRY_STATUS(expression)                              \
  do {                                                      \
    auto try_status = (expression);                         \
    if (!try_status) [[unlikely]]                           \
      return tl::unexpected(std::move(try_status).error()); \
  } while (false)
