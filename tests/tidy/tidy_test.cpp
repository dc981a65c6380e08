// The house rules as a test: arrows between modules, sizes, names and words. An exception stands in
// the lists below with its reason; the lists may only shrink.

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_lines_max = 600;
constexpr std::size_t function_lines_max = 70;
constexpr std::size_t line_columns_max = 100;

const fs::path root = PLATFORM_SOURCE_DIR;

struct Module {
  std::string ring;
  std::set<std::string> uses;
};

struct Source {
  fs::path path;  // relative to the root
  std::vector<std::string> lines;
};

std::string read_text(const fs::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::stringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

std::vector<Source> sources(const std::vector<std::string>& folders) {
  static const std::set<std::string> endings{".cpp", ".hpp", ".ts", ".tsx", ".css", ".sh"};
  std::vector<Source> found;
  for (const std::string& folder : folders) {
    if (!fs::exists(root / folder)) continue;
    auto walk = fs::recursive_directory_iterator(root / folder);
    for (const fs::directory_entry& entry : walk) {
      const std::string name = entry.path().filename().string();
      if (entry.is_directory() && (name == "node_modules" || name == "dist")) {
        walk.disable_recursion_pending();
        continue;
      }
      if (entry.is_regular_file() && endings.contains(entry.path().extension().string()))
        found.push_back({fs::relative(entry.path(), root), lines_of(read_text(entry.path()))});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

bool is_cpp(const Source& source) {
  return source.path.extension() == ".cpp" || source.path.extension() == ".hpp";
}

// module(ring/name USES a b LINKS c) lines of the table.
std::map<std::string, Module> table() {
  std::map<std::string, Module> modules;
  const std::regex line(R"(module\((\w+)/(\w+)([^)]*)\))");
  const std::string text = read_text(root / "src/CMakeLists.txt");
  for (std::sregex_iterator it(text.begin(), text.end(), line), end; it != end; ++it) {
    Module module{(*it)[1], {}};
    std::stringstream words((*it)[3].str());
    bool uses = false;
    for (std::string word; words >> word;) {
      if (word == "USES" || word == "LINKS" || word == "TEST_LINKS") {
        uses = word == "USES";
      } else if (uses) {
        module.uses.insert(word);
      }
    }
    modules[(*it)[2]] = module;
  }
  return modules;
}

std::set<std::string> reach(const std::map<std::string, Module>& modules, const std::string& name) {
  std::set<std::string> seen;
  std::vector<std::string> open{name};
  while (!open.empty()) {
    const std::string at = open.back();
    open.pop_back();
    if (!seen.insert(at).second || !modules.contains(at)) continue;
    for (const std::string& used : modules.at(at).uses)
      open.push_back(used);
  }
  return seen;
}

int ring_rank(const std::string& ring) {
  static const std::vector<std::string> rings{"base", "core", "protocol", "io", "services", "app"};
  return static_cast<int>(std::find(rings.begin(), rings.end(), ring) - rings.begin());
}

// A line without its comment and without what stands in its literals.
std::string code_of(const std::string& line) {
  std::string code;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote != 0) {
      if (line[i] == '\\') {
        ++i;
      } else if (line[i] == quote) {
        quote = 0;
      }
      continue;
    }
    if (line.compare(i, 2, "//") == 0) break;
    const bool digit_separator = line[i] == '\'' && i > 0 && std::isalnum(line[i - 1]) != 0;
    if (line[i] == '"' || (line[i] == '\'' && !digit_separator)) {
      quote = line[i];
    } else {
      code += line[i];
    }
  }
  return code;
}

TEST(Tidy, ArrowsPointInward) {
  const auto modules = table();
  ASSERT_GT(modules.size(), 10u);
  for (const auto& [name, module] : modules)
    for (const std::string& used : module.uses) {
      ASSERT_TRUE(modules.contains(used)) << name << " uses " << used;
      EXPECT_LE(ring_rank(modules.at(used).ring), ring_rank(module.ring)) << name << " -> " << used;
    }
}

TEST(Tidy, EveryFolderIsInTheTableAndEveryLineHasItsFolder) {
  const auto modules = table();
  for (const auto& [name, module] : modules)
    EXPECT_TRUE(fs::is_directory(root / "src" / module.ring / name)) << module.ring << "/" << name;
  for (const auto& ring : fs::directory_iterator(root / "src")) {
    if (!ring.is_directory()) continue;
    for (const auto& folder : fs::directory_iterator(ring.path()))
      if (folder.is_directory()) {
        EXPECT_TRUE(modules.contains(folder.path().filename().string())) << folder.path();
      }
  }
}

TEST(Tidy, AModuleIncludesOnlyWhatItsLineNames) {
  const auto modules = table();
  const std::regex include(R"(^#include \"(\w+)/)");
  for (const Source& source : sources({"src"})) {
    const std::string own = std::next(source.path.begin(), 2)->string();
    if (own == "main.cpp") continue;
    ASSERT_TRUE(modules.contains(own)) << source.path;
    const auto allowed = reach(modules, own);
    for (const std::string& line : source.lines) {
      std::smatch match;
      const bool names_one = std::regex_search(line, match, include) && modules.contains(match[1]);
      EXPECT_TRUE(!names_one || allowed.contains(match[1])) << source.path << ": " << line;
    }
  }
}

TEST(Tidy, ServicesMeetOnlyInSharedModules) {
  // operations (the table), sequencer (the command port), directory (names) and history (reads of
  // the projections) are shared by design. Beside them streams shows what market_data keeps.
  const std::set<std::string> shared{"operations", "sequencer", "directory", "history"};
  const std::set<std::pair<std::string, std::string>> allowed{{"streams", "market_data"}};
  const auto modules = table();
  for (const auto& [name, module] : modules) {
    if (module.ring != "services") continue;
    for (const std::string& used : module.uses)
      EXPECT_TRUE(modules.at(used).ring != "services" || shared.contains(used) ||
                  allowed.contains({name, used}))
          << name << " -> " << used;
  }
}

TEST(Tidy, FilesAndLinesAreShort) {
  for (const Source& source : sources({"src", "tests", "web/src", "web/test", "examples"})) {
    EXPECT_LE(source.lines.size(), file_lines_max) << source.path;
    for (std::size_t i = 0; i < source.lines.size(); ++i)
      if (is_cpp(source)) {
        std::size_t columns = 0;
        for (const char c : source.lines[i])
          columns += (c & 0xC0) != 0x80;
        EXPECT_LE(columns, line_columns_max) << source.path.string() << ":" << i + 1;
      }
  }
}

// Finds functions by their braces: a line that ends a signature with `) ... {` outside any other
// function opens one, the matching brace closes it. Classes and namespaces are looked into.
std::vector<std::pair<std::size_t, std::size_t>> functions_of(const Source& source) {
  static const std::regex signature(
      R"(\)\s*(const)?\s*(noexcept)?\s*(override)?\s*(->\s*[\w:<>,&*\s]+)?\s*\{)");
  static const std::regex container(R"(\b(namespace|class|struct|enum|union)\b[^;()]*\{)");
  std::vector<std::pair<std::size_t, std::size_t>> functions;
  int depth = 0, function_depth = -1;
  std::size_t start = 0;
  for (std::size_t i = 0; i < source.lines.size(); ++i) {
    const std::string code = code_of(source.lines[i]);
    if (function_depth < 0 && std::regex_search(code, signature) &&
        !std::regex_search(code, container)) {
      function_depth = depth;
      start = i;
    }
    for (char c : code)
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (function_depth >= 0 && depth <= function_depth) {
      functions.emplace_back(start, i);
      function_depth = -1;
    }
  }
  return functions;
}

TEST(Tidy, FunctionsAreShort) {
  std::size_t found = 0;
  for (const Source& source : sources({"src", "tests"})) {
    if (!is_cpp(source)) continue;
    for (const auto& [first, last] : functions_of(source)) {
      ++found;
      EXPECT_LE(last - first + 1, function_lines_max) << source.path.string() << ":" << first + 1;
    }
  }
  EXPECT_GT(found, 200u) << "the function counter does not see the code any more";
}

TEST(Tidy, NamesSayWhatThingsAre) {
  const std::regex banned(
      R"(\b(class|struct|enum class|using)\s+\w*(Manager|Helper|Util|Utils|Impl|V2)\b)");
  for (const Source& source : sources({"src", "tests"})) {
    if (!is_cpp(source)) continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i)
      EXPECT_FALSE(std::regex_search(code_of(source.lines[i]), banned))
          << source.path.string() << ":" << i + 1 << ": " << source.lines[i];
  }
}

TEST(Tidy, NothingIsMarkedUnfinished) {
  // Split, so that this file does not name what it looks for.
  const std::regex words(
      "\\bTO"
      "DO\\b|\\bFIX"
      "ME\\b|\\bX"
      "XX\\b|\\bnot "
      "implemented\\b|\\bfor "
      "now\\b|\\bHA"
      "CK\\b");
  for (const Source& source : sources({"src", "tests", "web/src"}))
    for (std::size_t i = 0; i < source.lines.size(); ++i)
      EXPECT_FALSE(std::regex_search(source.lines[i], words))
          << source.path.string() << ":" << i + 1 << ": " << source.lines[i];
}

TEST(Tidy, TheCoreIsPure) {
  const std::regex impure(
      "#include <(chrono|random|thread|mutex|atomic|fstream|iostream|filesystem|regex|functional|"
      "unordered_map|unordered_set|future)>|\\b(double|float)\\b|\\bthrow\\b|\\bcatch\\b|"
      "std::unordered_");
  for (const Source& source : sources({"src/base", "src/core"})) {
    const std::string name = source.path.filename().string();
    const bool exempt =
        std::regex_search(name, std::regex(R"(_(test|bench|oracle|fuzz)\.|_oracle)"));
    // base/time.cpp uses the calendar types of <chrono>, not its clocks; strong_id.hpp specialises
    // std::hash.
    if (exempt || name == "time.cpp" || name == "strong_id.hpp") continue;
    for (std::size_t i = 0; i < source.lines.size(); ++i)
      EXPECT_FALSE(std::regex_search(code_of(source.lines[i]), impure))
          << source.path.string() << ":" << i + 1 << ": " << source.lines[i];
  }
}

TEST(Tidy, ThirdPartyHeadersStayInSources) {
  // operations, money and the base ring expose tl::expected as base::Result by design.
  const std::regex third_party(
      "#include <(boost|openssl|sqlite3|spdlog|fmt|prometheus|CLI|toml|argon2|zip|zlib|xxhash)");
  for (const Source& source : sources({"src"})) {
    if (source.path.extension() != ".hpp") continue;
    for (const std::string& line : source.lines)
      EXPECT_FALSE(std::regex_search(line, third_party)) << source.path << ": " << line;
  }
}

TEST(Tidy, HeadersBeginWithPragmaOnce) {
  for (const Source& source : sources({"src", "tests"})) {
    if (source.path.extension() != ".hpp") continue;
    bool found = false;
    for (std::size_t i = 0; i < std::min<std::size_t>(source.lines.size(), 40); ++i)
      found = found || source.lines[i] == "#pragma once";
    EXPECT_TRUE(found) << source.path;
  }
}

}  // namespace
