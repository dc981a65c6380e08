#include "ledger/ledger.hpp"

#include <gtest/gtest.h>

namespace ledger {
namespace {

using model::AccountId;
using money::Money;

const money::Currency usd = *money::Currency::parse("USD");
const money::Currency eur = *money::Currency::parse("EUR");

struct Books {
  Ledger ledger{4, 8};
  std::uint32_t world = ledger.ensure({}, usd, false);
  std::uint32_t alice = ledger.ensure(AccountId(1), usd, true);
  std::uint32_t bot = ledger.ensure(AccountId(2), usd, false);
};

TEST(Ledger, TransfersComeFromTheWorld) {
  Books b;
  const auto entries = b.ledger.transfer(b.alice, b.world, Money(500));
  EXPECT_EQ(entries[0].amount + entries[1].amount, Money());
  EXPECT_EQ(entries[0].account, AccountId(1));
  EXPECT_EQ(entries[1].account, AccountId());
  EXPECT_EQ(entries[0].transaction, entries[1].transaction);
  EXPECT_EQ(b.ledger.available(b.alice), Money(500));
  EXPECT_EQ(b.ledger.line(b.world).value.balance, Money(-500));
}

TEST(Ledger, TradesMoveCashAndInstrumentOppositeWays) {
  Books b;
  b.ledger.transfer(b.alice, b.world, Money(500));
  const auto entries = b.ledger.trade(
      {model::TradeId(7), model::InstrumentId(3), money::Quantity(2), Money(300), b.alice, b.bot});
  Money cash;
  money::Quantity lots;
  for (const model::LedgerPosted& entry : entries) {
    EXPECT_NE(entry.currency.valid(), entry.instrument.valid());
    EXPECT_EQ(entry.trade, model::TradeId(7));
    cash += entry.amount;
    lots += entry.quantity;
    if (entry.account == AccountId(1) && entry.instrument.valid()) {
      EXPECT_EQ(entry.quantity, money::Quantity(2));
    }
  }
  EXPECT_EQ(cash, Money());
  EXPECT_EQ(lots, money::Quantity());
  EXPECT_EQ(b.ledger.line(b.alice).value.balance, Money(200));
  EXPECT_EQ(b.ledger.line(b.bot).value.balance, Money(300));
}

TEST(Ledger, HoldsReserveWithoutMoving) {
  Books b;
  b.ledger.transfer(b.alice, b.world, Money(500));
  b.ledger.hold(b.alice, Money(450));
  EXPECT_EQ(b.ledger.available(b.alice), Money(50));
  EXPECT_EQ(b.ledger.line(b.alice).value.balance, Money(500));
  b.ledger.release(b.alice, Money(400));
  EXPECT_EQ(b.ledger.available(b.alice), Money(450));
}

TEST(LedgerDeathTest, StopsBeforeAPaperAccountIsOverdrawn) {
  Books b;
  b.ledger.transfer(b.alice, b.world, Money(500));
  EXPECT_DEATH(b.ledger.hold(b.alice, Money(501)), "held <= ");
  EXPECT_DEATH(b.ledger.release(b.alice, Money(1)), "held >= ");
  b.ledger.transfer(b.bot, b.world, Money(-1));
  EXPECT_EQ(b.ledger.line(b.bot).value.balance, Money(-1));
}

TEST(Ledger, KeepsCurrenciesApartAndRefusesWhenFull) {
  Ledger ledger(4, 2);
  const std::uint32_t first = ledger.ensure(AccountId(1), usd, true);
  const std::uint32_t second = ledger.ensure(AccountId(1), eur, true);
  EXPECT_NE(first, second);
  EXPECT_EQ(ledger.ensure(AccountId(1), usd, true), first);
  EXPECT_EQ(ledger.ensure(AccountId(2), usd, true), containers::no_slot);
  EXPECT_FALSE(ledger.has_room());
  EXPECT_EQ(ledger.find(AccountId(2), usd), containers::no_slot);
}

TEST(Ledger, TellsEachChangedLineOnce) {
  Books b;
  b.ledger.drain_changes([](const model::Balance&) {});
  b.ledger.transfer(b.alice, b.world, Money(5));
  b.ledger.transfer(b.alice, b.world, Money(5));
  int told = 0;
  b.ledger.drain_changes([&](const model::Balance& balance) {
    EXPECT_EQ(balance.account, AccountId(1));
    EXPECT_EQ(balance.balance, Money(10));
    ++told;
  });
  EXPECT_EQ(told, 1);
  b.ledger.drain_changes([&](const model::Balance&) { ++told; });
  EXPECT_EQ(told, 1);
}

}  // namespace
}  // namespace ledger
