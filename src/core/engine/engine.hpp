#pragma once

// The engine: one pure, single-threaded state machine that owns all trading state (instruments,
// accounts, orders, books, balances, positions, ledger totals).
//
// The sequencer calls apply() with commands in sequence; the simulator, backtests and replay do the
// same. Guarantees: the same commands give the same events, outcomes and state hash on every
// compiler and machine; nothing is partly applied; every refusal carries one Reason; the ledger
// balances after every command. Absent on purpose: clocks, randomness, input and output, threads,
// logging, exceptions, floating point.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bytes/codec.hpp"
#include "model/command.hpp"
#include "model/event.hpp"

namespace engine {

// Capacities, fixed at construction. Memory is touched only as it is used.
struct Limits {
  std::uint32_t instruments_max = 4'096;
  std::uint32_t accounts_max = 65'536;
  std::uint32_t orders_max = 2'000'000;  // working orders plus remembered closed ones
  std::uint32_t closed_orders_max =
      1'000'000;  // remembered for idempotency; oldest forgotten first
  std::uint32_t external_levels_max = 100'000;  // displayed outside price levels, all instruments
};

// The answer to one command.
struct Outcome {
  model::Reason reason = model::Reason::None;  // None = accepted
  bool duplicate = false;        // a submit seen before: `order` is that first order, as it is now
  std::uint32_t canceled = 0;    // orders ended by CancelAllOrders or SetTradingState
  model::Order order;            // after the command; id invalid() when none is concerned
  std::uint32_t created_id = 0;  // of ListInstrument and OpenAccount
};

// What SubmitOrder would do now; nothing changes. The same code decides as in apply().
struct Preview {
  model::Reason reason = model::Reason::None;
  money::Quantity fill_quantity;  // that would trade at once
  money::Money fill_notional;
  money::Quantity rest_quantity;  // that would stay in the book
  money::Money cash_required;     // to be reserved or spent (buys)
  money::Money cash_available;    // of the quote currency, before the order
  money::Quantity position_available;
  money::Price reference_price;  // of the collar; zero = none yet
};

struct PriceLevel {
  money::Price price;
  money::Quantity quantity;
  std::uint32_t order_count = 0;
};

class Engine {
 public:
  explicit Engine(const Limits& limits = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  // Applies the command with the next sequence (CHECKed) and appends its events.
  Outcome apply(const model::Command& command, std::vector<model::Event>& events);

  [[nodiscard]] Preview preview(const model::SubmitOrder& order) const;

  [[nodiscard]] std::uint64_t last_sequence() const;
  [[nodiscard]] base::Timestamp last_time() const;

  // Reads; pointers stay valid until the next apply().
  [[nodiscard]] const model::Instrument* instrument(model::InstrumentId id) const;
  [[nodiscard]] const model::Instrument* find_instrument(std::string_view symbol) const;
  [[nodiscard]] std::uint32_t instrument_count() const;  // ids are 1 .. count
  [[nodiscard]] const model::Account* account(model::AccountId id) const;
  [[nodiscard]] std::uint32_t account_count() const;                 // ids are 1 .. count
  [[nodiscard]] const model::Order* order(model::OrderId id) const;  // working or remembered
  [[nodiscard]] const model::Order* find_order(model::AccountId account,
                                               std::string_view client_order_id) const;
  // Working orders of the account, oldest first; at most `limit`.
  [[nodiscard]] std::vector<model::Order> open_orders(model::AccountId account,
                                                      std::size_t limit) const;
  [[nodiscard]] std::vector<model::Balance> balances(model::AccountId account) const;
  [[nodiscard]] std::vector<model::Position> positions(model::AccountId account) const;
  // Best first, at most `limit`.
  [[nodiscard]] std::vector<PriceLevel> depth(model::InstrumentId instrument, model::Side side,
                                              std::size_t limit) const;
  [[nodiscard]] money::Price last_price(
      model::InstrumentId instrument) const;  // zero = no trade yet
  // Quantity in front of a working order at its price; -1 when it is not in a book.
  [[nodiscard]] std::int64_t lots_ahead(model::OrderId order) const;
  [[nodiscard]] model::TradingState trading_state() const;

  // Hash of the whole state in canonical order: equal states, equal hashes, on every build.
  [[nodiscard]] bytes::Hash128 state_hash() const;
  void save(bytes::Encoder& out) const;
  // Errors: invalid_snapshot. The result has the same state hash as what was saved.
  static base::Result<Engine> load(bytes::Decoder& in, const Limits& limits);

  // The sentence that names the first broken invariant; empty when all hold: ledger sums to zero
  // per asset, balances and positions equal the sums of their entries, holds equal what open orders
  // need and are never negative, books agree with the open orders. Linear in the state.
  [[nodiscard]] std::string broken_invariant() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace engine
