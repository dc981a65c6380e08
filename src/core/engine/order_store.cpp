#include "engine/order_store.hpp"

#include "bytes/checksum.hpp"

namespace engine {

OrderStore::OrderStore(std::uint32_t orders_max, std::uint32_t closed_max)
    : records_(orders_max),
      places_(orders_max),
      submitted_(orders_max),
      by_id_(orders_max),
      by_client_id_(orders_max),
      closed_max_(closed_max) {}

std::uint32_t OrderStore::tag_of(model::AccountId account, const model::ClientOrderId& id) {
  return containers::SlotIndex::tag_of(bytes::hash64(bytes::view(id.view()), account.value()));
}

std::uint32_t OrderStore::find(model::AccountId account,
                               const model::ClientOrderId& client_order_id,
                               std::uint32_t tag) const {
  return by_client_id_.find(tag, [&](std::uint32_t slot) {
    const model::Order& order = records_[slot].order;
    return order.account == account && order.client_order_id == client_order_id;
  });
}

std::uint32_t OrderStore::create(model::OrderId id, bool has_client_id, std::uint32_t client_tag) {
  if (!has_room()) return no_slot;
  if (used_ == places_.size()) forget_oldest();
  std::uint32_t slot = free_;
  if (slot == no_slot) {
    slot = end_++;
  } else {
    free_ = places_[slot].next;
  }
  ++used_;
  Place place;
  place.id_low = static_cast<std::uint32_t>(id.value());
  place.client_tag = client_tag;
  place.has_client_id = has_client_id;
  places_[slot] = place;
  by_id_.insert(id.value(), slot);
  if (has_client_id) by_client_id_.insert(client_tag, slot);
  return slot;
}

void OrderStore::link(OrderList& list, std::uint32_t slot) {
  Place& place = places_[slot];
  place.previous = list.last;
  place.next = no_slot;
  if (list.last == no_slot) {
    list.first = slot;
  } else {
    places_[list.last].next = slot;
  }
  list.last = slot;
  ++list.count;
}

void OrderStore::unlink(OrderList& list, std::uint32_t slot) {
  const Place& place = places_[slot];
  if (place.previous == no_slot) {
    list.first = place.next;
  } else {
    places_[place.previous].next = place.next;
  }
  if (place.next == no_slot) {
    list.last = place.previous;
  } else {
    places_[place.next].previous = place.previous;
  }
  --list.count;
}

void OrderStore::remember(std::uint32_t slot) {
  link(closed_, slot);
  if (closed_.count > closed_max_) forget_oldest();
}

void OrderStore::forget_oldest() {
  const std::uint32_t slot = closed_.first;
  unlink(closed_, slot);
  forget(slot);
}

void OrderStore::forget(std::uint32_t slot) {
  Place& place = places_[slot];
  by_id_.erase(place.id_low, slot);
  if (place.has_client_id) by_client_id_.erase(place.client_tag, slot);
  place.next = free_;
  free_ = slot;
  --used_;
}

void OrderStore::prefetch(std::uint32_t slot) const {
  const auto* const line = reinterpret_cast<const char*>(&records_[slot]);
  __builtin_prefetch(line, 1);
  __builtin_prefetch(line + 64, 1);
  __builtin_prefetch(line + 128, 1);
  const Place& place = places_[slot];
  if (place.previous != no_slot) __builtin_prefetch(&places_[place.previous], 1);
  if (place.next != no_slot) __builtin_prefetch(&places_[place.next], 1);
}

void OrderStore::prefetch_create(model::OrderId id) const {
  by_id_.prefetch(id.value());
  const std::uint32_t slot = free_ == no_slot ? end_ : free_;
  if (slot >= places_.size()) return;
  const auto* const line = reinterpret_cast<const char*>(&records_[slot]);
  __builtin_prefetch(line, 1);
  __builtin_prefetch(line + 64, 1);
  __builtin_prefetch(line + 128, 1);
  __builtin_prefetch(&submitted_[slot], 1);
  __builtin_prefetch(&places_[slot], 1);
}

void OrderStore::prefetch_oldest() const {
  if (closed_.count < closed_max_ || closed_.first == no_slot) return;
  const Place& place = places_[closed_.first];
  by_id_.prefetch(place.id_low);
  by_client_id_.prefetch(place.client_tag);
  if (place.next != no_slot) __builtin_prefetch(&places_[place.next], 1);
}

}  // namespace engine
