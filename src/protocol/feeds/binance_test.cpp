#include "feeds/binance.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace feeds {
namespace {

const Scale btc{10'000'000, 10'000, 1'000'000'000'000};  // 0.01, 0.00001

std::string code_of(const std::string& line) {
  const auto record = BinanceParser("BTCUSDT", btc).parse(line);
  return record ? "" : record.error().code;
}

Record read(const std::string& line) {
  auto record = BinanceParser("BTCUSDT", btc).parse(line);
  EXPECT_TRUE(record) << record.error().message;
  return record.value_or(Record());
}

Level level(std::int64_t ticks, std::int64_t lots) {
  return {money::Price(ticks), money::Quantity(lots)};
}

const std::string spot_depth =
    R"(1723161253937085768 {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate",)"
    R"("E":1723161255208,"s":"BTCUSDT","U":50093239189,"u":50093239202,)"
    R"("b":[["61737.63000000","0.00000000"]],"a":[["61837.64000000","1.54698000"]]}})";
const std::string spot_trade =
    R"(1723161254087896568 {"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,)"
    R"("s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,)"
    R"("m":true,"M":true}})";

TEST(BinanceSpot, DepthUpdate) {
  const Record record = read(spot_depth);
  EXPECT_EQ(record.receive_time.ns(), 1723161253937085768);
  EXPECT_EQ(record.exchange_time.ns(), 1723161255208'000'000);
  const DepthUpdate expected{
      50093239188, 50093239202, {level(6173763, 0)}, {level(6183764, 154698)}};
  EXPECT_EQ(std::get<DepthUpdate>(record.body), expected);
}

TEST(BinanceSpot, SnapshotFromTheRestAnswer) {
  const Record record =
      read(R"(1723161254206652067 {"lastUpdateId":50093239218,"bids":[["61837.63","3.78826"],)"
           R"(["61837.62","0.617"]],"asks":[]})");
  EXPECT_EQ(record.exchange_time.ns(), 0);
  const DepthSnapshot expected{50093239218, {level(6183763, 378826), level(6183762, 61700)}, {}};
  EXPECT_EQ(std::get<DepthSnapshot>(record.body), expected);
}

TEST(BinanceSpot, TradeOfASellerWhoHitTheBid) {
  const Record record = read(spot_trade);
  EXPECT_EQ(record.exchange_time.ns(), 1723161255342'000'000);
  const Trade expected{3735683259, money::Price(6183763), money::Quantity(2000), Aggressor::Seller};
  EXPECT_EQ(std::get<Trade>(record.body), expected);
}

TEST(BinanceSpot, AggregateTradeWhoseNumberIsCalledA) {
  const Record record =
      read(R"(1 {"stream":"btcusdt@aggTrade","data":{"e":"aggTrade","E":2,"s":"BTCUSDT","a":26129,)"
           R"("p":"0.01","q":"4.70443","f":27781,"l":27781,"T":3,"m":false,"M":true}})");
  const Trade expected{0, money::Price(1), money::Quantity(470443), Aggressor::Buyer};
  EXPECT_EQ(std::get<Trade>(record.body), expected);
}

TEST(BinanceSpot, BookTickerHasNoEventName) {
  const Record record =
      read(R"(1723161254087891268 {"stream":"btcusdt@bookTicker","data":{"u":50093239212,)"
           R"("s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000",)"
           R"("A":"1.54698000"}})");
  const BestBidAsk expected{50093239212, level(6183763, 378826), level(6183764, 154698)};
  EXPECT_EQ(std::get<BestBidAsk>(record.body), expected);
}

TEST(BinanceFutures, DepthUpdatesChainByTheirPreviousNumber) {
  const Scale eth{10'000'000, 1'000'000, 1'000'000'000'000};
  const auto record =
      BinanceParser("ETHUSDT", eth)
          .parse(R"(1723161255088156767 {"stream":"ethusdt@depth@0ms","data":{"e":"depthUpdate",)"
                 R"("E":1723161256303,"T":1723161256302,"s":"ETHUSDT","U":5123107832349,)"
                 R"("u":5123107837896,"pu":5123107832175,"b":[["200.00","10.229"]],"a":[]}})");
  ASSERT_TRUE(record);
  const DepthUpdate expected{5123107832175, 5123107837896, {level(20000, 10229)}, {}};
  EXPECT_EQ(std::get<DepthUpdate>(record->body), expected);
}

