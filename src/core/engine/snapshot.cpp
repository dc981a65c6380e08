#include "bytes/checksum.hpp"
#include "engine/state.hpp"

// The whole state in one canonical order: nothing depends on hash tables, slots or addresses, so
// equal states give equal bytes, and the state hash is the hash of these bytes.
//
//   version | sequence, time, trading state, numbers given out | instruments | accounts |
//   balances by account and currency | positions by account and instrument |
//   closed orders, oldest first | working orders by account, oldest first |
//   books by instrument: buys then sells, best price first, front of the queue first

namespace engine {

namespace {

constexpr std::uint8_t snapshot_version = 1;

void put(bytes::Encoder& out, const OrderStore& orders, std::uint32_t slot) {
  model::encode(orders[slot], out);
  out.put(orders.submitted(slot).price.ticks());
  out.put(orders.submitted(slot).quantity.lots());
}

// Bounds within which the sums that the invariants take cannot overflow.
bool moderate(money::Money amount) {
  constexpr money::Money bound(static_cast<numeric::Int128>(1) << 108);
  return amount < bound && amount > -bound;
}
bool moderate(const model::Order& order) {
  const std::int64_t lots = order.quantity.lots();
  return order.limit_price.ticks() <= model::price_ticks_max && order.limit_price.ticks() > 0 &&
         lots > 0 && lots <= model::quantity_lots_max && order.filled.lots() >= 0 &&
         order.filled.lots() < lots && moderate(order.held);
}

// A count that the bytes left can hold at all, so that a damaged one cannot reserve the memory.
std::uint32_t get_count(bytes::Decoder& in, std::uint64_t count_max) {
  const auto count = in.get<std::uint32_t>();
  if (count > count_max || count > in.remaining()) in.reject();
  return in.ok() ? count : 0;
}

}  // namespace

void Engine::State::save(bytes::Encoder& out) const {
  out.put(snapshot_version);
  out.put(sequence);
  out.put(time.ns());
  out.put(static_cast<std::uint8_t>(trading_state));
  out.put(orders_numbered);
  out.put(trades_numbered);
  out.put(ledger.transactions());
  out.put(static_cast<std::uint32_t>(markets.size()));
  for (const Market& market : markets) {
    model::encode(market.instrument, out);
    out.put(market.last.ticks());
    out.put(market.outside.value());
  }
  out.put(static_cast<std::uint32_t>(accounts.size()));
  for (const AccountEntry& entry : accounts)
    model::encode(entry.account, out);
  save_cash_and_positions(out);
  save_orders(out);
}

void Engine::State::save_cash_and_positions(bytes::Encoder& out) const {
  out.put(ledger.size());
  for (const std::uint32_t slot : ledger.sorted()) {
    const ledger::Line& line = ledger.line(slot);
    out.put(line.value.account.value());
    out.put(line.value.currency.packed());
    out.put(line.value.balance.nano());
    out.put(line.value.held.nano());
    out.put(line.transferred.nano());
  }
  out.put(portfolio.size());
  for (const std::uint32_t slot : portfolio.sorted()) {
    const model::Position& position = portfolio.line(slot).value;
    out.put(position.account.value());
    out.put(position.instrument.value());
    out.put(position.quantity.lots());
    out.put(position.held.lots());
    out.put(position.cost.nano());
    out.put(position.realised_profit.nano());
  }
}

void Engine::State::save_orders(bytes::Encoder& out) const {
  out.put(orders.closed().count);
  for (std::uint32_t slot = orders.closed().first; slot != no_slot; slot = orders.next(slot))
    put(out, orders, slot);
  std::uint32_t open = 0;
  for (const AccountEntry& entry : accounts)
    open += entry.open.count;
  out.put(open);
  for (const AccountEntry& entry : accounts)
    for (std::uint32_t slot = entry.open.first; slot != no_slot; slot = orders.next(slot))
      put(out, orders, slot);
  for (const Market& market : markets) {
    const std::size_t at = out.size();
    out.put(std::uint32_t{0});
    std::uint32_t places = 0;
    market.book.for_each_order([&](const matching::RestingOrder& resting_order) {
      out.put(resting_order.order.value());
      out.put(static_cast<std::uint8_t>(resting_order.side));
      out.put(resting_order.price.ticks());
      out.put(resting_order.remaining.lots());
      ++places;
    });
    out.patch(at, places);
  }
}

bool Engine::State::load(bytes::Decoder& in) {
  if (in.get<std::uint8_t>() != snapshot_version) return false;
  sequence = in.get<std::uint64_t>();
  time = base::Timestamp(in.get<std::int64_t>());
  const auto state = in.get<std::uint8_t>();
  if (state < 1 || state > static_cast<std::uint8_t>(model::TradingState::Halted)) return false;
  trading_state = static_cast<model::TradingState>(state);
  orders_numbered = in.get<std::uint64_t>();
  trades_numbered = in.get<std::uint64_t>();
  ledger.restore_transactions(in.get<std::uint64_t>());
  if (!load_markets(in) || !load_accounts(in) || !load_cash(in) || !load_positions(in))
    return false;
  for (Market& market : markets) {
    if (!market.outside.valid()) continue;
    if (market.outside.value() > accounts.size()) return false;
    market.outside_balance = ledger.find(market.outside, market.instrument.quote_currency);
    market.outside_position = portfolio.find(market.outside, market.instrument.id);
    if (market.outside_balance == no_slot || market.outside_position == no_slot) return false;
  }
  if (!load_orders(in, false) || !load_orders(in, true) || !load_books(in) || !in.ok())
    return false;
  ledger.drain_changes([](const model::Balance&) {});
  portfolio.drain_changes([](const model::Position&) {});
  return broken_invariant().empty();
}

bool Engine::State::load_markets(bytes::Decoder& in) {
  const std::uint32_t count = get_count(in, limits.instruments_max);
  markets.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    model::Instrument instrument = model::decode_instrument(in);
    const money::Price last(in.get<std::int64_t>());
    const model::AccountId outside(in.get<std::uint32_t>());
    if (!in.ok() || instrument.id.value() != i + 1 || !model::check_instrument(instrument) ||
        find_symbol(instrument.symbol.view()) != no_slot)
      return false;
    symbols.insert(bytes::hash64(bytes::view(instrument.symbol.view())), i);
    markets.push_back({instrument, matching::OrderBook(pool), last, outside});
  }
  return in.ok();
}

