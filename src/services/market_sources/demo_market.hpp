#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "model/command.hpp"

namespace market_sources {

// A small pseudo-random generator whose numbers are the same on every machine.
class SeededNumbers {
 public:
  explicit SeededNumbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  // Uniform in [low, high].
  std::int64_t between(std::int64_t low, std::int64_t high);
  bool one_in(std::int64_t n) { return between(1, n) == 1; }

 private:
  std::uint64_t state_;
};

// Participants of the demo market, one Simulated account each, trading all its instruments:
//   makers    each keeps four orders a side around the fair value; together they show twelve prices
//             a side, one spacing apart
//   takers    buy and sell at random, more often towards the fair value
//   momentum  follows what the last price did over momentum_steps steps
// The fair value of an instrument is a random walk that is pulled back to the price the session
// began with. Everything is integers and one seeded generator: the same seed and the same answers
// of the engine give the same commands. Pure: time is one call of plan() a step.
inline constexpr std::size_t demo_makers = 3;
inline constexpr std::size_t demo_takers = 2;
inline constexpr std::size_t demo_accounts = demo_makers + demo_takers + 1;
inline constexpr std::size_t maker_orders_per_side = 4;
inline constexpr std::size_t momentum_steps = 40;
// In one step, for one instrument; at most one order of a taker or of momentum comes on top.
inline constexpr std::size_t maker_commands_per_step = 2;
inline constexpr std::int64_t demo_step_ns = 250 * base::ns_per_ms;

struct DemoInstrument {
  model::Instrument instrument;   // id is not set
  std::int64_t price_nano = 0;    // where a new market begins
  std::int64_t spacing_nano = 0;  // between two prices the makers quote
  std::int64_t size_nano = 0;     // of a typical small order
  std::int64_t walk = 0;  // largest move of the fair value in a step, thousandths of spacing
};
// ACME, ORBT (equities), WIDE (fund), EURUSD (currency pair), BTCUSD (crypto pair), in USD.
const std::vector<DemoInstrument>& demo_instruments();
std::string_view demo_account_name(std::size_t account);  // 0 .. demo_accounts - 1

// What the participants see of one instrument before a step.
struct DemoView {
  bool open = false;  // trading is possible
  money::Price last;  // zero = no trade yet
  money::Price bid;   // best; zero = none
  money::Price ask;
  std::vector<model::Order> maker_orders[demo_makers];  // working ones in this instrument
};

class DemoMarket {
 public:
  explicit DemoMarket(std::uint64_t seed) : numbers_(seed) {}

  void bind_account(std::size_t account, model::AccountId id) { accounts_[account] = id; }
  // In the order of demo_instruments(), with the instrument as it is listed and its last price.
  void add_instrument(const DemoInstrument& demo, const model::Instrument& listed,
                      money::Price last);
  [[nodiscard]] std::size_t instrument_count() const { return books_.size(); }
  [[nodiscard]] const model::Instrument& instrument(std::size_t index) const {
    return books_[index].instrument;
  }
  [[nodiscard]] model::AccountId account(std::size_t index) const { return accounts_[index]; }

  // Reads what the participants look at; on the engine's thread.
  [[nodiscard]] std::vector<DemoView> look(const engine::Engine& engine) const;
  // The commands of one step; `views` in the order of the instruments.
  void plan(std::span<const DemoView> views, std::vector<model::CommandBody>& commands);
  // In ticks, for tests.
  [[nodiscard]] money::Price fair_value(std::size_t index) const;

 private:
  struct Book {
    model::Instrument instrument;
    std::int64_t spacing = 0;  // ticks
    std::int64_t size = 0;     // lots
    std::int64_t walk = 0;     // thousandths of a tick a step
    std::int64_t anchor = 0;   // thousandths of a tick
    std::int64_t fair = 0;
    std::vector<std::int64_t> last_prices;  // ring of momentum_steps
    std::size_t steps = 0;
  };

  struct Need {
    std::int64_t urgency;
    model::CommandBody command;
  };

  void move_fair_value(Book& book);
  void plan_maker(const Book& book, std::size_t maker, model::Side side,
                  const std::vector<model::Order>& orders, std::vector<Need>& needs);
  void plan_makers(const Book& book, const DemoView& view,
                   std::vector<model::CommandBody>& commands);
  void plan_takers(Book& book, const DemoView& view, std::vector<model::CommandBody>& commands);
  [[nodiscard]] model::SubmitOrder order(const Book& book, std::size_t account, model::Side side,
                                         std::int64_t ticks, std::int64_t lots,
                                         model::TimeInForce time_in_force) const;

  SeededNumbers numbers_;
  model::AccountId accounts_[demo_accounts];
  std::vector<Book> books_;
};

}  // namespace market_sources
