#pragma once

// What a reader of the events alone knows: balances, positions, working orders, depth and the
// ledger. Compared with the engine's own reads it shows that the events tell everything.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/engine.hpp"

namespace engine {

class Mirror {
 public:
  // Takes the events of one command; returns what is wrong with them, or nothing.
  std::string take(const std::vector<model::Event>& events, std::uint64_t sequence) {
    std::map<std::tuple<std::uint64_t, std::uint64_t, std::uint32_t>, numeric::Int128> sums;
    std::uint32_t index = 0;
    for (const model::Event& event : events) {
      if (event.sequence != sequence || event.index != index++) return "events are misnumbered";
      if (const auto* entry = std::get_if<model::LedgerPosted>(&event.body)) {
        sums[{entry->transaction.value(), entry->currency.packed(), entry->instrument.value()}] +=
            entry->currency.valid() ? entry->amount.nano() : entry->quantity.lots();
        cash_[{entry->account, entry->currency}] += entry->amount;
        lots_[{entry->account, entry->instrument}] += entry->quantity;
      }
      std::visit([this](const auto& body) { take(body); }, event.body);
    }
    for (const auto& [asset, sum] : sums)
      if (sum != 0) return "entries of a transaction do not sum to zero";
    return overdrawn_ ? "a paper account is below zero" : "";
  }

  // What differs from the engine, or nothing.
  [[nodiscard]] std::string difference(const Engine& engine) const {
    for (std::uint32_t i = 1; i <= engine.account_count(); ++i) {
      const model::AccountId id(i);
      if (*engine.account(id) != accounts_.at(id)) return "account";
      for (const model::Balance& balance : engine.balances(id)) {
        const auto known = balances_.find({id, balance.currency});
        if (known == balances_.end() || known->second != balance) return "balance";
        const auto posted = cash_.find({id, balance.currency});
        const money::Money sum = posted == cash_.end() ? money::Money() : posted->second;
        if (balance.balance != sum) return "balance and its entries";
      }
      for (const model::Position& position : engine.positions(id)) {
        const auto known = positions_.find({id, position.instrument});
        if (known == positions_.end() || known->second != position) return "position";
        const auto posted = lots_.find({id, position.instrument});
        const money::Quantity sum = posted == lots_.end() ? money::Quantity() : posted->second;
        if (position.quantity != sum) return "position and its entries";
      }
    }
    if (std::string orders = order_difference(engine); !orders.empty()) return orders;
    return depth_difference(engine);
  }

 private:
  using LevelKey = std::tuple<model::InstrumentId, model::Side, money::Price>;

  void take(const model::OrderUpdated& update) {
    if (model::is_open(update.order.status)) {
      open_[update.order.id] = update.order;
    } else {
      open_.erase(update.order.id);
    }
  }
  void take(const model::Traded& trade) { last_[trade.instrument] = trade.price; }
  void take(const model::LevelChanged& level) {
    const LevelKey key{level.instrument, level.side, level.price};
    if (level.quantity == money::Quantity()) {
      levels_.erase(key);
    } else {
      levels_[key] = {level.price, level.quantity, level.order_count};
    }
  }
  void take(const model::BalanceChanged& change) {
    const model::Balance& balance = change.balance;
    balances_[{balance.account, balance.currency}] = balance;
    overdrawn_ |= accounts_.contains(balance.account) &&
                  accounts_.at(balance.account).kind == model::AccountKind::Paper &&
                  (balance.held < money::Money() || balance.balance < balance.held);
  }
  void take(const model::PositionChanged& change) {
    positions_[{change.position.account, change.position.instrument}] = change.position;
  }
  void take(const model::LedgerPosted&) {}
  void take(const model::InstrumentChanged&) {}
  void take(const model::AccountChanged& change) { accounts_[change.account.id] = change.account; }
  void take(const model::TradingStateChanged&) {}
  void take(const model::CommandRejected&) {}

  [[nodiscard]] std::string order_difference(const Engine& engine) const {
    std::size_t count = 0;
    for (std::uint32_t i = 1; i <= engine.account_count(); ++i)
      for (const model::Order& order : engine.open_orders(model::AccountId(i), 1'000'000)) {
        ++count;
        const auto known = open_.find(order.id);
        if (known == open_.end() || known->second != order) return "working order";
      }
    return count == open_.size() ? "" : "number of working orders";
  }
  [[nodiscard]] std::string depth_difference(const Engine& engine) const {
    std::size_t count = 0;
    for (std::uint32_t i = 1; i <= engine.instrument_count(); ++i) {
      const model::InstrumentId id(i);
      if (last_.contains(id) && engine.last_price(id) != last_.at(id)) return "last price";
      for (const model::Side side : {model::Side::Buy, model::Side::Sell})
        for (const PriceLevel& level : engine.depth(id, side, 1'000'000)) {
          ++count;
          const auto known = levels_.find({id, side, level.price});
          if (known == levels_.end() || known->second.quantity != level.quantity ||
              known->second.order_count != level.order_count)
            return "level";
        }
    }
    return count == levels_.size() ? "" : "number of levels";
  }

  std::map<model::AccountId, model::Account> accounts_;
  std::map<std::pair<model::AccountId, money::Currency>, model::Balance> balances_;
  std::map<std::pair<model::AccountId, model::InstrumentId>, model::Position> positions_;
  std::map<std::pair<model::AccountId, money::Currency>, money::Money> cash_;
  std::map<std::pair<model::AccountId, model::InstrumentId>, money::Quantity> lots_;
  std::map<model::OrderId, model::Order> open_;
  std::map<LevelKey, PriceLevel> levels_;
  std::map<model::InstrumentId, money::Price> last_;
  bool overdrawn_ = false;
};

}  // namespace engine
