#pragma once

// For tests of services: a port with a real engine that answers at once, and a small market with
// people in it, whose operations are called by name through the table.

#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "directory/directory.hpp"
#include "engine/engine.hpp"
#include "operations/operation.hpp"
#include "sequencer/sequencer.hpp"

namespace directory {

class InProcessPort final : public sequencer::CommandPort {
 public:
  // As the sequencer does: subscribers first, then the answer; from any thread, one at a time.
  bool submit(model::UserId user, model::Channel channel, const model::CommandBody& body,
              sequencer::Completion done) override {
    const std::scoped_lock lock(mutex_);
    if (refuse_commands || commands_left == 0) return false;
    --commands_left;
    auto batch = std::make_shared<sequencer::Batch>();
    batch->first_sequence = batch->last_sequence = engine.last_sequence() + 1;
    const model::Command command{batch->last_sequence, time, user, channel, body};
    const engine::Outcome outcome = engine.apply(command, batch->events);
    last = command;
    for (sequencer::Subscriber* subscriber : subscribers_)
      subscriber->on_batch(batch);
    if (done) done(outcome, command.sequence);
    return true;
  }
  bool query(sequencer::Query query) override {
    const std::scoped_lock lock(mutex_);
    if (refuse_queries) return false;
    query(engine);
    return true;
  }
  void subscribe(sequencer::Subscriber& subscriber) { subscribers_.push_back(&subscriber); }
  engine::Outcome run(const model::CommandBody& body) {
    engine::Outcome result;
    EXPECT_TRUE(submit(model::UserId(1), model::Channel::System, body,
                       [&](const engine::Outcome& outcome, std::uint64_t) { result = outcome; }));
    return result;
  }

  engine::Engine engine{engine::Limits{300, 64, 100'000, 200, 1'000}};
  base::Timestamp time{1'700'000'000 * base::ns_per_s};
  model::Command last;  // as it was applied
  bool refuse_commands = false;
  std::int64_t commands_left = INT64_MAX;  // then the queue is full
  bool refuse_queries = false;

 private:
  std::recursive_mutex mutex_;  // a completion may submit again
  std::vector<sequencer::Subscriber*> subscribers_;
};

// What an operation answered; members by path, for example "error.details.order_id" or
// "orders.0.status"; "" when there is none.
struct Answered {
  int status = 0;
  json::Value body;

  [[nodiscard]] const json::Value* at(std::string_view path) const {
    const json::Value* value = &body;
    while (value != nullptr && !path.empty()) {
      const std::string_view name = path.substr(0, path.find('.'));
      path.remove_prefix(std::min(path.size(), name.size() + 1));
      if (const auto* items = value->array()) {
        const auto index = static_cast<std::size_t>(std::stoul(std::string(name)));
        value = index < items->size() ? &(*items)[index] : nullptr;
      } else {
        value = value->find(name);
      }
    }
    return value;
  }
  [[nodiscard]] std::string operator[](std::string_view path) const {
    const json::Value* value = at(path);
    if (value == nullptr) return "";
    if (const auto* text = value->string()) return *text;
    if (const auto* number = value->number()) return number->text;
    if (const auto* flag = value->boolean()) return *flag ? "true" : "false";
    return std::string(value->kind_name());
  }
  [[nodiscard]] std::size_t size(std::string_view path) const {
    const json::Value* value = at(path);
    return value != nullptr && value->array() != nullptr ? value->array()->size() : 0;
  }
};

// ACME (tick 0.01, lot 1, collar 10 %, at most 1000 pieces) and COIN (tick 0.5, lot 0.001), quoted
// in USD. Alice and Bob have one account of 100,000 USD each, Carol has two, Dave none; the
// administrator has one. A synthetic participant makes the market.
class SmallMarket {
 public:
  SmallMarket() {
    port.subscribe(directory);
    list("ACME", 10'000'000, 1'000'000'000, 1'000);
    list("COIN", 500'000'000, 1'000'000, 1'000'000);
    for (const std::uint32_t owner : {2U, 3U, 4U, 4U, 1U})
      open(model::AccountKind::Paper, owner);
    open(model::AccountKind::Simulated, 0);
  }

