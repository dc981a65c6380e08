#include "market_sources/replay_source.hpp"

#include <algorithm>

#include "numeric/decimal.hpp"

namespace market_sources {

base::Result<ReplaySpeed> parse_speed(std::string_view text) {
  if (text == "max") return ReplaySpeed{0};
  std::string_view number = text;
  if (number.ends_with('x')) number.remove_suffix(1);
  const auto thousandths = numeric::parse_decimal(number, 3);
  if (!thousandths || *thousandths < 1 || *thousandths > 1'000'000'000)
    return base::fail("invalid_speed", "speed \"" + std::string(text.substr(0, 40)) +
                                           "\" is neither max nor a number between 0.001 and "
                                           "1000000");
  return ReplaySpeed{static_cast<std::uint32_t>(*thousandths)};
}

ReplaySource::ReplaySource(Options options, sequencer::CommandPort& port, Clock& clock)
    : options_(std::move(options)), port_(port), clock_(clock), sender_(port) {
  shown_.symbol = options_.path;
}

ReplaySource::~ReplaySource() {
  stop();
}

base::Status ReplaySource::start() {
  TRY(Recording recording, Recording::open(options_.path, options_.limits));
  recording_.emplace(std::move(recording));
  const RecordingInfo& info = recording_->info();
  // Bars come a bar's length apart: silence begins after three of them.
  const std::int64_t speed = options_.speed.thousandths;
  const std::int64_t pause = speed == 0 ? 0 : info.longest_pause_ns / speed * 1'000;
  const std::lock_guard lock(mutex_);
  monitor_.emplace(std::max(stale_after_ns_min, 3 * pause));
  shown_.symbol = std::string(info.instrument.symbol.view());
  shown_.message = "replay of " + info.path + " (" + info.format + ")";
  thread_ = std::jthread([this](const std::stop_token& stop_token) { run(stop_token); });
  return {};
}

void ReplaySource::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void ReplaySource::run(const std::stop_token& stop) {
  base::Status ended = prepare(stop);
  if (ended) {
    do {
      ended = play(stop);
    } while (ended && options_.loop && !stop.stop_requested());
  }
  finish(ended);
}

base::Status ReplaySource::prepare(const std::stop_token& stop) {
  std::vector<model::AccountId> simulated;
  const model::Instrument wanted = recording_->info().instrument;
  const auto look = [&](const engine::Engine& engine) {
    if (const auto* found = engine.find_instrument(wanted.symbol.view()); found != nullptr)
      instrument_ = *found;
    for (std::uint32_t i = 1; i <= engine.account_count(); ++i) {
      const model::Account* account = engine.account(model::AccountId(i));
      if (account == nullptr) continue;
      if (account->kind == model::AccountKind::External && !account_.valid())
        account_ = account->id;
      if (account->kind == model::AccountKind::Simulated) simulated.push_back(account->id);
    }
  };
  TRY_STATUS(sender_.ask(look, stop));
  if (!instrument_.id.valid()) {
    TRY(const engine::Outcome listed, sender_.call(model::ListInstrument{wanted}, stop));
    if (listed.reason != model::Reason::None)
      return base::fail("not_listed", std::string(model::describe(listed.reason).message));
    instrument_ = wanted;
    instrument_.id = model::InstrumentId(listed.created_id);
  }
  if (!account_.valid()) {
    model::Account account;
    account.kind = model::AccountKind::External;
    account.name = model::Name(outside_account_name);
    account.base_currency = instrument_.quote_currency;
    TRY(const engine::Outcome opened, sender_.call(model::OpenAccount{account}, stop));
    if (opened.reason != model::Reason::None)
      return base::fail("no_account", std::string(model::describe(opened.reason).message));
    account_ = model::AccountId(opened.created_id);
  }
  for (const model::AccountId id : simulated)
    TRY_STATUS(sender_.send(model::CancelAllOrders{id, instrument_.id}, stop));
  book_.emplace(account_, instrument_.id);
  const std::lock_guard lock(mutex_);
  shown_.instrument = instrument_.id;
  return {};
}

base::Status ReplaySource::play(const std::stop_token& stop) {
  TRY_STATUS(recording_->rewind(instrument_));
  {
    const std::lock_guard lock(mutex_);
    monitor_->start(clock_.now());
  }
  book_->restart(commands_);
  TRY_STATUS(send_all(stop));
  base_wall_ = clock_.now();
  base_record_ = {};
  for (;;) {
    TRY(const feeds::Record* const record, recording_->next());
    if (record == nullptr) break;
    wait_for(*record, stop);
    TRY_STATUS(use(*record, stop));
  }
  return sender_.drain(stop);
}

// Until the record is due. A record from before the last one is due at once.
void ReplaySource::wait_for(const feeds::Record& record, const std::stop_token& stop) {
  const base::Timestamp time = record.receive_time;
  if (base_record_.ns() == 0) {
    base_record_ = time;
    last_record_ = time;
  }
  if (time - last_record_ > pause_max_ns)
    base_record_ = base_record_ + (time - last_record_ - pause_max_ns);
  last_record_ = std::max(last_record_, time);
  if (options_.speed.thousandths == 0) return;
  const auto scaled = static_cast<numeric::Int128>(time - base_record_) * 1'000 /
                      static_cast<std::int64_t>(options_.speed.thousandths);
  const base::Timestamp due = base_wall_ + static_cast<std::int64_t>(scaled);
  if (due > clock_.now()) clock_.wait_until(due, stop);
}

base::Status ReplaySource::use(const feeds::Record& record, const std::stop_token& stop) {
  if (stop.stop_requested()) return base::fail("stopped", "the market source was stopped");
  {
    const std::lock_guard lock(mutex_);
    const bool used = book_->apply(record, clock_.now(), *monitor_, commands_);
    ++(used ? shown_.records : shown_.ignored_records);
    shown_.source_time = record.receive_time;
    shown_.rejected_records = recording_->rejections().count;
    if (shown_.rejected_records > 0) shown_.last_rejection = recording_->rejections().last;
  }
  return send_all(stop);
}

base::Status ReplaySource::send_all(const std::stop_token& stop) {
  for (const model::CommandBody& command : commands_)
    TRY_STATUS(sender_.send(command, stop));
  commands_.clear();
  return {};
}

void ReplaySource::finish(const base::Status& ended) {
  // Nothing may stay displayed that nobody keeps up to date. One try: when even that is not taken,
  // the next start clears it.
  if (book_) {
    (void)port_.submit({}, model::Channel::Market,
                       model::ClearExternalBook{account_, instrument_.id},
                       [](const engine::Outcome&, std::uint64_t) {});
  }
  const std::lock_guard lock(mutex_);
  monitor_->stop();
  shown_.rejected_records = recording_->rejections().count;
  if (shown_.rejected_records > 0) shown_.last_rejection = recording_->rejections().last;
  shown_.message = ended ? "the recording has ended" : ended.error().message;
}

std::vector<FeedStatus> ReplaySource::status() const {
  const CommandSender::Counts counts = sender_.counts();
  const std::lock_guard lock(mutex_);
  FeedStatus status = shown_;
  if (monitor_) {
    status.state = monitor_->state(clock_.now());
    status.counts = monitor_->counts();
  }
  status.commands = counts.accepted;
  status.refused_commands = counts.refused;
  status.last_refusal = counts.last_refusal;
  status.queue_waits = counts.waits;
  return {status};
}

}  // namespace market_sources