bool Engine::State::load_accounts(bytes::Decoder& in) {
  const std::uint32_t count = get_count(in, limits.accounts_max);
  accounts.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    accounts.push_back({model::decode_account(in), {}});
    if (!in.ok() || accounts.back().account.id.value() != i + 1) return false;
  }
  return in.ok();
}

bool Engine::State::load_cash(bytes::Decoder& in) {
  const std::uint32_t count = get_count(in, ledger.capacity());
  for (std::uint32_t i = 0; i < count; ++i) {
    ledger::Line line;
    line.value.account = model::AccountId(in.get<std::uint32_t>());
    line.value.currency = money::Currency::from_packed(in.get<std::uint64_t>());
    line.value.balance = money::Money(in.get<__int128>());
    line.value.held = money::Money(in.get<__int128>());
    line.transferred = money::Money(in.get<__int128>());
    const model::AccountId owner = line.value.account;
    if (!in.ok() || owner.value() > accounts.size() || !moderate(line.value.balance) ||
        !moderate(line.value.held) || !moderate(line.transferred) ||
        ledger.find(owner, line.value.currency) != no_slot)
      return false;
    const bool covered = owner.valid() && is_paper(owner);
    ledger.restore(ledger.ensure(owner, line.value.currency, covered), line);
  }
  return in.ok();
}

