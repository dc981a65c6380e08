#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace crypto {

// Signed access tokens: JWT (RFC 7519) with HS256 and nothing else, after RFC 8725. The algorithm
// is this code, not a choice of the token: the header must say exactly
// {"alg":"HS256","typ":"at+jwt", "kid":...} with a known kid, in any order; any other member is
// refused.

inline constexpr std::size_t token_size_max = 8 * 1'024;
inline constexpr std::size_t token_keys_max = 16;
inline constexpr std::size_t secret_size_min = 32;
inline constexpr std::int64_t token_leeway_s = 30;  // for clocks that differ

struct TokenKey {
  std::string id;  // kid: 1 to 32 of A-Z a-z 0-9 - _
  std::string secret;
};

struct TokenSettings {
  std::string issuer;
  std::string audience;
  std::vector<TokenKey> keys;  // the first signs, all verify
};

// All of them are in every token.
struct TokenClaims {
  std::string subject;         // sub: the user's id
  std::string session;         // sid
  std::uint32_t version = 0;   // ver: of the user's rights; a lower one than the present is void
  std::string id;              // jti
  base::Timestamp issued;      // iat, whole seconds
  base::Timestamp not_before;  // nbf
  base::Timestamp expires;     // exp
};

// Errors: weak_secret for fewer than secret_size_min bytes, fewer than 8 different bytes, or text
// that is known from examples.
base::Status check_secret(std::string_view secret);

class TokenIssuer {
 public:
  // Errors: weak_secret, invalid_setting (no or too many keys, a bad or double kid, empty names).
  static base::Result<TokenIssuer> make(TokenSettings settings);

  [[nodiscard]] std::string sign(const TokenClaims& claims) const;

  // Errors: invalid_token; the message says what for tests and logs and must not reach the caller.
  [[nodiscard]] base::Result<TokenClaims> verify(std::string_view token, base::Timestamp now) const;

 private:
  explicit TokenIssuer(TokenSettings settings) : settings_(std::move(settings)) {}
  TokenSettings settings_;
};

}  // namespace crypto
