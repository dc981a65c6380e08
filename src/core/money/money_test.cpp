#include "money/money.hpp"

#include <gtest/gtest.h>

namespace money {
namespace {

TEST(Money, IsExactToTheNinthDecimal) {
  EXPECT_EQ(format_money(*parse_money("1000000.000000001")), "1000000.000000001");
  EXPECT_FALSE(parse_money("0.0000000001").has_value());
}

TEST(Money, RoundsHalfAwayFromZeroWhenScaled) {
  EXPECT_EQ(Money(5).scaled(1, 2), Money(3));
  EXPECT_EQ(Money(-5).scaled(1, 2), Money(-3));
  EXPECT_EQ(Money(7).scaled(2, 7), Money(2));
}

TEST(QuantityDeathTest, AbortsRatherThanWraps) {
  EXPECT_DEATH((void)(Quantity(INT64_MAX) + Quantity(1)), "CHECK failed");
}

TEST(Currency, KeepsItsCode) {
  EXPECT_EQ(Currency::parse("USDT")->text(), "USDT");
  EXPECT_NE(*Currency::parse("USD"), *Currency::parse("USDT"));
  for (const char* code : {"", "usd", "TOOLONGCODE", "U D"})
    EXPECT_FALSE(Currency::parse(code)) << code;
}

}  // namespace
}  // namespace money
