#pragma once

// The state behind engine::Engine and what changes it; private to this folder. The .cpp files share
// it by subject: orders (submit, cancel, replace), settlement (matching and fills), external
// (outside liquidity), administration, snapshot, invariants, reads.

#include <cstdint>
#include <utility>
#include <vector>

#include "engine/engine.hpp"
#include "engine/order_store.hpp"
#include "ledger/ledger.hpp"
#include "matching/order_book.hpp"
#include "portfolio/portfolio.hpp"
#include "risk/risk.hpp"

namespace engine {

// One instrument with its book. Outside liquidity displayed in it belongs to one External account.
struct Market {
  model::Instrument instrument;
  matching::OrderBook book;
  money::Price last;  // of the last trade; zero = none yet
  model::AccountId outside;
  std::uint32_t outside_balance = no_slot;
  std::uint32_t outside_position = no_slot;
};

struct AccountEntry {
  model::Account account;
  OrderList open;
};

// One side of a fill: an order, or the outside when order is no_slot.
struct Party {
  std::uint32_t order = no_slot;
  std::uint32_t balance = no_slot;
  std::uint32_t position = no_slot;
};

struct Engine::State {
  explicit State(const Limits& capacities);

  // --- one command: begin, run, finish ---------------------------------------------------------
  void begin(const model::Command& command, std::vector<model::Event>& out);
  void expire_day_orders();
  void finish();

  Outcome run(const model::ListInstrument& command);
  Outcome run(const model::SetInstrumentState& command);
  Outcome run(const model::OpenAccount& command);
  Outcome run(const model::SetRiskLimits& command);
  Outcome run(const model::TransferCash& command);
  Outcome run(const model::SetTradingState& command);
  Outcome run(const model::SubmitOrder& command);
  Outcome run(const model::CancelOrder& command);
  Outcome run(const model::ReplaceOrder& command);
  Outcome run(const model::CancelAllOrders& command);
  Outcome run(const model::SetExternalLevel& command);
  Outcome run(const model::ApplyExternalTrade& command);
  Outcome run(const model::ClearExternalBook& command);
  Outcome run(const model::AdvanceTime& command);

  // --- finding -----------------------------------------------------------------------------------
  [[nodiscard]] const Market* find(model::InstrumentId id) const;
  [[nodiscard]] const AccountEntry* find(model::AccountId id) const;
  [[nodiscard]] Market* find(model::InstrumentId id);
  [[nodiscard]] AccountEntry* find(model::AccountId id);
  [[nodiscard]] std::uint32_t find_symbol(std::string_view symbol) const;  // index of markets
  Market& market_of(const model::Order& order) { return markets[order.instrument.value() - 1]; }
  AccountEntry& entry_of(const model::Order& order) { return accounts[order.account.value() - 1]; }
  [[nodiscard]] bool is_paper(model::AccountId id) const {
    return accounts[id.value() - 1].account.kind == model::AccountKind::Paper;
  }
  [[nodiscard]] bool is_external(model::AccountId id) const {
    return accounts[id.value() - 1].account.kind == model::AccountKind::External;
  }

  // --- telling -----------------------------------------------------------------------------------
  // Bodies are written in their place in the events, once.
  template <class Body>
  void emit(const Body& body) {
    events->emplace_back(sequence, event_count++, time, std::in_place_type<Body>, body);
  }
  // An execution report of the order.
  model::OrderUpdated& emit_report(model::ExecutionType type, const model::Order& order) {
    model::Event& event = events->emplace_back(
        sequence, event_count++, time, std::in_place_type<model::OrderUpdated>, type, order);
    return *std::get_if<model::OrderUpdated>(&event.body);
  }
  void touch_level(model::InstrumentId instrument, model::Side side, money::Price price);
  Outcome refuse(model::AccountId account, model::OrderId order, model::Reason reason);

  // --- deciding (shared by apply and preview) ----------------------------------------------------
  // What is asked of an order besides its fields: replaced orders give back their own holds.
  struct Released {
    money::Money cash;
    money::Quantity position;
    std::uint32_t orders = 0;
    money::Quantity filled;
  };
  // Where the account's cash and position are kept; no_slot = nowhere yet.
  struct Lines {
    std::uint32_t balance = no_slot;
    std::uint32_t position = no_slot;
  };
  [[nodiscard]] Lines lines_of(const model::SubmitOrder& order, const Market& market) const;
  [[nodiscard]] risk::Facts facts_of(const model::SubmitOrder& order, const AccountEntry& entry,
                                     const Market& market, const Lines& lines,
                                     const Released& released) const;
  // Whether an order and the cash and position it may bring have room.
  [[nodiscard]] model::Reason capacity_for(const Lines& lines) const;
  // Refusals that leave no order behind.
  [[nodiscard]] model::Reason check_addressing(const model::SubmitOrder& order) const;
  [[nodiscard]] model::Reason preview_reason(const model::SubmitOrder& order,
                                             const risk::Facts& facts) const;
  [[nodiscard]] matching::Makers makers_for(model::AccountId account) const {
    return is_external(account) ? matching::Makers::UsersOnly : matching::Makers::All;
  }

