#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "model/ids.hpp"
#include "model/reason.hpp"
#include "money/money.hpp"

// An order and its life in FIX terms. The enumerators' values are stored: append, never renumber.

namespace model {

enum class Side : std::uint8_t { Buy = 1, Sell = 2 };
enum class OrderType : std::uint8_t { Market = 1, Limit = 2 };
enum class TimeInForce : std::uint8_t {
  Day = 1,
  GoodTillCancel = 2,
  ImmediateOrCancel = 3,
  FillOrKill = 4
};
// FIX OrdStatus (39).
enum class OrderStatus : std::uint8_t {
  New = 1,
  PartiallyFilled,
  Filled,
  Canceled,
  Expired,
  Rejected
};

constexpr Side opposite(Side side) {
  return side == Side::Buy ? Side::Sell : Side::Buy;
}
constexpr bool is_open(OrderStatus status) {
  return status == OrderStatus::New || status == OrderStatus::PartiallyFilled;
}

// Lower-case public names: buy, limit, good_till_cancel is "gtc", partially_filled, ...
std::string_view name_of(Side side);
std::string_view name_of(OrderType type);
std::string_view name_of(TimeInForce time_in_force);  // day, gtc, ioc, fok
std::string_view name_of(OrderStatus status);

// Ordered by use and size: three cache lines, of which matching needs the first.
struct Order {
  OrderId id;
  AccountId account;
  InstrumentId instrument;
  money::Price limit_price;  // zero for market orders
  money::Quantity quantity;  // FIX OrderQty (38)
  money::Quantity filled;    // FIX CumQty (14)
  UserId user;               // who sent it
  Side side = Side::Buy;
  OrderType type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Day;
  OrderStatus status = OrderStatus::New;
  money::Money held;             // cash reserved by the open remainder of a buy
  money::Money filled_notional;  // average price = filled_notional / filled
  base::Timestamp updated;
  std::uint64_t sequence = 0;  // of the command that last changed it
  base::Timestamp created;
  std::uint64_t created_sequence = 0;  // of the command that created it
  ClientOrderId client_order_id;
  Reason reason = Reason::None;  // why it was rejected, canceled or expired

  [[nodiscard]] money::Quantity remaining() const {
    return is_open(status) ? quantity - filled : money::Quantity(0);
  }
  bool operator==(const Order&) const = default;
};

}  // namespace model
