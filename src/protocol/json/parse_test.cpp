#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "json/value.hpp"
#include "json/writer.hpp"

namespace json {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view text, const ParseLimits& limits = {}) {
  const auto value = parse(text, limits);
  EXPECT_FALSE(value.has_value()) << text.substr(0, 60);
  if (value) return "";
  EXPECT_EQ(value.error().code, "invalid_json");
  return value.error().message;
}

TEST(Parse, ReadsEveryKindOfValueInOrder) {
  const auto value = parse(R"( {"b":[null,true,false,-1.50e+3,"x"],"a":{}} )");
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(to_text(*value), R"({"b":[null,true,false,-1.50e+3,"x"],"a":{}})");
  EXPECT_TRUE(value->find("b")->array()->at(0).is_null());
  EXPECT_EQ(value->find("c"), nullptr);
  EXPECT_EQ(value->find("a")->find("x"), nullptr);
}

TEST(Parse, KeepsNumbersAsTheyWereWritten) {
  for (std::string_view number :
       {"0", "-0", "0.10", "1e400", "-1E-400", "123456789012345678901234567890",
        "18446744073709551616", "0.1000000000000000055511151231257827021181583404541015625"})
    EXPECT_EQ(parse(number)->number()->text, number);
}

TEST(Parse, DecodesEscapesAndUnicode) {
  EXPECT_EQ(*parse(R"("a\"\\\/\b\f\n\r\t\u0041\u20AC\uD83D\uDE00")")->string(),
            "a\"\\/\b\f\n\r\tA\xE2\x82\xAC\xF0\x9F\x98\x80");
  EXPECT_EQ(*parse("\"\xC3\xA4\"")->string(), "\xC3\xA4");
  EXPECT_EQ(*parse(R"("a\u0000b")")->string(), std::string("a\0b", 3));
}

TEST(Parse, RefusesWhatIsNotJson) {
  for (std::string_view text : {"",
                                " ",
                                "nul",
                                "nulll",
                                "True",
                                "NaN",
                                "Infinity",
                                "-",
                                "+1",
                                "01",
                                "1.",
                                ".5",
                                "1e",
                                "0x1",
                                "--1",
                                "'a'",
                                "\"a",
                                "\"a\nb\"",
                                "\"\\x\"",
                                "\"\\u12\"",
                                "[1,]",
                                "[1 2]",
                                "[,1]",
                                "[1",
                                "{\"a\":1,}",
                                "{\"a\"}",
                                "{a:1}",
                                "{\"a\":}",
                                "{1:2}",
                                "{\"a\":1 \"b\":2}",
                                "]",
                                "}",
                                "[}",
                                "/* a */ 1",
                                "// a\n1",
                                "1 // a",
                                "\xEF\xBB\xBF{}",
                                "\v1",
                                "1 2",
                                "{} {}",
                                "[]]",
                                "{}x"})
    EXPECT_THAT(error_of(text), HasSubstr("at byte ")) << text;
}

