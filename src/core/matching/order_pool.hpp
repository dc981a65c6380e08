#pragma once

#include <cstdint>
#include <memory>

#include "base/check.hpp"
#include "model/instrument.hpp"

namespace matching {

// Names a resting order until it leaves its book; then the number may be given to another.
using Handle = std::uint32_t;
inline constexpr Handle no_handle = 0;

// One place in a queue. A free node has level 0 and is linked through `next`.
struct alignas(32) Node {
  std::uint64_t order;  // model::OrderId; 0 = displayed outside liquidity
  std::int64_t remaining;
  std::uint32_t next;  // towards the back of the queue
  std::uint32_t previous;
  std::uint32_t level;
  std::uint32_t external;  // 0 or 1
};
static_assert(sizeof(Node) == 32);

// All that rests at one price of one side. A free level has count 0 and is linked through `head`.
struct alignas(32) Level {
  std::uint64_t price : 40;
  std::uint64_t count : 23;
  std::uint64_t sell : 1;
  std::int64_t total;      // lots, outside liquidity included
  std::int64_t displayed;  // lots of outside liquidity without an order id
  std::uint32_t head;
  std::uint32_t tail;
};
static_assert(sizeof(Level) == 32);
static_assert(model::price_ticks_max < (std::int64_t{1} << 40));

// The memory of all books: nodes and levels in two flat arrays, addressed by 32-bit index, freed in
// last-in-first-out order. Everything is reserved at construction and nothing is touched before it
// is used, so unused capacity costs address space only. Books live no longer than their pool.
class OrderPool {
 public:
  // So that the sum of a level (count x quantity_lots_max) fits in 63 bits and its count in 23.
  static constexpr std::uint32_t capacity_max = (1U << 23) - 1;

  // Room for `capacity` queue places over all books, 1 to capacity_max.
  explicit OrderPool(std::uint32_t capacity);

  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }
  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] std::uint32_t available() const { return capacity_ - used_; }

 private:
  friend class OrderBook;

  Node& node(Handle handle) { return nodes_[handle]; }
  [[nodiscard]] const Node& node(Handle handle) const { return nodes_[handle]; }
  Level& level(std::uint32_t index) { return levels_[index]; }
  [[nodiscard]] const Level& level(std::uint32_t index) const { return levels_[index]; }
  [[nodiscard]] bool live(Handle handle) const {
    return handle != no_handle && handle < nodes_end_ && nodes_[handle].level != 0;
  }

  // The caller has seen that available() > 0; a level never lacks room when a node has it.
  Handle take_node() {
    ++used_;
    if (free_node_ == 0) return nodes_end_++;
    const Handle handle = free_node_;
    free_node_ = nodes_[handle].next;
    return handle;
  }
  void give_back_node(Handle handle) {
    --used_;
    nodes_[handle].level = 0;
    nodes_[handle].next = free_node_;
    free_node_ = handle;
  }
  std::uint32_t take_level() {
    if (free_level_ == 0) return levels_end_++;
    const std::uint32_t index = free_level_;
    free_level_ = levels_[index].head;
    return index;
  }
  void give_back_level(std::uint32_t index) {
    levels_[index].head = free_level_;
    free_level_ = index;
  }

  std::unique_ptr<Node[]> nodes_;    // index 0 is never used
  std::unique_ptr<Level[]> levels_;  // likewise
  std::uint32_t capacity_;
  std::uint32_t used_ = 0;
  std::uint32_t nodes_end_ = 1;  // first index never taken so far
  std::uint32_t levels_end_ = 1;
  Handle free_node_ = 0;
  std::uint32_t free_level_ = 0;
};

}  // namespace matching
