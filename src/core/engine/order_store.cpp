#include "engine/order_store.hpp"

#include "bytes/checksum.hpp"

namespace engine {

OrderStore::OrderStore(std::uint32_t orders_max, std::uint32_t closed_max)
    : records_(orders_max),
      by_id_(orders_max),
      by_client_id_(orders_max),
      closed_max_(closed_max) {}

std::uint64_t OrderStore::hash_of(model::AccountId account, const model::ClientOrderId& id) {
  return bytes::hash64(bytes::view(id.view()), account.value());
}

std::uint32_t OrderStore::find(model::OrderId id) const {
  return by_id_.find(hash_of(id),
                     [&](std::uint32_t slot) { return records_[slot].order.id == id; });
}

std::uint32_t OrderStore::find(model::AccountId account,
                               const model::ClientOrderId& client_order_id) const {
  return by_client_id_.find(hash_of(account, client_order_id), [&](std::uint32_t slot) {
    const model::Order& order = records_[slot].order;
    return order.account == account && order.client_order_id == client_order_id;
  });
}

std::uint32_t OrderStore::create(const model::Order& order) {
  if (!has_room()) return no_slot;
  if (used_ == records_.size()) forget_oldest();
  std::uint32_t slot = free_;
  if (slot == no_slot) {
    slot = end_++;
  } else {
    free_ = records_[slot].next;
  }
  ++used_;
  Record& record = records_[slot];
  record = Record{};
  record.order = order;
  record.submitted_price = order.limit_price;
  record.submitted_quantity = order.quantity;
  by_id_.insert(hash_of(order.id), slot);
  if (!order.client_order_id.empty())
    by_client_id_.insert(hash_of(order.account, order.client_order_id), slot);
  return slot;
}

void OrderStore::link(OrderList& list, std::uint32_t slot) {
  Record& record = records_[slot];
  record.previous = list.last;
  record.next = no_slot;
  if (list.last == no_slot) {
    list.first = slot;
  } else {
    records_[list.last].next = slot;
  }
  list.last = slot;
  ++list.count;
}

void OrderStore::unlink(OrderList& list, std::uint32_t slot) {
  const Record& record = records_[slot];
  if (record.previous == no_slot) {
    list.first = record.next;
  } else {
    records_[record.previous].next = record.next;
  }
  if (record.next == no_slot) {
    list.last = record.previous;
  } else {
    records_[record.next].previous = record.previous;
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
  Record& record = records_[slot];
  by_id_.erase(hash_of(record.order.id), slot);
  if (!record.order.client_order_id.empty())
    by_client_id_.erase(hash_of(record.order.account, record.order.client_order_id), slot);
  record.next = free_;
  free_ = slot;
  --used_;
}

}  // namespace engine