TEST(Parse, RefusesInvalidUtf8) {
  for (std::string_view bytes :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82"})
    error_of('"' + std::string(bytes) + '"');
  error_of(R"("\uD800")");
  error_of(R"("\uDC00")");
  error_of(R"("\uD800\u0041")");
}

TEST(Parse, RefusesDuplicateKeysHoweverManyThereAre) {
  EXPECT_THAT(error_of(R"({"a":1,"b":2,"a":3})"), HasSubstr("the key \"a\" occurs twice"));
  EXPECT_THAT(error_of(R"([{"x":{"k":1,"\u006b":2}}])"), HasSubstr("the key \"k\""));
  std::string many = "{";
  for (int i = 0; i < 1'000; ++i)
    many += "\"key" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse(many + "\"last\":1}").has_value());
  EXPECT_THAT(error_of(many + "\"key500\":1}"), HasSubstr("the key \"key500\""));
  EXPECT_TRUE(parse(R"({"a":{"a":1},"b":{"a":2}})").has_value());
}

TEST(Parse, RefusesTooDeepTextAtTheLimit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse(nested(32)).has_value());
  EXPECT_THAT(error_of(nested(33)), HasSubstr("nested too deeply at byte 32"));
  // The position shows that nothing behind the limit was read.
  EXPECT_THAT(error_of(std::string(10'000, '[')), HasSubstr("nested too deeply at byte 32"));
  std::string objects;
  for (int i = 0; i < 10'000; ++i)
    objects += "{\"a\":";
  EXPECT_THAT(error_of(objects), HasSubstr("nested too deeply at byte 160"));
  EXPECT_TRUE(parse("[[[]]]", {.depth_max = 3}).has_value());
  EXPECT_THAT(error_of("[[[[]]]]", {.depth_max = 3}), HasSubstr("deeply"));
}

TEST(Parse, RefusesTextsBeyondTheSizeLimit) {
  EXPECT_TRUE(parse("[1,2]", {.size_max = 5}).has_value());
  EXPECT_THAT(error_of("[1,2] ", {.size_max = 5}), HasSubstr("longer than 5 bytes"));
  const ParseLimits standard;
  const std::string largest = '"' + std::string(standard.size_max - 2, 'a') + '"';
  EXPECT_TRUE(parse(largest).has_value());
  error_of(largest + ' ');
}

TEST(Parse, SaysWhereItStopped) {
  EXPECT_EQ(error_of("[1, x]"), "not valid JSON: unexpected characters at byte 4");
  EXPECT_EQ(error_of("{\"a\":1} x"), "not valid JSON: more text follows the value at byte 8");
  EXPECT_EQ(error_of("[1, 2"), "not valid JSON: the text ends too early at byte 5");
}

Value arbitrary(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0: return Value();
    case 1: return Value(*rc::gen::arbitrary<bool>());
    case 2: return Value(Value::Number{std::to_string(*rc::gen::arbitrary<std::int64_t>())});
    case 3: return Value(*rc::gen::container<std::string>(rc::gen::inRange<char>(0, 127)));
    case 4: {
      Value::Array items;
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        items.push_back(arbitrary(depth - 1));
      return Value(std::move(items));
    }
    default: {
      Value object = Value::object();
      for (int i = *rc::gen::inRange(0, 4); i > 0; --i)
        object.add("k" + std::to_string(i), arbitrary(depth - 1));
      return object;
    }
  }
}

RC_GTEST_PROP(ParseProperty, ReadsBackWhatTheWriterWrote, ()) {
  const Value value = arbitrary(4);
  const auto again = parse(to_text(value));
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == value);
}

RC_GTEST_PROP(ParseProperty, TakesAnyBytesTheWriterQuoted, (const std::string& bytes)) {
  std::string quoted;
  append_quoted(quoted, bytes);
  const auto value = parse(quoted);
  RC_ASSERT(value.has_value());
  // A second pass changes nothing: replacement happened once.
  std::string again;
  append_quoted(again, *value->string());
  RC_ASSERT(again == quoted);
}

RC_GTEST_PROP(ParseProperty, AnswersEveryDamagedTextWithoutHarm, ()) {
  std::string text = to_text(arbitrary(4));
  RC_PRE(!text.empty());
  const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
  text[at] = *rc::gen::arbitrary<char>();
  // Accepted only when what was understood can be written and understood again.
  if (const auto value = parse(text)) RC_ASSERT(parse(to_text(*value)).has_value());
}

TEST(Writer, EscapesTextAndPlacesCommas) {
  std::string out;
  Writer writer(out);
  writer.begin_object();
  writer.member("a\"b", "c\\d\n\x01");
  writer.key("list");
  writer.begin_array();
  writer.integer(std::int64_t{-9'223'372'036'854'775'807 - 1});
  writer.integer(std::uint64_t{18'446'744'073'709'551'615u});
  writer.begin_array();
  writer.end_array();
  writer.null();
  writer.end_array();
  writer.member("flag", true);
  writer.raw_member("raw", "[1]");
  writer.end_object();
  EXPECT_EQ(out,
            "{\"a\\\"b\":\"c\\\\d\\n\\u0001\",\"list\":[-9223372036854775808,"
            "18446744073709551615,[],null],\"flag\":true,\"raw\":[1]}");
}

TEST(Writer, ReplacesBytesThatAreNotUtf8) {
  std::string out;
  append_quoted(out, "a\xFF\xC3\xA4\xE2\x82z\xF0\x9F\x98\x80");
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\xC3\xA4\xEF\xBF\xBD\xEF\xBF\xBDz\xF0\x9F\x98\x80\"");
}

}  // namespace
}  // namespace json
