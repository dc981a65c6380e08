#include "web_assets/web_assets.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <zlib.h>

namespace web_assets {
namespace {

std::string gunzip(std::string_view packed, std::size_t size) {
  std::string out(size + 1, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

TEST(WebAssets, AnswersTheRootWithAPage) {
  const Asset* page = find("/");
  ASSERT_NE(page, nullptr);
  EXPECT_EQ(page, find("/index.html"));
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_NE(page->bytes.find("<!doctype html>"), std::string_view::npos);
  EXPECT_FALSE(page->immutable);
  EXPECT_EQ(page->etag.front(), '"');
  EXPECT_EQ(page->etag.back(), '"');
}

TEST(WebAssets, KnowsNothingElse) {
  for (const auto path : {"", "index.html", "/assets", "/assets/", "/../index.html", "/index.htm",
                          "/index.html/", "/zzz"}) {
    EXPECT_EQ(find(path), nullptr) << path;
  }
}

TEST(WebAssets, FindsEveryFileAndUnpacksItToTheSameBytes) {
  if (all().empty()) GTEST_SKIP() << "built without the dashboard";
  for (const auto& asset : all()) {
    EXPECT_EQ(find(asset.path), &asset);
    EXPECT_FALSE(asset.bytes.empty()) << asset.path;
    if (!asset.gzip.empty()) {
      EXPECT_LT(asset.gzip.size(), asset.bytes.size());
      EXPECT_EQ(gunzip(asset.gzip, asset.bytes.size()), asset.bytes) << asset.path;
    }
  }
}

TEST(WebAssets, MarksExactlyTheHashedNamesAsImmutable) {
  if (all().empty()) GTEST_SKIP() << "built without the dashboard";
  const auto assets = all();
  EXPECT_TRUE(std::ranges::is_sorted(assets, {}, &Asset::path));
  EXPECT_TRUE(std::ranges::any_of(assets, &Asset::immutable));
  for (const auto& asset : assets) {
    EXPECT_EQ(asset.immutable, asset.path.starts_with("/assets/")) << asset.path;
  }
}

TEST(WebAssets, NamesEveryFileItsPageAsksFor) {
  if (all().empty()) GTEST_SKIP() << "built without the dashboard";
  const std::string_view page = find("/")->bytes;
  std::size_t found = 0;
  for (auto at = page.find("/assets/"); at != page.npos; at = page.find("/assets/", at + 1)) {
    EXPECT_NE(find(page.substr(at, page.find('"', at) - at)), nullptr);
    ++found;
  }
  EXPECT_GE(found, 2U);
}

}  // namespace
}  // namespace web_assets
