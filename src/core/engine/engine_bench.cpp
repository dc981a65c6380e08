#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "engine/engine.hpp"

// The whole engine (risk, holds, matching, ledger, positions, events) under a two-sided,
// cancel-heavy flow of 300 accounts, 200 of them paper accounts whose closed orders are remembered,
// over 1, 10 and 1000 instruments with 5,000, 30,000 and 100,000 working orders: 49 % limit orders,
// of which one in six crosses, 41 % cancels of any working order, 8 % replaces, 2 % outside quotes.
//
// Commands are made in chunks outside the measured time, and events go to one reused buffer. The
// engine first runs until its books, its memory of closed orders and its pools are full. Then the
// throughput of each chunk is a round: the median is printed with the slowest and the fastest.
// Latencies are measured in rounds of their own, and include one reading of the clock, whose own
// cost is printed. Usage: engine_bench [rounds]

namespace {

using model::Side;

constexpr std::uint32_t paper_accounts = 200, all_accounts = 300, outside_account = 301;
constexpr std::int64_t mid = 10'000;

using Clock = std::chrono::steady_clock;

constexpr std::size_t chunk_commands = 100'000;
constexpr std::size_t warm_chunks = 6;

class FlowMaker {
 public:
  FlowMaker(std::uint32_t instruments, std::size_t working_orders)
      : instruments_(instruments), working_target_(working_orders) {
    open_everything();
    while (working_.size() < working_target_)
      submit_one();
  }
  // What has been made since the last call; at first all that prepares the market.
  const std::vector<model::Command>& made() const { return commands_; }
  // The next commands, in the same memory.
  void make_chunk() {
    commands_.clear();
    while (commands_.size() < chunk_commands)
      step();
  }

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
    commands_.push_back({++sequence_, base::Timestamp(static_cast<std::int64_t>(sequence_)),
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

  void submit_one() {
    const auto account = static_cast<std::uint32_t>(1 + below(all_accounts));
    const Side side = below(2) == 0 ? Side::Buy : Side::Sell;
    const std::int64_t away = below(6) == 0 ? -2 : 1 + static_cast<std::int64_t>(below(50));
    const std::int64_t price = side == Side::Buy ? mid - away : mid + away;
    const auto quantity = static_cast<std::int64_t>(1 + below(10));
    const model::OrderId order = submit(account, instrument_of(account), side, price, quantity);
    if (away > 0) working_.push_back({model::AccountId(account), order});
  }

  void step() {
    const std::uint64_t pick = below(100);
    if (pick < 90 && working_.size() < working_target_) {
      submit_one();
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
  std::size_t working_target_;
  std::uint64_t random_ = 88'172'645'463'325'252ULL;
  std::uint64_t sequence_ = 0;
  std::uint64_t orders_ = 0;
  std::vector<model::Command> commands_;
  std::vector<Working> working_;
};

struct Counts {
  std::uint64_t commands = 0;
  std::uint64_t events = 0;
  std::uint64_t refused = 0;
};

// Applies the chunk and returns the seconds of processor time it took: on a machine that also does
// other work the wall clock would measure that work too.
double apply_all(engine::Engine& engine, const std::vector<model::Command>& commands,
                 std::vector<model::Event>& events, Counts& counts) {
  const std::clock_t start = std::clock();
  for (const model::Command& command : commands) {
    events.clear();
    const engine::Outcome outcome = engine.apply(command, events);
    counts.events += events.size();
    counts.refused += outcome.reason != model::Reason::None ? 1 : 0;
  }
  const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  counts.commands += commands.size();
  return seconds;
}

void time_each(engine::Engine& engine, const std::vector<model::Command>& commands,
               std::vector<model::Event>& events, std::vector<std::int64_t>& ns) {
  for (const model::Command& command : commands) {
    events.clear();
    const Clock::time_point before = Clock::now();
    engine.apply(command, events);
    ns.push_back(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - before).count());
  }
}

void measure(std::uint32_t instruments, std::size_t working_orders, std::size_t rounds) {
  FlowMaker flow(instruments, working_orders);
  engine::Limits limits;
  limits.orders_max = 400'000;
  limits.closed_orders_max = 100'000;
  engine::Engine engine(limits);
  std::vector<model::Event> events;
  Counts warming;
  apply_all(engine, flow.made(), events, warming);
  for (std::size_t chunk = 0; chunk < warm_chunks; ++chunk) {
    flow.make_chunk();
    apply_all(engine, flow.made(), events, warming);
  }

  Counts counts;
  std::vector<double> rates;
  std::vector<std::int64_t> ns;
  ns.reserve(rounds * chunk_commands);
  for (std::size_t round = 0; round < rounds; ++round) {
    flow.make_chunk();
    const double seconds = apply_all(engine, flow.made(), events, counts);
    rates.push_back(static_cast<double>(flow.made().size()) / seconds / 1e6);
    flow.make_chunk();
    time_each(engine, flow.made(), events, ns);
  }
  std::sort(rates.begin(), rates.end());
  std::sort(ns.begin(), ns.end());
  const auto percentile = [&](double share) {
    return static_cast<long>(
        ns[static_cast<std::size_t>(share * static_cast<double>(ns.size() - 1))]);
  };
  const auto per_command = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(counts.commands);
  };
  std::printf(
      "%5u instruments: %5.2f M commands/s (%.2f to %.2f in %zu rounds), %4.2f events "
      "and %4.2f "
      "refusals a command, p50 %ld ns, p99 %ld ns, p99.9 %ld ns\n",
      instruments, rates[rates.size() / 2], rates.front(), rates.back(), rates.size(),
      per_command(counts.events), per_command(counts.refused), percentile(0.5), percentile(0.99),
      percentile(0.999));
  std::fflush(stdout);
}

void print_clock_cost() {
  constexpr int readings = 100'000;
  const Clock::time_point start = Clock::now();
  Clock::time_point last = start;
  for (int i = 0; i < readings; ++i)
    last = Clock::now();
  std::printf("reading the clock: %.0f ns\n",
              std::chrono::duration<double, std::nano>(last - start).count() / readings);
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t rounds = argc > 1 ? std::max(1UL, std::strtoul(argv[1], nullptr, 10)) : 9;
  print_clock_cost();
  measure(1, 5'000, rounds);
  measure(10, 30'000, rounds);
  measure(1'000, 100'000, rounds);
  return 0;
}
