#pragma once

// The ledger: cash of every account by double entry.
//
// The engine calls it for transfers and trades; each call is one transaction whose entries sum to
// zero per asset, returned for publication. Account invalid() is the outside world, where
// transferred cash comes from and goes to. A hold reserves cash of a working order without moving
// it. Guarantees: the balances of a currency sum to zero over all accounts and the world; a covered
// (paper) account's held cash is never negative and never more than its balance (CHECKed).
// Absent on purpose: history (the events are it) and instrument quantities (portfolio keeps those;
// their entries are made here because they belong to the same transaction).

#include <array>
#include <cstdint>
#include <vector>

#include "containers/lazy_array.hpp"
#include "containers/slot_index.hpp"
#include "model/account.hpp"
#include "model/event.hpp"

namespace ledger {

// One account's cash in one currency, addressed by slot.
struct Line {
  model::Balance value;
  money::Money transferred;                  // net, in
  std::uint32_t next = containers::no_slot;  // of the same account
  bool covered = false;                      // may neither be overdrawn nor held beyond its balance
  bool touched = false;
};

// One trade, as the ledger needs it.
struct Trade {
  model::TradeId id;
  model::InstrumentId instrument;
  money::Quantity quantity;
  money::Money notional;
  std::uint32_t buyer = 0;  // slots of the lines that pay and receive
  std::uint32_t seller = 0;
};

class Ledger {
 public:
  // lines_max: balances of all accounts and currencies together, the world's included.
  Ledger(std::uint32_t accounts_max, std::uint32_t lines_max);

  // no_slot when there is none.
  [[nodiscard]] std::uint32_t find(model::AccountId account, money::Currency currency) const;
  // Opens the line if needed; no_slot when the ledger is full.
  std::uint32_t ensure(model::AccountId account, money::Currency currency, bool covered);
  [[nodiscard]] const Line& line(std::uint32_t slot) const { return lines_[slot]; }
  [[nodiscard]] money::Money available(std::uint32_t slot) const {
    return lines_[slot].value.balance - lines_[slot].value.held;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t capacity() const { return static_cast<std::uint32_t>(lines_.size()); }
  [[nodiscard]] bool has_room() const { return size_ < lines_.size(); }

  void hold(std::uint32_t slot, money::Money amount);
  void release(std::uint32_t slot, money::Money amount);

  // Cash from the world into the account (negative: out). Both lines must exist.
  std::array<model::LedgerPosted, 2> transfer(std::uint32_t slot, std::uint32_t world,
                                              money::Money amount);
  // Cash from buyer to seller, the instrument the other way.
  std::array<model::LedgerPosted, 4> trade(const Trade& trade);

  // Calls each(balance) for every line changed since the last call, in the order of first change.
  template <class Each>
  void drain_changes(Each&& each) {
    for (const std::uint32_t slot : touched_) {
      lines_[slot].touched = false;
      if (lines_[slot].value.account.valid()) each(lines_[slot].value);
    }
    touched_.clear();
  }

  // Slots of all lines by account and currency: the canonical order.
  [[nodiscard]] std::vector<std::uint32_t> sorted() const;
  // Slots of the account's lines by currency.
  [[nodiscard]] std::vector<std::uint32_t> lines_of(model::AccountId account) const;

  [[nodiscard]] std::uint64_t transactions() const { return transactions_; }
  // For loading a snapshot.
  void restore_transactions(std::uint64_t count) { transactions_ = count; }
  void restore(std::uint32_t slot, const Line& line);

 private:
  void touch(std::uint32_t slot);
  void check_cover(const Line& line) const;

  containers::LazyArray<Line> lines_;
  containers::LazyArray<std::uint32_t> first_;  // by account: slot plus one; zero = none
  std::vector<std::uint32_t> touched_;
  std::uint32_t size_ = 0;
  std::uint64_t transactions_ = 0;
};

}  // namespace ledger
