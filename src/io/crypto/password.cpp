#include "crypto/password.hpp"

#include <argon2.h>

#include "base/check.hpp"
#include "crypto/crypto.hpp"

namespace crypto {
namespace {

constexpr std::size_t salt_size = 16;
constexpr std::size_t hash_size = 32;
constexpr std::string_view form_prefix = "$argon2id$v=19$";

std::string parameters(const PasswordCost& cost) {
  return std::string(form_prefix) + "m=" + std::to_string(cost.memory_kib) +
         ",t=" + std::to_string(cost.iterations) + ",p=" + std::to_string(cost.lanes) + "$";
}

}  // namespace

base::Result<std::string> hash_password(std::string_view password, const PasswordCost& cost) {
  if (password.size() > password_size_max)
    return base::fail("invalid_password",
                      "a password has at most " + std::to_string(password_size_max) + " bytes");
  std::array<std::uint8_t, salt_size> salt{};
  fill_random(salt);
  std::string encoded(argon2_encodedlen(cost.iterations, cost.memory_kib, cost.lanes, salt_size,
                                        hash_size, Argon2_id),
                      '\0');
  const int result = argon2id_hash_encoded(cost.iterations, cost.memory_kib, cost.lanes,
                                           password.data(), password.size(), salt.data(),
                                           salt.size(), hash_size, encoded.data(), encoded.size());
  if (result == ARGON2_MEMORY_ALLOCATION_ERROR)
    return base::fail("out_of_memory", "no memory for a password hash");
  CHECK(result == ARGON2_OK);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool verify_password(std::string_view encoded, std::string_view password) {
  if (password.size() > password_size_max || !encoded.starts_with(form_prefix)) return false;
  const std::string terminated(encoded);
  return argon2id_verify(terminated.c_str(), password.data(), password.size()) == ARGON2_OK;
}

bool needs_rehash(std::string_view encoded, const PasswordCost& cost) {
  return !encoded.starts_with(parameters(cost));
}

}  // namespace crypto
