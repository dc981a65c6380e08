#include "crypto/crypto.hpp"

#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "crypto/password.hpp"

namespace crypto {
namespace {

TEST(Digest, Sha256OfTheStandardsExample) {
  EXPECT_EQ(to_hex(as_text(sha256("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, HmacSha256OfRfc4231Case2) {
  EXPECT_EQ(to_hex(as_text(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Random, GivesDifferentTextsOfTheAskedSize) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i)
    seen.insert(random_hex(16));
  EXPECT_EQ(seen.size(), 1'000U);
  EXPECT_EQ(seen.begin()->size(), 32U);
  EXPECT_EQ(random_token(32).size(), 43U);
}

TEST(ConstantTime, ComparesWholeTexts) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("secret", "secret"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secreT"));
  EXPECT_FALSE(equal_in_constant_time("secret", "secre"));
}

TEST(Base64Url, EncodesTheVectorsOfRfc4648) {
  EXPECT_EQ(base64url_encode(""), "");
  EXPECT_EQ(base64url_encode("f"), "Zg");
  EXPECT_EQ(base64url_encode("fo"), "Zm8");
  EXPECT_EQ(base64url_encode("foo"), "Zm9v");
  EXPECT_EQ(base64url_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
}

TEST(Base64Url, RefusesWhatIsNotCanonical) {
  for (const char* text : {"A", "Zg==", "Zg=", "Zh", "Zm9", "Zm 9", "Zm9v\n", "+_8", "/w", "Zm9vY"})
    EXPECT_FALSE(base64url_decode(text)) << text;
}

RC_GTEST_PROP(Base64Url, DecodesWhatItEncodes, (const std::string& data)) {
  const auto decoded = base64url_decode(base64url_encode(data));
  RC_ASSERT(decoded.has_value());
  RC_ASSERT(*decoded == data);
}

RC_GTEST_PROP(Base64Url, AcceptsOneTextForEachValue, ()) {
  const auto text =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("AQgwZaz09-_8=+/ ")));
  if (const auto decoded = base64url_decode(text)) RC_ASSERT(base64url_encode(*decoded) == text);
}

TEST(Secret, IsOverwritten) {
  std::string secret = "a secret longer than the small string buffer";
  wipe(secret);
  EXPECT_TRUE(secret.empty());
}

constexpr PasswordCost cheap{.memory_kib = 64, .iterations = 1};

TEST(Password, AcceptsTheRightOneOnly) {
  const auto encoded = hash_password("correct horse", cheap);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_TRUE(encoded->starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
  EXPECT_TRUE(verify_password(*encoded, "correct horse"));
  EXPECT_FALSE(verify_password(*encoded, "correct horsf"));
  EXPECT_FALSE(verify_password(*encoded, ""));
}

TEST(Password, IsSaltedAfresh) {
  EXPECT_NE(*hash_password("same", cheap), *hash_password("same", cheap));
}

// From the test vectors of the reference implementation.
TEST(Password, VerifiesAFormMadeElsewhere) {
  EXPECT_TRUE(
      verify_password("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"
                      "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
                      "password"));
}

TEST(Password, RefusesDamagedAndForeignForms) {
  const std::string good = *hash_password("secret", cheap);
  for (const std::string& form :
       {std::string(), std::string("secret"), good.substr(0, good.size() / 2),
        "$argon2i$" + good.substr(10), std::string("$argon2id$v=19$m=1,t=0,p=0$$")})
    EXPECT_FALSE(verify_password(form, "secret")) << form;
}

TEST(Password, RefusesMoreThanTheLargestSize) {
  const std::string longest(password_size_max, 'x');
  const auto encoded = hash_password(longest, cheap);
  ASSERT_TRUE(encoded.has_value());
  EXPECT_TRUE(verify_password(*encoded, longest));
  EXPECT_EQ(hash_password(longest + "x", cheap).error().code, "invalid_password");
  EXPECT_FALSE(verify_password(*encoded, longest + "x"));
}

TEST(Password, KnowsWhenItsCostChanged) {
  const std::string form = *hash_password("secret", cheap);
  EXPECT_FALSE(needs_rehash(form, cheap));
  EXPECT_TRUE(needs_rehash(form, PasswordCost{}));
}

}  // namespace
}  // namespace crypto
