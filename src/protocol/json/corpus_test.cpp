#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "json/value.hpp"

namespace json {
namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// The fuzzer's seeds say by their names what must happen: y_ is JSON, n_ is refused.
TEST(ParseCorpus, AcceptsAndRefusesEachFileAsItsNameSays) {
  int accepted = 0;
  int refused = 0;
  const std::filesystem::path folder(PLATFORM_SOURCE_DIR "/tests/fuzz/corpus/json");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    const auto value = parse(content_of(entry.path()));
    if (name.starts_with("y_")) {
      EXPECT_TRUE(value.has_value()) << name << ": " << value.error().message;
      ++accepted;
    } else if (name.starts_with("n_")) {
      EXPECT_FALSE(value.has_value()) << name;
      ++refused;
    }
  }
  EXPECT_GE(accepted, 15);
  EXPECT_GE(refused, 30);
}

}  // namespace
}  // namespace json
