#include "directory/directory.hpp"

#include <charconv>

namespace directory {
namespace {

bool reaches_all(const operations::Caller& caller) {
  for (const std::string& granted : caller.permissions)
    if (granted == "*") return true;
  return false;
}

bool reaches(const operations::Caller& caller, const model::Account& account) {
  return reaches_all(caller) || (account.owner.valid() && account.owner == caller.user);
}

}  // namespace

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text[0] == '0')
    return std::nullopt;
  return value;
}

void Directory::put(const model::Instrument& instrument) {
  symbols_[std::string(instrument.symbol.view())] = instrument.id;
  instruments_[instrument.id] = instrument;
}

void Directory::put(const model::Account& account) {
  const bool known = accounts_.contains(account.id);
  accounts_[account.id] = account;
  if (!known && account.kind == model::AccountKind::Paper)
    paper_accounts_[account.owner].push_back(account.id);
}

void Directory::load(const engine::Engine& engine) {
  const std::unique_lock lock(mutex_);
  for (std::uint32_t id = 1; id <= engine.instrument_count(); ++id)
    put(*engine.instrument(model::InstrumentId(id)));
  for (std::uint32_t id = 1; id <= engine.account_count(); ++id)
    put(*engine.account(model::AccountId(id)));
}

void Directory::on_batch(std::shared_ptr<const sequencer::Batch> batch) {
  for (const model::Event& event : batch->events) {
    if (const auto* changed = std::get_if<model::InstrumentChanged>(&event.body)) {
      const std::unique_lock lock(mutex_);
      put(changed->instrument);
    } else if (const auto* account = std::get_if<model::AccountChanged>(&event.body)) {
      const std::unique_lock lock(mutex_);
      put(account->account);
    }
  }
}

std::optional<model::Instrument> Directory::instrument(model::InstrumentId id) const {
  const std::shared_lock lock(mutex_);
  const auto found = instruments_.find(id);
  if (found == instruments_.end()) return std::nullopt;
  return found->second;
}

std::vector<model::Instrument> Directory::instruments() const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Instrument> all;
  all.reserve(symbols_.size());
  for (const auto& [symbol, id] : symbols_)
    all.push_back(instruments_.at(id));
  return all;
}

Found<model::Instrument> Directory::find_instrument(std::string_view symbol) const {
  const std::shared_lock lock(mutex_);
  const auto found = symbols_.find(symbol);
  if (found == symbols_.end())
    return tl::unexpected(operations::refused(model::Reason::UnknownInstrument));
  return instruments_.at(found->second);
}

std::vector<model::Account> Directory::accounts(const operations::Caller& caller) const {
  const std::shared_lock lock(mutex_);
  std::vector<model::Account> reached;
  for (const auto& [id, account] : accounts_)
    if (reaches(caller, account)) reached.push_back(account);
  return reached;
}

Found<model::Account> Directory::resolve_account(
    const operations::Caller& caller, const std::optional<std::string>& account_id) const {
  const std::shared_lock lock(mutex_);
  if (account_id) {
    const auto id = parse_id(*account_id);
    const auto found = id && *id <= UINT32_MAX
                           ? accounts_.find(model::AccountId(static_cast<std::uint32_t>(*id)))
                           : accounts_.end();
    if (found == accounts_.end() || !reaches(caller, found->second))
      return tl::unexpected(operations::refused(model::Reason::UnknownAccount));
    return found->second;
  }
  const auto own = paper_accounts_.find(caller.user);
  if (own == paper_accounts_.end())
    return tl::unexpected(operations::refused(model::Reason::UnknownAccount));
  if (own->second.size() > 1)
    return tl::unexpected(operations::invalid(
        "account_id_required", "You have several accounts; name one with account_id."));
  return accounts_.at(own->second.front());
}

}  // namespace directory
