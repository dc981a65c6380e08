#include "feeds/lean.hpp"

#include <gtest/gtest.h>

namespace feeds {
namespace {

const Scale cents{10'000'000, 1'000'000'000, 1'000'000'000'000};

LeanParser parser(const char* name, const char* archive, const Scale& scale) {
  const auto file = parse_lean_name(name, archive);
  EXPECT_TRUE(file);
  return {*file, scale};
}

std::string code_of(const LeanParser& parser, const char* line) {
  const auto record = parser.parse(line);
  return record ? "" : record.error().code;
}

TEST(LeanNames, TellSymbolDateResolutionAndContent) {
  const auto tick = parse_lean_name("20131007_ibm_Quote_Tick.csv", "ticks/ibm.zip");
  ASSERT_TRUE(tick);
  EXPECT_EQ(tick->symbol, "IBM");
  EXPECT_EQ(tick->date, (Date{2013, 10, 7}));
  EXPECT_EQ(tick->market, LeanMarket::Equity);
  EXPECT_EQ(tick->resolution, LeanResolution::Tick);
  EXPECT_EQ(tick->content, LeanContent::Quote);
  const auto minute =
      parse_lean_name("20180404_btcusd_minute_trade.csv", "crypto/coinbase/minute/btcusd");
  ASSERT_TRUE(minute);
  EXPECT_EQ(minute->symbol, "BTCUSD");
  EXPECT_EQ(minute->market, LeanMarket::Crypto);
  EXPECT_EQ(minute->resolution, LeanResolution::Minute);
  EXPECT_EQ(minute->content, LeanContent::Trade);
  EXPECT_EQ(parse_lean_name("20140502_eurusd_tick_quote.csv", "x/lean_oanda.zip")->market,
            LeanMarket::Currency);
  EXPECT_EQ(parse_lean_name("20131007_spy_second_trade.csv", "x")->resolution,
            LeanResolution::Second);
}

TEST(LeanNames, OthersAreRefused) {
  for (const char* name : {"", "ibm.csv", "20131007_ibm_quote.csv", "20131307_ibm_minute_quote.csv",
                           "20130230_ibm_minute_quote.csv", "20131007__minute_quote.csv",
                           "20131007_ibm_quote_trade.csv", "20131007_ibm_minute_second.csv",
                           "20131007_ibm_hour_trade.csv", "20131007_ibm_minute_quote.txt"})
    EXPECT_EQ(parse_lean_name(name, "").error().code, "unknown_file_name") << name;
}

TEST(NewYork, DaylightSavingFollowsTheRulesOfTheYear) {
  EXPECT_EQ(new_york_hours_behind({2013, 10, 7}), 4);
  EXPECT_EQ(new_york_hours_behind({2013, 11, 2}), 4);
  EXPECT_EQ(new_york_hours_behind({2013, 11, 3}), 5);
  EXPECT_EQ(new_york_hours_behind({2023, 3, 11}), 5);
  EXPECT_EQ(new_york_hours_behind({2023, 3, 12}), 4);
  EXPECT_EQ(new_york_hours_behind({2006, 4, 1}), 5);
  EXPECT_EQ(new_york_hours_behind({2006, 4, 2}), 4);
  EXPECT_EQ(new_york_hours_behind({2006, 10, 29}), 5);
  EXPECT_EQ(new_york_hours_behind({1986, 4, 20}), 5);
  EXPECT_EQ(new_york_hours_behind({1986, 4, 27}), 4);
  EXPECT_EQ(base::format_rfc3339(new_york_time({2013, 10, 7}, 34'200'000)),
            "2013-10-07T13:30:00.000000000Z");
  EXPECT_EQ(base::format_rfc3339(new_york_time({2023, 1, 3}, 34'200'001)),
            "2023-01-03T14:30:00.001000000Z");
}

TEST(LeanTicks, TradeOfAnEquity) {
  const auto record =
      parser("20131007_ibm_Trade_Tick.csv", "", cents).parse("34200070,1815200,283,P,20002020,0");
  ASSERT_TRUE(record);
  EXPECT_EQ(base::format_rfc3339(record->exchange_time), "2013-10-07T13:30:00.070000000Z");
  const Trade expected{0, money::Price(18152), money::Quantity(283), Aggressor::Unknown};
  EXPECT_EQ(std::get<Trade>(record->body), expected);
  EXPECT_FALSE(record->suspicious);
}

TEST(LeanTicks, QuoteOfOneSideAndTheSuspiciousMark) {
  const auto parse = parser("20131007_ibm_Quote_Tick.csv", "", cents);
  const auto bid = parse.parse("14400241,1800100,300,0,0,P,1,0");
  ASSERT_TRUE(bid);
  const Quote expected{{money::Price(18001), money::Quantity(300)}, {}, true};
  EXPECT_EQ(std::get<Quote>(bid->body), expected);
  const auto ask = parse.parse("72000122,0,0,1860000,100,P,1,1");
  ASSERT_TRUE(ask);
  EXPECT_TRUE(ask->suspicious);
  EXPECT_EQ(std::get<Quote>(ask->body).ask.price, money::Price(18600));
}

TEST(LeanTicks, CurrencyQuoteHasNoSizesAndCountsFromMidnightUtc) {
  const auto record = parser("20140502_eurusd_tick_quote.csv", "lean_oanda_eurusd.zip",
                             {10'000, 1'000'000'000, 1'000'000'000'000})
                          .parse("277,1.38694,1.38705");
  ASSERT_TRUE(record);
  EXPECT_EQ(base::format_rfc3339(record->exchange_time), "2014-05-02T00:00:00.277000000Z");
  const Quote expected{{money::Price(138694), {}}, {money::Price(138705), {}}, false};
  EXPECT_EQ(std::get<Quote>(record->body), expected);
}

TEST(LeanBars, TradeAndQuoteBars) {
  const auto trade = parser("20131007_bac_minute_trade.csv", "", cents)
                         .parse("14400000,139400,139500,139400,139500,1000");
  ASSERT_TRUE(trade);
  const auto& bar = std::get<TradeBar>(trade->body);
  EXPECT_EQ(bar.length_ns, 60 * base::ns_per_s);
  EXPECT_EQ(bar.prices.high, money::Price(1395));
  EXPECT_EQ(bar.volume, money::Quantity(1000));

  const auto quote =
      parser("20180404_btcusd_minute_quote.csv", "coinbase", {10'000'000, 100, 1'000'000'000'000})
          .parse(
              "0,7424.9,7424.9,7424.9,7424.9,1.88483821,7424.91,7424.91,7424.91,"
              "7424.91,33.35399601000002");
  ASSERT_TRUE(quote);
  const auto& quotes = std::get<QuoteBar>(quote->body);
  EXPECT_EQ(quotes.bid.close, money::Price(742490));
  EXPECT_EQ(quotes.bid_quantity, money::Quantity(18848382));
  EXPECT_EQ(quotes.ask_quantity, money::Quantity(333539960));
}

TEST(LeanLines, BadOnesSayWhy) {
  const auto trade = parser("20131007_ibm_Trade_Tick.csv", "", cents);
  EXPECT_EQ(code_of(trade, ""), "invalid_line");
  EXPECT_EQ(code_of(trade, "1,2,3,4,5"), "invalid_line");
  EXPECT_EQ(code_of(trade, "1,2,3,4,5,6,7,8,9,10,11,12,13,14"), "invalid_line");
  EXPECT_EQ(code_of(trade, "x,1815200,283,P,0,0"), "invalid_number");
  EXPECT_EQ(code_of(trade, "86400000,1815200,283,P,0,0"), "out_of_range");
  EXPECT_EQ(code_of(trade, "1,0,283,P,0,0"), "out_of_range");
  EXPECT_EQ(code_of(trade, "1,1815250,283,P,0,0"), "off_step");
  EXPECT_EQ(code_of(trade, "1,,283,P,0,0"), "invalid_decimal");
  EXPECT_EQ(code_of(trade, "1,1815200,-283,P,0,0"), "invalid_decimal");
  const auto bars = parser("20131007_bac_minute_trade.csv", "", cents);
  EXPECT_EQ(code_of(bars, "0,139400,139300,139200,139200,10"), "out_of_range");
  EXPECT_EQ(code_of(bars, "0,139400,139400,139400,139400,1,1,1,1,1,1"), "invalid_line");
}

}  // namespace
}  // namespace feeds
