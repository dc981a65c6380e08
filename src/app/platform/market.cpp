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

std::optional<model::Account> paper_account_of(const directory::Directory& directory,
                                               model::UserId owner) {
  operations::Caller everyone;
  everyone.permissions = {"*"};
  for (const model::Account& account : directory.accounts(everyone))
    if (account.kind == model::AccountKind::Paper && account.owner == owner) return account;
  return std::nullopt;
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

// The administrator's paper account: 1,000,000 USD, and as much of each other currency that an
// instrument is quoted in.
base::Status open_first_account(Platform::Parts& parts) {
  const model::UserId admin = parts.identity->find_user("admin");
  if (!admin.valid()) return {};
  TRY(const money::Currency usd, money::Currency::parse("USD"));
  TRY(const money::Money cash, money::parse_money(std::to_string(first_cash_units)));
  auto account = paper_account_of(parts.directory, admin);
  if (!account) {
    model::OpenAccount open;
    open.account.owner = admin;
    open.account.name = model::Name("Paper account");
    open.account.base_currency = usd;
    TRY(const engine::Outcome opened, execute(*parts.sequencer, open));
    account = paper_account_of(parts.directory, admin);
    if (!account)
      return base::fail("first_account", std::string(model::describe(opened.reason).message));
    TRY(const engine::Outcome funded,
        execute(*parts.sequencer, model::TransferCash{account->id, usd, cash}));
    if (funded.reason != model::Reason::None)
      return base::fail("first_account", std::string(model::describe(funded.reason).message));
  }
  const bool taken =
      parts.sequencer->query([&parts, id = account->id, cash](const engine::Engine& engine) {
        parts.quote_cash.follow(*parts.sequencer, engine, id, cash);
      });
  return taken ? base::Status{} : base::fail("busy", "the engine does not answer");
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
