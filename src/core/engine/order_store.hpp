#pragma once

// The engine's orders: a fixed pool of records addressed by slot, found by order id or by (account,
// client order id), linked per account while they work and in one queue once they are closed.
// Closed orders are remembered, so that a repeated submit gets its first answer, until
// closed_max of them are or a new order needs the room; the oldest goes first.

#include <cstdint>

#include "containers/lazy_array.hpp"
#include "containers/slot_index.hpp"
#include "matching/order_pool.hpp"
#include "model/order.hpp"

namespace engine {

using containers::no_slot;

struct Record {
  model::Order order;
  // As first submitted: what a repeated submit is compared with, whatever was replaced since.
  money::Price submitted_price;
  money::Quantity submitted_quantity;
  matching::Handle handle = matching::no_handle;  // while in the book
  std::uint32_t balance = no_slot;                // ledger line of the quote currency
  std::uint32_t position = no_slot;               // portfolio line
  std::uint32_t previous = no_slot;               // in the account's working orders,
  std::uint32_t next = no_slot;                   // or in the queue of closed ones
};

// A list of records, oldest first.
struct OrderList {
  std::uint32_t first = no_slot;
  std::uint32_t last = no_slot;
  std::uint32_t count = 0;
};

class OrderStore {
 public:
  OrderStore(std::uint32_t orders_max, std::uint32_t closed_max);

  Record& operator[](std::uint32_t slot) { return records_[slot]; }
  const Record& operator[](std::uint32_t slot) const { return records_[slot]; }

  [[nodiscard]] std::uint32_t find(model::OrderId id) const;
  // The client order id must not be empty.
  [[nodiscard]] std::uint32_t find(model::AccountId account,
                                   const model::ClientOrderId& client_order_id) const;

  [[nodiscard]] bool full() const { return used_ == records_.size(); }
  [[nodiscard]] bool has_room() const { return used_ < records_.size() || closed_.count > 0; }
  // A record of the order, which becomes findable; forgets the oldest closed order when full.
  // no_slot when every record is a working order.
  std::uint32_t create(const model::Order& order);
  void link(OrderList& list, std::uint32_t slot);
  void unlink(OrderList& list, std::uint32_t slot);
  // The record is linked nowhere and its order is closed: remembers it, or frees it at once.
  void remember(std::uint32_t slot);
  void forget(std::uint32_t slot);

  [[nodiscard]] const OrderList& closed() const { return closed_; }

 private:
  static std::uint64_t hash_of(model::OrderId id) { return containers::mix(id.value()); }
  static std::uint64_t hash_of(model::AccountId account, const model::ClientOrderId& id);
  void forget_oldest();

  containers::LazyArray<Record> records_;
  containers::SlotIndex by_id_;
  containers::SlotIndex by_client_id_;
  OrderList closed_;
  std::uint32_t closed_max_;
  std::uint32_t used_ = 0;
  std::uint32_t end_ = 0;         // first slot never used so far
  std::uint32_t free_ = no_slot;  // freed slots, linked through next
};

}  // namespace engine
