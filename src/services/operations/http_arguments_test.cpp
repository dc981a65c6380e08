#include "operations/http_arguments.hpp"

#include <gtest/gtest.h>

#include "operations/sample_table_test.hpp"

namespace operations {
namespace {

std::string arguments(std::string_view name, const TextPairs& path, const TextPairs& query,
                      std::string_view body = {}) {
  const Table table = sample_table();
  const json::Value value = body.empty() ? json::Value() : *json::parse(body);
  const auto result =
      arguments_from_http(*table.find(name), path, query, body.empty() ? nullptr : &value);
  return result ? json::to_text(*result) : result.error().code + " " + result.error().message;
}

TEST(HttpArguments, ConvertsTextToTheFieldsType) {
  EXPECT_EQ(arguments("get_quote", {{"symbol", "AAPL"}}, {{"limit", "5"}, {"channels", "a,b"}}),
            R"({"symbol":"AAPL","limit":5,"channels":["a","b"]})");
}

TEST(HttpArguments, CollectsARepeatedListKey) {
  EXPECT_EQ(arguments("get_quote", {{"symbol", "A"}}, {{"channels", "x"}, {"channels", "y"}}),
            R"({"symbol":"A","channels":["x","y"]})");
}

TEST(HttpArguments, RefusesWhatIsGivenTwice) {
  EXPECT_EQ(arguments("get_quote", {{"symbol", "A"}}, {{"limit", "1"}, {"limit", "2"}}),
            "invalid_request limit: is given twice");
  EXPECT_EQ(arguments("get_quote", {{"symbol", "A"}}, {{"symbol", "B"}}),
            "invalid_request symbol: is already given by the path");
  EXPECT_EQ(arguments("get_quote", {{"symbol", "A"}}, {}, R"({"symbol":"B"})"),
            "invalid_request symbol: is already given by the path");
}

TEST(HttpArguments, RefusesUnknownAndBadlyTypedQueryParameters) {
  EXPECT_EQ(arguments("get_quote", {{"symbol", "A"}}, {{"depth", "1"}}),
            "invalid_request depth: there is no such query parameter");
  EXPECT_EQ(arguments("get_quote", {{"symbol", "A"}}, {{"limit", "NaN"}}),
            "invalid_request limit: must be a whole number, not \"NaN\"");
}

TEST(HttpArguments, TakesTheBodyOfAPostAndNoQuery) {
  EXPECT_EQ(arguments("place_order", {}, {}, R"({"symbol":"A","quantity":1})"),
            R"({"symbol":"A","quantity":1})");
  EXPECT_EQ(arguments("place_order", {}, {{"symbol", "A"}}, "{}"),
            "invalid_request symbol: must be sent in the JSON body, not in the query");
  EXPECT_EQ(arguments("place_order", {}, {}, "[1]"),
            "invalid_request the body must be a JSON object, not a list");
}

TEST(HttpArguments, FindsThePathsParameters) {
  EXPECT_EQ(path_parameters("/a/{b}/c/{d}"), (std::vector<std::string_view>{"b", "d"}));
  EXPECT_TRUE(path_parameters("/a").empty());
}

}  // namespace
}  // namespace operations