  // --- orders
  // -------------------------------------------------------------------------------------
  std::uint32_t open_order(const model::SubmitOrder& command, std::uint32_t client_tag,
                           Market& market, const Lines& lines);
  Outcome reject_order(const model::SubmitOrder& command, std::uint32_t client_tag,
                       model::Reason reason);
  void write_order(model::Order& order, model::OrderId id, const model::SubmitOrder& command) const;
  [[nodiscard]] bool same_body(std::uint32_t slot, const model::SubmitOrder& command) const;
  [[nodiscard]] static Outcome repeated(const model::Order& order);
  [[nodiscard]] model::Reason check_replace(std::uint32_t slot, money::Price price,
                                            money::Quantity quantity) const;
  // Matches the order, then rests or cancels what is left; result is the order as it then is.
  void execute(std::uint32_t slot, model::Order& result);
  void hold_for(std::uint32_t slot);
  // Gives back the holds of `quantity` of an open order.
  void release_for(std::uint32_t slot, money::Quantity quantity);
  // Ends an open order that is not filled; result, if wanted, is the order as it then is.
  void end_order(std::uint32_t slot, model::OrderStatus status, model::Reason reason,
                 model::Order* result = nullptr);
  // Takes a closed order from its account's working orders.
  void retire(std::uint32_t slot);
  void leave_book(std::uint32_t slot);
  std::uint32_t cancel_all(AccountEntry& entry, model::InstrumentId instrument,
                           model::Reason reason);

  // --- settlement
  // ---------------------------------------------------------------------------------
  [[nodiscard]] Party party_of(std::uint32_t slot) const {
    return {slot, orders.place(slot).balance, orders.place(slot).position};
  }
  [[nodiscard]] static Party outside_of(const Market& market) {
    return {no_slot, market.outside_balance, market.outside_position};
  }
  void settle(Market& market, Party taker, model::Side taker_side, const matching::Fill& fill);
  void fill_order(std::uint32_t slot, model::TradeId trade, const matching::Fill& fill,
                  money::Money notional, model::Liquidity liquidity);

  // --- outside liquidity
  // -------------------------------------------------------------------------- None when the
  // account may speak for the outside of this instrument; binds it.
  model::Reason bind_outside(model::AccountId account, model::InstrumentId instrument, bool rebind);
  void clear_outside(Market& market);

  // --- snapshot
  // -----------------------------------------------------------------------------------
  void save(bytes::Encoder& out) const;
  void save_cash_and_positions(bytes::Encoder& out) const;
  void save_orders(bytes::Encoder& out) const;
  // False when the bytes are not a snapshot that fits these limits.
  bool load(bytes::Decoder& in);
  bool load_markets(bytes::Decoder& in);
  bool load_accounts(bytes::Decoder& in);
  bool load_cash(bytes::Decoder& in);
  bool load_positions(bytes::Decoder& in);
  bool load_orders(bytes::Decoder& in, bool open);
  bool load_books(bytes::Decoder& in);
  [[nodiscard]] std::string broken_invariant() const;
  [[nodiscard]] std::string broken_orders() const;
  [[nodiscard]] std::string broken_positions() const;
  [[nodiscard]] std::string broken_cash() const;
  [[nodiscard]] std::string broken_books() const;

  Limits limits;
  std::uint64_t sequence = 0;
  base::Timestamp time;
  model::TradingState trading_state = model::TradingState::Active;
  std::uint64_t orders_numbered = 0;
  std::uint64_t trades_numbered = 0;
  std::uint32_t resting = 0;  // orders in books

  std::vector<Market> markets;         // instrument id - 1
  std::vector<AccountEntry> accounts;  // account id - 1
  containers::SlotIndex symbols;
  matching::OrderPool pool;
  containers::LazyArray<std::uint32_t> slot_of_handle;
  OrderStore orders;
  ledger::Ledger ledger;
  portfolio::Portfolio portfolio;

  // Of the command being applied.
  struct TouchedLevel {
    model::InstrumentId instrument;
    model::Side side;
    money::Price price;
    auto operator<=>(const TouchedLevel&) const = default;
  };
  std::vector<model::Event>* events = nullptr;
  std::uint32_t event_count = 0;
  model::UserId user;
  std::vector<TouchedLevel> touched_levels;
};

}  // namespace engine
