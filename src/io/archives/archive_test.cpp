#include "archives/archive.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zip.h>
#include <zlib.h>

namespace archives {
namespace {

using ::testing::ElementsAre;

class ArchiveFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "archives-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write_gzip(const std::string& content) {
    const std::string path = folder_ + "/lines.gz";
    const gzFile file = gzopen(path.c_str(), "wb9");
    EXPECT_EQ(gzwrite(file, content.data(), static_cast<unsigned>(content.size())),
              static_cast<int>(content.size()));
    gzclose(file);
    return path;
  }
  std::string write_zip(const std::vector<std::pair<std::string, std::string>>& entries) {
    const std::string path = folder_ + "/entries.zip";
    int code = 0;
    zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
    for (const auto& [name, content] : entries)
      zip_file_add(archive, name.c_str(),
                   zip_source_buffer(archive, content.data(), content.size(), 0), 0);
    EXPECT_EQ(zip_close(archive), 0);
    return path;
  }
  std::string write_plain(const std::string& name, const std::string& content) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  static std::string read_all(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder_;
};

std::vector<std::string> lines_of(LineReader& reader) {
  std::vector<std::string> lines;
  std::string_view line;
  for (;;) {
    const auto more = reader.next(line);
    if (!more) {
      lines.push_back("error " + more.error().code);
      return lines;
    }
    if (!*more) return lines;
    lines.emplace_back(line);
  }
}

TEST_F(ArchiveFiles, KindIsFoundByContentNotByName) {
  EXPECT_EQ(detect(write_gzip("a\n")), Kind::Gzip);
  EXPECT_EQ(detect(write_zip({{"a.csv", "1"}})), Kind::Zip);
  EXPECT_EQ(detect(write_plain("plain.gz", "1,2\n")), Kind::Plain);
  EXPECT_EQ(detect(write_plain("empty", "")), Kind::Plain);
  EXPECT_EQ(detect(folder_ + "/absent").error().code, "cannot_open");
  EXPECT_EQ(detect(folder_).error().code, "cannot_open");
}

TEST_F(ArchiveFiles, GzipLinesComeOutWhole) {
  auto reader = open_lines(write_gzip("one\r\n\ntwo\nlast"));
  ASSERT_TRUE(reader);
  EXPECT_THAT(lines_of(**reader), ElementsAre("one", "", "two", "last"));
  EXPECT_EQ((*reader)->bytes_read(), 14U);
}

TEST_F(ArchiveFiles, PlainTextIsReadToo) {
  auto reader = open_lines(write_plain("text", "a\nb\n"));
  ASSERT_TRUE(reader);
  EXPECT_THAT(lines_of(**reader), ElementsAre("a", "b"));
}

TEST_F(ArchiveFiles, LinesLongerThanTheBufferAreWhole) {
  const std::string longest(600'000, 'x');
  auto reader = open_lines(write_gzip("a\n" + longest + "\nb\n"));
  ASSERT_TRUE(reader);
  EXPECT_THAT(lines_of(**reader), ElementsAre("a", longest, "b"));
}

TEST_F(ArchiveFiles, ALineOverTheLimitIsRefusedAndStaysRefused) {
  Limits limits;
  limits.line_bytes_max = 100;
  auto reader = open_lines(write_gzip("a\n" + std::string(101, 'x') + "\nb\n"), limits);
  ASSERT_TRUE(reader);
  EXPECT_THAT(lines_of(**reader), ElementsAre("a", "error line_too_long"));
  std::string_view line;
  EXPECT_EQ((*reader)->next(line).error().code, "line_too_long");
}

TEST_F(ArchiveFiles, ABombStopsAtTheLimit) {
  const std::string path = write_gzip(std::string(20'000'000, '\n'));
  EXPECT_LT(std::filesystem::file_size(path), 100'000U);
  Limits limits;
  limits.unpacked_bytes_max = 1'000'000;
  auto reader = open_lines(path, limits);
  ASSERT_TRUE(reader);
  const auto lines = lines_of(**reader);
  EXPECT_EQ(lines.back(), "error archive_too_large");
  EXPECT_LT((*reader)->bytes_read(), 2'000'000U);

  const std::string endless(20'000'000, 'x');
  limits.unpacked_bytes_max = 1ULL << 30;
  auto one_line = open_lines(write_gzip(endless), limits);
  ASSERT_TRUE(one_line);
  EXPECT_THAT(lines_of(**one_line), ElementsAre("error line_too_long"));
}

TEST_F(ArchiveFiles, ACutOffGzipIsDamagedNotShort) {
  std::string content;
  for (int i = 0; i < 20'000; ++i)
    content += std::to_string(i * 7919) + "\n";
  const std::string whole = read_all(write_gzip(content));
  for (const std::size_t keep : {whole.size() - 1, whole.size() / 2, std::size_t{12}}) {
    auto reader = open_lines(write_plain("cut.gz", whole.substr(0, keep)));
    ASSERT_TRUE(reader);
    EXPECT_EQ(lines_of(**reader).back(), "error archive_damaged") << keep;
  }
}

TEST_F(ArchiveFiles, AFlippedBitInGzipIsFound) {
  std::string content;
  for (int i = 0; i < 20'000; ++i)
    content += std::to_string(i * 7919) + "\n";
  std::string damaged = read_all(write_gzip(content));
  damaged[damaged.size() / 2] ^= 1;
  auto reader = open_lines(write_plain("flipped.gz", damaged));
  ASSERT_TRUE(reader);
  EXPECT_EQ(lines_of(**reader).back(), "error archive_damaged");
}

TEST_F(ArchiveFiles, ZipEntriesAreListedAndRead) {
  const std::string path = write_zip({{"first.csv", "1\n2\n"}, {"second.csv", "3\n"}});
  const auto entries = list_zip(path);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].name, "first.csv");
  EXPECT_EQ((*entries)[0].unpacked_bytes, 4U);
  auto reader = open_zip_entry(path, "second.csv");
  ASSERT_TRUE(reader);
  EXPECT_THAT(lines_of(**reader), ElementsAre("3"));
  EXPECT_EQ(open_zip_entry(path, "third.csv").error().code, "unknown_entry");
}

TEST_F(ArchiveFiles, AZipBombStopsAtTheLimit) {
  const std::string zeros(20'000'000, '\n');
  Limits limits;
  limits.unpacked_bytes_max = 1'000'000;
  auto reader = open_zip_entry(write_zip({{"bomb", zeros}}), "bomb", limits);
  ASSERT_TRUE(reader);
  EXPECT_EQ(lines_of(**reader).back(), "error archive_too_large");
}

TEST_F(ArchiveFiles, DamagedAndOversizedZipsAreRefused) {
  std::string content;
  for (int i = 0; i < 20'000; ++i)
    content += std::to_string(i * 7919) + "\n";
  const std::string path = write_zip({{"a", content}, {"b", "1"}});
  const std::string whole = read_all(path);
  EXPECT_EQ(list_zip(write_plain("cut.zip", whole.substr(0, whole.size() / 2))).error().code,
            "archive_damaged");
  std::string flipped = whole;
  flipped[5'000] ^= 1;
  auto reader = open_zip_entry(write_plain("flipped.zip", flipped), "a");
  ASSERT_TRUE(reader);
  EXPECT_EQ(lines_of(**reader).back(), "error archive_damaged");
  Limits few;
  few.entries_max = 1;
  EXPECT_EQ(list_zip(path, few).error().code, "archive_too_large");
  Limits small;
  small.archive_bytes_max = 10;
  EXPECT_EQ(list_zip(path, small).error().code, "archive_too_large");
  EXPECT_EQ(list_zip(folder_ + "/absent.zip").error().code, "cannot_open");
}

}  // namespace
}  // namespace archives
