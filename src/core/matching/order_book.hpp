#pragma once

// The order book of one instrument with price-time priority, and the matching against it.
//
// The engine owns one OrderBook per instrument and one OrderPool for all of them; the simulator and
// backtests use the same through the engine. The book keeps only what matching needs: who rests
// where and with how much; everything else about an order belongs to the caller, found by OrderId.
// Displayed liquidity of an outside market stands in the same queues, without an order id.
//
// Guarantees: a book is a deterministic function of its calls; best price first and first come,
// first served; no allocation in steady state; a call takes time independent of the book's size
// unless it says otherwise or touches a level thousands of ticks from the best (level_index.hpp).
// Misuse (a dead handle, a price out of range) stops at a CHECK.
// Absent on purpose: accounts, risk, time in force, self-trade rules, events.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "matching/level_index.hpp"
#include "matching/order_pool.hpp"
#include "model/order.hpp"

namespace matching {

// One maker's part of a match. When it is reported the book is already changed: a maker with
// nothing remaining has left and its handle is dead.
struct Fill {
  model::OrderId maker;  // invalid() = displayed outside liquidity
  bool external = false;
  money::Price price;  // the maker's
  money::Quantity quantity;
  money::Quantity maker_remaining;
  Handle maker_handle = no_handle;
};

// Which resting orders a taker may meet. UsersOnly passes over external ones, which keep their
// place: outside liquidity is never matched against itself.
enum class Makers : std::uint8_t { All, UsersOnly };

struct LevelView {
  money::Price price;
  money::Quantity quantity;       // outside liquidity included
  std::uint32_t order_count = 0;  // queue places; neighbouring outside liquidity is one place
};

struct RestingOrder {
  model::OrderId order;  // invalid() = displayed outside liquidity
  model::Side side = model::Side::Buy;
  money::Price price;
  money::Quantity remaining;
  bool external = false;
  Handle handle = no_handle;
};

// What a taker could get.
struct Sweep {
  money::Quantity quantity;
  numeric::Int128 notional = 0;  // sum of price ticks x lots
};

// The limit of a market order: no price is worse.
constexpr money::Price market_limit(model::Side taker_side) {
  return money::Price(taker_side == model::Side::Buy ? INT64_MAX : INT64_MIN);
}

class OrderBook {
 public:
  explicit OrderBook(OrderPool& pool) : pool_(&pool) {}
  OrderBook(OrderBook&&) = default;
  OrderBook& operator=(OrderBook&&) = default;

  // Puts an order at the back of the queue at its price without matching it. price is 1 to
  // model::price_ticks_max, quantity 1 to model::quantity_lots_max. Returns no_handle, and changes
  // nothing, when the pool is full. Without an order id the order must be external: it then is
  // displayed liquidity and melts into such liquidity in front of it.
  Handle rest(model::OrderId order, model::Side side, money::Price price, money::Quantity quantity,
              bool external = false);

  // Fills up to `quantity` of a taker against the other side, best price first, not beyond `limit`;
  // returns what is left. on_fill(const Fill&) is called for each maker and may read this book
  // but not change it.
  template <class OnFill>
  money::Quantity match(model::Side taker_side, money::Price limit, money::Quantity quantity,
                        OnFill&& on_fill, Makers makers = Makers::All) {
    return makers == Makers::All ? walk<Mode::All>(taker_side, limit, quantity, on_fill)
                                 : walk<Mode::UsersOnly>(taker_side, limit, quantity, on_fill);
  }

  // A trade printed by the outside market consumes the queues at `price` and better from the front:
  // displayed liquidity shrinks silently, orders with an id are reported like in match(). Returns
  // what found nothing. Linear in the places consumed.
  template <class OnFill>
  money::Quantity apply_external_trade(model::Side aggressor, money::Price price,
                                       money::Quantity quantity, OnFill&& on_fill) {
    return walk<Mode::OutsideTrade>(aggressor, price, quantity, on_fill);
  }

  // Sets the displayed outside liquidity at a price, 0 to model::quantity_lots_max: growth joins
  // the back of the queue, shrinkage leaves from the back-most displayed liquidity. Matches
  // nothing: the caller first lets growth trade with match(..., Makers::UsersOnly). Returns false,
  // and changes nothing, when the pool is full.
  bool set_external(model::Side side, money::Price price, money::Quantity quantity);
  [[nodiscard]] money::Quantity external_quantity(model::Side side, money::Price price) const;

  // Removes all displayed outside liquidity (orders with an id stay) and calls on_level(Side,
  // Price) once for each level it stood at. Linear in the book.
  template <class OnLevel>
  void clear_external(OnLevel&& on_level) {
    for (const model::Side side : {model::Side::Buy, model::Side::Sell}) {
      for (LevelIndex::Entry entry = index(side).first(); entry.level != 0;) {
        const Level& level = pool_->level(entry.level);
        const money::Price price(level.price);
        if (level.displayed != 0) {
          shrink_external(entry.level, level.displayed);
          on_level(side, price);
        }
        entry = index(side).after(entry.rank);
      }
    }
  }
  void clear_external() {
    clear_external([](model::Side, money::Price) {});
  }

  void cancel(Handle handle);
  // Keeps the place in the queue; 0 < remaining <= what remains.
  void reduce(Handle handle, money::Quantity remaining);
  [[nodiscard]] money::Quantity remaining(Handle handle) const;
  [[nodiscard]] money::Price price(Handle handle) const;
  // Quantity in front at the same price. Linear in the places in front.
  [[nodiscard]] money::Quantity lots_ahead(Handle handle) const;

