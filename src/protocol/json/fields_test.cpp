#include "json/fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace json {
namespace {

using testing::HasSubstr;

struct Leg {
  std::string symbol;
  std::int32_t ratio = 0;
  static constexpr auto fields() {
    return std::tuple{
        field("symbol", &Leg::symbol, "What to trade.", min_length(1), max_length(15)),
        field("ratio", &Leg::ratio, "Units of it.", min(-5), max(5)),
    };
  }
};

// The usage example of the module: one of every kind of field.
struct Basket {
  std::optional<std::string> account_id;
  std::string side;
  Decimal quantity;
  std::optional<Decimal> limit_price;
  bool dry_run = false;
  std::uint32_t limit = 0;
  std::vector<Leg> legs;
  std::vector<std::string> tags;
  static constexpr auto fields() {
    return std::tuple{
        field("account_id", &Basket::account_id, "Account; may be left out.", example("1")),
        field("side", &Basket::side, "Buy or sell.", one_of("buy", "sell")),
        field("quantity", &Basket::quantity, "How much.", example("100")),
        field("limit_price", &Basket::limit_price, "Worst price."),
        field("dry_run", &Basket::dry_run, "Only look.", default_text("false")),
        field("limit", &Basket::limit, "Rows.", min(1), max(1000), default_text("100")),
        field("legs", &Basket::legs, "Parts.", max_items(3)),
        field("tags", &Basket::tags, "Marks.", one_of("a", "b")),
    };
  }
};

constexpr std::string_view good =
    R"({"side":"buy","quantity":12.50,"legs":[{"symbol":"AAPL","ratio":-1}],"tags":["a","b"]})";

base::Result<Basket> read_basket(std::string_view text) {
  auto value = parse(text);
  EXPECT_TRUE(value.has_value()) << text;
  return read<Basket>(*value);
}

std::string error_of(std::string_view text) {
  const auto basket = read_basket(text);
  EXPECT_FALSE(basket.has_value()) << text;
  if (basket) return "";
  EXPECT_EQ(basket.error().code, "invalid_request");
  return basket.error().message;
}

TEST(Fields, ReadsEveryKindOfMember) {
  const auto basket = read_basket(good);
  ASSERT_TRUE(basket.has_value()) << basket.error().message;
  EXPECT_EQ(basket->account_id, std::nullopt);
  EXPECT_EQ(basket->side, "buy");
  EXPECT_EQ(basket->quantity.text, "12.5");
  EXPECT_FALSE(basket->limit_price.has_value());
  EXPECT_FALSE(basket->dry_run);
  EXPECT_EQ(basket->limit, 100u);
  ASSERT_EQ(basket->legs.size(), 1u);
  EXPECT_EQ(basket->legs[0].symbol, "AAPL");
  EXPECT_EQ(basket->legs[0].ratio, -1);
  EXPECT_THAT(basket->tags, testing::ElementsAre("a", "b"));
}

TEST(Fields, WritesWhatItReadsAndLeavesAbsentFieldsOut) {
  const auto basket = read_basket(good);
  ASSERT_TRUE(basket.has_value());
  EXPECT_EQ(to_text(*basket), R"({"side":"buy","quantity":"12.5","dry_run":false,"limit":100,)"
                              R"("legs":[{"symbol":"AAPL","ratio":-1}],"tags":["a","b"]})");
}

TEST(Fields, NamesThePathOfWhatIsWrong) {
  EXPECT_EQ(error_of(R"({"quantity":1,"legs":[],"tags":[]})"), "side: is required");
  EXPECT_EQ(error_of(R"({"side":"hold","quantity":1,"legs":[],"tags":[]})"),
            "side: must be one of buy, sell, not \"hold\"");
  EXPECT_EQ(error_of(R"({"side":"buy","quantity":1,"legs":[{"symbol":"A","ratio":6}],"tags":[]})"),
            "legs[0].ratio: must be a whole number from -5 to 5");
  EXPECT_EQ(error_of(R"({"side":"buy","quantity":1,"legs":[{"symbol":"A","x":6}],"tags":[]})"),
            "legs[0]: there is no field \"x\"; the fields are symbol, ratio");
  EXPECT_EQ(error_of(R"({"side":"buy","quantity":1,"legs":[],"tags":["a","c"]})"),
            "tags[1]: must be one of a, b, not \"c\"");
  EXPECT_THAT(error_of(R"({"sides":"buy"})"), HasSubstr("there is no field \"sides\""));
}

TEST(Fields, RefusesWrongTypes) {
  const auto with = [](std::string_view member) {
    return R"({"side":"buy","quantity":1,"legs":[],"tags":[],)" + std::string(member) + "}";
  };
  EXPECT_THAT(error_of(with(R"("account_id":7)")), HasSubstr("account_id: must be text"));
  EXPECT_THAT(error_of(with(R"("account_id":null)")), HasSubstr("leave the field out"));
  EXPECT_THAT(error_of(with(R"("dry_run":"true")")), HasSubstr("must be true or false"));
  EXPECT_THAT(error_of(with(R"("limit":"5")")), HasSubstr("must be a whole number"));
  EXPECT_THAT(error_of(with(R"("limit":1.5)")), HasSubstr("must be a whole number"));
  EXPECT_THAT(error_of(with(R"("limit":1e300)")), HasSubstr("must be a whole number"));
  EXPECT_THAT(error_of(with(R"("limit":0)")), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(error_of(with(R"("limit_price":"NaN")")), HasSubstr("decimal number"));
  EXPECT_THAT(error_of(with(R"("limit_price":"1e3")")), HasSubstr("plain notation"));
  EXPECT_THAT(error_of(with(R"("limit_price":1e60)")), HasSubstr("out of range"));
  EXPECT_THAT(error_of(with(R"("limit_price":[])")), HasSubstr("not a list"));
  EXPECT_THAT(error_of(with(R"("limit_price":0.0000000000000000001)")), HasSubstr("decimals"));
  EXPECT_EQ(read<Basket>(Value(Value::Array())).error().message,
            "the request must be an object, not a list");
}

TEST(Fields, BoundsTextAndLists) {
  const std::string leg = R"({"symbol":"A","ratio":1})";
  EXPECT_THAT(error_of(R"({"side":"buy","quantity":1,"tags":[],"legs":[)" + leg + "," + leg + "," +
                       leg + "," + leg + "]}"),
              HasSubstr("legs: must have at most 3 items"));
  EXPECT_THAT(error_of(R"({"side":"buy","quantity":1,"tags":[],"legs":[{"symbol":"","ratio":1}]})"),
              HasSubstr("at least 1 characters"));
  const std::string long_symbol(16, 'A');
  EXPECT_THAT(error_of(R"({"side":"buy","quantity":1,"tags":[],"legs":[{"symbol":")" + long_symbol +
                       R"(","ratio":1}]})"),
              HasSubstr("at most 15 characters"));
}