  static operations::Caller person(std::uint32_t user, std::vector<std::string> permissions) {
    operations::Caller caller;
    caller.user = model::UserId(user);
    caller.username = "user" + std::to_string(user);
    caller.permissions = std::move(permissions);
    caller.request_id = "r1";
    return caller;
  }
  const operations::Caller admin = person(1, {"*"});
  const operations::Caller alice = person(2, {"trading.*", "portfolio.*", "market_data.*"});
  const operations::Caller bob = person(3, {"trading.*", "portfolio.*", "market_data.*"});
  const operations::Caller carol = person(4, {"trading.*", "portfolio.*", "market_data.*"});
  const operations::Caller dave = person(5, {"trading.*", "portfolio.*", "market_data.*"});
  const operations::Caller reader = person(2, {"*.read"});
  const model::AccountId alices{1}, bobs{2}, carols{3}, carols_other{4}, admins{5}, maker{6};
  const model::InstrumentId acme{1}, coin{2};

  Answered call(std::string_view name, const operations::Caller& caller,
                std::string_view arguments) {
    const operations::Operation* operation = table.find(name);
    const auto value = json::parse(arguments);
    EXPECT_TRUE(operation != nullptr && value) << name << " " << arguments;
    if (operation == nullptr || !value) return {};
    std::promise<Answered> promise;
    operation->call(caller, *value, [&](const operations::Answer& answer) {
      auto body = json::parse(answer.body, {.size_max = std::size_t{8} << 20});
      EXPECT_TRUE(body) << answer.body;
      promise.set_value({answer.status, body ? *std::move(body) : json::Value()});
    });
    return promise.get_future().get();
  }
  engine::Outcome order(model::AccountId account, model::Side side, std::int64_t price_cents,
                        std::int64_t quantity, std::string_view client_order_id = "",
                        model::InstrumentId instrument = model::InstrumentId(1)) {
    model::SubmitOrder submit;
    submit.account = account;
    submit.instrument = instrument;
    submit.side = side;
    submit.time_in_force = model::TimeInForce::GoodTillCancel;
    submit.limit_price = money::Price(price_cents);
    submit.quantity = money::Quantity(quantity);
    submit.client_order_id = model::ClientOrderId(client_order_id);
    return port.run(submit);
  }

  // For a subscriber that came later: events that name every instrument and account, unchanged.
  void announce_again() {
    for (std::uint32_t id = 1; id <= port.engine.instrument_count(); ++id)
      port.run(model::SetInstrumentState{model::InstrumentId(id), model::InstrumentState::Open});
    for (std::uint32_t id = 1; id <= port.engine.account_count(); ++id)
      port.run(model::SetTradingState{model::AccountId(id), model::TradingState::Active});
  }
  model::InstrumentId list(const std::string& symbol, std::int64_t tick, std::int64_t lot,
                           std::int64_t quantity_max) {
    model::Instrument instrument;
    instrument.symbol = model::Symbol(symbol);
    instrument.name = model::Name("An instrument");
    instrument.quote_currency = usd_;
    instrument.tick_size_nano = tick;
    instrument.lot_size_nano = lot;
    instrument.order_quantity_max = money::Quantity(quantity_max);
    instrument.order_notional_max = *money::parse_money("90000");
    instrument.collar_bps = 1'000;
    return model::InstrumentId(port.run(model::ListInstrument{instrument}).created_id);
  }

  InProcessPort port;
  Directory directory;
  operations::Table table;

 private:
  void open(model::AccountKind kind, std::uint32_t owner) {
    model::Account account;
    account.kind = kind;
    account.owner = model::UserId(owner);
    account.name = model::Name("Paper");
    account.base_currency = usd_;
    const auto id = model::AccountId(port.run(model::OpenAccount{account}).created_id);
    if (kind == model::AccountKind::Paper)
      port.run(model::TransferCash{id, usd_, *money::parse_money("100000")});
  }
  const money::Currency usd_ = *money::Currency::parse("USD");
};

}  // namespace directory
