#include "store_sqlite/rows.hpp"

#include <type_traits>

namespace store_sqlite {
namespace {

// Binds and reads one field after the other; the two sequences below each pair must match.
class Binder {
 public:
  Binder(Statement& statement, int at) : statement_(statement), at_(at) {}

  template <class T>
  Binder& operator<<(const T& value) {
    if constexpr (std::is_same_v<T, numeric::Int128>) {
      statement_.bind(at_, std::string_view(numeric::format_decimal(value, 0)));
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      statement_.bind(at_, static_cast<std::int64_t>(value));
    } else if constexpr (std::is_same_v<T, money::Money>) {
      statement_.bind(at_, value);
    } else if constexpr (std::is_same_v<T, money::Price>) {
      statement_.bind(at_, value.ticks());
    } else if constexpr (std::is_same_v<T, money::Quantity>) {
      statement_.bind(at_, value.lots());
    } else if constexpr (std::is_same_v<T, base::Timestamp>) {
      statement_.bind(at_, value.ns());
    } else if constexpr (std::is_same_v<T, money::Currency>) {
      const std::string code = value.valid() ? value.text() : std::string();
      statement_.bind(at_, std::string_view(code));
    } else if constexpr (requires { value.view(); }) {
      statement_.bind(at_, value.view());
    } else {
      statement_.bind(at_, static_cast<std::int64_t>(value.value()));
    }
    ++at_;
    return *this;
  }

 private:
  Statement& statement_;
  int at_;
};

class Reader {
 public:
  Reader(const Statement& row, int at) : row_(row), at_(at) {}

  template <class T>
  Reader& operator>>(T& value) {
    if constexpr (std::is_same_v<T, numeric::Int128>) {
      value = numeric::parse_decimal(row_.text(at_), 0).value_or(0);
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
      value = static_cast<T>(row_.integer(at_));
    } else if constexpr (std::is_same_v<T, money::Money>) {
      value = row_.amount(at_);
    } else if constexpr (std::is_same_v<T, money::Currency>) {
      value = money::Currency::parse(row_.text(at_)).value_or(money::Currency());
    } else if constexpr (requires { value.view(); }) {
      value = T(row_.text(at_));
    } else if constexpr (requires { typename T::rep; }) {
      value = T(static_cast<typename T::rep>(row_.integer(at_)));
    } else {
      value = T(row_.integer(at_));
    }
    ++at_;
    return *this;
  }

 private:
  const Statement& row_;
  int at_;
};

Binder bind_place(Statement& statement, const model::Event& event) {
  Binder out(statement, 0);
  out << event.sequence << event.index << event.time;
  return out;
}

template <class Row>
Reader read_place(const Statement& row, Row& to) {
  Reader in(row, 0);
  in >> to.position.sequence >> to.position.index >> to.time;
  return in;
}

}  // namespace

void bind_order(Statement& statement, int at, const model::Order& o) {
  Binder(statement, at) << o.id << o.account << o.instrument << o.side << o.type << o.time_in_force
                        << o.status << o.reason << o.user << o.limit_price << o.quantity << o.filled
                        << o.filled_notional << o.held << o.created << o.updated
                        << o.created_sequence << o.sequence << o.client_order_id;
}

model::Order read_order(const Statement& row, int at) {
  model::Order o;
  Reader(row, at) >> o.id >> o.account >> o.instrument >> o.side >> o.type >> o.time_in_force >>
      o.status >> o.reason >> o.user >> o.limit_price >> o.quantity >> o.filled >>
      o.filled_notional >> o.held >> o.created >> o.updated >> o.created_sequence >> o.sequence >>
      o.client_order_id;
  return o;
}

void bind_execution(Statement& statement, const model::Event& event, const model::OrderUpdated& u) {
  bind_place(statement, event) << u.type << u.trade << u.price << u.quantity << u.liquidity;
  bind_order(statement, 8, u.order);
}

Execution read_execution(const Statement& row) {
  Execution e;
  read_place(row, e) >> e.update.type >> e.update.trade >> e.update.price >> e.update.quantity >>
      e.update.liquidity;
  e.update.order = read_order(row, 8);
  return e;
}

void bind_trade(Statement& statement, const model::Event& event, const model::Traded& t) {
  bind_place(statement, event) << t.instrument << t.trade << t.price << t.quantity << t.aggressor
                               << t.buy_order << t.sell_order;
}

PublicTrade read_trade(const Statement& row) {
  PublicTrade p;
  auto& t = p.traded;
  read_place(row, p) >> t.instrument >> t.trade >> t.price >> t.quantity >> t.aggressor >>
      t.buy_order >> t.sell_order;
  return p;
}

void bind_ledger_entry(Statement& statement, const model::Event& event,
                       const model::LedgerPosted& p) {
  bind_place(statement, event) << p.transaction << p.kind << p.account << p.currency << p.amount
                               << p.instrument << p.quantity << p.trade;
}

LedgerEntry read_ledger_entry(const Statement& row) {
  LedgerEntry e;
  auto& p = e.posted;
  read_place(row, e) >> p.transaction >> p.kind >> p.account >> p.currency >> p.amount >>
      p.instrument >> p.quantity >> p.trade;
  return e;
}

void bind_bar(Statement& statement, int at, const market::Bar& b) {
  Binder(statement, at) << b.start << b.open << b.high << b.low << b.close << b.volume
                        << b.price_lots << b.trade_count;
}

market::Bar read_bar(const Statement& row, int at) {
  market::Bar b;
  Reader(row, at) >> b.start >> b.open >> b.high >> b.low >> b.close >> b.volume >> b.price_lots >>
      b.trade_count;
  return b;
}

void bind_position(Statement& statement, const model::Position& p) {
  Binder(statement, 0) << p.account << p.instrument << p.quantity << p.held << p.cost
                       << p.realised_profit;
}

model::Position read_position(const Statement& row) {
  model::Position p;
  Reader(row, 0) >> p.account >> p.instrument >> p.quantity >> p.held >> p.cost >>
      p.realised_profit;
  return p;
}

void bind_balance(Statement& statement, const model::Balance& b) {
  Binder(statement, 0) << b.account << b.currency << b.balance << b.held;
}

model::Balance read_balance(const Statement& row) {
  model::Balance b;
  Reader(row, 0) >> b.account >> b.currency >> b.balance >> b.held;
  return b;
}

void bind_account(Statement& statement, const model::Account& a) {
  Binder(statement, 0) << a.id << a.kind << a.state << a.owner << a.name << a.base_currency
                       << a.limits.order_notional_max << a.limits.order_quantity_max
                       << a.limits.open_orders_max;
}

model::Account read_account(const Statement& row) {
  model::Account a;
  Reader(row, 0) >> a.id >> a.kind >> a.state >> a.owner >> a.name >> a.base_currency >>
      a.limits.order_notional_max >> a.limits.order_quantity_max >> a.limits.open_orders_max;
  return a;
}

void bind_instrument(Statement& statement, const model::Instrument& i) {
  Binder(statement, 0) << i.id << i.symbol << i.name << i.asset_class << i.state << i.quote_currency
                       << i.tick_size_nano << i.lot_size_nano << i.order_quantity_max
                       << i.order_notional_max << i.collar_bps;
}

model::Instrument read_instrument(const Statement& row) {
  model::Instrument i;
  Reader(row, 0) >> i.id >> i.symbol >> i.name >> i.asset_class >> i.state >> i.quote_currency >>
      i.tick_size_nano >> i.lot_size_nano >> i.order_quantity_max >> i.order_notional_max >>
      i.collar_bps;
  return i;
}

}  // namespace store_sqlite
