#include "platform/quote_cash.hpp"

namespace platform {

void QuoteCash::follow(sequencer::CommandPort& port, const engine::Engine& engine,
                       model::AccountId account, money::Money amount) {
  port_ = &port;
  account_ = account;
  amount_ = amount;
  for (const model::Balance& balance : engine.balances(account))
    funded_.insert(balance.currency);
  for (std::uint32_t id = 1; id <= engine.instrument_count(); ++id)
    fund(engine.instrument(model::InstrumentId(id))->quote_currency);
}

void QuoteCash::on_batch(std::shared_ptr<const sequencer::Batch> batch) {
  if (port_ == nullptr) return;
  for (const model::Event& event : batch->events)
    if (const auto* changed = std::get_if<model::InstrumentChanged>(&event.body))
      fund(changed->instrument.quote_currency);
}

void QuoteCash::fund(money::Currency currency) {
  if (funded_.contains(currency)) return;
  // A full queue leaves the currency for the next change of an instrument, or the next start.
  const model::TransferCash transfer{account_, currency, amount_};
  if (port_->submit({}, model::Channel::System, transfer,
                    [](const engine::Outcome&, std::uint64_t) {}))
    funded_.insert(currency);
}

}  // namespace platform