TEST(Fields, KeepsDecimalsExact) {
  const auto decimal = [](std::string_view number) {
    return read_basket(R"({"side":"buy","legs":[],"tags":[],"quantity":)" + std::string(number) +
                       "}")
        ->quantity.text;
  };
  EXPECT_EQ(decimal("0.1"), "0.1");
  EXPECT_EQ(decimal("\"0.100\""), "0.1");
  EXPECT_EQ(decimal("1e3"), "1000");
  EXPECT_EQ(decimal("-0"), "0");
  EXPECT_EQ(decimal("12345678901234567890.123456789012345678"),
            "12345678901234567890.123456789012345678");
}

TEST(Fields, ReadsIntegersUpToTheirTypesLimits) {
  struct Wide {
    std::uint64_t sequence = 0;
    std::int64_t change = 0;
    static constexpr auto fields() {
      return std::tuple{field("sequence", &Wide::sequence, "s"),
                        field("change", &Wide::change, "c")};
    }
  };
  const auto read_wide = [](std::string_view text) { return read<Wide>(*parse(text)); };
  const std::string_view edge =
      R"({"sequence":18446744073709551615,"change":-9223372036854775808})";
  ASSERT_TRUE(read_wide(edge).has_value());
  EXPECT_EQ(to_text(*read_wide(edge)), edge);
  EXPECT_FALSE(read_wide(R"({"sequence":18446744073709551616,"change":0})").has_value());
  EXPECT_FALSE(read_wide(R"({"sequence":-1,"change":0})").has_value());
}

TEST(Fields, DescribesItselfAsJsonSchema) {
  EXPECT_EQ(
      schema<Leg>(),
      R"({"type":"object","properties":{)"
      R"("symbol":{"type":"string","minLength":1,"maxLength":15,"description":"What to trade."},)"
      R"("ratio":{"type":"integer","minimum":-5,"maximum":5,"description":"Units of it."}},)"
      R"("required":["symbol","ratio"],"additionalProperties":false})");
  const auto input = parse(schema<Basket>(Direction::Input));
  const auto output = parse(schema<Basket>(Direction::Output));
  ASSERT_TRUE(input && output);
  EXPECT_EQ(to_text(*input->find("required")), R"(["side","quantity","legs","tags"])");
  EXPECT_EQ(to_text(*output->find("required")),
            R"(["side","quantity","dry_run","limit","legs","tags"])");
  const Value& properties = *input->find("properties");
  EXPECT_EQ(to_text(*properties.find("side")->find("enum")), R"(["buy","sell"])");
  EXPECT_EQ(to_text(*properties.find("quantity")->find("type")), R"(["string","number"])");
  EXPECT_EQ(to_text(*properties.find("limit")->find("default")), "100");
  EXPECT_EQ(to_text(*properties.find("quantity")->find("examples")), R"(["100"])");
  EXPECT_EQ(to_text(*properties.find("legs")->find("items")->find("type")), R"("object")");
  EXPECT_EQ(to_text(*output->find("properties")->find("quantity")->find("type")), R"("string")");
}

TEST(Fields, ConvertsQueryTextByTheFieldsKind) {
  const auto& fields = fields_of<Basket>();
  const auto convert = [&](std::string_view name, std::string_view text) -> std::string {
    for (const FieldInfo& field : fields)
      if (field.name == name) {
        const auto value = value_from_text(field, text);
        return value ? to_text(*value) : value.error().message;
      }
    return "no field";
  };
  EXPECT_EQ(convert("limit", "5"), "5");
  EXPECT_EQ(convert("limit", "5x"), "limit: must be a whole number, not \"5x\"");
  EXPECT_EQ(convert("dry_run", "true"), "true");
  EXPECT_EQ(convert("dry_run", "1"), "dry_run: must be true or false, not \"1\"");
  EXPECT_EQ(convert("tags", "a,b"), R"(["a","b"])");
  EXPECT_EQ(convert("quantity", "1.5"), R"("1.5")");
  EXPECT_EQ(convert("legs", "x"), "legs: can only be given in a JSON body");
}

}  // namespace
}  // namespace json
