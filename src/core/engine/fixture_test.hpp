#pragma once

// An engine with one instrument (ACME, USD, a tick of 1 and a lot of 1, so that a price times a
// quantity is dollars), five paper accounts of 100,000 USD, a simulated and an external account.

#include <optional>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"

namespace engine {

class Fixture {
 public:
  static constexpr std::uint32_t papers = 5, simulated = 6, external = 7;

  static Limits limits() { return {16, 64, 10'000, 1'000, 1'000}; }

  explicit Fixture(const Limits& capacities = limits()) : engine(capacities) {
    model::Instrument instrument;
    instrument.symbol = model::Symbol("ACME");
    instrument.quote_currency = usd;
    instrument.tick_size_nano = 1'000'000'000;
    instrument.lot_size_nano = 1'000'000'000;
    instrument.order_quantity_max = money::Quantity(1'000);
    instrument.order_notional_max = cash(90'000);
    instrument.collar_bps = 1'000;
    acme = model::InstrumentId(run(model::ListInstrument{instrument}).created_id);
    for (std::uint32_t i = 1; i <= external; ++i) {
      model::Account account;
      account.kind = i == external    ? model::AccountKind::External
                     : i == simulated ? model::AccountKind::Simulated
                                      : model::AccountKind::Paper;
      account.base_currency = usd;
      account.owner = model::UserId(i);
      run(model::OpenAccount{account});
      if (i <= papers) run(model::TransferCash{id(i), usd, cash(100'000)});
    }
  }

  static model::AccountId id(std::uint32_t account) { return model::AccountId(account); }
  static money::Money cash(std::int64_t dollars) {
    return money::Money(static_cast<numeric::Int128>(dollars) * 1'000'000'000);
  }

  Outcome run(const model::CommandBody& body) {
    events_.clear();
    return engine.apply(
        {engine.last_sequence() + 1, time, model::UserId(1), model::Channel::System, body},
        events_);
  }
  model::SubmitOrder order(std::uint32_t account, model::Side side, std::int64_t price,
                           std::int64_t quantity, std::string_view client_order_id,
                           model::TimeInForce tif = model::TimeInForce::Day) const {
    model::SubmitOrder submit;
    submit.account = id(account);
    submit.instrument = acme;
    submit.side = side;
    submit.type = price == 0 ? model::OrderType::Market : model::OrderType::Limit;
    submit.time_in_force = tif;
    submit.limit_price = money::Price(price);
    submit.quantity = money::Quantity(quantity);
    submit.client_order_id = model::ClientOrderId(client_order_id);
    return submit;
  }
  Outcome limit(std::uint32_t account, model::Side side, std::int64_t price, std::int64_t quantity,
                std::string_view client_order_id,
                model::TimeInForce tif = model::TimeInForce::Day) {
    return run(order(account, side, price, quantity, client_order_id, tif));
  }
  Outcome outside(model::Side side, std::int64_t price, std::int64_t quantity) {
    return run(model::SetExternalLevel{id(external), acme, side, money::Price(price),
                                       money::Quantity(quantity)});
  }
  // Gives a paper account a position, sold to it by the simulated account at 100.
  void seed_position(std::uint32_t account, std::int64_t quantity) {
    limit(simulated, model::Side::Sell, 100, quantity, "");
    limit(account, model::Side::Buy, 100, quantity, "seed");
  }
  model::Balance balance(std::uint32_t account) const { return engine.balances(id(account)).at(0); }
  model::Position position(std::uint32_t account) const {
    return engine.positions(id(account)).at(0);
  }
  const std::vector<model::Event>& last_events() const { return events_; }

  Engine engine;
  model::InstrumentId acme;
  base::Timestamp time{base::ns_per_day * 20'000};
  money::Currency usd = *money::Currency::parse("USD");

 private:
  std::vector<model::Event> events_;
};

}  // namespace engine
