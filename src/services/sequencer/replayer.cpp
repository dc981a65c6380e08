#include "sequencer/replayer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sequencer {
namespace {

constexpr std::uint32_t checkpoint_format_version = 1;
constexpr std::size_t given_events_min = 4'096;  // at once, except at the end

using bytes::Encoder;

template <class Tag, class Rep>
void put(Encoder& out, base::StrongId<Tag, Rep> id) {
  out.put(id.value());
}
void put(Encoder& out, money::Price price) {
  out.put(price.ticks());
}
void put(Encoder& out, money::Quantity quantity) {
  out.put(quantity.lots());
}
void put(Encoder& out, money::Money amount) {
  out.put(amount.nano());
}
void put(Encoder& out, money::Currency currency) {
  out.put(currency.packed());
}
void put(Encoder& out, std::uint32_t value) {
  out.put(value);
}
template <class E>
requires std::is_enum_v<E>
void put(Encoder& out, E value) {
  out.put(static_cast<std::underlying_type_t<E>>(value));
}
template <class... Fields>
void put_all(Encoder& out, const Fields&... fields) {
  (put(out, fields), ...);
}

void put_body(Encoder& out, const model::OrderUpdated& e) {
  put(out, e.type);
  model::encode(e.order, out);
  put_all(out, e.trade, e.price, e.quantity, e.liquidity);
}
void put_body(Encoder& out, const model::Traded& e) {
  put_all(out, e.trade, e.instrument, e.price, e.quantity, e.aggressor, e.buy_order, e.sell_order);
}
void put_body(Encoder& out, const model::LevelChanged& e) {
  put_all(out, e.instrument, e.side, e.price, e.quantity, e.order_count);
}
void put_body(Encoder& out, const model::BalanceChanged& e) {
  put_all(out, e.balance.account, e.balance.currency, e.balance.balance, e.balance.held);
}
void put_body(Encoder& out, const model::PositionChanged& e) {
  put_all(out, e.position.account, e.position.instrument, e.position.quantity, e.position.held,
          e.position.cost, e.position.realised_profit);
}
void put_body(Encoder& out, const model::LedgerPosted& e) {
  put_all(out, e.transaction, e.kind, e.account, e.currency, e.amount, e.instrument, e.quantity,
          e.trade);
}
void put_body(Encoder& out, const model::InstrumentChanged& e) {
  model::encode(e.instrument, out);
}
void put_body(Encoder& out, const model::AccountChanged& e) {
  model::encode(e.account, out);
}
void put_body(Encoder& out, const model::TradingStateChanged& e) {
  put(out, e.state);
}
void put_body(Encoder& out, const model::CommandRejected& e) {
  put_all(out, e.account, e.order, e.reason);
}

void put_hash(Encoder& out, const bytes::Hash128& hash) {
  out.put(hash.low);
  out.put(hash.high);
}
bytes::Hash128 get_hash(bytes::Decoder& in) {
  const auto low = in.get<std::uint64_t>();
  return {low, in.get<std::uint64_t>()};
}

std::string text_of(const bytes::Hash128& hash) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx",
                static_cast<unsigned long long>(hash.high),
                static_cast<unsigned long long>(hash.low));
  return text.data();
}

}  // namespace

void encode(const model::Event& event, Encoder& out) {
  out.put(event.sequence);
  out.put(event.index);
  out.put(event.time.ns());
  out.put(static_cast<std::uint8_t>(event.body.index()));
  std::visit([&out](const auto& body) { put_body(out, body); }, event.body);
}

bytes::Hash128 continue_event_hash(const bytes::Hash128& before,
                                   std::span<const model::Event> events, Encoder& scratch) {
  scratch.clear();
  put_hash(scratch, before);
  for (const model::Event& event : events)
    encode(event, scratch);
  return bytes::hash128(scratch.view());
}

void encode(const Checkpoint& checkpoint, Encoder& out) {
  out.put(checkpoint_format_version);
  put_hash(out, checkpoint.state_hash);
  put_hash(out, checkpoint.event_hash);
}

base::Result<Checkpoint> decode_checkpoint(bytes::View data) {
  bytes::Decoder in(data);
  const auto version = in.get<std::uint32_t>();
  Checkpoint checkpoint;
  checkpoint.state_hash = get_hash(in);
  checkpoint.event_hash = get_hash(in);
  if (version != checkpoint_format_version || !in.ok() || !in.at_end())
    return base::fail("invalid_checkpoint", "a checkpoint is of another version or cut short");
  return checkpoint;
}

Replayer::Replayer(engine::Engine& engine, const bytes::Hash128& event_hash,
                   std::uint64_t events_after, const ReplayedEvents& events)
    : engine_(engine), event_hash_(event_hash), events_after_(events_after), events_(events) {}

base::Status Replayer::apply(const wire::StoredRecord& record) {
  return record.type == wire::RecordType::Command ? apply_command(record) : compare(record);
}

base::Status Replayer::apply_command(const wire::StoredRecord& record) {
  TRY(const model::Command command, model::decode_command(record.payload));
  if (command.sequence != record.sequence || command.time != record.time)
    return base::fail("invalid_command", "record " + std::to_string(record.sequence) +
                                             " of the journal holds another command");
  const std::size_t before = applied_.size();
  engine_.apply(command, applied_);
  event_hash_ = continue_event_hash(event_hash_, std::span(applied_).subspan(before), scratch_);
  ++commands_;
  if (!events_ || record.sequence <= events_after_) {
    applied_.clear();
    return {};
  }
  return applied_.size() < given_events_min ? base::Status{} : flush();
}

base::Status Replayer::flush() {
  if (applied_.empty()) return {};
  TRY_STATUS(events_(applied_));
  applied_.clear();
  return {};
}

base::Status Replayer::compare(const wire::StoredRecord& record) {
  TRY(const Checkpoint stored, decode_checkpoint(record.payload));
  const Checkpoint now{engine_.state_hash(), event_hash_};
  ++checkpoints_;
  if (stored == now) return {};
  const bool state = stored.state_hash != now.state_hash;
  return base::fail(
      "replay_mismatch",
      std::string("replaying the journal gives another ") + (state ? "state" : "list of events") +
          " after command " + std::to_string(record.sequence) + " than when it was written (" +
          text_of(state ? now.state_hash : now.event_hash) + ", then " +
          text_of(state ? stored.state_hash : stored.event_hash) +
          "). Run the version that wrote this journal; if it is this one, test the memory of this "
          "machine. Nothing was changed");
}

}  // namespace sequencer
