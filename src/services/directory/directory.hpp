#pragma once

// Instruments by symbol and accounts by owner, kept from events, so that a door can check and
// translate a request on its own thread without asking the engine.
//
// Read by every service that takes a symbol or an account from a caller. Guarantees: a batch's
// changes are seen by whoever was answered after that batch; reads are thread-safe and never wait
// for the engine. It also holds the one rule of object access: a caller reaches the accounts they
// own, an administrator (permission "*") reaches all, and an account out of reach answers exactly
// like one that does not exist. Absent on purpose: anything that changes with an order.

#include <map>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "model/account.hpp"
#include "model/instrument.hpp"
#include "operations/operation.hpp"
#include "sequencer/sequencer.hpp"

namespace directory {

template <class T>
using Found = tl::expected<T, operations::ApiError>;

class Directory : public sequencer::Subscriber {
 public:
  // Everything the engine knows now; call before the sequencer starts.
  void load(const engine::Engine& engine);
  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override;

  [[nodiscard]] std::optional<model::Instrument> instrument(model::InstrumentId id) const;
  [[nodiscard]] std::vector<model::Instrument> instruments() const;  // by symbol
  // Errors: 404 unknown_instrument.
  [[nodiscard]] Found<model::Instrument> find_instrument(std::string_view symbol) const;

  // Every account the caller reaches, by id; without synthetic and outside participants unless the
  // caller is an administrator.
  [[nodiscard]] std::vector<model::Account> accounts(const operations::Caller& caller) const;
  // The named account, or the caller's own paper account when none is named. Errors: 404
  // unknown_account; 400 account_id_required when the caller owns several and named none.
  [[nodiscard]] Found<model::Account> resolve_account(
      const operations::Caller& caller, const std::optional<std::string>& account_id) const;

 private:
  void put(const model::Instrument& instrument);
  void put(const model::Account& account);

  mutable std::shared_mutex mutex_;
  std::map<model::InstrumentId, model::Instrument> instruments_;
  std::map<std::string, model::InstrumentId, std::less<>> symbols_;
  std::map<model::AccountId, model::Account> accounts_;
  std::map<model::UserId, std::vector<model::AccountId>> paper_accounts_;  // by owner
};

// A decimal id as callers write it, the one text it has; nullopt when it is not a positive 64-bit
// number.
std::optional<std::uint64_t> parse_id(std::string_view text);

}  // namespace directory
