#include "portfolio/portfolio.hpp"

#include <algorithm>
#include <tuple>

namespace portfolio {
namespace {

using containers::no_slot;
using money::Money;
using money::Quantity;
using numeric::Int128;

std::uint64_t hash_of(model::AccountId account, model::InstrumentId instrument) {
  return containers::mix((std::uint64_t{account.value()} << 32) | instrument.value());
}

// cost * part / whole with 0 < part < whole, half away from zero. Split so that no product can
// overflow: the quotient times part is at most cost, the remainder is below whole.
Money proportional(Money cost, std::int64_t part, std::int64_t whole) {
  const bool negative = cost < Money();
  const Int128 amount = negative ? -cost.nano() : cost.nano();
  const Int128 rest = (amount % whole) * part;
  const Int128 rounded = rest / whole + (rest % whole * 2 >= whole ? 1 : 0);
  const Int128 result = amount / whole * part + rounded;
  return Money(negative ? -result : result);
}

}  // namespace

void apply_trade(model::Position& position, Quantity quantity, Money notional) {
  const std::int64_t lots = quantity.lots();
  const std::int64_t open = position.quantity.lots();
  CHECK(lots != 0);
  const std::int64_t size = lots < 0 ? -lots : lots;
  CHECK(notional.nano() % size == 0);
  // What one lot of this trade adds to the cost: positive for a buy, negative for a sell.
  const Int128 unit = notional.nano() / (lots < 0 ? -size : size);
  const bool closes = (open > 0 && lots < 0) || (open < 0 && lots > 0);
  const std::int64_t open_size = open < 0 ? -open : open;
  const std::int64_t closing = closes ? std::min(size, open_size) : 0;
  if (closing > 0) {
    const Money taken =
        closing == open_size ? position.cost : proportional(position.cost, closing, open_size);
    position.realised_profit -= Money(unit * closing) + taken;
    position.cost -= taken;
  }
  position.cost += Money(unit * (size - closing));
  position.quantity += quantity;
}

Portfolio::Portfolio(std::uint32_t accounts_max, std::uint32_t lines_max)
    : lines_(lines_max), first_(static_cast<std::size_t>(accounts_max) + 1), index_(lines_max) {
  touched_.reserve(1'024);
}

std::uint32_t Portfolio::find(model::AccountId account, model::InstrumentId instrument) const {
  return index_.find(hash_of(account, instrument), [&](std::uint32_t slot) {
    return lines_[slot].value.account == account && lines_[slot].value.instrument == instrument;
  });
}

std::uint32_t Portfolio::ensure(model::AccountId account, model::InstrumentId instrument,
                                bool covered) {
  CHECK(account.valid() && account.value() < first_.size());
  if (const std::uint32_t slot = find(account, instrument); slot != no_slot) return slot;
  if (size_ == lines_.size()) return no_slot;
  const std::uint32_t slot = size_++;
  Line line;
  line.value.account = account;
  line.value.instrument = instrument;
  line.covered = covered;
  line.next = first_[account.value()] - 1;
  lines_[slot] = line;
  first_[account.value()] = slot + 1;
  index_.insert(hash_of(account, instrument), slot);
  touch(slot);
  return slot;
}

void Portfolio::hold(std::uint32_t slot, Quantity quantity) {
  CHECK(quantity >= Quantity());
  Line& line = lines_[slot];
  line.value.held += quantity;
  if (line.covered) CHECK(line.value.held <= line.value.quantity);
  touch(slot);
}

void Portfolio::release(std::uint32_t slot, Quantity quantity) {
  CHECK(quantity >= Quantity());
  Line& line = lines_[slot];
  line.value.held -= quantity;
  CHECK(line.value.held >= Quantity());
  touch(slot);
}

void Portfolio::trade(std::uint32_t slot, Quantity quantity, Money notional) {
  Line& line = lines_[slot];
  apply_trade(line.value, quantity, notional);
  if (line.covered) CHECK(line.value.held <= line.value.quantity);
  touch(slot);
}

std::vector<std::uint32_t> Portfolio::sorted() const {
  std::vector<std::uint32_t> slots(size_);
  for (std::uint32_t slot = 0; slot < size_; ++slot)
    slots[slot] = slot;
  std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
    const model::Position& x = lines_[a].value;
    const model::Position& y = lines_[b].value;
    return std::tie(x.account, x.instrument) < std::tie(y.account, y.instrument);
  });
  return slots;
}

std::vector<std::uint32_t> Portfolio::lines_of(model::AccountId account) const {
  std::vector<std::uint32_t> slots;
  if (!account.valid() || account.value() >= first_.size()) return slots;
  for (std::uint32_t slot = first_[account.value()] - 1; slot != no_slot; slot = lines_[slot].next)
    slots.push_back(slot);
  std::sort(slots.begin(), slots.end(), [this](std::uint32_t a, std::uint32_t b) {
    return lines_[a].value.instrument < lines_[b].value.instrument;
  });
  return slots;
}

void Portfolio::touch(std::uint32_t slot) {
  if (lines_[slot].touched) return;
  lines_[slot].touched = true;
  touched_.push_back(slot);
}

}  // namespace portfolio
