#include <algorithm>
#include <chrono>
#include <future>

#include "market_sources/demo_source.hpp"
#include "market_sources/replay_source.hpp"
#include "platform/parts.hpp"

// The market source, and the first start's paper account.

namespace platform {
namespace {

constexpr std::int64_t first_cash_units = 1'000'000;  // contract section 3
constexpr auto answer_within = std::chrono::seconds(30);

// Sends one command and waits for its outcome; only for the start, never on a door's thread.
base::Result<engine::Outcome> execute(sequencer::CommandPort& port,
                                      const model::CommandBody& body) {
  auto answered = std::make_shared<std::promise<engine::Outcome>>();
  auto outcome = answered->get_future();
  if (!port.submit({}, model::Channel::System, body,
                   [answered](const engine::Outcome& o, std::uint64_t) { answered->set_value(o); }))
    return base::fail("busy", "the engine takes no commands");
  if (outcome.wait_for(answer_within) != std::future_status::ready)
    return base::fail("timeout", "the engine did not answer");
  return outcome.get();
}

base::Status fund(sequencer::CommandPort& port, model::AccountId account,
                  money::Currency currency) {
  TRY(const money::Money cash, money::parse_money(std::to_string(first_cash_units)));
  TRY(const engine::Outcome outcome, execute(port, model::TransferCash{account, currency, cash}));
  if (outcome.reason != model::Reason::None)
    return base::fail("first_account", std::string(model::describe(outcome.reason).message));
  return {};
}

std::optional<model::Account> paper_account_of(const directory::Directory& directory,
                                               model::UserId owner) {
  operations::Caller everyone;
  everyone.permissions = {"*"};
  for (const model::Account& account : directory.accounts(everyone))
    if (account.kind == model::AccountKind::Paper && account.owner == owner) return account;
  return std::nullopt;
}

base::Result<std::vector<money::Currency>> funded_currencies(sequencer::CommandPort& port,
                                                             model::AccountId account) {
  auto answered = std::make_shared<std::promise<std::vector<money::Currency>>>();
  auto currencies = answered->get_future();
  const bool taken = port.query([answered, account](const engine::Engine& engine) {
    std::vector<money::Currency> found;
    for (const model::Balance& balance : engine.balances(account))
      found.push_back(balance.currency);
    answered->set_value(std::move(found));
  });
  if (!taken || currencies.wait_for(answer_within) != std::future_status::ready)
    return base::fail("busy", "the engine does not answer");
  return currencies.get();
}

}  // namespace

base::Status make_market_source(Platform::Parts& parts) {
  if (parts.settings.replay_file.empty()) {
    market_sources::DemoSource::Options options;
    options.seed = static_cast<std::uint64_t>(parts.settings.market_seed);
    parts.market_source =
        std::make_unique<market_sources::DemoSource>(options, *parts.sequencer, parts.market_clock);
    return parts.market_source->start();
  }
  parts.demo_market = false;
  market_sources::ReplaySource::Options options;
  options.path = parts.settings.replay_file;
  TRY(options.speed, market_sources::parse_speed(parts.settings.replay_speed));
  parts.market_source =
      std::make_unique<market_sources::ReplaySource>(options, *parts.sequencer, parts.market_clock);
  return parts.market_source->start();
}

// The administrator's paper account: 1,000,000 USD, and as much of each currency that an instrument
// is quoted in, so that a replayed market in another currency can be traded too.
base::Status open_first_account(Platform::Parts& parts) {
  const model::UserId admin = parts.identity->find_user("admin");
  if (!admin.valid()) return {};
  TRY(const money::Currency usd, money::Currency::parse("USD"));
  auto account = paper_account_of(parts.directory, admin);
  const bool opened = !account;
  if (opened) {
    model::OpenAccount open;
    open.account.owner = admin;
    open.account.name = model::Name("Paper account");
    open.account.base_currency = usd;
    TRY(const engine::Outcome outcome, execute(*parts.sequencer, open));
    if (outcome.reason != model::Reason::None)
      return base::fail("first_account", std::string(model::describe(outcome.reason).message));
    account = paper_account_of(parts.directory, admin);
    if (!account) return base::fail("first_account", "the first account was not opened");
  }
  std::vector<money::Currency> wanted{usd};
  for (const model::Instrument& instrument : parts.directory.instruments())
    wanted.push_back(instrument.quote_currency);
  std::vector<money::Currency> funded;
  if (!opened) {
    TRY(funded, funded_currencies(*parts.sequencer, account->id));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const bool known = std::find(funded.begin(), funded.end(), wanted[i]) != funded.end();
    const bool repeated = std::find(wanted.begin(), wanted.begin() + static_cast<std::ptrdiff_t>(i),
                                    wanted[i]) != wanted.begin() + static_cast<std::ptrdiff_t>(i);
    if (!known && !repeated) TRY_STATUS(fund(*parts.sequencer, account->id, wanted[i]));
  }
  return {};
}

std::string feed_state(const Platform::Parts& parts, model::InstrumentId instrument) {
  if (parts.market_source == nullptr) return "stopped";
  for (const market_sources::FeedStatus& status : parts.market_source->status()) {
    if (status.instrument != instrument) continue;
    if (parts.demo_market && status.state == market::FeedState::Live) return "demo";
    return std::string(market::name_of(status.state));
  }
  return "stopped";  // listed by an earlier run with another market
}

}  // namespace platform
