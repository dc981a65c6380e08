#include "directory/directory.hpp"

#include <thread>

#include <gtest/gtest.h>

#include "directory/in_process_test.hpp"

namespace directory {
namespace {

using Market = SmallMarket;

bool same_error(const operations::ApiError& a, const operations::ApiError& b) {
  return a.status == b.status && a.code == b.code && a.reason == b.reason &&
         a.message == b.message && a.details == b.details;
}

TEST(Directory, FindsInstrumentsBySymbol) {
  const Market market;
  const auto acme = market.directory.find_instrument("ACME");
  ASSERT_TRUE(acme);
  EXPECT_EQ(acme->id, market.acme);
  EXPECT_EQ(market.directory.instrument(market.coin)->symbol.view(), "COIN");
  EXPECT_FALSE(market.directory.instrument(model::InstrumentId(9)));
  const auto unknown = market.directory.find_instrument("acme");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, 404);
  EXPECT_EQ(unknown.error().code, 1001);
  EXPECT_EQ(unknown.error().reason, "unknown_instrument");
  const auto all = market.directory.instruments();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].symbol.view(), "ACME");
  EXPECT_EQ(all[1].symbol.view(), "COIN");
}

TEST(Directory, AnAccountOutOfReachAnswersLikeOneThatDoesNotExist) {
  const Market market;
  const auto foreign = market.directory.resolve_account(market.alice, "2");
  const auto unknown = market.directory.resolve_account(market.alice, "99");
  ASSERT_FALSE(foreign);
  ASSERT_FALSE(unknown);
  EXPECT_TRUE(same_error(foreign.error(), unknown.error()));
  EXPECT_EQ(foreign.error().status, 404);
  for (const char* text : {"", "0", "-1", "+1", "1x", " 1", "01", "4294967297",
                           "18446744073709551616", "99999999999999999999"}) {
    const auto result = market.directory.resolve_account(market.alice, text);
    ASSERT_FALSE(result) << text;
    EXPECT_TRUE(same_error(result.error(), unknown.error())) << text;
  }
}

TEST(Directory, WithoutANameTheCallersOnlyPaperAccountIsMeant) {
  const Market market;
  EXPECT_EQ(market.directory.resolve_account(market.alice, std::nullopt)->id, market.alices);
  EXPECT_EQ(market.directory.resolve_account(market.admin, std::nullopt)->id, market.admins);
  const auto several = market.directory.resolve_account(market.carol, std::nullopt);
  ASSERT_FALSE(several);
  EXPECT_EQ(several.error().status, 400);
  EXPECT_EQ(several.error().reason, "account_id_required");
  EXPECT_EQ(market.directory.resolve_account(market.carol, "4")->id, market.carols_other);
  const auto none = market.directory.resolve_account(market.dave, std::nullopt);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().reason, "unknown_account");
}

TEST(Directory, AnAdministratorReachesEveryAccount) {
  const Market market;
  for (const char* id : {"1", "2", "3", "4", "5", "6"})
    EXPECT_TRUE(market.directory.resolve_account(market.admin, id)) << id;
  EXPECT_EQ(market.directory.accounts(market.admin).size(), 6U);
  EXPECT_EQ(market.directory.accounts(market.carol).size(), 2U);
  EXPECT_TRUE(market.directory.accounts(market.dave).empty());
  auto broad = Market::person(2, {"*.read", "trading.*", "accounts.manage"});
  EXPECT_EQ(market.directory.accounts(broad).size(), 1U) << "only * reaches all";
}

TEST(Directory, NobodyOwnsTheAccountsOfSyntheticParticipants) {
  const Market market;
  const auto nobody = Market::person(0, {"trading.*"});
  EXPECT_FALSE(market.directory.resolve_account(nobody, "6"));
  EXPECT_TRUE(market.directory.accounts(nobody).empty());
}

TEST(Directory, EventsKeepItCurrent) {
  Market market;
  market.port.run(model::SetInstrumentState{market.acme, model::InstrumentState::Halted});
  EXPECT_EQ(market.directory.find_instrument("ACME")->state, model::InstrumentState::Halted);
  market.port.run(model::SetTradingState{market.alices, model::TradingState::Halted});
  EXPECT_EQ(market.directory.resolve_account(market.alice, "1")->state,
            model::TradingState::Halted);
  model::Account account;
  account.owner = market.dave.user;
  account.base_currency = *money::Currency::parse("USD");
  const auto opened = market.port.run(model::OpenAccount{account});
  EXPECT_EQ(market.directory.resolve_account(market.dave, std::nullopt)->id.value(),
            opened.created_id);
}

TEST(Directory, LoadsWhatTheEngineKnows) {
  Market market;
  market.port.run(model::SetTradingState{market.bobs, model::TradingState::Reducing});
  Directory loaded;
  loaded.load(market.port.engine);
  EXPECT_EQ(loaded.instruments(), market.directory.instruments());
  EXPECT_EQ(loaded.accounts(market.admin), market.directory.accounts(market.admin));
  EXPECT_EQ(loaded.resolve_account(market.alice, std::nullopt)->id, market.alices);
}

TEST(Directory, IsReadWhileItChanges) {
  Market market;
  std::thread changes([&] {
    for (int i = 0; i < 500; ++i)
      market.port.run(model::SetTradingState{
          market.alices, i % 2 == 0 ? model::TradingState::Halted : model::TradingState::Active});
  });
  for (int i = 0; i < 500; ++i)
    EXPECT_EQ(market.directory.resolve_account(market.alice, std::nullopt)->id, market.alices);
  changes.join();
  EXPECT_EQ(market.directory.resolve_account(market.alice, "1")->state,
            model::TradingState::Active);
}

TEST(ParseId, TakesOnlyTheOneTextOfAPositiveNumber) {
  EXPECT_EQ(parse_id("1"), 1U);
  EXPECT_EQ(parse_id("18446744073709551615"), UINT64_MAX);
  for (const char* text :
       {"", "0", "00", "07", "-1", "+1", "1 ", " 1", "1.0", "0x1", "1e3", "18446744073709551616"})
    EXPECT_FALSE(parse_id(text)) << text;
}

}  // namespace
}  // namespace directory
