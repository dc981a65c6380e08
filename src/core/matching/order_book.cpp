#include "matching/order_book.hpp"

namespace matching {

Handle OrderBook::rest(model::OrderId order, model::Side side, money::Price price,
                       money::Quantity quantity, bool external) {
  CHECK(price.ticks() >= 1 && price.ticks() <= model::price_ticks_max);
  CHECK(quantity.lots() >= 1 && quantity.lots() <= model::quantity_lots_max);
  CHECK(order.valid() || external);
  return append(order, side, price, quantity, external);
}

Handle OrderBook::append(model::OrderId order, model::Side side, money::Price price,
                         money::Quantity quantity, bool external) {
  if (pool_->available() == 0) [[unlikely]]
    return no_handle;
  const std::int64_t rank = rank_of(side, price.ticks());
  std::uint32_t level_index = index(side).find(rank);
  if (level_index == 0) {
    level_index = pool_->take_level();
    Level& fresh = pool_->level(level_index);
    fresh = Level{};
    fresh.price = static_cast<std::uint64_t>(price.ticks()) & ((std::uint64_t{1} << 40) - 1);
    fresh.sell = side == model::Side::Sell ? 1 : 0;
    index(side).insert(rank, level_index);
  }
  Level& level = pool_->level(level_index);
  level.total += quantity.lots();
  if (!order.valid()) {
    level.displayed += quantity.lots();
    if (level.count != 0 && is_displayed(pool_->node(level.tail))) {
      pool_->node(level.tail).remaining += quantity.lots();
      return level.tail;
    }
  }
  const Handle handle = pool_->take_node();
  pool_->node(handle) =
      Node{order.value(), quantity.lots(), no_handle, level.tail, level_index, external ? 1U : 0U};
  (level.count == 0 ? level.head : pool_->node(level.tail).next) = handle;
  level.tail = handle;
  level.count = level.count + 1;
  return handle;
}

void OrderBook::remove_level(std::uint32_t level_index) {
  const Level& level = pool_->level(level_index);
  const model::Side side = level.sell != 0 ? model::Side::Sell : model::Side::Buy;
  index(side).erase(rank_of(side, static_cast<std::int64_t>(level.price)));
  pool_->give_back_level(level_index);
}

void OrderBook::remove(Handle handle) {
  const Node gone = pool_->node(handle);
  Level& level = pool_->level(gone.level);
  level.total -= gone.remaining;
  if (is_displayed(gone)) level.displayed -= gone.remaining;
  pool_->give_back_node(handle);
  level.count = level.count - 1;
  if (level.count == 0) {
    remove_level(gone.level);
    return;
  }
  (gone.previous == no_handle ? level.head : pool_->node(gone.previous).next) = gone.next;
  (gone.next == no_handle ? level.tail : pool_->node(gone.next).previous) = gone.previous;
  if (gone.previous == no_handle || gone.next == no_handle) return;
  Node& front = pool_->node(gone.previous);
  const Node& back = pool_->node(gone.next);
  if (!is_displayed(front) || !is_displayed(back)) return;
  front.remaining += back.remaining;
  front.next = back.next;
  (back.next == no_handle ? level.tail : pool_->node(back.next).previous) = gone.previous;
  level.count = level.count - 1;
  pool_->give_back_node(gone.next);
}

void OrderBook::cancel(Handle handle) {
  CHECK(pool_->live(handle));
  remove(handle);
}

void OrderBook::reduce(Handle handle, money::Quantity remaining) {
  CHECK(pool_->live(handle));
  Node& node = pool_->node(handle);
  const std::int64_t removed = node.remaining - remaining.lots();
  CHECK(remaining.lots() > 0 && removed >= 0);
  node.remaining -= removed;
  Level& level = pool_->level(node.level);
  level.total -= removed;
  if (is_displayed(node)) level.displayed -= removed;
}

money::Quantity OrderBook::remaining(Handle handle) const {
  CHECK(pool_->live(handle));
  return money::Quantity(pool_->node(handle).remaining);
}

money::Price OrderBook::price(Handle handle) const {
  CHECK(pool_->live(handle));
  return money::Price(pool_->level(pool_->node(handle).level).price);
}

money::Quantity OrderBook::lots_ahead(Handle handle) const {
  CHECK(pool_->live(handle));
  std::int64_t lots = 0;
  for (Handle ahead = pool_->node(handle).previous; ahead != no_handle;
       ahead = pool_->node(ahead).previous) {
    lots += pool_->node(ahead).remaining;
  }
  return money::Quantity(lots);
}

bool OrderBook::set_external(model::Side side, money::Price price, money::Quantity quantity) {
  CHECK(price.ticks() >= 1 && price.ticks() <= model::price_ticks_max);
  CHECK(quantity.lots() >= 0 && quantity.lots() <= model::quantity_lots_max);
  const std::uint32_t level = find(side, price);
  const std::int64_t before = level == 0 ? 0 : pool_->level(level).displayed;
  const std::int64_t growth = quantity.lots() - before;
  if (growth < 0) shrink_external(level, -growth);
  if (growth <= 0) return true;
  return append(model::OrderId(), side, price, money::Quantity(growth), true) != no_handle;
}

money::Quantity OrderBook::external_quantity(model::Side side, money::Price price) const {
  const std::uint32_t level = find(side, price);
  return money::Quantity(level == 0 ? 0 : pool_->level(level).displayed);
}

// Linear in the places behind the last lot removed.
void OrderBook::shrink_external(std::uint32_t level_index, std::int64_t lots) {
  Level& level = pool_->level(level_index);
  Handle handle = level.tail;
  while (lots > 0) {
    Node& node = pool_->node(handle);
    const Handle previous = node.previous;
    if (is_displayed(node)) {
      const std::int64_t removed = std::min(lots, node.remaining);
      lots -= removed;
      if (removed == node.remaining) {
        remove(handle);
      } else {
        node.remaining -= removed;
        level.total -= removed;
        level.displayed -= removed;
      }
    }
    handle = previous;
  }
}

Sweep OrderBook::sweep(model::Side taker_side, money::Price limit, money::Quantity quantity,
                       Makers makers) const {
  const model::Side side = model::opposite(taker_side);
  const std::int64_t limit_rank = rank_of(side, limit.ticks());
  std::int64_t wanted = quantity.lots();
  Sweep result;
  LevelIndex::Entry entry = index(side).first();
  for (; wanted > 0 && entry.level != 0 && entry.rank <= limit_rank;
       entry = index(side).after(entry.rank)) {
    const Level& level = pool_->level(entry.level);
    std::int64_t there = level.total;
    if (makers == Makers::UsersOnly) {
      there = 0;
      for (Handle handle = level.head; handle != no_handle && there < wanted;
           handle = pool_->node(handle).next) {
        if (pool_->node(handle).external == 0) there += pool_->node(handle).remaining;
      }
    }
    const std::int64_t lots = std::min(wanted, there);
    wanted -= lots;
    result.quantity += money::Quantity(lots);
    result.notional += static_cast<numeric::Int128>(lots) * static_cast<std::int64_t>(level.price);
  }
  return result;
}

LevelView OrderBook::view(std::uint32_t level) const {
  const Level& at = pool_->level(level);
  return {money::Price(at.price), money::Quantity(at.total), static_cast<std::uint32_t>(at.count)};
}

LevelView OrderBook::level(model::Side side, money::Price price) const {
  const std::uint32_t found = find(side, price);
  return found == 0 ? LevelView{price, money::Quantity(0), 0} : view(found);
}

}  // namespace matching
