#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "engine/engine.hpp"

// The whole engine (risk, holds, matching, ledger, positions, events) under a two-sided,
// cancel-heavy flow of 300 accounts over 1, 10 and 1000 instruments: 44 % limit orders, of which
// one in six crosses, 46 % cancels, 8 % replaces, 2 % outside quotes. Commands are prepared
// beforehand; throughput and latency are measured in two passes so that the clock costs only the
// latter. Usage: engine_bench [commands]

namespace {

using model::Side;

constexpr std::uint32_t paper_accounts = 200, all_accounts = 300, outside_account = 301;
constexpr std::int64_t mid = 10'000;

struct Flow {
  std::vector<model::Command> setup;
  std::vector<model::Command> commands;
};

class FlowMaker {
 public:
  FlowMaker(std::uint32_t instruments, std::size_t count) : instruments_(instruments) {
    open_everything();
    flow_.setup.swap(flow_.commands);
    flow_.commands.reserve(count);
    while (flow_.commands.size() < count)
      step();
  }
  Flow take() { return std::move(flow_); }

 private:
  struct Working {
    model::AccountId account;
    model::OrderId order;
  };

  std::uint64_t below(std::uint64_t bound) {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return (random_ >> 11) % bound;
  }
  void add(const model::CommandBody& body) {
    flow_.commands.push_back({++sequence_, base::Timestamp(static_cast<std::int64_t>(sequence_)),
                              model::UserId(1), model::Channel::Rest, body});
  }
  // Each account trades four instruments, so that a thousand of them need no million positions.
  model::InstrumentId instrument_of(std::uint32_t account) {
    return model::InstrumentId(1 +
                               static_cast<std::uint32_t>(account * 7 + below(4)) % instruments_);
  }

