#include "numeric/decimal.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace numeric {
namespace {

TEST(Decimal, IsReadExactly) {
  EXPECT_EQ(*parse_decimal("12.5", 3), 12500);
  EXPECT_EQ(*parse_decimal("-0.000000001", 9), -1);
  EXPECT_EQ(*parse_decimal("1e3", 0), 1000);
  EXPECT_EQ(*parse_decimal("1250e-2", 1), 125);
  EXPECT_EQ(*parse_decimal("12.500000000000000000", 1), 125);
  EXPECT_EQ(*parse_decimal("0", 9), 0);
  EXPECT_EQ(*parse_decimal("0e64", 9), 0);
}

TEST(Decimal, RefusesWhatIsNotADecimal) {
  for (const char* text : {"", "-", ".5", "5.", "1e", "1e+", "NaN", "Infinity", "0x10", "1,5", " 1",
                           "1 ", "01", "--1", "1e9999"})
    EXPECT_FALSE(parse_decimal(text, 9).has_value()) << text;
}

TEST(Decimal, TellsTooManyDecimalsFromOutOfRange) {
  EXPECT_EQ(parse_decimal("0.001", 2).error().code, "decimal_precision");
  EXPECT_EQ(parse_decimal("1e64", 9).error().code, "decimal_range");
  EXPECT_EQ(parse_decimal(std::string(60, '9'), 0).error().code, "decimal_range");
}

TEST(Decimal, IsWrittenWithoutNeedlessZeros) {
  EXPECT_EQ(format_decimal(12500, 3), "12.5");
  EXPECT_EQ(format_decimal(12000, 3), "12");
  EXPECT_EQ(format_decimal(12000, 3, 2), "12.00");
  EXPECT_EQ(format_decimal(-1, 9), "-0.000000001");
  EXPECT_EQ(format_decimal(0, 9, 2), "0.00");
  EXPECT_EQ(format_decimal(7, 0), "7");
}

RC_GTEST_PROP(Decimal, ReadsBackWhatItWrote, (std::int64_t value)) {
  const int scale = *rc::gen::inRange(0, 19);
  RC_ASSERT(*parse_decimal(format_decimal(value, scale), scale) == Int128{value});
}

}  // namespace
}  // namespace numeric
