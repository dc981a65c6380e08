#pragma once

// Cryptography from OpenSSL and libargon2 behind small typed functions: random bytes, digests,
// encodings, password hashes (password.hpp) and signed tokens (token.hpp).
//
// Called by identity and by whatever keeps a secret. Guarantees: no hand-made primitive, no
// exception, no OpenSSL type outside this module; comparing secrets takes the same time whatever
// they hold; decoders take the one canonical form of a value and nothing else. A failure of the
// library itself (no entropy) ends the process: going on would be worse.
// Absent on purpose: encryption of files, asymmetric signatures, TLS (io/net).

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace crypto {

using Digest = std::array<std::uint8_t, 32>;

void fill_random(std::span<std::uint8_t> to);
// Lower-case hexadecimal of that many random bytes, at most 64.
std::string random_hex(std::size_t byte_count);
// Base64url of that many random bytes, at most 64.
std::string random_token(std::size_t byte_count);

Digest sha256(std::string_view data);
Digest hmac_sha256(std::string_view key, std::string_view data);
std::string_view as_text(const Digest& digest);

// False at once when the sizes differ; otherwise the time depends on the size alone.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

std::string to_hex(std::string_view data);

// RFC 4648 section 5 without padding.
std::string base64url_encode(std::string_view data);
// Errors: invalid_base64 for padding, white space, other characters, an impossible length, or bits
// left over that are not zero.
base::Result<std::string> base64url_decode(std::string_view text);

// Overwrites a secret in a way the compiler keeps.
void wipe(std::string& secret);

}  // namespace crypto
