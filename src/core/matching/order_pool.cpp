#include "matching/order_pool.hpp"

namespace matching {

OrderPool::OrderPool(std::uint32_t capacity) : capacity_(capacity) {
  CHECK(capacity >= 1 && capacity <= capacity_max);
  static_assert(static_cast<numeric::Int128>(capacity_max) * model::quantity_lots_max < INT64_MAX);
  nodes_ = std::make_unique_for_overwrite<Node[]>(capacity + std::size_t{1});
  levels_ = std::make_unique_for_overwrite<Level[]>(capacity + std::size_t{1});
}

}  // namespace matching
