#include "base/time.hpp"

#include <gtest/gtest.h>

namespace base {
namespace {

TEST(Timestamp, IsWrittenInUtcWithNanoseconds) {
  EXPECT_EQ(format_rfc3339(Timestamp(0)), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(format_rfc3339(Timestamp(1'795'339'800'000'000'001)), "2026-11-22T09:30:00.000000001Z");
}

TEST(Timestamp, ReadsBackWhatItWrote) {
  for (std::int64_t ns :
       {0L, 1L, 999'999'999L, 1'709'164'799'999'999'999L, 9'000'000'000'000'000'000L}) {
    const auto read = parse_rfc3339(format_rfc3339(Timestamp(ns)));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(read->ns(), ns);
  }
}

TEST(Timestamp, AcceptsAnOffsetAndFewerDecimals) {
  EXPECT_EQ(parse_rfc3339("2026-11-22T10:30:00.5+01:00")->ns(), 1'795'339'800'500'000'000);
}

TEST(Timestamp, RefusesWhatIsNotRfc3339) {
  for (const char* text : {"", "2026-11-22", "2026-11-22T09:30:00", "2026-13-01T00:00:00Z",
                           "2026-02-29T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T09:30:00.Z",
                           "2026-11-22T09:30:00.1234567891Z", "2026-11-22T09:30:00+1:00",
                           "2026-11-22 09:30:00Z", "1969-12-31T23:59:59Z", "x026-11-22T09:30:00Z"})
    EXPECT_FALSE(parse_rfc3339(text).has_value()) << text;
}

}  // namespace
}  // namespace base
