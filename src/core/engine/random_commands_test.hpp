#pragma once

// A seeded stream of commands over few accounts, prices and client order ids, so that everything
// meets everything: crossings, duplicates, limits, full pools, halts, days, malformed fields.

#include <cstdint>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace engine {

class RandomCommands {
 public:
  static constexpr std::uint32_t papers = 5, simulated = 2, externals = 2, instruments = 3;
  static constexpr std::uint32_t accounts = papers + simulated + externals;

  static Limits limits() { return {4, 16, 300, 120, 40}; }

  explicit RandomCommands(std::uint64_t seed) : state_(seed | 1) {}

  // The next command for this engine. The first ones set the stage.
  model::Command next(const Engine& engine) {
    engine_ = &engine;
    ++sequence_;
    if (below(400) == 0) time_ += static_cast<std::int64_t>(below(base::ns_per_day));
    time_ += static_cast<std::int64_t>(below(1'000));
    return {sequence_, base::Timestamp(time_), model::UserId(1 + below(3)), model::Channel::Rest,
            body()};
  }

  std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return (state_ * 0x2545'F491'4F6C'DD1DULL >> 16) % bound;
  }

 private:
  model::CommandBody body() {
    if (sequence_ <= instruments) return listing();
    if (sequence_ <= instruments + accounts) return opening();
    if (sequence_ <= instruments + accounts + 2 * papers) return transfer(sequence_ % papers + 1);
    const std::uint64_t pick = below(1'000);
    if (pick < 480) return submit();
    if (pick < 600) return cancel();
    if (pick < 720) return replace();
    if (pick < 880) return level();
    if (pick < 930) return outside_trade();
    if (pick < 945) return model::CancelAllOrders{account(), instrument(below(2) == 0)};
    if (pick < 950) return model::ClearExternalBook{outside(), instrument()};
    if (pick < 965) return transfer(1 + below(accounts + 1));
    if (pick < 975) return trading_state();
    if (pick < 985) return instrument_state();
    if (pick < 990) return risk_limits();
    if (pick < 991) return listing();
    if (pick < 992) return opening();
    return model::AdvanceTime{};
  }

  model::CommandBody listing() {
    model::Instrument instrument;
    instrument.symbol = model::Symbol("I" + std::to_string(below(3) == 0 ? 0 : sequence_));
    instrument.quote_currency = currency();
    instrument.tick_size_nano = 1'000'000'000;
    instrument.lot_size_nano = sequence_ % 2 == 0 ? 1'000'000'000 : 10'000'000;
    instrument.order_quantity_max = money::Quantity(500);
    instrument.order_notional_max = cash(40'000);
    instrument.collar_bps = sequence_ % 2 == 0 ? 0 : 2'500;
    return model::ListInstrument{instrument};
  }
  model::CommandBody opening() {
    const auto nth = static_cast<std::uint32_t>(sequence_) - instruments;
    model::Account account;
    account.kind = nth <= papers               ? model::AccountKind::Paper
                   : nth <= papers + simulated ? model::AccountKind::Simulated
                                               : model::AccountKind::External;
    account.base_currency = currency();
    account.limits.open_orders_max = 30;
    return model::OpenAccount{account};
  }
  model::CommandBody transfer(std::uint64_t to) {
    const auto amount = static_cast<std::int64_t>(below(90'000)) - 20'000;
    return model::TransferCash{model::AccountId(static_cast<std::uint32_t>(to)), currency(),
                               cash(amount)};
  }
  model::CommandBody submit() {
    model::SubmitOrder order;
    order.account = account();
    order.instrument = instrument();
    order.side = side();
    order.type = below(6) == 0 ? model::OrderType::Market : model::OrderType::Limit;
    order.time_in_force =
        static_cast<model::TimeInForce>(below(8) < 4 ? 1 + below(2) : 1 + below(4));
    if (order.type == model::OrderType::Limit) order.limit_price = price();
    order.quantity = quantity();
    if (order.account.value() <= papers || below(4) == 0)
      order.client_order_id = model::ClientOrderId("c" + std::to_string(below(4'000)));
    if (below(200) == 0) malform(order);
    if (below(30) == 0) return last_submit_;  // a client's retry
    last_submit_ = order;
    return order;
  }
  void malform(model::SubmitOrder& order) {
    switch (below(8)) {
      case 0: order.quantity = money::Quantity(-5); break;
      case 1: order.quantity = money::Quantity(INT64_MAX); break;
      case 2: order.limit_price = money::Price(INT64_MIN); break;
      case 3: order.limit_price = money::Price(INT64_MAX); break;
      case 4: order.side = static_cast<model::Side>(9); break;
      case 5: order.type = static_cast<model::OrderType>(0); break;
      case 6: order.time_in_force = static_cast<model::TimeInForce>(77); break;
      default: order.client_order_id = {};
    }
  }
  model::CommandBody cancel() {
    const model::AccountId of = account();
    return model::CancelOrder{of, order(of)};
  }
  model::CommandBody replace() {
    const model::AccountId of = account();
    return model::ReplaceOrder{of, order(of), below(3) == 0 ? price() : money::Price(),
                               below(3) != 0 ? quantity() : money::Quantity()};
  }
  model::CommandBody level() {
    return model::SetExternalLevel{outside(), instrument(), side(), price(),
                                   money::Quantity(static_cast<std::int64_t>(below(60)))};
  }
  model::CommandBody outside_trade() {
    return model::ApplyExternalTrade{outside(), instrument(), side(), price(), quantity()};
  }
  model::CommandBody trading_state() {
    return model::SetTradingState{
        below(3) == 0 ? model::AccountId() : account(),
        static_cast<model::TradingState>(below(8) != 0 ? 1 : 1 + below(3))};
  }
  model::CommandBody instrument_state() {
    return model::SetInstrumentState{
        instrument(), static_cast<model::InstrumentState>(below(8) != 0 ? 1 : 1 + below(3))};
  }
  model::CommandBody risk_limits() {
    model::RiskLimits limits;
    if (below(2) == 0)
      limits.order_notional_max = cash(static_cast<std::int64_t>(4'000 + below(30'000)));
    if (below(2) == 0) limits.order_quantity_max = money::Quantity(50);
    limits.open_orders_max = static_cast<std::uint32_t>(10 + below(40));
    return model::SetRiskLimits{account(), limits};
  }

  static money::Money cash(std::int64_t units) {
    return money::Money(static_cast<numeric::Int128>(units) * 1'000'000'000);
  }
  money::Currency currency() { return *money::Currency::parse(below(3) == 0 ? "EUR" : "USD"); }
  model::AccountId account() {
    return model::AccountId(static_cast<std::uint32_t>(below(50) == 0 ? below(20) : 1 + below(7)));
  }
  model::AccountId outside() {
    return model::AccountId(static_cast<std::uint32_t>(below(30) == 0 ? below(20) : accounts));
  }
  model::InstrumentId instrument(bool any = false) {
    if (any) return {};
    return model::InstrumentId(
        static_cast<std::uint32_t>(below(60) == 0 ? below(8) : 1 + below(instruments)));
  }
  model::Side side() { return below(2) == 0 ? model::Side::Buy : model::Side::Sell; }
  money::Price price() {
    const std::uint64_t spread = below(40) == 0 ? 80 : 20;
    return money::Price(static_cast<std::int64_t>(100 - spread / 2 + below(spread)));
  }
  money::Quantity quantity() {
    return money::Quantity(static_cast<std::int64_t>(1 + below(below(30) == 0 ? 600 : 60)));
  }
  // Mostly one of the account's working orders.
  model::OrderId order(model::AccountId of) {
    if (below(8) != 0) {
      const std::vector<model::Order> open = engine_->open_orders(of, 1 + below(30));
      if (!open.empty()) return open.back().id;
    }
    return model::OrderId(below(engine_->last_sequence() + 1));
  }

  const Engine* engine_ = nullptr;
  model::SubmitOrder last_submit_;
  std::uint64_t state_;
  std::uint64_t sequence_ = 0;
  std::int64_t time_ = 20'000 * base::ns_per_day;
};

}  // namespace engine
