#include "model/command.hpp"

namespace model {
namespace {

using bytes::Decoder;
using bytes::Encoder;
using money::Currency;
using money::Money;
using money::Price;
using money::Quantity;

// --- fields -----------------------------------------------------------------------------------

template <class Tag, class Rep>
void put(Encoder& out, base::StrongId<Tag, Rep> id) {
  out.put(id.value());
}
void put(Encoder& out, Price price) {
  out.put(price.ticks());
}
void put(Encoder& out, Quantity quantity) {
  out.put(quantity.lots());
}
void put(Encoder& out, Money amount) {
  out.put(amount.nano());
}
void put(Encoder& out, Currency currency) {
  out.put(currency.packed());
}
void put(Encoder& out, base::Timestamp time) {
  out.put(time.ns());
}
template <std::size_t N>
void put(Encoder& out, const InlineText<N>& text) {
  out.put(static_cast<std::uint8_t>(text.view().size()));
  out.put_bytes(bytes::view(text.view()));
}
template <class E>
requires std::is_enum_v<E>
void put(Encoder& out, E value) {
  out.put(static_cast<std::underlying_type_t<E>>(value));
}

template <class Tag, class Rep>
void get(Decoder& in, base::StrongId<Tag, Rep>& id) {
  id = base::StrongId<Tag, Rep>(in.get<Rep>());
}
void get(Decoder& in, Price& price) {
  price = Price(in.get<std::int64_t>());
}
void get(Decoder& in, Quantity& quantity) {
  quantity = Quantity(in.get<std::int64_t>());
}
void get(Decoder& in, Money& amount) {
  amount = Money(in.get<__int128>());
}
void get(Decoder& in, Currency& currency) {
  currency = Currency::from_packed(in.get<std::uint64_t>());
}
void get(Decoder& in, base::Timestamp& time) {
  time = base::Timestamp(in.get<std::int64_t>());
}
template <std::size_t N>
void get(Decoder& in, InlineText<N>& text) {
  const auto size = in.get<std::uint8_t>();
  if (size > N) return in.reject();
  const bytes::View data = in.get_bytes(size);
  text = InlineText<N>(std::string_view(reinterpret_cast<const char*>(data.data()), data.size()));
}
// Enumerators run from 1 to `last`.
template <class E>
void get(Decoder& in, E& value, E last) {
  const auto raw = in.get<std::underlying_type_t<E>>();
  if (raw < 1 || raw > static_cast<std::underlying_type_t<E>>(last)) in.reject();
  value = static_cast<E>(raw);
}
void get(Decoder& in, Side& value) {
  get(in, value, Side::Sell);
}
void get(Decoder& in, OrderType& value) {
  get(in, value, OrderType::Limit);
}
void get(Decoder& in, TimeInForce& value) {
  get(in, value, TimeInForce::FillOrKill);
}
void get(Decoder& in, OrderStatus& value) {
  get(in, value, OrderStatus::Rejected);
}
void get(Decoder& in, InstrumentState& value) {
  get(in, value, InstrumentState::Closed);
}
void get(Decoder& in, TradingState& value) {
  get(in, value, TradingState::Halted);
}
void get(Decoder& in, AccountKind& value) {
  get(in, value, AccountKind::External);
}
void get(Decoder& in, AssetClass& value) {
  get(in, value, AssetClass::Crypto);
}
void get(Decoder& in, Channel& value) {
  get(in, value, Channel::Market);
}

void get(Decoder& in, Reason& value) {
  const auto raw = in.get<std::uint16_t>();
  for (const ReasonText& row : all_reasons())
    if (static_cast<std::uint16_t>(row.reason) == raw) {
      value = row.reason;
      return;
    }
  in.reject();
}

template <class... Fields>
void put_all(Encoder& out, const Fields&... fields) {
  (put(out, fields), ...);
}
template <class... Fields>
void get_all(Decoder& in, Fields&... fields) {
  (get(in, fields), ...);
}

void put_limits(Encoder& out, const RiskLimits& limits) {
  put_all(out, limits.order_notional_max, limits.order_quantity_max);
  out.put(limits.open_orders_max);
}
void get_limits(Decoder& in, RiskLimits& limits) {
  get_all(in, limits.order_notional_max, limits.order_quantity_max);
  limits.open_orders_max = in.get<std::uint32_t>();
}

// --- bodies: one overload pair each -------------------------------------------------------------

void put_body(Encoder& out, const ListInstrument& c) {
  encode(c.instrument, out);
}
void put_body(Encoder& out, const SetInstrumentState& c) {
  put_all(out, c.instrument, c.state);
}
void put_body(Encoder& out, const OpenAccount& c) {
  encode(c.account, out);
}
void put_body(Encoder& out, const SetRiskLimits& c) {
  put(out, c.account);
  put_limits(out, c.limits);
}
void put_body(Encoder& out, const TransferCash& c) {
  put_all(out, c.account, c.currency, c.amount);
}
void put_body(Encoder& out, const SetTradingState& c) {
  put_all(out, c.account, c.state);
}
void put_body(Encoder& out, const SubmitOrder& c) {
  put_all(out, c.account, c.instrument, c.side, c.type, c.time_in_force, c.limit_price, c.quantity,
          c.client_order_id);
}
void put_body(Encoder& out, const CancelOrder& c) {
  put_all(out, c.account, c.order);
}
void put_body(Encoder& out, const ReplaceOrder& c) {
  put_all(out, c.account, c.order, c.limit_price, c.quantity);
}
void put_body(Encoder& out, const CancelAllOrders& c) {
  put_all(out, c.account, c.instrument);
}
void put_body(Encoder& out, const SetExternalLevel& c) {
  put_all(out, c.account, c.instrument, c.side, c.price, c.quantity);
}
void put_body(Encoder& out, const ApplyExternalTrade& c) {
  put_all(out, c.account, c.instrument, c.aggressor, c.price, c.quantity);
}
void put_body(Encoder& out, const ClearExternalBook& c) {
  put_all(out, c.account, c.instrument);
}
void put_body(Encoder&, const AdvanceTime&) {}

void get_body(Decoder& in, ListInstrument& c) {
  c.instrument = decode_instrument(in);
}
void get_body(Decoder& in, SetInstrumentState& c) {
  get_all(in, c.instrument, c.state);
}
void get_body(Decoder& in, OpenAccount& c) {
  c.account = decode_account(in);
}
void get_body(Decoder& in, SetRiskLimits& c) {
  get(in, c.account);
  get_limits(in, c.limits);
}
void get_body(Decoder& in, TransferCash& c) {
  get_all(in, c.account, c.currency, c.amount);
}
void get_body(Decoder& in, SetTradingState& c) {
  get_all(in, c.account, c.state);
}
void get_body(Decoder& in, SubmitOrder& c) {
  get_all(in, c.account, c.instrument, c.side, c.type, c.time_in_force, c.limit_price, c.quantity,
          c.client_order_id);
}
void get_body(Decoder& in, CancelOrder& c) {
  get_all(in, c.account, c.order);
}
void get_body(Decoder& in, ReplaceOrder& c) {
  get_all(in, c.account, c.order, c.limit_price, c.quantity);
}
void get_body(Decoder& in, CancelAllOrders& c) {
  get_all(in, c.account, c.instrument);
}
void get_body(Decoder& in, SetExternalLevel& c) {
  get_all(in, c.account, c.instrument, c.side, c.price, c.quantity);
}
void get_body(Decoder& in, ApplyExternalTrade& c) {
  get_all(in, c.account, c.instrument, c.aggressor, c.price, c.quantity);
}
void get_body(Decoder& in, ClearExternalBook& c) {
  get_all(in, c.account, c.instrument);
}
void get_body(Decoder&, AdvanceTime&) {}

// Reads the alternative with index `tag`; rejects an unknown one.
template <std::size_t I = 0>
void get_alternative(Decoder& in, std::size_t tag, CommandBody& body) {
  if constexpr (I == std::variant_size_v<CommandBody>) {
    in.reject();
  } else if (tag == I) {
    std::variant_alternative_t<I, CommandBody> value;
    get_body(in, value);
    body = value;
  } else {
    get_alternative<I + 1>(in, tag, body);
  }
}

}  // namespace

void encode(const Command& command, Encoder& out) {
  out.put(command_format_version);
  out.put(command.sequence);
  put_all(out, command.time, command.user, command.channel);
  out.put(static_cast<std::uint8_t>(command.body.index()));
  std::visit([&](const auto& body) { put_body(out, body); }, command.body);
}

base::Result<Command> decode_command(bytes::View data) {
  Decoder in(data);
  Command command;
  const auto version = in.get<std::uint8_t>();
  if (version != command_format_version)
    return base::fail("invalid_command", "the command has format version " +
                                             std::to_string(version) + ", known is " +
                                             std::to_string(command_format_version));
  command.sequence = in.get<std::uint64_t>();
  get_all(in, command.time, command.user, command.channel);
  get_alternative(in, in.get<std::uint8_t>(), command.body);
  if (!in.ok() || !in.at_end())
    return base::fail("invalid_command", "the bytes are not one command");
  return command;
}

void encode(const Instrument& i, Encoder& out) {
  put_all(out, i.id, i.symbol, i.name, i.asset_class, i.state, i.quote_currency);
  out.put(i.tick_size_nano);
  out.put(i.lot_size_nano);
  put_all(out, i.order_quantity_max, i.order_notional_max);
  out.put(i.collar_bps);
}

Instrument decode_instrument(Decoder& in) {
  Instrument i;
  get_all(in, i.id, i.symbol, i.name, i.asset_class, i.state, i.quote_currency);
  i.tick_size_nano = in.get<std::int64_t>();
  i.lot_size_nano = in.get<std::int64_t>();
  get_all(in, i.order_quantity_max, i.order_notional_max);
  i.collar_bps = in.get<std::int32_t>();
  return i;
}

void encode(const Account& a, Encoder& out) {
  put_all(out, a.id, a.kind, a.state, a.owner, a.name, a.base_currency);
  put_limits(out, a.limits);
}

Account decode_account(Decoder& in) {
  Account a;
  get_all(in, a.id, a.kind, a.state, a.owner, a.name, a.base_currency);
  get_limits(in, a.limits);
  return a;
}

void encode(const Order& o, Encoder& out) {
  put_all(out, o.id, o.account, o.instrument, o.side, o.type, o.time_in_force, o.status, o.reason,
          o.user, o.limit_price, o.quantity, o.filled, o.filled_notional, o.held, o.created,
          o.updated);
  out.put(o.created_sequence);
  out.put(o.sequence);
  put(out, o.client_order_id);
}

Order decode_order(Decoder& in) {
  Order o;
  get_all(in, o.id, o.account, o.instrument, o.side, o.type, o.time_in_force, o.status, o.reason,
          o.user, o.limit_price, o.quantity, o.filled, o.filled_notional, o.held, o.created,
          o.updated);
  o.created_sequence = in.get<std::uint64_t>();
  o.sequence = in.get<std::uint64_t>();
  get(in, o.client_order_id);
  return o;
}

}  // namespace model
