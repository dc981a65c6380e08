// Writes a journal through the real sequencer, or replays one and prints its hashes.
//
//   state_hash generate FOLDER SEED COUNT    an empty folder; COUNT commands of a lively market
//   state_hash verify FOLDER                 replays, compares every checkpoint, prints the hashes
//
// run.sh verifies one journal with builds of several compilers and optimisation levels; the
// benchmarks replay the same kind of journal. The commands are what a platform sees: people and
// agents who place, move and cancel orders, simulated makers, an outside market's levels and
// trades, days that end, and requests that are refused. Two journals of one seed are alike, not
// equal: what is canceled next depends on when answers come.

#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <string>
#include <vector>

#include "journal/disk.hpp"
#include "sequencer/recovery.hpp"
#include "sequencer/sequencer.hpp"

namespace {

constexpr std::uint32_t instruments = 8, outside_instruments = 2;  // the last ones are outside's
constexpr std::uint32_t papers = 16, makers = 4, accounts = papers + makers + 1;
constexpr std::uint64_t round_commands = 4'096;
constexpr std::int64_t clock_step_ns = 100 * base::ns_per_ms;  // a million commands end two days
constexpr std::int64_t start_price = 10'000;

money::Money dollars(std::int64_t count) {
  return money::Money(numeric::Int128{count} * 1'000'000'000);
}

struct Working {
  model::AccountId account;
  model::OrderId order;
};

// The commands; knows the working orders from the answers to earlier ones.
class Market {
 public:
  explicit Market(std::uint64_t seed) : state_(seed) {}

  std::vector<model::CommandBody> stage() const {
    std::vector<model::CommandBody> commands;
    for (std::uint32_t i = 1; i <= instruments; ++i) {
      model::Instrument instrument;
      instrument.symbol = model::Symbol("INST" + std::to_string(i));
      instrument.quote_currency = *money::Currency::parse(i % 4 == 0 ? "EUR" : "USD");
      instrument.tick_size_nano = 10'000'000;
      instrument.lot_size_nano = 1'000'000'000;
      instrument.order_quantity_max = money::Quantity(10'000);
      instrument.order_notional_max = dollars(500'000);
      instrument.collar_bps = i % 2 == 0 ? 0 : 1'000;
      commands.emplace_back(model::ListInstrument{instrument});
    }
    for (std::uint32_t i = 1; i <= accounts; ++i) {
      model::Account account;
      account.kind = i <= papers            ? model::AccountKind::Paper
                     : i <= papers + makers ? model::AccountKind::Simulated
                                            : model::AccountKind::External;
      account.base_currency = *money::Currency::parse("USD");
      account.owner = model::UserId(i);
      commands.emplace_back(model::OpenAccount{account});
      if (i <= papers)
        for (const char* currency : {"USD", "EUR"})
          commands.emplace_back(model::TransferCash{
              model::AccountId(i), *money::Currency::parse(currency), dollars(1'000'000)});
    }
    return commands;
  }

  model::CommandBody next() {
    const std::uint64_t pick = below(10'000);
    if (pick < 4'300) return submit();
    if (pick < 6'800) return cancel();
    if (pick < 7'900) return replace();
    if (pick < 9'400) return level();
    if (pick < 9'900) return outside_trade();
    if (pick < 9'960) return transfer();
    if (pick < 9'980) return model::CancelAllOrders{account(), instrument()};
    if (pick < 9'985) return model::SetTradingState{paper(), trading_state()};
    if (pick < 9'990) return model::SetInstrumentState{instrument(), instrument_state()};
    if (pick < 9'991) return model::ClearExternalBook{outside_account(), outside_instrument()};
    return model::AdvanceTime{};
  }

  void add_working(const Working& working) { working_.push_back(working); }

 private:
  model::CommandBody submit() {
    if (below(100) == 0) return last_;  // a client's retry
    model::SubmitOrder order;
    order.account = below(2) == 0 ? maker() : paper();
    order.instrument = instrument();
    order.side = side();
    order.quantity = money::Quantity(static_cast<std::int64_t>(1 + below(40)));
    order.client_order_id = model::ClientOrderId("client-" + std::to_string(++orders_));
    const std::uint64_t kind = below(100);
    if (kind < 5) {
      order.type = model::OrderType::Market;
      order.time_in_force = model::TimeInForce::ImmediateOrCancel;
    } else {
      order.limit_price = price(order.instrument, order.side);
      order.time_in_force = kind < 12   ? model::TimeInForce::ImmediateOrCancel
                            : kind < 15 ? model::TimeInForce::FillOrKill
                            : kind < 50 ? model::TimeInForce::GoodTillCancel
                                        : model::TimeInForce::Day;
    }
    if (kind == 99) order.quantity = money::Quantity(20'000);            // too large
    if (kind == 98) order.limit_price = money::Price(start_price * 10);  // beyond the collar
    last_ = order;
    return order;
  }
  model::CommandBody cancel() {
    const Working working = take_working();
    return model::CancelOrder{working.account, working.order};
  }
  model::CommandBody replace() {
    const Working working = take_working();
    model::ReplaceOrder replace{working.account, working.order, {}, {}};
    if (below(2) == 0) replace.limit_price = price(instrument(), side());
    if (below(2) == 0) replace.quantity = money::Quantity(static_cast<std::int64_t>(1 + below(40)));
    return replace;
  }
  model::CommandBody level() {
    const auto at = outside_instrument();
    const model::Side on = side();
    const std::int64_t quantity = below(4) == 0 ? 0 : static_cast<std::int64_t>(1 + below(200));
    return model::SetExternalLevel{outside_account(), at, on, price(at, on),
                                   money::Quantity(quantity)};
  }
  model::CommandBody outside_trade() {
    const auto at = outside_instrument();
    const model::Side aggressor = side();
    return model::ApplyExternalTrade{outside_account(), at, aggressor, price(at, aggressor),
                                     money::Quantity(static_cast<std::int64_t>(1 + below(60)))};
  }
  model::CommandBody transfer() {
    return model::TransferCash{paper(), *money::Currency::parse(below(2) == 0 ? "USD" : "EUR"),
                               dollars(static_cast<std::int64_t>(below(40'000)) - 10'000)};
  }
  model::TradingState trading_state() {
    return below(20) == 0 ? model::TradingState::Halted : model::TradingState::Active;
  }
  model::InstrumentState instrument_state() {
    return below(20) == 0 ? model::InstrumentState::Halted : model::InstrumentState::Open;
  }

  // Mostly some ticks on the passive side of a slowly moving middle, sometimes across it.
  money::Price price(model::InstrumentId id, model::Side on) {
    std::int64_t& middle = middles_[id.value() % instruments];
    if (below(20) == 0) middle += static_cast<std::int64_t>(below(3)) - 1;
    const auto away = static_cast<std::int64_t>(below(30)) - 4;
    return money::Price(on == model::Side::Buy ? middle - away : middle + away);
  }
  Working take_working() {
    if (working_.empty() || below(50) == 0) return {account(), model::OrderId(1 + below(1'000))};
    Working& picked = working_[below(working_.size())];
    const Working taken = picked;
    picked = working_.back();
    working_.pop_back();
    return taken;
  }
  std::uint64_t below(std::uint64_t bound) {
    // SplitMix64 (Steele, Lea, Flood 2014).
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (z ^ (z >> 31)) % bound;
  }
  std::uint32_t from(std::uint32_t first, std::uint32_t count) {
    return first + static_cast<std::uint32_t>(below(count));
  }
  model::AccountId paper() { return model::AccountId(from(1, papers)); }
  model::AccountId maker() { return model::AccountId(from(papers + 1, makers)); }
  model::AccountId account() { return model::AccountId(from(1, papers + makers)); }
  static model::AccountId outside_account() { return model::AccountId(accounts); }
  model::InstrumentId instrument() { return model::InstrumentId(from(1, instruments)); }
  model::InstrumentId outside_instrument() {
    return model::InstrumentId(from(instruments - outside_instruments + 1, outside_instruments));
  }
  model::Side side() { return below(2) == 0 ? model::Side::Buy : model::Side::Sell; }

  std::uint64_t state_;
  std::uint64_t orders_ = 0;
  std::vector<std::int64_t> middles_ = std::vector<std::int64_t>(instruments, start_price);
  std::vector<Working> working_;
  model::SubmitOrder last_;
};

// Sends rounds of commands and waits for each round's answers.
class Sender {
 public:
  Sender(sequencer::Sequencer& sequencer, Market& market)
      : sequencer_(sequencer), market_(market) {}

  void send(const std::vector<model::CommandBody>& commands) {
    waiting_ = commands.size();
    for (const model::CommandBody& body : commands)
      CHECK(sequencer_.submit(
          model::UserId(1), model::Channel::System, body,
          [this](const engine::Outcome& outcome, std::uint64_t) { on_answer(outcome); }));
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return waiting_ == 0; });
    for (const Working& working : resting_)
      market_.add_working(working);
    resting_.clear();
  }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  void on_answer(const engine::Outcome& outcome) {
    const std::lock_guard guard(mutex_);
    if (outcome.reason != model::Reason::None) ++refused_;
    if (outcome.order.id.valid() && model::is_open(outcome.order.status))
      resting_.push_back({outcome.order.account, outcome.order.id});
    if (--waiting_ == 0) arrived_.notify_one();
  }

  sequencer::Sequencer& sequencer_;
  Market& market_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Working> resting_;
  std::size_t waiting_ = 0;
  std::uint64_t refused_ = 0;
};

int fail(const base::Error& error) {
  std::fprintf(stderr, "state_hash: %s\n", error.message.c_str());
  return 1;
}

int generate(const std::string& folder, std::uint64_t seed, std::uint64_t count) {
  const auto disk = journal::real_disk();
  auto recovered = sequencer::recover(*disk, folder, {});
  if (!recovered) return fail(recovered.error());
  if (recovered->report.last_sequence != 0)
    return fail({"not_empty", "there is a journal in " + folder + " already"});
  std::atomic<std::int64_t> now = 20'000 * base::ns_per_day;
  sequencer::Sequencer sequencer(*std::move(recovered),
                                 [&now] { return base::Timestamp(now += clock_step_ns); });
  sequencer.start();
  Market market(seed);
  Sender sender(sequencer, market);
  auto commands = market.stage();
  std::uint64_t sent = 0;
  while (sent < count) {
    while (commands.size() < std::min(round_commands, count - sent))
      commands.push_back(market.next());
    sender.send(commands);
    sent += commands.size();
    commands.clear();
  }
  sequencer.stop();
  std::printf("%llu commands, %llu of them refused\n", static_cast<unsigned long long>(sent),
              static_cast<unsigned long long>(sender.refused()));
  return 0;
}

int verify(const std::string& folder) {
  const auto disk = journal::real_disk();
  const auto before = std::chrono::steady_clock::now();
  const auto report = sequencer::verify_journal(*disk, folder, {});
  if (!report) return fail(report.error());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
  const auto hash = [](const char* name, const bytes::Hash128& value) {
    std::printf("%s %016llx%016llx\n", name, static_cast<unsigned long long>(value.high),
                static_cast<unsigned long long>(value.low));
  };
  std::printf("commands %llu\ncheckpoints %llu\n",
              static_cast<unsigned long long>(report->commands),
              static_cast<unsigned long long>(report->checkpoints));
  hash("state_hash", report->state_hash);
  hash("event_hash", report->event_hash);
  std::fprintf(stderr, "replayed in %.1f s\n", took.count());
  return 0;
}

bool parse(const char* text, std::uint64_t& number) {
  const char* const end = text + std::strlen(text);
  const auto result = std::from_chars(text, end, number);
  return result.ec == std::errc() && result.ptr == end;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  std::uint64_t seed = 0, count = 0;
  if (what == "generate" && argc == 5 && parse(argv[3], seed) && parse(argv[4], count))
    return generate(argv[2], seed, count);
  if (what == "verify" && argc == 3) return verify(argv[2]);
  std::fprintf(stderr, "state_hash generate FOLDER SEED COUNT | state_hash verify FOLDER\n");
  return 2;
}
