#include <set>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "model/command.hpp"
#include "model/reason.hpp"

namespace model {
namespace {

Instrument stock() {
  Instrument i;
  i.symbol = Symbol("ACME");
  i.quote_currency = *money::Currency::parse("USD");
  i.tick_size_nano = 10'000'000;
  i.lot_size_nano = 1'000'000'000;
  i.order_quantity_max = money::Quantity(100'000);
  i.order_notional_max = money::Money(static_cast<__int128>(10'000'000) * 1'000'000'000);
  i.collar_bps = 500;
  return i;
}

std::vector<Command> one_of_each() {
  std::vector<CommandBody> bodies{
      ListInstrument{stock()},
      SetInstrumentState{InstrumentId(1), InstrumentState::Halted},
      OpenAccount{{.kind = AccountKind::Paper, .owner = UserId(3), .name = Name("desk")}},
      SetRiskLimits{AccountId(1), {.open_orders_max = 5}},
      TransferCash{AccountId(1), *money::Currency::parse("USD"), money::Money(-5)},
      SetTradingState{AccountId(0), TradingState::Halted},
      SubmitOrder{.account = AccountId(1),
                  .instrument = InstrumentId(1),
                  .limit_price = money::Price(100),
                  .quantity = money::Quantity(5),
                  .client_order_id = ClientOrderId("c-1")},
      CancelOrder{AccountId(1), OrderId(9)},
      ReplaceOrder{AccountId(1), OrderId(9), money::Price(1), money::Quantity(2)},
      CancelAllOrders{AccountId(1), InstrumentId(2)},
      SetExternalLevel{AccountId(2), InstrumentId(1), Side::Sell, money::Price(5),
                       money::Quantity(6)},
      ApplyExternalTrade{AccountId(2), InstrumentId(1), Side::Buy, money::Price(5),
                         money::Quantity(6)},
      ClearExternalBook{AccountId(2), InstrumentId(1)},
      AdvanceTime{}};
  std::vector<Command> commands;
  for (const CommandBody& body : bodies)
    commands.push_back({commands.size() + 1, base::Timestamp(77), UserId(4), Channel::Mcp, body});
  return commands;
}

TEST(Command, ReadsBackWhatItWrote) {
  ASSERT_EQ(one_of_each().size(), std::variant_size_v<CommandBody>);
  for (const Command& command : one_of_each()) {
    bytes::Encoder out;
    encode(command, out);
    const auto read = decode_command(out.view());
    ASSERT_TRUE(read.has_value()) << command.sequence;
    EXPECT_EQ(*read, command);
  }
}

TEST(Command, RefusesEveryTruncationAndEveryExtraByte) {
  for (const Command& command : one_of_each()) {
    bytes::Encoder out;
    encode(command, out);
    for (std::size_t size = 0; size < out.size(); ++size)
      EXPECT_FALSE(decode_command(out.view().first(size)).has_value());
    out.put(std::uint8_t{0});
    EXPECT_FALSE(decode_command(out.view()).has_value());
  }
}

RC_GTEST_PROP(Command, NeverCrashesOnAnyBytes, (std::vector<std::uint8_t> data)) {
  if (!data.empty() && *rc::gen::arbitrary<bool>()) data[0] = command_format_version;
  (void)decode_command(data);
}

TEST(Reason, HasOneRowANameAndASentenceEach) {
  std::set<std::string_view> names;
  std::set<Reason> values;
  for (const ReasonText& row : all_reasons()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(values.insert(row.reason).second) << row.name;
    EXPECT_TRUE(row.message.ends_with(".")) << row.name;
    EXPECT_EQ(&describe(row.reason), &row);
  }
}

TEST(Instrument, ReadsAndWritesItsPrices) {
  const Instrument i = stock();
  EXPECT_EQ(parse_price(i, "101.25")->ticks(), 10125);
  EXPECT_EQ(format_price(i, money::Price(10120)), "101.20");
  EXPECT_EQ(parse_price(i, "101.255").error().code, "price_off_tick");
  EXPECT_EQ(parse_price(i, "-1").error().code, "price_out_of_range");
  EXPECT_EQ(parse_price(i, "NaN").error().code, "invalid_decimal");
  EXPECT_EQ(parse_price(i, "1e50").error().code, "price_out_of_range");
  EXPECT_EQ(parse_quantity(i, "0.5").error().code, "quantity_off_lot");
  EXPECT_EQ(i.notional(money::Price(10125), money::Quantity(2)), *money::parse_money("202.5"));
}

TEST(Instrument, IsRefusedWhenNotionalsWouldNotBeExact) {
  Instrument i = stock();
  EXPECT_TRUE(check_instrument(i).has_value());
  i.lot_size_nano = 1;
  EXPECT_EQ(check_instrument(i).error().code, "invalid_instrument");
}

}  // namespace
}  // namespace model
