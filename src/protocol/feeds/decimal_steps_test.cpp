#include "feeds/decimal_steps.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "numeric/decimal.hpp"

namespace feeds {
namespace {

constexpr std::int64_t cent = 10'000'000;
constexpr std::int64_t most = 1'000'000'000'000;

std::string steps(const char* text, std::int64_t step = cent,
                  Remainder remainder = Remainder::Refuse, int shift = 0) {
  const auto value = parse_steps(text, step, most, remainder, shift);
  return value ? std::to_string(*value) : value.error().code;
}

TEST(DecimalSteps, CountsWholeStepsExactly) {
  EXPECT_EQ(steps("61837.63000000"), "6183763");
  EXPECT_EQ(steps("0.01"), "1");
  EXPECT_EQ(steps("0"), "0");
  EXPECT_EQ(steps("1838500", cent, Remainder::Refuse, 4), "18385");
  EXPECT_EQ(steps("5", 2'500'000'000), "2");
  EXPECT_EQ(steps("9999999999990", 10'000'000'000), "999999999999");
}

TEST(DecimalSteps, RefusesWhatIsNotAWholeStep) {
  EXPECT_EQ(steps("0.011"), "off_step");
  EXPECT_EQ(steps("1.0000000000000000000000000001"), "off_step");
  EXPECT_EQ(steps("1838550", cent, Remainder::Refuse, 4), "off_step");
  EXPECT_EQ(steps("33.35399601000002", 100, Remainder::Drop), "333539960");
}

TEST(DecimalSteps, RefusesWhatIsNotAPlainNumber) {
  for (const char* text : {"", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "Infinity", "1,5", " 1",
                           "1 ", "0x10", "99999999999999999999", "1.2.3"})
    EXPECT_EQ(steps(text), "invalid_decimal") << text;
  EXPECT_EQ(steps("9999999999999999999"), "out_of_range");
  EXPECT_EQ(steps("10000000000.01"), "out_of_range");
}

RC_GTEST_PROP(DecimalSteps, AgreeWithTheExactDecimalParser, ()) {
  const auto value = *rc::gen::inRange<std::int64_t>(0, most);
  const std::string text = numeric::format_decimal(value, 2);
  RC_ASSERT(steps(text.c_str()) == std::to_string(value));
}

TEST(WholeNumbers, AreDigitsBelowTheLimit) {
  EXPECT_EQ(parse_whole("1723161253937085768"), 1723161253937085768);
  EXPECT_EQ(parse_whole("9223372036854775807"), INT64_MAX);
  for (const char* text : {"", "-1", "1.0", "9223372036854775808", "18446744073709551616", "1a"})
    EXPECT_FALSE(parse_whole(text)) << text;
}

}  // namespace
}  // namespace feeds
