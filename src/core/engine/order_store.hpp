#pragma once

// The engine's orders: a fixed pool addressed by slot, found by order id or by (account,
// client order id), linked per account while they work and in one queue once they are closed.
// Closed orders are remembered, so that a repeated submit gets its first answer, until
// closed_max of them are or a new order needs the room; the oldest goes first.

#include <cstdint>

#include "containers/lazy_array.hpp"
#include "containers/sequence_index.hpp"
#include "containers/slot_index.hpp"
#include "matching/order_pool.hpp"
#include "model/order.hpp"

namespace engine {

using containers::no_slot;

// What is read and written of an order at nearly every step. It stands apart from the record, which
// is written when the order changes and copied into its reports, so that walking the lists and
// forgetting orders touch little memory.
struct Place {
  std::uint32_t previous = no_slot;  // in the account's working orders,
  std::uint32_t next = no_slot;      // or in the queue of closed ones
  std::uint32_t id_low = 0;          // the order id's low 32 bits: its key in the index
  std::uint32_t client_tag = 0;      // of the client order id in its index; see has_client_id
  matching::Handle handle = matching::no_handle;  // while in the book
  std::uint32_t balance = no_slot;                // ledger line of the quote currency
  std::uint32_t position = no_slot;               // portfolio line
  bool has_client_id = false;
};
static_assert(sizeof(Place) == 32);

struct alignas(64) Record {
  model::Order order;
};
static_assert(sizeof(Record) == 192);

// As first submitted: what a repeated submit is compared with, whatever was replaced since.
struct Submitted {
  money::Price price;
  money::Quantity quantity;
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

  model::Order& operator[](std::uint32_t slot) { return records_[slot].order; }
  const model::Order& operator[](std::uint32_t slot) const { return records_[slot].order; }
  Place& place(std::uint32_t slot) { return places_[slot]; }
  [[nodiscard]] const Place& place(std::uint32_t slot) const { return places_[slot]; }
  [[nodiscard]] std::uint32_t next(std::uint32_t slot) const { return places_[slot].next; }
  Submitted& submitted(std::uint32_t slot) { return submitted_[slot]; }
  [[nodiscard]] const Submitted& submitted(std::uint32_t slot) const { return submitted_[slot]; }

  [[nodiscard]] std::uint32_t find(model::OrderId id) const {
    return by_id_.find(id.value(),
                       [&](std::uint32_t slot) { return records_[slot].order.id == id; });
  }
  // The part of the hash by which orders are found by their client order id.
  static std::uint32_t tag_of(model::AccountId account, const model::ClientOrderId& id);
  // The client order id must not be empty; tag is tag_of both.
  [[nodiscard]] std::uint32_t find(model::AccountId account,
                                   const model::ClientOrderId& client_order_id,
                                   std::uint32_t tag) const;
  [[nodiscard]] std::uint32_t find(model::AccountId account,
                                   const model::ClientOrderId& client_order_id) const {
    return find(account, client_order_id, tag_of(account, client_order_id));
  }

  [[nodiscard]] bool full() const { return used_ == records_.size(); }
  [[nodiscard]] bool has_room() const { return used_ < records_.size() || closed_.count > 0; }
  // Makes a record findable by the id and the client order id, whose tag is given; forgets the
  // oldest closed order when full. no_slot when every record is a working order. The caller then
  // writes the order, whose ids these are.
  std::uint32_t create(model::OrderId id, bool has_client_id, std::uint32_t client_tag);
  void link(OrderList& list, std::uint32_t slot);
  void unlink(OrderList& list, std::uint32_t slot);
  // The record is linked nowhere and its order is closed: remembers it, or frees it at once.
  void remember(std::uint32_t slot);
  void forget(std::uint32_t slot);

  [[nodiscard]] const OrderList& closed() const { return closed_; }

  // Starts loading what will be wanted soon; changes nothing.
  void prefetch(std::uint32_t slot) const;
  void prefetch_id(model::OrderId id) const { by_id_.prefetch(id.value()); }
  void prefetch_tag(std::uint32_t tag) const { by_client_id_.prefetch(tag); }
  void prefetch_create(model::OrderId id) const;
  void prefetch_oldest() const;

 private:
  void forget_oldest();

  containers::LazyArray<Record> records_;
  containers::LazyArray<Place> places_;
  containers::LazyArray<Submitted> submitted_;
  containers::SequenceIndex by_id_;
  containers::SlotIndex by_client_id_;
  OrderList closed_;
  std::uint32_t closed_max_;
  std::uint32_t used_ = 0;
  std::uint32_t end_ = 0;         // first slot never used so far
  std::uint32_t free_ = no_slot;  // freed slots, linked through next
};

}  // namespace engine
