#include "bytes/checksum.hpp"
#include "engine/state.hpp"

// Instruments, accounts, limits, cash and trading states.

namespace engine {

using model::Reason;
using money::Money;

namespace {

// 10^18 units: far beyond any cash, and sums of it cannot overflow.
constexpr Money amount_max(static_cast<numeric::Int128>(1'000'000'000'000'000'000) * 1'000'000'000);

bool known(model::InstrumentState state) {
  return state >= model::InstrumentState::Open && state <= model::InstrumentState::Closed;
}
bool known(model::TradingState state) {
  return state >= model::TradingState::Active && state <= model::TradingState::Halted;
}
bool sound(const model::RiskLimits& limits) {
  return limits.order_notional_max >= Money() && limits.order_quantity_max.lots() >= 0;
}
bool sound(const model::Instrument& instrument) {
  return model::check_instrument(instrument).has_value() && known(instrument.state) &&
         instrument.asset_class >= model::AssetClass::Equity &&
         instrument.asset_class <= model::AssetClass::Crypto &&
         instrument.order_notional_max <= amount_max &&
         model::parse_symbol(instrument.symbol.view()).has_value();
}
bool sound(const model::Account& account) {
  return account.kind >= model::AccountKind::Paper &&
         account.kind <= model::AccountKind::External && known(account.state) &&
         sound(account.limits) && account.base_currency.valid();
}

}  // namespace

std::uint32_t Engine::State::find_symbol(std::string_view symbol) const {
  return symbols.find(bytes::hash64(bytes::view(symbol)), [&](std::uint32_t index) {
    return markets[index].instrument.symbol.view() == symbol;
  });
}

Outcome Engine::State::run(const model::ListInstrument& command) {
  if (!sound(command.instrument)) return refuse({}, {}, Reason::InvalidInstrument);
  if (find_symbol(command.instrument.symbol.view()) != no_slot)
    return refuse({}, {}, Reason::AlreadyExists);
  if (markets.size() >= limits.instruments_max) return refuse({}, {}, Reason::InstrumentCapacity);
  const auto index = static_cast<std::uint32_t>(markets.size());
  markets.push_back({command.instrument, matching::OrderBook(pool), {}, {}});
  model::Instrument& instrument = markets.back().instrument;
  instrument.id = model::InstrumentId(index + 1);
  symbols.insert(bytes::hash64(bytes::view(instrument.symbol.view())), index);
  emit(model::InstrumentChanged{instrument});
  Outcome outcome;
  outcome.created_id = index + 1;
  return outcome;
}

// While an instrument is not open nothing may trade in it, so outside liquidity, which trades by
// being displayed, is taken down; the feed puts it back level by level after the reopening.
Outcome Engine::State::run(const model::SetInstrumentState& command) {
  Market* market = find(command.instrument);
  if (market == nullptr) return refuse({}, {}, Reason::UnknownInstrument);
  if (!known(command.state)) return refuse({}, {}, Reason::InvalidInstrument);
  market->instrument.state = command.state;
  if (command.state != model::InstrumentState::Open) clear_outside(*market);
  emit(model::InstrumentChanged{market->instrument});
  return {};
}

Outcome Engine::State::run(const model::OpenAccount& command) {
  if (!sound(command.account)) return refuse({}, {}, Reason::InvalidAmount);
  const model::AccountId id(static_cast<std::uint32_t>(accounts.size()) + 1);
  const bool covered = command.account.kind == model::AccountKind::Paper;
  if (accounts.size() >= limits.accounts_max ||
      ledger.ensure(id, command.account.base_currency, covered) == no_slot)
    return refuse({}, {}, Reason::AccountCapacity);
  accounts.push_back({command.account, {}});
  accounts.back().account.id = id;
  emit(model::AccountChanged{accounts.back().account});
  Outcome outcome;
  outcome.created_id = id.value();
  return outcome;
}

Outcome Engine::State::run(const model::SetRiskLimits& command) {
  AccountEntry* entry = find(command.account);
  if (entry == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  if (!sound(command.limits)) return refuse(command.account, {}, Reason::InvalidAmount);
  entry->account.limits = command.limits;
  emit(model::AccountChanged{entry->account});
  return {};
}

Outcome Engine::State::run(const model::TransferCash& command) {
  const AccountEntry* entry = find(command.account);
  if (entry == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  const Money amount = command.amount;
  if (amount == Money() || amount > amount_max || amount < -amount_max || !command.currency.valid())
    return refuse(command.account, {}, Reason::InvalidAmount);
  std::uint32_t slot = ledger.find(command.account, command.currency);
  const Money available = slot == no_slot ? Money() : ledger.available(slot);
  if (amount < Money() && available < -amount)
    return refuse(command.account, {}, Reason::InsufficientFunds);
  if (amount > Money() && available > Money(amount_max.nano() * 100'000))
    return refuse(command.account, {}, Reason::InvalidAmount);
  const std::uint32_t world = ledger.ensure({}, command.currency, false);
  slot = ledger.ensure(command.account, command.currency, is_paper(command.account));
  if (slot == no_slot || world == no_slot)
    return refuse(command.account, {}, Reason::AccountCapacity);
  for (const model::LedgerPosted& entry_posted : ledger.transfer(slot, world, amount))
    emit(entry_posted);
  return {};
}

Outcome Engine::State::run(const model::SetTradingState& command) {
  if (!known(command.state)) return refuse(command.account, {}, Reason::InvalidAmount);
  const bool halt = command.state == model::TradingState::Halted;
  Outcome outcome;
  const auto cancel_of = [&](AccountEntry& entry) {
    if (halt && entry.account.kind != model::AccountKind::External)
      outcome.canceled += cancel_all(entry, {}, Reason::CanceledByTradingState);
  };
  if (!command.account.valid()) {
    trading_state = command.state;
    emit(model::TradingStateChanged{trading_state});
    for (AccountEntry& entry : accounts)
      cancel_of(entry);
    return outcome;
  }
  AccountEntry* entry = find(command.account);
  if (entry == nullptr) return refuse(command.account, {}, Reason::UnknownAccount);
  entry->account.state = command.state;
  emit(model::AccountChanged{entry->account});
  cancel_of(*entry);
  return outcome;
}

}  // namespace engine
