#include <map>

#include "engine/state.hpp"

// What must hold after every command, recomputed from the parts that should agree.

namespace engine {

using model::Side;
using money::Money;
using money::Quantity;

namespace {

std::string of(const char* what, model::AccountId account, std::uint64_t other) {
  return std::string(what) + " (account " + std::to_string(account.value()) + ", " +
         std::to_string(other) + ")";
}

}  // namespace

std::string Engine::State::broken_invariant() const {
  if (std::string broken = broken_orders(); !broken.empty()) return broken;
  if (std::string broken = broken_positions(); !broken.empty()) return broken;
  if (std::string broken = broken_cash(); !broken.empty()) return broken;
  return broken_books();
}

std::string Engine::State::broken_orders() const {
  std::uint32_t in_books = 0;
  for (const AccountEntry& entry : accounts) {
    model::OrderId previous;
    for (std::uint32_t slot = entry.open.first; slot != no_slot; slot = orders.next(slot)) {
      const model::Order& order = orders[slot];
      if (order.account != entry.account.id || order.id <= previous)
        return of("working orders are out of place", entry.account.id, order.id.value());
      previous = order.id;
      if (!model::is_open(order.status) || order.remaining().lots() <= 0 || order.filled.lots() < 0)
        return of("a working order has nothing left to fill", entry.account.id, order.id.value());
      if (orders.place(slot).handle == matching::no_handle)
        return of("a working order is in no book", entry.account.id, order.id.value());
      ++in_books;
      const bool holds = is_paper(order.account) && order.side == Side::Buy;
      const Money needed = holds ? markets[order.instrument.value() - 1].instrument.notional(
                                       order.limit_price, order.remaining())
                                 : Money();
      if (order.held != needed)
        return of("an order holds other than its remainder needs", order.account, order.id.value());
    }
  }
  return in_books == resting ? "" : "the number of resting orders is wrong";
}

std::string Engine::State::broken_positions() const {
  std::map<std::pair<model::AccountId, model::InstrumentId>, Quantity> holds;
  for (const AccountEntry& entry : accounts) {
    if (entry.account.kind != model::AccountKind::Paper) continue;
    for (std::uint32_t slot = entry.open.first; slot != no_slot; slot = orders.next(slot))
      if (const model::Order& order = orders[slot]; order.side == Side::Sell)
        holds[{order.account, order.instrument}] += order.remaining();
  }
  std::map<model::InstrumentId, numeric::Int128> sums;
  for (std::uint32_t slot = 0; slot < portfolio.size(); ++slot) {
    const model::Position& position = portfolio.line(slot).value;
    const auto where = [&](const char* what) {
      return of(what, position.account, position.instrument.value());
    };
    sums[position.instrument] += position.quantity.lots();
    const auto held = holds.find({position.account, position.instrument});
    if (position.held != (held == holds.end() ? Quantity() : held->second))
      return where("a position holds other than working sells need");
    if (is_paper(position.account) && position.held > position.quantity)
      return where("a position holds more than there is");
    const bool right_sign = position.quantity.lots() > 0   ? position.cost >= Money()
                            : position.quantity.lots() < 0 ? position.cost <= Money()
                                                           : position.cost == Money();
    if (!right_sign) return where("a position's cost has the wrong sign");
  }
  for (const auto& [instrument, sum] : sums)
    if (sum != 0) return of("positions do not sum to zero", {}, instrument.value());
  return "";
}

std::string Engine::State::broken_cash() const {
  using Key = std::pair<model::AccountId, money::Currency>;
  std::map<Key, Money> holds;
  std::map<Key, Money> paid;  // for the trades of all positions
  for (const AccountEntry& entry : accounts)
    for (std::uint32_t slot = entry.open.first; slot != no_slot; slot = orders.next(slot)) {
      const model::Order& order = orders[slot];
      holds[{order.account, markets[order.instrument.value() - 1].instrument.quote_currency}] +=
          order.held;
    }
  for (std::uint32_t slot = 0; slot < portfolio.size(); ++slot) {
    const model::Position& position = portfolio.line(slot).value;
    const money::Currency currency =
        markets[position.instrument.value() - 1].instrument.quote_currency;
    paid[{position.account, currency}] += position.cost - position.realised_profit;
  }
  std::map<money::Currency, Money> sums;
  for (std::uint32_t slot = 0; slot < ledger.size(); ++slot) {
    const ledger::Line& line = ledger.line(slot);
    const Key key{line.value.account, line.value.currency};
    const auto where = [&](const char* what) { return of(what, key.first, slot); };
    sums[key.second] += line.value.balance;
    if (line.value.balance != line.transferred - paid[key])
      return where("a balance is not what was transferred less what trades cost");
    if (line.value.held != holds[key]) return where("cash held is not what working buys need");
    if (line.covered && (line.value.held < Money() || line.value.held > line.value.balance))
      return where("more cash is held than there is");
  }
  for (const auto& [currency, sum] : sums)
    if (sum != Money()) return "the balances of " + currency.text() + " do not sum to zero";
  return "";
}

std::string Engine::State::broken_books() const {
  std::uint32_t found = 0;
  for (const Market& market : markets) {
    std::string broken;
    market.book.for_each_order([&](const matching::RestingOrder& place) {
      if (!place.order.valid()) return;
      ++found;
      const std::uint32_t slot = orders.find(place.order);
      const bool agrees =
          slot != no_slot && orders.place(slot).handle == place.handle &&
          slot_of_handle[place.handle] == slot && orders[slot].instrument == market.instrument.id &&
          orders[slot].side == place.side && orders[slot].limit_price == place.price &&
          orders[slot].remaining() == place.remaining;
      if (!agrees)
        broken = "the book of " + std::string(market.instrument.symbol.view()) + " and order " +
                 std::to_string(place.order.value()) + " disagree";
    });
    if (!broken.empty()) return broken;
  }
  return found == resting ? "" : "a working order stands in no book";
}

}  // namespace engine
