#pragma once

#include <list>
#include <map>
#include <vector>

#include "matching/order_book.hpp"

namespace matching {

// The obvious order book: a map of lists, no totals kept, everything counted anew. What the fast
// book does must be what this one does. For tests only.
class NaiveOrderBook {
 public:
  struct Place {
    std::uint64_t order = 0;  // 0 = displayed outside liquidity
    std::int64_t remaining = 0;
    bool external = false;
    bool operator==(const Place&) const = default;
  };
  struct NaiveFill {
    std::uint64_t maker = 0;
    bool external = false;
    std::int64_t price = 0;
    std::int64_t quantity = 0;
    std::int64_t maker_remaining = 0;
    bool operator==(const NaiveFill&) const = default;
  };
  using Fills = std::vector<NaiveFill>;
  using Queue = std::list<Place>;
  using Levels = std::map<std::int64_t, Queue>;
  enum class Taker { User, External, Print };

  void rest(std::uint64_t order, model::Side side, std::int64_t price, std::int64_t quantity,
            bool external);
  std::int64_t match(model::Side taker_side, std::int64_t limit, std::int64_t quantity, Taker taker,
                     Fills& fills);
  void cancel(std::uint64_t order);
  void reduce(std::uint64_t order, std::int64_t remaining);
  void set_external(model::Side side, std::int64_t price, std::int64_t quantity);
  std::int64_t external_quantity(model::Side side, std::int64_t price) const;
  void clear_external();

  std::int64_t lots_ahead(std::uint64_t order);
  std::int64_t total(model::Side side, std::int64_t price) const;
  const Levels& levels(model::Side side) const { return side == model::Side::Buy ? buys_ : sells_; }
  // Prices of a side, best first.
  std::vector<std::int64_t> prices(model::Side side) const;

 private:
  Levels& levels(model::Side side) { return side == model::Side::Buy ? buys_ : sells_; }
  // Drops empty places and levels, and joins neighbouring displayed liquidity.
  void tidy();
  // The queue that holds the order, and its place in it.
  std::pair<Queue*, Queue::iterator> find(std::uint64_t order);

  Levels buys_;
  Levels sells_;
};

}  // namespace matching
