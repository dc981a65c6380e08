#include "market_sources/demo_source.hpp"

#include <algorithm>

namespace market_sources {

namespace {
constexpr std::int64_t stale_after_ns = 5 * base::ns_per_s;
}

DemoSource::DemoSource(Options options, sequencer::CommandPort& port, Clock& clock)
    : clock_(clock), sender_(port), market_(options.seed), monitor_(stale_after_ns) {
  for (const DemoInstrument& demo : demo_instruments()) {
    FeedStatus feed;
    feed.symbol = std::string(demo.instrument.symbol.view());
    shown_.push_back(feed);
  }
}

DemoSource::~DemoSource() {
  stop();
}

base::Status DemoSource::start() {
  thread_ = std::jthread([this](const std::stop_token& stop_token) { run(stop_token); });
  return {};
}

void DemoSource::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void DemoSource::run(const std::stop_token& stop) {
  base::Status going = prepare(stop);
  base::Timestamp due = clock_.now();
  while (going && !stop.stop_requested()) {
    going = step(stop);
    due = std::max(due + demo_step_ns, clock_.now());
    clock_.wait_until(due, stop);
  }
  const std::lock_guard lock(mutex_);
  monitor_.stop();
  message_ = going ? "the demo market was stopped" : going.error().message;
}

base::Status DemoSource::prepare(const std::stop_token& stop) {
  TRY_STATUS(open_accounts(stop));
  for (std::size_t i = 0; i < demo_accounts; ++i)
    TRY_STATUS(sender_.send(model::CancelAllOrders{market_.account(i), {}}, stop));
  TRY_STATUS(list_instruments(stop));
  const std::lock_guard lock(mutex_);
  monitor_.start(clock_.now());
  message_ = "demo market of synthetic participants";
  for (std::size_t i = 0; i < shown_.size(); ++i)
    shown_[i].instrument = market_.instrument(i).id;
  return {};
}

base::Status DemoSource::open_accounts(const std::stop_token& stop) {
  std::vector<model::Account> known;
  const auto look = [&](const engine::Engine& engine) {
    for (std::uint32_t i = 1; i <= engine.account_count(); ++i)
      if (const auto* account = engine.account(model::AccountId(i));
          account != nullptr && account->kind == model::AccountKind::Simulated)
        known.push_back(*account);
  };
  TRY_STATUS(sender_.ask(look, stop));
  for (std::size_t i = 0; i < demo_accounts; ++i) {
    model::Account account;
    account.kind = model::AccountKind::Simulated;
    account.name = model::Name(demo_account_name(i));
    account.base_currency = *money::Currency::parse("USD");
    const auto found = std::find_if(known.begin(), known.end(), [&](const model::Account& other) {
      return other.name == account.name;
    });
    if (found != known.end()) {
      market_.bind_account(i, found->id);
      continue;
    }
    TRY(const engine::Outcome opened, sender_.call(model::OpenAccount{account}, stop));
    if (opened.reason != model::Reason::None)
      return base::fail("no_account", std::string(model::describe(opened.reason).message));
    market_.bind_account(i, model::AccountId(opened.created_id));
  }
  return {};
}

base::Status DemoSource::list_instruments(const std::stop_token& stop) {
  for (const DemoInstrument& demo : demo_instruments()) {
    model::Instrument listed = demo.instrument;
    money::Price last;
    const auto look = [&](const engine::Engine& engine) {
      const auto* const found = engine.find_instrument(demo.instrument.symbol.view());
      if (found == nullptr) return;
      listed = *found;
      last = engine.last_price(found->id);
    };
    TRY_STATUS(sender_.ask(look, stop));
    if (!listed.id.valid()) {
      TRY(const engine::Outcome answer, sender_.call(model::ListInstrument{listed}, stop));
      if (answer.reason != model::Reason::None)
        return base::fail("not_listed", std::string(model::describe(answer.reason).message));
      listed.id = model::InstrumentId(answer.created_id);
    }
    market_.add_instrument(demo, listed, last);
  }
  return {};
}

base::Status DemoSource::step(const std::stop_token& stop) {
  std::vector<DemoView> views;
  TRY_STATUS(
      sender_.ask([&](const engine::Engine& engine) { views = market_.look(engine); }, stop));
  std::vector<model::CommandBody> commands;
  market_.plan(views, commands);
  for (const model::CommandBody& command : commands)
    TRY_STATUS(sender_.send(command, stop));
  TRY_STATUS(sender_.drain(stop));
  const base::Timestamp now = clock_.now();
  const std::lock_guard lock(mutex_);
  monitor_.message(now, now);
  for (FeedStatus& feed : shown_) {
    ++feed.records;
    feed.source_time = now;
  }
  return {};
}

std::vector<FeedStatus> DemoSource::status() const {
  const CommandSender::Counts counts = sender_.counts();
  const std::lock_guard lock(mutex_);
  std::vector<FeedStatus> feeds = shown_;
  for (FeedStatus& feed : feeds) {
    feed.state = monitor_.state(clock_.now());
    feed.counts = monitor_.counts();
    feed.commands = counts.accepted;
    feed.refused_commands = counts.refused;
    feed.last_refusal = counts.last_refusal;
    feed.queue_waits = counts.waits;
    feed.message = message_;
  }
  return feeds;
}

}  // namespace market_sources
