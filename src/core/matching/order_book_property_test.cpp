#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "matching/naive_order_book_oracle.hpp"

// One test run plays commands_per_case x 100 cases (RapidCheck's default) = 1.05 million commands.

namespace matching {
namespace {

using model::Side;
using Taker = NaiveOrderBook::Taker;

constexpr std::size_t commands_per_case = 10'500;
constexpr std::size_t places_max = 32;  // keeps the comparison after each command cheap

std::vector<RestingOrder> orders_of(const OrderBook& book) {
  std::vector<RestingOrder> orders;
  book.for_each_order([&](const RestingOrder& order) { orders.push_back(order); });
  return orders;
}

bool same(const RestingOrder& a, const RestingOrder& b) {
  return a.order == b.order && a.side == b.side && a.price == b.price &&
         a.remaining == b.remaining && a.external == b.external;
}

// RC_ASSERT describes its operands even when it holds, which costs more than the books do.
#define MUST(condition)                    \
  do {                                     \
    if (!(condition)) RC_FAIL(#condition); \
  } while (false)

// The fast book and the oracle side by side; each call does the same to both and compares.
class Pair {
 public:
  explicit Pair(OrderPool& pool) : book(pool) {}

  void rest(std::uint64_t id, Side side, std::int64_t price, std::int64_t lots, bool external) {
    const Handle handle =
        book.rest(model::OrderId(id), side, money::Price(price), money::Quantity(lots), external);
    MUST(handle != no_handle);
    if (id != 0) live.push_back({id, handle});
    naive.rest(id, side, price, lots, external);
  }

  // Returns what is left.
  std::int64_t match(Side taker_side, std::int64_t limit, std::int64_t lots, Taker taker) {
    const Makers makers = taker == Taker::External ? Makers::UsersOnly : Makers::All;
    NaiveOrderBook::Fills expected;
    const std::int64_t left = naive.match(taker_side, limit, lots, taker, expected);
    NaiveOrderBook::Fills fills;
    const auto on_fill = [&](const Fill& fill) {
      fills.push_back({fill.maker.value(), fill.external, fill.price.ticks(), fill.quantity.lots(),
                       fill.maker_remaining.lots()});
    };
    const money::Price price(limit);
    const money::Quantity quantity(lots);
    const Sweep sweep = book.sweep(taker_side, price, quantity, makers);
    const money::Quantity rest =
        taker == Taker::Print ? book.apply_external_trade(taker_side, price, quantity, on_fill)
                              : book.match(taker_side, price, quantity, on_fill, makers);
    MUST(rest.lots() == left);
    MUST(sweep.quantity.lots() == lots - left);
    MUST(fills == expected);
    if (taker != Taker::Print) {
      numeric::Int128 notional = 0;
      for (const auto& fill : fills) {
        notional += static_cast<numeric::Int128>(fill.price) * fill.quantity;
      }
      MUST(sweep.notional == notional);
    }
    std::erase_if(live, [&](const Live& order) {
      return std::any_of(fills.begin(), fills.end(), [&](const auto& fill) {
        return fill.maker == order.id && fill.maker_remaining == 0;
      });
    });
    return left;
  }

  void cancel(std::size_t pick) {
    const Live order = take(pick);
    book.cancel(order.handle);
    naive.cancel(order.id);
  }

  void reduce(std::size_t pick, std::uint64_t share) {
    const Live order = live[pick % live.size()];
    const std::int64_t remaining = book.remaining(order.handle).lots();
    const std::int64_t kept = 1 + static_cast<std::int64_t>(share) % remaining;
    MUST(book.lots_ahead(order.handle).lots() == naive.lots_ahead(order.id));
    book.reduce(order.handle, money::Quantity(kept));
    naive.reduce(order.id, kept);
  }

  void set_external(Side side, std::int64_t price, std::int64_t lots) {
    MUST(book.set_external(side, money::Price(price), money::Quantity(lots)));
    naive.set_external(side, price, lots);
    MUST(book.external_quantity(side, money::Price(price)).lots() == lots);
  }

  void clear_external() {
    std::size_t told = 0;
    book.clear_external([&](Side side, money::Price price) {
      ++told;
      MUST(naive.external_quantity(side, price.ticks()) > 0);
      MUST(book.external_quantity(side, price).lots() == 0);
    });
    for (const Side side : {Side::Buy, Side::Sell}) {
      for (const std::int64_t price : naive.prices(side)) {
        told -= naive.external_quantity(side, price) > 0 ? 1 : 0;
      }
    }
    MUST(told == 0U);
    naive.clear_external();
  }

  // Every place, level and best price of the book against the oracle. Returns the places.
  std::size_t compare() const {
    const std::vector<RestingOrder> orders = orders_of(book);
    auto order = orders.begin();
    for (const Side side : {Side::Buy, Side::Sell}) {
      const std::vector<std::int64_t> prices = naive.prices(side);
      std::size_t count = 0;
      book.for_each_level(side, SIZE_MAX, [&](const LevelView& level) {
        MUST(count < prices.size());
        const std::int64_t price = prices[count++];
        const NaiveOrderBook::Queue& queue = naive.levels(side).at(price);
        MUST(level.price.ticks() == price);
        MUST(level.quantity.lots() == naive.total(side, price));
        MUST(level.order_count == queue.size());
        MUST(book.level(side, level.price).quantity == level.quantity);
        for (const NaiveOrderBook::Place& place : queue) {
          MUST(order != orders.end());
          const RestingOrder expected{model::OrderId(place.order), side, level.price,
                                      money::Quantity(place.remaining), place.external};
          MUST(same(*order++, expected));
        }
      });
      MUST(count == prices.size());
      MUST(book.best(side).has_value() == !prices.empty());
      if (!prices.empty()) MUST(book.best(side)->ticks() == prices.front());
    }
    MUST(order == orders.end());
    return orders.size();
  }

  struct Live {
    std::uint64_t id;
    Handle handle;
  };
  Live take(std::size_t pick) {
    std::swap(live[pick % live.size()], live.back());
    const Live order = live.back();
    live.pop_back();
    return order;
  }

  OrderBook book;
  NaiveOrderBook naive;
  std::vector<Live> live;
};

// Turns a random word into a command. Zero, to which words shrink, does nothing.
class Player {
 public:
  Player(Pair& pair, std::int64_t tick_spread) : pair_(pair), spread_(tick_spread) {}

  void play(std::uint64_t word, std::uint64_t id) {
    if (word == 0) return;
    const auto draw = [&word](std::uint64_t below) {
      const std::uint64_t value = word % below;
      word /= below;
      return value;
    };
    const std::uint64_t kind = draw(100);
    const Side side = draw(2) == 0 ? Side::Buy : Side::Sell;
    // Sixteen prices; buys and sells overlap in the middle ones.
    const auto step = static_cast<std::int64_t>(draw(10) + (side == Side::Buy ? 0 : 6));
    const std::int64_t price =
        std::clamp<std::int64_t>(5 + (step - 5) * spread_ + drift(), 1, model::price_ticks_max);
    const auto lots = static_cast<std::int64_t>(1 + draw(40));
    const std::uint64_t pick = draw(1'000);
    const bool room = orders_of(pair_.book).size() < places_max;
    if (kind < 38) {
      add(side, price, lots, room ? id : 0, pick);
    } else if (kind < 60) {
      if (!pair_.live.empty()) pair_.cancel(pick);
    } else if (kind < 66) {
      if (!pair_.live.empty()) pair_.reduce(pick, draw(64));
    } else if (kind < 70) {
      pair_.match(side, market_limit(side).ticks(), lots, Taker::User);
    } else if (kind < 88) {
      show(side, price, room ? lots - 1 : 0);
    } else if (kind < 97) {
      pair_.match(side, price, lots, Taker::Print);
    } else if (pick % 8 == 0) {
      pair_.clear_external();
    } else if (room) {
      pair_.rest(0, side, price, lots, true);
    }
  }

 private:
  // The market wanders, so that windows of ticks have to follow it.
  std::int64_t drift() {
    drift_ = (drift_ + 1) % 4'000;
    return spread_ * std::min(drift_, 4'000 - drift_) / 64;
  }

  void add(Side side, std::int64_t price, std::int64_t lots, std::uint64_t id, std::uint64_t pick) {
    const bool external = pick % 10 == 0;
    const std::int64_t left =
        pair_.match(side, price, lots, external ? Taker::External : Taker::User);
    if (id != 0 && left > 0) pair_.rest(id, side, price, left, external);
  }

  // Growth trades with users' orders first, as the engine does it.
  void show(Side side, std::int64_t price, std::int64_t lots) {
    if (lots > pair_.naive.external_quantity(side, price)) {
      pair_.match(side, price, lots - pair_.naive.external_quantity(side, price), Taker::External);
    }
    pair_.set_external(side, price, lots);
  }

  Pair& pair_;
  std::int64_t spread_;
  std::int64_t drift_ = 0;
};

RC_GTEST_PROP(OrderBook, DoesWhatTheObviousBookDoes, ()) {
  const auto words = *rc::gen::container<std::vector<std::uint64_t>>(
      commands_per_case, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
  // From neighbouring ticks to levels far outside any window.
  const auto spread = *rc::gen::element<std::int64_t>(1, 3, 150, 900, 5'000, 3'000'000'000);

  OrderPool pool(4 * places_max);
  Pair first(pool);
  Pair second(pool);
  Player players[] = {Player(first, spread), Player(second, 1)};
  std::uint64_t id = 0;
  std::size_t places[] = {0, 0};
  for (const std::uint64_t word : words) {
    const std::size_t which = word % 64 % 5 == 0 ? 1 : 0;
    players[which].play(word / 64, ++id);
    places[which] = (which == 0 ? first : second).compare();
    MUST(pool.used() == places[0] + places[1]);
  }
  first.compare();

  OrderBook rebuilt(pool);
  for (const RestingOrder& order : orders_of(first.book)) {
    MUST(rebuilt.rest(order.order, order.side, order.price, order.remaining, order.external) !=
         no_handle);
  }
  const std::vector<RestingOrder> was = orders_of(first.book);
  const std::vector<RestingOrder> is = orders_of(rebuilt);
  MUST(was.size() == is.size());
  for (std::size_t i = 0; i < was.size(); ++i)
    MUST(same(was[i], is[i]));
}

}  // namespace
}  // namespace matching