bool Engine::State::load_positions(bytes::Decoder& in) {
  const std::uint32_t count = get_count(in, portfolio.capacity());
  for (std::uint32_t i = 0; i < count; ++i) {
    model::Position position;
    position.account = model::AccountId(in.get<std::uint32_t>());
    position.instrument = model::InstrumentId(in.get<std::uint32_t>());
    position.quantity = money::Quantity(in.get<std::int64_t>());
    position.held = money::Quantity(in.get<std::int64_t>());
    position.cost = money::Money(in.get<__int128>());
    position.realised_profit = money::Money(in.get<__int128>());
    if (!in.ok() || find(position.account) == nullptr || find(position.instrument) == nullptr ||
        !moderate(position.cost) || !moderate(position.realised_profit) ||
        portfolio.find(position.account, position.instrument) != no_slot)
      return false;
    portfolio.restore(
        portfolio.ensure(position.account, position.instrument, is_paper(position.account)),
        position);
  }
  return in.ok();
}

bool Engine::State::load_orders(bytes::Decoder& in, bool open) {
  const std::uint32_t count = get_count(in, open ? limits.orders_max : limits.closed_orders_max);
  for (std::uint32_t i = 0; i < count; ++i) {
    const model::Order order = model::decode_order(in);
    const money::Price submitted_price(in.get<std::int64_t>());
    const money::Quantity submitted_quantity(in.get<std::int64_t>());
    if (!in.ok() || find(order.account) == nullptr || find(order.instrument) == nullptr ||
        model::is_open(order.status) != open || !order.id.valid() ||
        order.id.value() > orders_numbered || orders.find(order.id) != no_slot)
      return false;
    if (!order.client_order_id.empty() &&
        orders.find(order.account, order.client_order_id) != no_slot)
      return false;
    if (orders.full() || (open && !moderate(order))) return false;
    const std::uint32_t slot = orders.create(order.id, !order.client_order_id.empty(),
                                             orders.tag_of(order.account, order.client_order_id));
    orders[slot] = order;
    orders.submitted(slot) = {submitted_price, submitted_quantity};
    Place& place = orders.place(slot);
    place.balance = ledger.find(order.account, market_of(order).instrument.quote_currency);
    place.position = portfolio.find(order.account, order.instrument);
    if (!open) {
      orders.remember(slot);
      continue;
    }
    if (place.balance == no_slot || place.position == no_slot) return false;
    orders.link(entry_of(order).open, slot);
  }
  return in.ok();
}

bool Engine::State::load_books(bytes::Decoder& in) {
  for (Market& market : markets) {
    const std::uint32_t places = get_count(in, pool.available());
    for (std::uint32_t i = 0; i < places; ++i) {
      const model::OrderId id(in.get<std::uint64_t>());
      const auto side = static_cast<model::Side>(in.get<std::uint8_t>());
      const money::Price price(in.get<std::int64_t>());
      const money::Quantity remaining(in.get<std::int64_t>());
      if (!in.ok() || (side != model::Side::Buy && side != model::Side::Sell) ||
          price.ticks() <= 0 || price.ticks() > model::price_ticks_max || remaining.lots() <= 0 ||
          remaining.lots() > model::quantity_lots_max)
        return false;
      if (!id.valid()) {
        if (!market.outside.valid()) return false;
        market.book.rest(id, side, price, remaining, true);
        continue;
      }
      const std::uint32_t slot = orders.find(id);
      if (slot == no_slot) return false;
      const model::Order& order = orders[slot];
      Place& place = orders.place(slot);
      if (place.handle != matching::no_handle || !model::is_open(order.status) ||
          order.instrument != market.instrument.id || order.side != side ||
          order.limit_price != price || order.remaining() != remaining)
        return false;
      place.handle = market.book.rest(id, side, price, remaining, is_external(order.account));
      slot_of_handle[place.handle] = slot;
      ++resting;
    }
  }
  return in.ok();
}

}  // namespace engine
