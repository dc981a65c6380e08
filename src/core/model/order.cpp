#include "model/order.hpp"

#include "base/check.hpp"

namespace model {

std::string_view name_of(Side side) {
  return side == Side::Buy ? "buy" : "sell";
}

std::string_view name_of(OrderType type) {
  return type == OrderType::Market ? "market" : "limit";
}

std::string_view name_of(TimeInForce time_in_force) {
  switch (time_in_force) {
    case TimeInForce::Day: return "day";
    case TimeInForce::GoodTillCancel: return "gtc";
    case TimeInForce::ImmediateOrCancel: return "ioc";
    case TimeInForce::FillOrKill: return "fok";
  }
  CHECK(!"a time in force outside the enum");
  return {};
}

std::string_view name_of(OrderStatus status) {
  switch (status) {
    case OrderStatus::New: return "new";
    case OrderStatus::PartiallyFilled: return "partially_filled";
    case OrderStatus::Filled: return "filled";
    case OrderStatus::Canceled: return "canceled";
    case OrderStatus::Expired: return "expired";
    case OrderStatus::Rejected: return "rejected";
  }
  CHECK(!"an order status outside the enum");
  return {};
}

}  // namespace model
