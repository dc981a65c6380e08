#include "ledger/ledger.hpp"

#include <algorithm>
#include <tuple>

namespace ledger {

using containers::no_slot;
using money::Money;

Ledger::Ledger(std::uint32_t accounts_max, std::uint32_t lines_max)
    : lines_(lines_max), first_(static_cast<std::size_t>(accounts_max) + 1) {
  touched_.reserve(1'024);
}

std::uint32_t Ledger::find(model::AccountId account, money::Currency currency) const {
  if (account.value() >= first_.size()) return no_slot;
  std::uint32_t slot = first_[account.value()] - 1;
  while (slot != no_slot && lines_[slot].value.currency != currency)
    slot = lines_[slot].next;
  return slot;
}

std::uint32_t Ledger::ensure(model::AccountId account, money::Currency currency, bool covered) {
  CHECK(account.value() < first_.size());
  if (const std::uint32_t slot = find(account, currency); slot != no_slot) return slot;
  if (size_ == lines_.size()) return no_slot;
  const std::uint32_t slot = size_++;
  Line line;
  line.value.account = account;
  line.value.currency = currency;
  line.covered = covered;
  line.next = first_[account.value()] - 1;
  lines_[slot] = line;
  first_[account.value()] = slot + 1;
  touch(slot);
  return slot;
}

void Ledger::hold(std::uint32_t slot, Money amount) {
  CHECK(amount >= Money());
  Line& line = lines_[slot];
  line.value.held += amount;
  check_cover(line);
  touch(slot);
}

void Ledger::release(std::uint32_t slot, Money amount) {
  CHECK(amount >= Money());
  Line& line = lines_[slot];
  line.value.held -= amount;
  CHECK(line.value.held >= Money());
  touch(slot);
}

std::array<model::LedgerPosted, 2> Ledger::transfer(std::uint32_t slot, std::uint32_t world,
                                                    Money amount) {
  const model::TransactionId id(++transactions_);
  std::array<model::LedgerPosted, 2> entries;
  const std::array<std::uint32_t, 2> sides{slot, world};
  for (std::size_t i = 0; i < 2; ++i) {
    Line& line = lines_[sides[i]];
    const Money change = i == 0 ? amount : -amount;
    line.value.balance += change;
    line.transferred += change;
    check_cover(line);
    touch(sides[i]);
    entries[i].transaction = id;
    entries[i].kind = model::LedgerKind::Transfer;
    entries[i].account = line.value.account;
    entries[i].currency = line.value.currency;
    entries[i].amount = change;
  }
  return entries;
}

std::array<model::LedgerPosted, 4> Ledger::trade(const Trade& trade) {
  const model::TransactionId id(++transactions_);
  std::array<model::LedgerPosted, 4> entries;
  // The seller first: an account that trades with itself is then never overdrawn in between.
  const std::array<std::uint32_t, 2> sides{trade.seller, trade.buyer};
  for (std::size_t i = 0; i < 2; ++i) {
    Line& line = lines_[sides[i]];
    const Money change = i == 0 ? trade.notional : -trade.notional;
    line.value.balance += change;
    check_cover(line);
    touch(sides[i]);
    model::LedgerPosted& cash = entries[i];
    cash.transaction = id;
    cash.account = line.value.account;
    cash.currency = line.value.currency;
    cash.amount = change;
    cash.trade = trade.id;
    model::LedgerPosted& asset = entries[i + 2];
    asset.transaction = id;
    asset.account = line.value.account;
    asset.instrument = trade.instrument;
    asset.quantity = i == 0 ? -trade.quantity : trade.quantity;
    asset.trade = trade.id;
  }
  return entries;
}

std::vector<std::uint32_t> Ledger::sorted() const {
  std::vector<std::uint32_t> slots(size_);
  for (std::uint32_t slot = 0; slot < size_; ++slot)
    slots[slot] = slot;
  std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
    const model::Balance& x = lines_[a].value;
    const model::Balance& y = lines_[b].value;
    return std::tie(x.account, x.currency) < std::tie(y.account, y.currency);
  });
  return slots;
}

std::vector<std::uint32_t> Ledger::lines_of(model::AccountId account) const {
  std::vector<std::uint32_t> slots;
  if (account.value() >= first_.size()) return slots;
  for (std::uint32_t slot = first_[account.value()] - 1; slot != no_slot; slot = lines_[slot].next)
    slots.push_back(slot);
  std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
    return lines_[a].value.currency < lines_[b].value.currency;
  });
  return slots;
}

void Ledger::restore(std::uint32_t slot, const Line& line) {
  lines_[slot].value = line.value;
  lines_[slot].transferred = line.transferred;
}

void Ledger::touch(std::uint32_t slot) {
  if (lines_[slot].touched) return;
  lines_[slot].touched = true;
  touched_.push_back(slot);
}

void Ledger::check_cover(const Line& line) const {
  if (line.covered) CHECK(line.value.held <= line.value.balance);
}

}  // namespace ledger
