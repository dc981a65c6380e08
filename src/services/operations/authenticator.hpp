#pragma once

#include <string_view>

#include "base/result.hpp"
#include "operations/operation.hpp"

namespace operations {

// Turns a bearer token into the caller it stands for. Doors call it once a request, on their own
// threads: an implementation is thread-safe and neither blocks nor reads a database.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // user, username and permissions are filled; channel, request_id and address are the
  // door's to set. Errors: a code such as invalid_token; doors answer 401 with it as the reason.
  virtual base::Result<Caller> verify(std::string_view token) const = 0;
};

}  // namespace operations
