#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "crypto/crypto.hpp"
#include "crypto/token.hpp"

// No input is accepted unless it carries the right signature, whatever it says; base64url decodes
// to what encodes to it again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string secret = "k2J9vQ7xLm4Rt8WzBn1Yp6Cs3Hd5Gf0A";
  static const auto issuer = crypto::TokenIssuer::make({"issuer", "audience", {{"1", secret}}});
  CHECK(issuer.has_value());
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const base::Timestamp now(1'800'000'000 * base::ns_per_s);
  CHECK(!issuer->verify(text, now));
  // Past the signature: the input as claims under a valid header.
  const std::string head = crypto::base64url_encode(R"({"alg":"HS256","typ":"at+jwt","kid":"1"})") +
                           "." + crypto::base64url_encode(text);
  const auto signature = crypto::hmac_sha256(secret, head);
  (void)issuer->verify(head + "." + crypto::base64url_encode(crypto::as_text(signature)), now);
  if (const auto decoded = crypto::base64url_decode(text))
    CHECK(crypto::base64url_encode(*decoded) == text);
  return 0;
}
