#include "crypto/token.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>

#include "base/check.hpp"
#include "crypto/crypto.hpp"
#include "json/value.hpp"
#include "json/writer.hpp"

namespace crypto {
namespace {

constexpr std::string_view token_type = "at+jwt";
constexpr std::size_t key_id_size_max = 32;
constexpr std::size_t text_claim_size_max = 128;
constexpr std::size_t different_bytes_min = 8;

tl::unexpected<base::Error> bad(std::string why) {
  return base::fail("invalid_token", std::move(why));
}

bool is_key_id(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= key_id_size_max &&
         std::all_of(text.begin(), text.end(), allowed);
}

// An object with exactly these members; every one is looked up by the caller.
base::Result<json::Value> exact_object(std::string_view text,
                                       std::span<const std::string_view> names) {
  auto value = json::parse(text, {.depth_max = 2, .size_max = token_size_max});
  if (!value) return bad("not JSON: " + value.error().message);
  const auto* members = value->object_members();
  if (members == nullptr) return bad("not an object");
  if (members->size() != names.size()) return bad("members missing or left over");
  for (const std::string_view name : names)
    if (value->find(name) == nullptr) return bad("no member " + std::string(name));
  return std::move(*value);
}

base::Result<std::string> text_member(const json::Value& object, std::string_view name) {
  const std::string* text = object.find(name)->string();
  if (text == nullptr || text->empty() || text->size() > text_claim_size_max)
    return bad(std::string(name) + " is no short text");
  return *text;
}

base::Result<std::int64_t> integer_member(const json::Value& object, std::string_view name) {
  const auto* number = object.find(name)->number();
  if (number == nullptr || number->text.size() > 10)
    return bad(std::string(name) + " is no number");
  const char* end = number->text.data() + number->text.size();
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(number->text.data(), end, value);
  if (error != std::errc() || stop != end || value < 0)
    return bad(std::string(name) + " is no whole number");
  return value;
}

base::Result<base::Timestamp> time_member(const json::Value& object, std::string_view name) {
  TRY(const std::int64_t seconds, integer_member(object, name));
  // 2261, where nanoseconds end.
  if (seconds > 9'000'000'000) return bad(std::string(name) + " is out of range");
  return base::Timestamp(seconds * base::ns_per_s);
}

// The kid, when the header is the only one that is accepted.
base::Result<std::string> read_header(std::string_view encoded) {
  static constexpr std::array<std::string_view, 3> names{"alg", "typ", "kid"};
  const auto text = base64url_decode(encoded);
  if (!text) return bad("header: not base64url");
  TRY(const json::Value header, exact_object(*text, names));
  TRY(const std::string algorithm, text_member(header, "alg"));
  TRY(const std::string type, text_member(header, "typ"));
  TRY(std::string key, text_member(header, "kid"));
  if (algorithm != "HS256") return bad("another algorithm");
  if (type != token_type) return bad("another type");
  if (!is_key_id(key)) return bad("malformed kid");
  return key;
}

base::Result<TokenClaims> read_claims(const json::Value& object, const TokenSettings& settings) {
  TRY(const std::string issuer, text_member(object, "iss"));
  TRY(const std::string audience, text_member(object, "aud"));
  if (issuer != settings.issuer) return bad("another issuer");
  if (audience != settings.audience) return bad("another audience");
  TokenClaims claims;
  TRY(claims.subject, text_member(object, "sub"));
  TRY(claims.session, text_member(object, "sid"));
  TRY(claims.id, text_member(object, "jti"));
  TRY(const std::int64_t version, integer_member(object, "ver"));
  if (version > UINT32_MAX) return bad("ver is out of range");
  claims.version = static_cast<std::uint32_t>(version);
  TRY(claims.issued, time_member(object, "iat"));
  TRY(claims.not_before, time_member(object, "nbf"));
  TRY(claims.expires, time_member(object, "exp"));
  return claims;
}

base::Status check_times(const TokenClaims& claims, base::Timestamp now) {
  constexpr std::int64_t leeway = token_leeway_s * base::ns_per_s;
  if (claims.expires <= claims.issued) return bad("expires before it was issued");
  if (now - claims.expires >= leeway) return bad("expired");
  if (now + leeway < claims.not_before) return bad("not valid yet");
  if (now + leeway < claims.issued) return bad("issued in the future");
  return {};
}

}  // namespace

base::Status check_secret(std::string_view secret) {
  if (secret.size() < secret_size_min)
    return base::fail("weak_secret", "JWT_SECRET_KEY must have at least " +
                                         std::to_string(secret_size_min) + " bytes");
  std::bitset<256> seen;
  for (const char c : secret)
    seen.set(static_cast<unsigned char>(c));
  if (seen.count() < different_bytes_min)
    return base::fail("weak_secret", "JWT_SECRET_KEY repeats too few characters; take random ones");
  std::string lower(secret);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  for (const std::string_view sample :
       {"changeme", "change-me", "change_me", "change-this", "your-secret", "your_secret",
        "yoursecret", "secret-key", "secretkey", "secret_key", "example", "password", "0123456789",
        "abcdefghij"})
    if (lower.find(sample) != std::string::npos)
      return base::fail("weak_secret", "JWT_SECRET_KEY contains sample text; take random bytes");
  return {};
}

base::Result<TokenIssuer> TokenIssuer::make(TokenSettings settings) {
  const auto invalid = [](std::string why) {
    return base::fail("invalid_setting", std::move(why));
  };
  if (settings.issuer.empty() || settings.audience.empty() ||
      settings.issuer.size() > text_claim_size_max ||
      settings.audience.size() > text_claim_size_max)
    return invalid("tokens need an issuer and an audience");
  if (settings.keys.empty() || settings.keys.size() > token_keys_max)
    return invalid("tokens need 1 to " + std::to_string(token_keys_max) + " keys");
  for (auto key = settings.keys.begin(); key != settings.keys.end(); ++key) {
    TRY_STATUS(check_secret(key->secret));
    if (!is_key_id(key->id)) return invalid("a key id has 1 to 32 of A-Z a-z 0-9 - _");
    const auto same = [&](const TokenKey& other) { return other.id == key->id; };
    if (std::any_of(settings.keys.begin(), key, same)) return invalid("two keys have the same id");
  }
  return TokenIssuer(std::move(settings));
}

std::string TokenIssuer::sign(const TokenClaims& claims) const {
  const TokenKey& key = settings_.keys.front();
  std::string header;
  json::Writer head(header);
  head.begin_object();
  head.member("alg", "HS256");
  head.member("typ", token_type);
  head.member("kid", std::string_view(key.id));
  head.end_object();
  std::string body;
  json::Writer writer(body);
  writer.begin_object();
  writer.member("iss", std::string_view(settings_.issuer));
  writer.member("aud", std::string_view(settings_.audience));
  writer.member("sub", std::string_view(claims.subject));
  writer.member("sid", std::string_view(claims.session));
  writer.member("jti", std::string_view(claims.id));
  writer.member("ver", claims.version);
  writer.member("iat", claims.issued.ns() / base::ns_per_s);
  writer.member("nbf", claims.not_before.ns() / base::ns_per_s);
  writer.member("exp", claims.expires.ns() / base::ns_per_s);
  writer.end_object();
  std::string token = base64url_encode(header) + "." + base64url_encode(body);
  const Digest signature = hmac_sha256(key.secret, token);
  return token + "." + base64url_encode(as_text(signature));
}

base::Result<TokenClaims> TokenIssuer::verify(std::string_view token, base::Timestamp now) const {
  static constexpr std::array<std::string_view, 9> names{"iss", "aud", "sub", "sid", "jti",
                                                         "ver", "iat", "nbf", "exp"};
  if (token.size() > token_size_max) return bad("too long");
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == std::string_view::npos || first == last || token.find('.', first + 1) != last)
    return bad("not three parts");
  TRY(const std::string key_id, read_header(token.substr(0, first)));
  const auto key = std::find_if(settings_.keys.begin(), settings_.keys.end(),
                                [&](const TokenKey& k) { return k.id == key_id; });
  if (key == settings_.keys.end()) return bad("unknown kid");
  const auto signature = base64url_decode(token.substr(last + 1));
  if (!signature) return bad("signature: not base64url");
  const Digest expected = hmac_sha256(key->secret, token.substr(0, last));
  if (!equal_in_constant_time(*signature, as_text(expected))) return bad("wrong signature");
  const auto body = base64url_decode(token.substr(first + 1, last - first - 1));
  if (!body) return bad("claims: not base64url");
  TRY(const json::Value object, exact_object(*body, names));
  TRY(TokenClaims claims, read_claims(object, settings_));
  TRY_STATUS(check_times(claims, now));
  return claims;
}

}  // namespace crypto
