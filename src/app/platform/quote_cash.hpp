#pragma once

#include <set>

#include "sequencer/sequencer.hpp"

namespace platform {

// Paper cash in the currency of each instrument that is listed, for the first account, so that a
// replayed market that is quoted in another currency than USD can be traded too. Everything runs on
// the engine thread.
class QuoteCash final : public sequencer::Subscriber {
 public:
  // From here on currencies that `account` has no balance in are funded with `amount`.
  void follow(sequencer::CommandPort& port, const engine::Engine& engine, model::AccountId account,
              money::Money amount);
  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override;

 private:
  void fund(money::Currency currency);

  sequencer::CommandPort* port_ = nullptr;
  model::AccountId account_;
  money::Money amount_;
  std::set<money::Currency> funded_;
};

}  // namespace platform
