#include "crypto/token.hpp"

#include <map>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/crypto.hpp"

namespace crypto {
namespace {

const std::string secret = "k2J9vQ7xLm4Rt8WzBn1Yp6Cs3Hd5Gf0A";
const std::string other_secret = "Zx8Vc7Bn6Mq5Aw4Se3Dr2Ft1Gy0HuJiK";
constexpr std::int64_t now_s = 1'800'000'000;
constexpr base::Timestamp now(now_s* base::ns_per_s);

base::Timestamp at(std::int64_t seconds_from_now) {
  return now + seconds_from_now * base::ns_per_s;
}

TokenIssuer issuer() {
  return *TokenIssuer::make({"trading-platform", "trading-platform-api", {{"1", secret}}});
}

TokenClaims claims() {
  return {"7", "0123456789abcdef", 3, "fedcba9876543210", now, now, at(3'600)};
}

const std::string good_header = R"({"alg":"HS256","typ":"at+jwt","kid":"1"})";

// The claims of a good token as JSON, with members replaced, added or (empty text) removed.
std::string body(const std::map<std::string, std::string>& changes = {}) {
  std::map<std::string, std::string> members{{"iss", R"("trading-platform")"},
                                             {"aud", R"("trading-platform-api")"},
                                             {"sub", R"("7")"},
                                             {"sid", R"("0123456789abcdef")"},
                                             {"jti", R"("fedcba9876543210")"},
                                             {"ver", "3"},
                                             {"iat", "1800000000"},
                                             {"nbf", "1800000000"},
                                             {"exp", "1800003600"}};
  for (const auto& [name, value] : changes)
    members[name] = value;
  std::string text;
  for (const auto& [name, value] : members)
    if (!value.empty()) text += (text.empty() ? "\"" : ",\"") + name + "\":" + value;
  return "{" + text + "}";
}

std::string sign_raw(const std::string& head, const std::string& payload,
                     const std::string& key = secret) {
  return head + "." + payload + "." +
         base64url_encode(as_text(hmac_sha256(key, head + "." + payload)));
}

std::string sign(const std::string& header, const std::string& payload,
                 const std::string& key = secret) {
  return sign_raw(base64url_encode(header), base64url_encode(payload), key);
}

TEST(Token, CarriesItsClaimsThere) {
  const TokenClaims given = claims();
  const auto found = issuer().verify(issuer().sign(given), now);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->subject, given.subject);
  EXPECT_EQ(found->session, given.session);
  EXPECT_EQ(found->version, given.version);
  EXPECT_EQ(found->id, given.id);
  EXPECT_EQ(found->issued, given.issued);
  EXPECT_EQ(found->not_before, given.not_before);
  EXPECT_EQ(found->expires, given.expires);
}

// The tables below change one thing of this token, so it must be good itself.
TEST(Token, BuiltByHandIsAccepted) {
  EXPECT_TRUE(issuer().verify(sign(good_header, body()), now));
  EXPECT_TRUE(issuer().verify(sign(R"({"kid":"1","typ":"at+jwt","alg":"HS256"})", body()), now));
}

struct Attack {
  const char* name;
  std::string token;
};

constexpr std::pair<const char*, const char*> bad_headers[] = {
    {"alg none", R"({"alg":"none","typ":"at+jwt","kid":"1"})"},
    {"alg None", R"({"alg":"None","typ":"at+jwt","kid":"1"})"},
    {"alg with a space", R"({"alg":" HS256","typ":"at+jwt","kid":"1"})"},
    {"alg empty", R"({"alg":"","typ":"at+jwt","kid":"1"})"},
    {"alg missing", R"({"typ":"at+jwt","kid":"1"})"},
    {"alg lower case", R"({"alg":"hs256","typ":"at+jwt","kid":"1"})"},
    {"alg key in other case", R"({"ALG":"HS256","typ":"at+jwt","kid":"1"})"},
    {"alg RS256", R"({"alg":"RS256","typ":"at+jwt","kid":"1"})"},
    {"alg HS512", R"({"alg":"HS512","typ":"at+jwt","kid":"1"})"},
    {"alg a number", R"({"alg":256,"typ":"at+jwt","kid":"1"})"},
    {"alg a list", R"({"alg":["HS256"],"typ":"at+jwt","kid":"1"})"},
    {"jwk", R"({"alg":"HS256","typ":"at+jwt","kid":"1","jwk":{"kty":"oct"}})"},
    {"jku", R"({"alg":"HS256","typ":"at+jwt","kid":"1","jku":"http://a/"})"},
    {"x5u", R"({"alg":"HS256","typ":"at+jwt","kid":"1","x5u":"http://a/"})"},
    {"x5c", R"({"alg":"HS256","typ":"at+jwt","kid":"1","x5c":["MII"]})"},
    {"crit", R"({"alg":"HS256","typ":"at+jwt","kid":"1","crit":["exp"]})"},
    {"b64 false", R"({"alg":"HS256","typ":"at+jwt","kid":"1","b64":false})"},
    {"zip", R"({"alg":"HS256","typ":"at+jwt","kid":"1","zip":"DEF"})"},
    {"cty nested", R"({"alg":"HS256","typ":"at+jwt","kid":"1","cty":"JWT"})"},
    {"duplicate alg", R"({"alg":"none","alg":"HS256","typ":"at+jwt","kid":"1"})"},
    {"duplicate kid", R"({"alg":"HS256","typ":"at+jwt","kid":"1","kid":"1"})"},
    {"typ missing", R"({"alg":"HS256","kid":"1"})"},
    {"typ JWT", R"({"alg":"HS256","typ":"JWT","kid":"1"})"},
    {"typ of a refresh token", R"({"alg":"HS256","typ":"rt+jwt","kid":"1"})"},
    {"kid missing", R"({"alg":"HS256","typ":"at+jwt"})"},
    {"kid unknown", R"({"alg":"HS256","typ":"at+jwt","kid":"2"})"},
    {"kid a path", R"({"alg":"HS256","typ":"at+jwt","kid":"../../dev/null"})"},
    {"kid SQL", R"({"alg":"HS256","typ":"at+jwt","kid":"1' OR '1'='1"})"},
    {"kid with NUL", "{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"1\\u0000\"}"},
    {"kid a number", R"({"alg":"HS256","typ":"at+jwt","kid":1})"},
    {"header a list", "[]"},
    {"header empty", ""},
    {"header not JSON", "{alg:HS256}"},
};

std::vector<Attack> header_attacks() {
  std::vector<Attack> attacks;
  for (const auto& [name, header] : bad_headers)
    attacks.push_back({name, sign(header, body())});
  const std::string kid(1'024, 'k');
  attacks.push_back(
      {"kid of 1 KiB", sign(R"({"alg":"HS256","typ":"at+jwt","kid":")" + kid + "\"}", body())});
  attacks.push_back({"header trailing text", sign(good_header + " {}", body())});
  return attacks;
}

std::vector<Attack> shape_attacks() {
  const std::string good = sign(good_header, body());
  const std::size_t last = good.rfind('.');
  const std::string head = base64url_encode(good_header);
  const std::string payload = base64url_encode(body());
  std::string flipped = good;
  flipped[last + 5] = flipped[last + 5] == 'A' ? 'B' : 'A';
  // The 256-bit signature ends in a character with two unused bits; setting one is not canonical.
  std::string loose = good;
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  loose.back() = alphabet[alphabet.find(loose.back()) + 1];
  return {
      {"empty", ""},
      {"one dot", "."},
      {"two dots", ".."},
      {"only dots", "....."},
      {"one part", head},
      {"no signature part", good.substr(0, last)},
      {"empty signature", good.substr(0, last + 1)},
      {"trailing dot", good + "."},
      {"five parts like a JWE", good + ".AAAA.AAAA"},
      {"leading space", " " + good},
      {"trailing newline", good + "\n"},
      {"padded header", sign_raw(head + "=", payload)},
      {"plain base64 characters", sign_raw(head, payload + "+/")},
      {"signature not canonical", loose},
      {"signature padded", good + "="},
      {"signature changed", flipped},
      {"signature short", good.substr(0, good.size() - 4)},
      {"signed with another key", sign(good_header, body(), other_secret)},
      {"signed with an empty key", sign(good_header, body(), "")},
      {"1 MiB", good + std::string(std::size_t{1} << 20, 'A')},
      {"1 MiB of claims",
       sign(good_header, body({{"jti", "\"" + std::string(1 << 20, 'a') + "\""}}))},
      {"just too long", sign(good_header, body({{"x", "\"" + std::string(8'192, 'a') + "\""}}))},
  };
}

std::vector<Attack> claim_attacks() {
  const auto with = [](std::map<std::string, std::string> changes) {
    return sign(good_header, body(changes));
  };
  std::vector<Attack> attacks{
      {"another issuer", with({{"iss", R"("someone")"}})},
      {"another audience", with({{"aud", R"("another-api")"}})},
      {"audience a list", with({{"aud", R"(["trading-platform-api"])"}})},
      {"expired beyond the leeway", with({{"exp", "1799999970"}, {"iat", "1799990000"}})},
      {"not valid before the leeway", with({{"nbf", "1800000031"}})},
      {"issued in the future", with({{"iat", "1800000031"}})},
      {"expires before it was issued", with({{"exp", "1799999999"}})},
      {"exp a text", with({{"exp", R"("1800003600")"}})},
      {"exp a fraction", with({{"exp", "1800003600.5"}})},
      {"exp with exponent", with({{"exp", "18e8"}})},
      {"exp huge", with({{"exp", "99999999999999999999"}})},
      {"exp beyond time", with({{"exp", "9999999999"}})},
      {"exp negative", with({{"exp", "-1"}})},
      {"exp null", with({{"exp", "null"}})},
      {"ver negative", with({{"ver", "-3"}})},
      {"ver huge", with({{"ver", "4294967296"}})},
      {"sub empty", with({{"sub", R"("")"}})},
      {"sub a number", with({{"sub", "7"}})},
      {"an unknown claim", with({{"role", R"("admin")"}})},
      {"nested deeper", with({{"sub", R"({"a":{"b":1}})"}})},
      {"claims a list", sign(good_header, "[]")},
      {"claims not JSON", sign(good_header, "exp")},
      {"duplicate exp", sign(good_header, body().insert(1, R"("exp":1,)"))},
      {"duplicate by escape", sign(good_header, body().insert(1, R"("\u0065xp":1,)"))},
  };
  for (const char* claim : {"iss", "aud", "sub", "sid", "jti", "ver", "iat", "nbf", "exp"})
    attacks.push_back({claim, with({{claim, ""}})});
  return attacks;
}

TEST(Token, RefusesEveryOtherHeader) {
  for (const Attack& attack : header_attacks()) {
    const auto result = issuer().verify(attack.token, now);
    ASSERT_FALSE(result) << attack.name;
    EXPECT_EQ(result.error().code, "invalid_token") << attack.name;
  }
}

TEST(Token, RefusesEveryOtherShape) {
  for (const Attack& attack : shape_attacks())
    EXPECT_FALSE(issuer().verify(attack.token, now)) << attack.name;
}

TEST(Token, RefusesMissingAndWrongClaims) {
  for (const Attack& attack : claim_attacks())
    EXPECT_FALSE(issuer().verify(attack.token, now)) << attack.name;
}

TEST(Token, AllowsThirtySecondsOfClockDifference) {
  const std::string token = issuer().sign(claims());
  EXPECT_TRUE(issuer().verify(token, at(3'600 + 29)));
  EXPECT_FALSE(issuer().verify(token, at(3'600 + 30)));
  EXPECT_TRUE(issuer().verify(token, at(-30)));
  EXPECT_FALSE(issuer().verify(token, at(-31)));
}

TEST(Token, OfARetiredKeyStillVerifies) {
  const auto rotated = TokenIssuer::make(
      {"trading-platform", "trading-platform-api", {{"2", other_secret}, {"1", secret}}});
  ASSERT_TRUE(rotated.has_value());
  EXPECT_TRUE(rotated->verify(issuer().sign(claims()), now));
  EXPECT_FALSE(issuer().verify(rotated->sign(claims()), now));
}

TEST(Token, OfAnotherServiceIsRefused) {
  const auto other = TokenIssuer::make({"trading-platform", "another-api", {{"1", secret}}});
  EXPECT_FALSE(issuer().verify(other->sign(claims()), now));
}

RC_GTEST_PROP(Token, AnyChangedByteIsRefused, ()) {
  std::string token = issuer().sign(claims());
  const auto place = *rc::gen::inRange<std::size_t>(0, token.size());
  const auto other = *rc::gen::distinctFrom(token[place]);
  token[place] = other;
  RC_ASSERT(!issuer().verify(token, now));
}

TEST(TokenIssuer, RefusesWeakSecrets) {
  for (const std::string& weak : {std::string(), secret.substr(1), std::string(64, 'a'),
                                  std::string("abababababababababababababababab"),
                                  std::string("your-secret-key-change-in-production"),
                                  std::string("CHANGEME-CHANGEME-0918273645-xyzw"),
                                  std::string("01234567890123456789012345678901")})
    EXPECT_FALSE(check_secret(weak)) << weak;
  EXPECT_TRUE(check_secret(secret));
  EXPECT_TRUE(check_secret(random_hex(32)));
}

TEST(TokenIssuer, RefusesBadSettings) {
  const auto code = [](TokenSettings settings) {
    const auto made = TokenIssuer::make(std::move(settings));
    return made ? std::string() : made.error().code;
  };
  EXPECT_EQ(code({"i", "a", {}}), "invalid_setting");
  EXPECT_EQ(code({"i", "a", {{"1", "short"}}}), "weak_secret");
  EXPECT_EQ(code({"i", "a", {{"a/b", secret}}}), "invalid_setting");
  EXPECT_EQ(code({"i", "a", {{"1", secret}, {"1", other_secret}}}), "invalid_setting");
  EXPECT_EQ(code({"", "a", {{"1", secret}}}), "invalid_setting");
  EXPECT_EQ(code({"i", "a", std::vector<TokenKey>(17, {"1", secret})}), "invalid_setting");
}

}  // namespace
}  // namespace crypto