  // What match() with the same arguments would fill. Linear in the levels passed (All) or in the
  // places passed (UsersOnly).
  [[nodiscard]] Sweep sweep(model::Side taker_side, money::Price limit, money::Quantity quantity,
                            Makers makers = Makers::All) const;
  [[nodiscard]] money::Quantity available(model::Side taker_side, money::Price limit,
                                          money::Quantity up_to,
                                          Makers makers = Makers::All) const {
    return sweep(taker_side, limit, up_to, makers).quantity;
  }

  [[nodiscard]] std::optional<money::Price> best(model::Side side) const {
    const std::int64_t rank = index(side).first_rank(INT64_MAX);
    if (rank == INT64_MAX) return std::nullopt;
    return money::Price(side == model::Side::Sell ? rank : ~rank);
  }
  // The level at a price; quantity zero when nothing rests there.
  [[nodiscard]] LevelView level(model::Side side, money::Price price) const;

  // Calls fn(const LevelView&) for at most `count` levels, best first.
  template <class Function>
  void for_each_level(model::Side side, std::size_t count, Function&& function) const {
    LevelIndex::Entry entry = index(side).first();
    for (; entry.level != 0 && count > 0; --count, entry = index(side).after(entry.rank)) {
      function(view(entry.level));
    }
  }

  // Calls fn(const RestingOrder&) for all that rests: buys then sells, best price first, front of
  // the queue first. Resting the same orders in this order in an empty book gives an equal book.
  template <class Function>
  void for_each_order(Function&& function) const {
    for (const model::Side side : {model::Side::Buy, model::Side::Sell}) {
      LevelIndex::Entry entry = index(side).first();
      for (; entry.level != 0; entry = index(side).after(entry.rank)) {
        const Level& level = pool_->level(entry.level);
        for (Handle handle = level.head; handle != no_handle; handle = pool_->node(handle).next) {
          const Node& node = pool_->node(handle);
          function(RestingOrder{model::OrderId(node.order), side, money::Price(level.price),
                                money::Quantity(node.remaining), node.external != 0, handle});
        }
      }
    }
  }

 private:
  enum class Mode : std::uint8_t { All, UsersOnly, OutsideTrade };

  static std::int64_t rank_of(model::Side side, std::int64_t ticks) {
    return side == model::Side::Sell ? ticks : ~ticks;
  }
  static bool is_displayed(const Node& node) { return node.order == 0; }

  LevelIndex& index(model::Side side) { return indexes_[side == model::Side::Sell ? 1 : 0]; }
  [[nodiscard]] const LevelIndex& index(model::Side side) const {
    return indexes_[side == model::Side::Sell ? 1 : 0];
  }
  [[nodiscard]] LevelView view(std::uint32_t level) const;
  [[nodiscard]] std::uint32_t find(model::Side side, money::Price price) const {
    return index(side).find(rank_of(side, price.ticks()));
  }

  Handle append(model::OrderId order, model::Side side, money::Price price,
                money::Quantity quantity, bool external);
  void shrink_external(std::uint32_t level_index, std::int64_t lots);
  void remove_level(std::uint32_t level_index);
  // Takes an order out of its queue and joins displayed liquidity that becomes neighbours. The
  // level's sums still count `remaining`; an empty level leaves the book.
  void remove(Handle handle);

  template <Mode mode, class OnFill>
  money::Quantity walk(model::Side taker_side, money::Price limit, money::Quantity quantity,
                       OnFill& on_fill);
  template <Mode mode, class OnFill>
  std::int64_t walk_level(std::uint32_t level_index, std::int64_t lots, OnFill& on_fill);

  OrderPool* pool_;
  std::array<LevelIndex, 2> indexes_;  // buys, sells
};

template <OrderBook::Mode mode, class OnFill>
money::Quantity OrderBook::walk(model::Side taker_side, money::Price limit,
                                money::Quantity quantity, OnFill& on_fill) {
  const model::Side side = model::opposite(taker_side);
  const std::int64_t limit_rank = rank_of(side, limit.ticks());
  LevelIndex& levels = index(side);
  std::int64_t lots = quantity.lots();
  LevelIndex::Entry entry = levels.first();
  while (lots > 0 && entry.level != 0 && entry.rank <= limit_rank) {
    lots = walk_level<mode>(entry.level, lots, on_fill);
    if (lots > 0) entry = levels.after(entry.rank);
  }
  return money::Quantity(lots);
}

template <OrderBook::Mode mode, class OnFill>
std::int64_t OrderBook::walk_level(std::uint32_t level_index, std::int64_t lots, OnFill& on_fill) {
  const money::Price price(pool_->level(level_index).price);
  Handle handle = pool_->level(level_index).head;
  while (lots > 0 && handle != no_handle) {
    Node& node = pool_->node(handle);
    if (mode == Mode::UsersOnly && node.external != 0) {
      handle = node.next;
      continue;
    }
    const bool displayed = is_displayed(node);
    const std::int64_t filled = std::min(lots, node.remaining);
    const Fill fill{model::OrderId(node.order),
                    node.external != 0,
                    price,
                    money::Quantity(filled),
                    money::Quantity(node.remaining - filled),
                    handle};
    lots -= filled;
    Level& level = pool_->level(level_index);
    if (filled < node.remaining) {
      node.remaining -= filled;
      level.total -= filled;
      if (displayed) level.displayed -= filled;
    } else {
      const Handle previous = node.previous;
      const bool last = level.count == 1;
      remove(handle);
      handle = last ? no_handle : previous != no_handle ? pool_->node(previous).next : level.head;
    }
    if (mode != Mode::OutsideTrade || !displayed) on_fill(fill);
  }
  return lots;
}

}  // namespace matching
