#include "identity/password_rules.hpp"

#include <algorithm>
#include <string>

#include "crypto/password.hpp"
#include "identity/identity.hpp"

namespace identity {
namespace {

constexpr std::size_t username_size_max = 32;

// The most used ones of at least password_size_min bytes in published leaks.
constexpr std::string_view common[] = {
    "12345678",  "123456789", "1234567890", "password",      "password1", "password123",
    "passw0rd",  "qwerty123", "qwertyuiop", "1q2w3e4r",      "1qaz2wsx",  "11111111",
    "00000000",  "abc12345",  "abcd1234",   "iloveyou",      "sunshine",  "princess",
    "football",  "baseball",  "superman",   "trustno1",      "welcome1",  "welcome123",
    "letmein1",  "admin123",  "admin1234",  "administrator", "changeme",  "changeme123",
    "starwars",  "whatever",  "computer",   "internet",      "87654321",  "asdfghjk",
    "asdfghjkl", "zaq12wsx",  "dragon123",  "monkey123",     "q1w2e3r4",  "p@ssw0rd",
};

}  // namespace

base::Status check_password(std::string_view password, std::string_view username) {
  const auto weak = [](std::string why) { return base::fail("weak_password", std::move(why)); };
  if (password.size() < password_size_min)
    return weak("A password has at least " + std::to_string(password_size_min) + " characters.");
  if (password.size() > crypto::password_size_max)
    return weak("A password has at most " + std::to_string(crypto::password_size_max) + " bytes.");
  std::string lower(password);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (lower == username) return weak("A password must differ from the user's name.");
  if (std::find(std::begin(common), std::end(common), lower) != std::end(common))
    return weak("This password is one of the first that are tried; take another.");
  return {};
}

base::Status check_username(std::string_view username) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
  };
  if (username.empty() || username.size() > username_size_max || username[0] < 'a' ||
      username[0] > 'z' || !std::all_of(username.begin(), username.end(), allowed))
    return base::fail("invalid_username",
                      "A user name has 1 to 32 of a-z 0-9 . _ - and begins with a letter.");
  return {};
}

}  // namespace identity
