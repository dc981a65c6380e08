#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "bytes/checksum.hpp"
#include "bytes/codec.hpp"

namespace bytes {
namespace {

TEST(Crc32c, MatchesTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c(std::vector<std::uint8_t>(32, 0x00)), 0x8A9136AAu);
  EXPECT_EQ(crc32c(std::vector<std::uint8_t>(32, 0xFF)), 0x62A8AB43u);
  EXPECT_EQ(crc32c(view("123456789")), 0xE3069283u);
}

RC_GTEST_PROP(Crc32c, ContinuesFromAnEarlierChecksum,
              (const std::string& a, const std::string& b)) {
  RC_ASSERT(crc32c(view(a + b)) == crc32c(view(b), crc32c(view(a))));
}

TEST(Decoder, ReadsBackWhatTheEncoderWrote) {
  Encoder out;
  out.put(std::uint8_t{7});
  out.put(std::int64_t{-5});
  out.put(static_cast<__int128>(-9) << 80);
  out.put_text("order");
  Decoder in(out.view());
  EXPECT_EQ(in.get<std::uint8_t>(), 7);
  EXPECT_EQ(in.get<std::int64_t>(), -5);
  EXPECT_TRUE(in.get<__int128>() == static_cast<__int128>(-9) << 80);
  EXPECT_EQ(in.get_text(), "order");
  EXPECT_TRUE(in.ok() && in.at_end());
}

TEST(Decoder, StopsAtTheEndAndStaysStopped) {
  Encoder out;
  out.put(std::uint32_t{1'000'000});
  Decoder in(out.view());
  EXPECT_EQ(in.get_text(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.get<std::uint8_t>(), 0);
}

}  // namespace
}  // namespace bytes
