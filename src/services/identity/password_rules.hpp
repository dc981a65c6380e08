#pragma once

#include <string_view>

#include "base/result.hpp"

namespace identity {

// 8 to 256 bytes, not the user's name, none of the passwords that are tried first. No rules on
// kinds of characters: length is what helps. Errors: weak_password.
base::Status check_password(std::string_view password, std::string_view username);

// 1 to 32 of a-z 0-9 . _ -, beginning with a letter. Errors: invalid_username.
base::Status check_username(std::string_view username);

}  // namespace identity
