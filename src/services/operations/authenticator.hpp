#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "operations/operation.hpp"

namespace operations {

// Turns a bearer token into the caller it stands for. Doors call it once a request, on their own
// threads: an implementation is thread-safe and neither blocks nor reads a database.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // user, username and permissions are filled; channel and request_id are the door's to set.
  // Errors: 401 with a reason such as invalid_token or token_expired.
  virtual tl::expected<Caller, ApiError> verify(std::string_view token) const = 0;
};

}  // namespace operations
