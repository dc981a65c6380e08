#pragma once

#include <string>

#include "base/result.hpp"

namespace identity {

// The secret kept in the file, made of 32 random bytes with mode 0600 when there is none.
// Errors: file_error, and insecure_file when others may read it.
base::Result<std::string> load_or_create_secret(const std::string& path);

}  // namespace identity
