#include "matching/naive_order_book_oracle.hpp"

#include <algorithm>

namespace matching {

void NaiveOrderBook::rest(std::uint64_t order, model::Side side, std::int64_t price,
                          std::int64_t quantity, bool external) {
  levels(side)[price].push_back({order, quantity, external});
  tidy();
}

std::int64_t NaiveOrderBook::match(model::Side taker_side, std::int64_t limit,
                                   std::int64_t quantity, Taker taker, Fills& fills) {
  const model::Side side = model::opposite(taker_side);
  for (const std::int64_t price : prices(side)) {
    if (taker_side == model::Side::Buy ? price > limit : price < limit) break;
    for (Place& place : levels(side)[price]) {
      if (taker == Taker::External && place.external) continue;
      const std::int64_t filled = std::min(quantity, place.remaining);
      if (filled == 0) break;
      quantity -= filled;
      place.remaining -= filled;
      if (taker == Taker::Print && place.order == 0) continue;
      fills.push_back({place.order, place.external, price, filled, place.remaining});
    }
  }
  tidy();
  return quantity;
}

void NaiveOrderBook::cancel(std::uint64_t order) {
  find(order).second->remaining = 0;
  tidy();
}

void NaiveOrderBook::reduce(std::uint64_t order, std::int64_t remaining) {
  find(order).second->remaining = remaining;
}

void NaiveOrderBook::set_external(model::Side side, std::int64_t price, std::int64_t quantity) {
  std::int64_t growth = quantity - external_quantity(side, price);
  Queue& queue = levels(side)[price];
  if (growth > 0) queue.push_back({0, growth, true});
  for (auto place = queue.rbegin(); place != queue.rend(); ++place) {
    if (place->order != 0 || growth >= 0) continue;
    const std::int64_t removed = std::min(-growth, place->remaining);
    place->remaining -= removed;
    growth += removed;
  }
  tidy();
}

std::int64_t NaiveOrderBook::external_quantity(model::Side side, std::int64_t price) const {
  std::int64_t sum = 0;
  const auto level = levels(side).find(price);
  if (level == levels(side).end()) return 0;
  for (const Place& place : level->second)
    sum += place.order == 0 ? place.remaining : 0;
  return sum;
}

void NaiveOrderBook::clear_external() {
  for (Levels* side : {&buys_, &sells_}) {
    for (auto& [price, queue] : *side) {
      queue.remove_if([](const Place& place) { return place.order == 0; });
    }
  }
  tidy();
}

std::int64_t NaiveOrderBook::lots_ahead(std::uint64_t order) {
  const auto [queue, at] = find(order);
  std::int64_t sum = 0;
  for (auto place = queue->begin(); place != at; ++place)
    sum += place->remaining;
  return sum;
}

std::int64_t NaiveOrderBook::total(model::Side side, std::int64_t price) const {
  const auto level = levels(side).find(price);
  if (level == levels(side).end()) return 0;
  std::int64_t sum = 0;
  for (const Place& place : level->second)
    sum += place.remaining;
  return sum;
}

std::vector<std::int64_t> NaiveOrderBook::prices(model::Side side) const {
  std::vector<std::int64_t> result;
  for (const auto& [price, queue] : levels(side))
    result.push_back(price);
  if (side == model::Side::Buy) std::reverse(result.begin(), result.end());
  return result;
}

void NaiveOrderBook::tidy() {
  for (Levels* side : {&buys_, &sells_}) {
    for (auto level = side->begin(); level != side->end();) {
      Queue& queue = level->second;
      queue.remove_if([](const Place& place) { return place.remaining == 0; });
      for (auto place = queue.begin(); place != queue.end(); ++place) {
        for (auto next = std::next(place);
             place->order == 0 && next != queue.end() && next->order == 0;
             next = queue.erase(next)) {
          place->remaining += next->remaining;
        }
      }
      level = queue.empty() ? side->erase(level) : std::next(level);
    }
  }
}

std::pair<NaiveOrderBook::Queue*, NaiveOrderBook::Queue::iterator> NaiveOrderBook::find(
    std::uint64_t order) {
  for (Levels* side : {&buys_, &sells_}) {
    for (auto& [price, queue] : *side) {
      const auto place = std::find_if(queue.begin(), queue.end(),
                                      [&](const Place& p) { return p.order == order; });
      if (place != queue.end()) return {&queue, place};
    }
  }
  CHECK(false);
}

}  // namespace matching
