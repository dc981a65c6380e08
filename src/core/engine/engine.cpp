#include "engine/engine.hpp"

#include <algorithm>

#include "engine/state.hpp"

namespace engine {

using model::Reason;

namespace {

// A paper account seldom uses more than a few currencies.
constexpr std::uint32_t currencies_per_account = 4;
constexpr std::uint32_t positions_max = 1U << 22;

std::int64_t day_of(base::Timestamp time) {
  const std::int64_t ns = time.ns();
  return ns >= 0 ? ns / base::ns_per_day : -((-ns + base::ns_per_day - 1) / base::ns_per_day);
}

std::uint32_t position_lines(const Limits& limits) {
  const std::uint64_t all = std::uint64_t{limits.accounts_max} * limits.instruments_max;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(all, positions_max));
}

}  // namespace

Engine::State::State(const Limits& capacities)
    : limits(capacities),
      symbols(capacities.instruments_max),
      pool(capacities.orders_max + capacities.external_levels_max),
      slot_of_handle(std::size_t{pool.capacity()} + 1),
      orders(capacities.orders_max, capacities.closed_orders_max),
      ledger(capacities.accounts_max, (capacities.accounts_max + 1) * currencies_per_account),
      portfolio(capacities.accounts_max, position_lines(capacities)) {
  touched_levels.reserve(1'024);
}

Engine::Engine(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

Outcome Engine::apply(const model::Command& command, std::vector<model::Event>& events) {
  State& state = *state_;
  const bool new_day = day_of(command.time) != day_of(state.time);
  state.begin(command, events);
  if (new_day) state.expire_day_orders();
  const Outcome outcome =
      std::visit([&](const auto& body) { return state.run(body); }, command.body);
  state.finish();
  return outcome;
}

void Engine::State::begin(const model::Command& command, std::vector<model::Event>& out) {
  CHECK(command.sequence == sequence + 1);
  CHECK(command.time >= time);
  sequence = command.sequence;
  time = command.time;
  user = command.user;
  events = &out;
  event_count = 0;
}

// Balances, positions and levels are told once a command, as they are at its end.
void Engine::State::finish() {
  ledger.drain_changes([&](const model::Balance& value) { emit(model::BalanceChanged{value}); });
  portfolio.drain_changes(
      [&](const model::Position& value) { emit(model::PositionChanged{value}); });
  auto end = touched_levels.end();
  if (touched_levels.size() > 1) {
    std::sort(touched_levels.begin(), end);
    end = std::unique(touched_levels.begin(), end);
  }
  for (auto level = touched_levels.begin(); level != end; ++level) {
    const matching::LevelView view = find(level->instrument)->book.level(level->side, level->price);
    emit(model::LevelChanged{level->instrument, level->side, level->price, view.quantity,
                             view.order_count});
  }
  touched_levels.clear();
  events = nullptr;
}

void Engine::State::expire_day_orders() {
  for (AccountEntry& entry : accounts) {
    if (entry.account.kind != model::AccountKind::Paper) continue;
    for (std::uint32_t slot = entry.open.first; slot != no_slot;) {
      const std::uint32_t next = orders.next(slot);
      if (orders[slot].time_in_force == model::TimeInForce::Day)
        end_order(slot, model::OrderStatus::Expired, Reason::ExpiredAtDayEnd);
      slot = next;
    }
  }
}

Outcome Engine::State::run(const model::AdvanceTime&) {
  return {};
}

void Engine::State::touch_level(model::InstrumentId instrument, model::Side side,
                                money::Price price) {
  const TouchedLevel level{instrument, side, price};
  if (touched_levels.empty() || touched_levels.back() != level) touched_levels.push_back(level);
}

Outcome Engine::State::refuse(model::AccountId account, model::OrderId order, Reason reason) {
  emit(model::CommandRejected{account, order, reason});
  Outcome outcome;
  outcome.reason = reason;
  if (const std::uint32_t slot = order.valid() ? orders.find(order) : no_slot;
      slot != no_slot && orders[slot].account == account)
    outcome.order = orders[slot];
  return outcome;
}

const Market* Engine::State::find(model::InstrumentId id) const {
  return id.valid() && id.value() <= markets.size() ? &markets[id.value() - 1] : nullptr;
}
const AccountEntry* Engine::State::find(model::AccountId id) const {
  return id.valid() && id.value() <= accounts.size() ? &accounts[id.value() - 1] : nullptr;
}
Market* Engine::State::find(model::InstrumentId id) {
  return id.valid() && id.value() <= markets.size() ? &markets[id.value() - 1] : nullptr;
}
AccountEntry* Engine::State::find(model::AccountId id) {
  return id.valid() && id.value() <= accounts.size() ? &accounts[id.value() - 1] : nullptr;
}

}  // namespace engine