  void open_everything() {
    const money::Currency usd = *money::Currency::parse("USD");
    for (std::uint32_t i = 0; i < instruments_; ++i) {
      model::Instrument instrument;
      instrument.symbol = model::Symbol("I" + std::to_string(i));
      instrument.quote_currency = usd;
      instrument.tick_size_nano = 10'000'000;
      instrument.lot_size_nano = 1'000'000'000;
      instrument.order_quantity_max = money::Quantity(1'000'000);
      instrument.order_notional_max = *money::parse_money("1000000000");
      instrument.collar_bps = 2'000;
      add(model::ListInstrument{instrument});
    }
    for (std::uint32_t i = 1; i <= outside_account; ++i) {
      model::Account account;
      account.kind = i <= paper_accounts ? model::AccountKind::Paper
                     : i <= all_accounts ? model::AccountKind::Simulated
                                         : model::AccountKind::External;
      account.base_currency = usd;
      account.limits.open_orders_max = 1'000'000;
      add(model::OpenAccount{account});
      add(model::TransferCash{model::AccountId(i), usd, *money::parse_money("1000000000000")});
    }
    for (std::uint32_t account = 1; account <= paper_accounts; ++account)
      for (std::uint32_t nth = 0; nth < 4; ++nth) {
        const model::InstrumentId id(1 + (account * 7 + nth) % instruments_);
        submit(all_accounts, id, Side::Sell, mid, 100'000);
        submit(account, id, Side::Buy, mid, 100'000);
      }
  }

  model::OrderId submit(std::uint32_t account, model::InstrumentId instrument, Side side,
                        std::int64_t price, std::int64_t quantity) {
    model::SubmitOrder order;
    order.account = model::AccountId(account);
    order.instrument = instrument;
    order.side = side;
    order.limit_price = money::Price(price);
    order.quantity = money::Quantity(quantity);
    order.time_in_force = model::TimeInForce::GoodTillCancel;
    ++orders_;
    if (account <= paper_accounts)
      order.client_order_id = model::ClientOrderId("order-" + std::to_string(orders_));
    add(order);
    return model::OrderId(orders_);
  }

  void step() {
    const std::uint64_t pick = below(100);
    if (pick < 44 || working_.empty()) {
      const auto account = static_cast<std::uint32_t>(1 + below(all_accounts));
      const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
      const std::int64_t away = below(6) == 0 ? -2 : 1 + static_cast<std::int64_t>(below(50));
      const std::int64_t price = side == Side::Buy ? mid - away : mid + away;
      const auto quantity = static_cast<std::int64_t>(1 + below(10));
      const model::OrderId order = submit(account, instrument_of(account), side, price, quantity);
      if (away > 0) working_.push_back({model::AccountId(account), order});
      return;
    }
    if (pick >= 98) {
      const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
      const std::int64_t away = 1 + static_cast<std::int64_t>(below(10));
      add(model::SetExternalLevel{
          model::AccountId(outside_account),
          model::InstrumentId(static_cast<std::uint32_t>(1 + below(instruments_))), side,
          money::Price(side == Side::Buy ? mid - away : mid + away),
          money::Quantity(static_cast<std::int64_t>(below(50)))});
      return;
    }
    const std::size_t at = below(working_.size());
    const Working target = working_[at];
    if (pick < 90) {
      working_[at] = working_.back();
      working_.pop_back();
      add(model::CancelOrder{target.account, target.order});
    } else {
      add(model::ReplaceOrder{target.account,
                              target.order,
                              {},
                              money::Quantity(static_cast<std::int64_t>(1 + below(10)))});
    }
  }

  std::uint32_t instruments_;
  std::uint64_t random_ = 88'172'645'463'325'252ULL;
  std::uint64_t sequence_ = 0;
  std::uint64_t orders_ = 0;
  Flow flow_;
  std::vector<Working> working_;
};

engine::Engine prepared(const Flow& flow) {
  engine::Limits limits;
  limits.orders_max = 400'000;
  limits.closed_orders_max = 100'000;
  engine::Engine engine(limits);
  std::vector<model::Event> events;
  for (const model::Command& command : flow.setup) {
    events.clear();
    engine.apply(command, events);
  }
  return engine;
}

void measure(std::uint32_t instruments, std::size_t count) {
  using Clock = std::chrono::steady_clock;
  const Flow flow = FlowMaker(instruments, count).take();
  const std::size_t warm = count / 4;
  std::vector<model::Event> events;
  std::uint64_t event_count = 0;
  std::uint64_t refused = 0;

  engine::Engine engine = prepared(flow);
  Clock::time_point start;
  for (std::size_t i = 0; i < count; ++i) {
    if (i == warm) start = Clock::now();
    events.clear();
    const engine::Outcome outcome = engine.apply(flow.commands[i], events);
    event_count += events.size();
    refused += outcome.reason != model::Reason::None ? 1 : 0;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();

  engine::Engine timed = prepared(flow);
  std::vector<std::int64_t> ns;
  ns.reserve(count - warm);
  for (std::size_t i = 0; i < count; ++i) {
    events.clear();
    const Clock::time_point before = Clock::now();
    timed.apply(flow.commands[i], events);
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - before);
    if (i >= warm) ns.push_back(took.count());
  }
  std::sort(ns.begin(), ns.end());
  const auto percentile = [&](double share) {
    return static_cast<long>(
        ns[static_cast<std::size_t>(share * static_cast<double>(ns.size() - 1))]);
  };
  std::printf(
      "%5u instruments: %6.2f M commands/s, %4.2f events and %4.2f refusals a command, "
      "p50 %ld ns, p99 %ld ns, p99.9 %ld ns\n",
      instruments, static_cast<double>(count - warm) / seconds / 1e6,
      static_cast<double>(event_count) / static_cast<double>(count),
      static_cast<double>(refused) / static_cast<double>(count), percentile(0.5), percentile(0.99),
      percentile(0.999));
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 2'000'000;
  for (const std::uint32_t instruments : {1U, 10U, 1'000U})
    measure(instruments, count);
  return 0;
}
