#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace crypto {

// Argon2id (RFC 9106). Hashing is slow on purpose and takes `memory_kib`: callers run it on few
// threads of their own, behind a bounded queue.
struct PasswordCost {
  std::uint32_t memory_kib = 64 * 1'024;
  std::uint32_t iterations = 3;
  std::uint32_t lanes = 1;
};

inline constexpr std::size_t password_size_max = 256;  // bytes

// The encoded form $argon2id$v=19$m=...,t=...,p=...$salt$hash with a fresh salt of 16 bytes.
// Errors: invalid_password when longer than password_size_max, out_of_memory.
base::Result<std::string> hash_password(std::string_view password, const PasswordCost& cost = {});

// False for a wrong password, and for an encoded form that is damaged or not argon2id.
[[nodiscard]] bool verify_password(std::string_view encoded, std::string_view password);

// True when the form was made with another cost and should be made again at the next login.
[[nodiscard]] bool needs_rehash(std::string_view encoded, const PasswordCost& cost);

}  // namespace crypto
