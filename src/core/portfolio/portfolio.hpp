#pragma once

// The portfolio: the net position of every account in every instrument it has traded.
//
// The engine calls it for each side of each trade and to reserve what working sell orders offer.
// Average cost: a trade that closes part of a position takes the proportional part of its cost,
// rounded half away from zero; the last part takes all that is left, so nothing is lost:
// cost - realised_profit always equals the net cash paid for the trades of the position.
// Guarantees: quantities of an instrument sum to zero over all accounts; a covered (paper) account
// is never short and never holds more than it has (CHECKed). Absent on purpose: prices and
// unrealised profit, which readers compute from the position and any price they choose.

#include <cstdint>
#include <vector>

#include "containers/lazy_array.hpp"
#include "containers/slot_index.hpp"
#include "model/account.hpp"

namespace portfolio {

// The position after buying (quantity > 0) or selling (quantity < 0) for `notional` > 0, which is a
// whole multiple of the number of lots. May cross from long to short and back.
void apply_trade(model::Position& position, money::Quantity quantity, money::Money notional);

struct Line {
  model::Position value;
  std::uint32_t next = containers::no_slot;  // of the same account
  bool covered = false;
  bool touched = false;
};

class Portfolio {
 public:
  Portfolio(std::uint32_t accounts_max, std::uint32_t lines_max);

  // no_slot when there is none.
  [[nodiscard]] std::uint32_t find(model::AccountId account, model::InstrumentId instrument) const;
  // Opens the position if needed; no_slot when the portfolio is full.
  std::uint32_t ensure(model::AccountId account, model::InstrumentId instrument, bool covered);
  [[nodiscard]] const Line& line(std::uint32_t slot) const { return lines_[slot]; }
  [[nodiscard]] money::Quantity available(std::uint32_t slot) const {
    return lines_[slot].value.quantity - lines_[slot].value.held;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t capacity() const { return static_cast<std::uint32_t>(lines_.size()); }
  [[nodiscard]] bool has_room() const { return size_ < lines_.size(); }

  void hold(std::uint32_t slot, money::Quantity quantity);
  void release(std::uint32_t slot, money::Quantity quantity);
  // One side of a trade; see apply_trade.
  void trade(std::uint32_t slot, money::Quantity quantity, money::Money notional);

  // Calls each(position) for every line changed since the last call, in the order of first change.
  template <class Each>
  void drain_changes(Each&& each) {
    for (const std::uint32_t slot : touched_) {
      lines_[slot].touched = false;
      each(lines_[slot].value);
    }
    touched_.clear();
  }

  // Slots of all lines by account and instrument: the canonical order.
  [[nodiscard]] std::vector<std::uint32_t> sorted() const;
  // Slots of the account's lines by instrument.
  [[nodiscard]] std::vector<std::uint32_t> lines_of(model::AccountId account) const;
  // For loading a snapshot.
  void restore(std::uint32_t slot, const model::Position& position) {
    lines_[slot].value = position;
  }

 private:
  void touch(std::uint32_t slot);

  containers::LazyArray<Line> lines_;
  containers::LazyArray<std::uint32_t> first_;  // by account: slot plus one; zero = none
  containers::SlotIndex index_;
  std::vector<std::uint32_t> touched_;
  std::uint32_t size_ = 0;
};

}  // namespace portfolio