TEST(BinanceFutures, TradesOutsideTheBookAreLeftOut) {
  const std::string trade =
      R"(1 {"stream":"x@trade","data":{"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":1,)"
      R"("p":"1","q":"1","X":"KIND","m":true}})";
  const auto with = [&](const std::string& kind) {
    std::string line = trade;
    return line.replace(line.find("KIND"), 4, kind);
  };
  EXPECT_EQ(code_of(with("MARKET")), "");
  EXPECT_EQ(code_of(with("INSURANCE_FUND")), "unsupported_record");
}

TEST(BinanceLines, BadOnesSayWhy) {
  EXPECT_EQ(code_of(""), "invalid_line");
  EXPECT_EQ(code_of("{}"), "invalid_line");
  EXPECT_EQ(code_of("12a {}"), "invalid_number");
  EXPECT_EQ(code_of("1 {}"), "unsupported_record");
  EXPECT_EQ(code_of("1 []"), "invalid_line");
  EXPECT_EQ(code_of(spot_trade + "x"), "invalid_line");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"kline","s":"BTCUSDT"}})"), "unsupported_record");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","s":"ETHUSDT"}})"), "other_instrument");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"depthUpdate","U":2,"u":1,"b":[],"a":[]}})"),
            "invalid_number");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"depthUpdate","b":[],"a":[]}})"), "missing_member");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"depthUpdate","U":1,"u":1,"b":[]}})"), "missing_member");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"1.005","q":"1","m":true}})"), "off_step");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"1.00","q":"1.000001","m":true}})"), "off_step");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"NaN","q":"1","m":true}})"), "invalid_decimal");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"-1","q":"1","m":true}})"), "invalid_decimal");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"0.00","q":"1","m":true}})"), "out_of_range");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"1e9","q":"1","m":true}})"), "invalid_decimal");
  EXPECT_EQ(code_of(R"(1 {"data":{"e":"trade","p":"1","q":"1"}})"), "missing_member");
  EXPECT_EQ(code_of(R"(1 {"lastUpdateId":1,"bids":[["1"]],"asks":[]})"), "invalid_line");
  EXPECT_EQ(code_of(R"(1 {"lastUpdateId":1,"bids":[[1,2]],"asks":[]})"), "invalid_line");
}

TEST(BinanceLines, NestingAndLevelsAreBounded) {
  EXPECT_EQ(code_of("1 {\"data\":{\"x\":" + std::string(10'000, '[')), "invalid_line");
  std::string levels;
  for (std::size_t i = 0; i <= levels_max; ++i)
    levels += R"(["1","1"],)";
  levels.pop_back();
  EXPECT_EQ(code_of(R"(1 {"lastUpdateId":1,"asks":[],"bids":[)" + levels + "]}"),
            "too_many_levels");
}

TEST(BinanceLines, UnknownMembersOfAnyKindAreSkipped) {
  EXPECT_EQ(code_of(R"(1 {"new":{"a":[1,-2.5e3,null,"\"]"]},"data":{"e":"trade","z":[{}],"s":)"
                    R"("BTCUSDT","p":"1","q":"1","T":1,"m":false,"y":true}} )"),
            "");
}

TEST(BinanceLines, SymbolOfALine) {
  EXPECT_EQ(binance_symbol(spot_trade), "BTCUSDT");
  EXPECT_EQ(binance_symbol(R"(1 {"stream":"ethusdt@x","data":{"u":1}})"), "ETHUSDT");
  EXPECT_EQ(binance_symbol(R"(1 {"lastUpdateId":1,"bids":[],"asks":[]})"), "");
  EXPECT_FALSE(binance_symbol("34200000,1815200,283,P,20002020,0"));
}

RC_GTEST_PROP(BinanceLines, ADamagedLineIsReadOrRefusedWithAReason, ()) {
  std::string line = *rc::gen::element(spot_depth, spot_trade);
  const int edits = *rc::gen::inRange(1, 6);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, line.size());
    if (*rc::gen::arbitrary<bool>())
      line[at] = *rc::gen::arbitrary<char>();
    else
      line.erase(at, 1 + *rc::gen::inRange<std::size_t>(0, 40));
    if (line.empty()) line = " ";
  }
  const auto record = BinanceParser("BTCUSDT", btc).parse(line);
  if (!record) RC_ASSERT(!record.error().message.empty());
}

}  // namespace
}  // namespace feeds
