#include "platform/platform.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include <sys/stat.h>

#include "market_data/operations.hpp"
#include "operations/openapi.hpp"
#include "order_management/order_management.hpp"
#include "platform/parts.hpp"
#include "portfolio_tracker/portfolio_tracker.hpp"
#include "sequencer/recovery.hpp"
#include "trading_engine/trading_engine.hpp"

namespace platform {
namespace {

constexpr std::int64_t drain_ms = 5'000;

base::Timestamp system_now() {
  return base::Timestamp(std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count());
}

base::Status make_data_folder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    return base::fail("data_folder",
                      "cannot make the data folder " + folder + ": " + error.message());
  ::chmod(folder.c_str(), S_IRWXU);  // keys and users live there
  return {};
}

// What is set but not part of this layout is refused rather than ignored.
base::Status check_layout(const settings::Settings& settings) {
  const std::pair<const std::string*, const char*> stores[] = {
      {&settings.database_url, "DATABASE_URL"},
      {&settings.mongodb_url, "MONGODB_URL"},
      {&settings.redis_url, "REDIS_URL"}};
  for (const auto& [value, name] : stores)
    if (!value->empty())
      return base::fail(
          "unsupported_setting",
          std::string(name) + " is set, but this version has only the embedded layout; unset it");
  return {};
}

}  // namespace

const std::vector<Service>& services() {
  static const std::vector<Service> all{{"market-data", 8001},       {"trading-engine", 8010},
                                        {"order-management", 8011},  {"risk-management", 8012},
                                        {"portfolio-tracker", 8013}, {"analytics", 8050},
                                        {"strategy", 8090},          {"system-health", 8100}};
  return all;
}

namespace {

using Parts = Platform::Parts;

// Files to state: the projections say from where events are needed, the journal gives them.
base::Status recover_state(Parts& p) {
  const std::string& folder = p.settings.data_folder;
  projector::Options projections;
  projections.path = folder + "/projections.sqlite";
  TRY(p.projector, projector::Projector::open(projections));
  sequencer::RecoveryOptions options;
  options.events_after = p.projector->last_sequence();
  options.events = [&](std::span<const model::Event> events) {
    return p.projector->replay(events);
  };
  TRY(auto recovered, sequencer::recover(*p.disk, folder, options));
  const sequencer::ReplayReport& report = recovered.report;
  if (!report.torn_tail.empty())
    p.log.warn("journal", "a torn tail was dropped; nothing in it had been acknowledged",
               {{"error.message", report.torn_tail}});
  p.log.info("journal", "state recovered",
             {{"event.sequence", report.last_sequence},
              {"event.replayed", report.commands},
              {"event.snapshot_sequence", report.snapshot_sequence}});
  TRY_STATUS(p.projector->start(std::max(report.snapshot_sequence, options.events_after) + 1,
                                report.last_sequence));
  TRY(p.reader, store_sqlite::ProjectionReader::open(projections.path));
  p.directory.load(recovered.engine);
  p.market_data.load(recovered.engine);
  TRY_STATUS(market_data::warm(p.market_data, p.directory, *p.reader));
  const auto fatal = [&log = p.log](const base::Error& error) {
    log.error("journal", "the journal cannot be written; stopping at once so that nothing is lost",
              {{"error.message", error.message}});
    std::_Exit(EXIT_FAILURE);
  };
  p.sequencer = std::make_unique<sequencer::Sequencer>(std::move(recovered), system_now,
                                                       sequencer::Options{}, fatal);
  return {};
}

base::Status open_identity(Parts& p) {
  identity::Settings options;
  options.data_folder = p.settings.data_folder;
  options.jwt_secret = p.settings.jwt_secret_key;
  options.admin_password = p.settings.admin_password;
  options.access_hours = static_cast<int>(p.settings.jwt_expiration_hours);
  TRY(p.identity, identity::Identity::open(options));
  p.generated_password = p.identity->take_generated_password();
  return {};
}

void start_engine(Parts& p) {
  p.work = std::make_unique<work::WorkQueue>(work_threads, work_queue_max);
  p.history = std::make_unique<history::History>(
      *p.sequencer, *p.reader, *p.work, [&p](std::uint64_t sequence, std::int64_t timeout_ms) {
        return p.projector->wait_until(sequence, std::chrono::milliseconds(timeout_ms));
      });
  p.streams = std::make_unique<streams::Hub>(
      streams::Parts{*p.identity, p.directory, p.market_data, *p.history,
                     [&p](model::InstrumentId id) { return feed_state(p, id); }, system_now});
  // In this order: whoever is told of a change finds the directory and the books up to date.
  p.sequencer->subscribe(p.directory);
  p.sequencer->subscribe(p.market_data);
  p.sequencer->subscribe(*p.projector);
  p.sequencer->subscribe(*p.streams);
  p.sequencer->subscribe(p.quote_cash);
  p.sequencer->start();
  p.streams->start();
}

void add_health(Parts& p) {
  using system_health::Check;
  using system_health::State;
  p.health.add_probe("journal", [&p] {
    const sequencer::Stats stats = p.sequencer->stats();
    if (stats.failed) return Check{"journal", State::Down, "the journal cannot be written"};
    if (stats.storage_low)
      return Check{"journal", State::Degraded,
                   "disk space is low: new orders are refused once the prepared segment is full"};
    return Check{"journal", State::Ok, ""};
  });
  p.health.add_probe("projections", [&p] {
    const projector::Health health = p.projector->health();
    return Check{"projections", health.ok ? State::Ok : State::Degraded, health.reason};
  });
  p.health.add_probe("market", [&p] {
    const auto problem = market_sources::health_problem(*p.market_source);
    return Check{"market", problem ? State::Degraded : State::Ok, problem.value_or("")};
  });
}

// One line for each check that changes its state.
void log_health_changes(Parts& p) {
  for (const system_health::Check& check : p.health.checks()) {
    system_health::State& before = p.logged_health[check.name];
    if (check.state == before) continue;
    before = check.state;
    if (check.state == system_health::State::Ok) {
      p.log.info("health", check.name + " is well again");
    } else {
      p.log.warn("health", check.name + " is " + std::string(system_health::name_of(check.state)),
                 {{"error.message", check.reason}});
    }
  }
}

void add_operations(Parts& p) {
  operations::Table& table = p.table;
  p.identity->add_operations(table);
  market_data::Parts market;
  market.market = &p.market_data;
  market.directory = &p.directory;
  market.history = p.history.get();
  market.now = system_now;
  market.feed_state = [&p](model::InstrumentId id) { return feed_state(p, id); };
  market_data::add_operations(table, market);
  trading_engine::add_operations(table, *p.sequencer, p.directory);
  order_management::add_operations(table, *p.sequencer, p.directory, *p.history);
  portfolio_tracker::add_operations(table, *p.sequencer, p.directory, *p.history,
                                    [&p](model::UserId id) { return p.identity->has_user(id); });
  const auto started = std::chrono::steady_clock::now();
  system_health::StatusSource source;
  source.version = std::string(version);
  source.layout = "embedded";
  source.uptime_ms = [started] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 started)
        .count();
  };
  source.last_sequence = [&p] { return p.sequencer->stats().last_sequence; };
  source.figures = [&p] {
    const sequencer::Stats sequencer = p.sequencer->stats();
    const projector::Stats projections = p.projector->stats();
    const auto figure = [](const char* name, std::uint64_t value) {
      return system_health::Figure{name, static_cast<std::int64_t>(value)};
    };
    return std::vector<system_health::Figure>{
        figure("queued_commands", sequencer.queued_commands),
        figure("commands", sequencer.commands), figure("journal_syncs", sequencer.batches),
        figure("projected_sequence", projections.last_sequence),
        figure("open_connections",
               static_cast<std::uint64_t>(p.server ? p.server->open_connections() : 0))};
  };
  system_health::add_operations(table, p.health, source);
}

void add_gauges(Parts& p) {
  p.gauges = std::make_unique<Gauges>(p.metrics);
  const auto add = [&](const char* name, const char* help, auto read) {
    p.gauges->add(name, help, [read] { return static_cast<double>(read()); });
  };
  add("sequencer_last_sequence", "Last durable command.",
      [&p] { return p.sequencer->stats().last_sequence; });
  add("sequencer_queued_commands", "Commands waiting for the engine.",
      [&p] { return p.sequencer->stats().queued_commands; });
  add("sequencer_refused_queue_full", "Commands refused because the queue was full.",
      [&p] { return p.sequencer->stats().refused_queue_full; });
  add("sequencer_refused_storage_low", "Commands refused because disk space was low.",
      [&p] { return p.sequencer->stats().refused_storage_low; });
  add("journal_syncs", "Syncs of the journal since the start.",
      [&p] { return p.sequencer->stats().batches; });
  add("journal_sync_seconds_total", "Time spent in syncs.",
      [&p] { return static_cast<double>(p.sequencer->stats().sync_ns_total) / 1e9; });
  add("journal_sync_seconds_max", "Longest sync since the start.",
      [&p] { return static_cast<double>(p.sequencer->stats().sync_ns_max) / 1e9; });
  add("projector_lag_commands", "Commands durable but not yet in the projections.", [&p] {
    const projector::Stats stats = p.projector->stats();
    return stats.seen_sequence > stats.last_sequence ? stats.seen_sequence - stats.last_sequence
                                                     : 0;
  });
  add("projector_failures", "Failed writes of the projections.",
      [&p] { return p.projector->stats().failures; });
  add("work_queue_waiting", "Reads of history that wait for a thread.",
      [&p] { return p.work->waiting(); });
  add("work_queue_refused", "Reads of history refused because the queue was full.",
      [&p] { return p.work->refused(); });
  add("stream_market_clients", "WebSocket clients of market data.",
      [&p] { return p.streams->stats().market_clients; });
  add("stream_order_clients", "WebSocket clients of order events.",
      [&p] { return p.streams->stats().order_clients; });
  add("stream_messages", "Stream messages sent.", [&p] { return p.streams->stats().messages; });
  add("stream_missed", "Market messages that slow clients missed.",
      [&p] { return p.streams->stats().missed; });
  add("stream_slow_cut", "Order streams cut because the client did not read.",
      [&p] { return p.streams->stats().slow_cut; });
  add("identity_failed_logins", "Refused logins.",
      [&p] { return p.identity->stats().failed_logins; });
  add("identity_rejected_tokens", "Requests with a token that is not valid.",
      [&p] { return p.identity->stats().rejected_tokens; });
  const auto feed_sum = [&p](auto count) {
    std::uint64_t sum = 0;
    for (const market_sources::FeedStatus& status : p.market_source->status())
      sum += count(status);
    return sum;
  };
  add("feed_records", "Records of the market source used.",
      [feed_sum] { return feed_sum([](const auto& s) { return s.records; }); });
  add("feed_rejected_records", "Records that could not be read.",
      [feed_sum] { return feed_sum([](const auto& s) { return s.rejected_records; }); });
  add("feed_gaps", "Times the feed's sequence jumped.",
      [feed_sum] { return feed_sum([](const auto& s) { return s.counts.gaps; }); });
  add("feed_time_regressions", "Records older than one before.",
      [feed_sum] { return feed_sum([](const auto& s) { return s.counts.time_regressions; }); });
  add("feed_crossings", "Times the feed's book was crossed.",
      [feed_sum] { return feed_sum([](const auto& s) { return s.counts.crossings; }); });
  add("feed_silences", "Times the feed became stale.",
      [feed_sum] { return feed_sum([](const auto& s) { return s.counts.silences; }); });
}

base::Status open_doors(Parts& p) {
  p.mcp = std::make_unique<mcp_server::McpServer>(p.table, std::string(version));
  p.gateway = std::make_unique<gateway::Gateway>(
      gateway::Parts{p.table, *p.identity, p.metrics, std::string(version), &p.assets, [&p] {
                       const auto report = system_health::report_of(p.health);
                       return gateway::Health{report.ready, report.body};
                     }});
  gateway::Routes& routes = p.gateway->routes();
  routes.mount_websocket("/ws/market-data", gateway::Access::Open,
                         [&p](auto caller, http::Request&& request, net::ResponseWriter writer) {
                           p.streams->on_market_socket(std::move(caller), request,
                                                       std::move(writer));
                         });
  routes.mount_websocket("/ws/orders", gateway::Access::Open,
                         [&p](auto caller, http::Request&& request, net::ResponseWriter writer) {
                           p.streams->on_order_socket(std::move(caller), request,
                                                      std::move(writer));
                         });
  routes.mount("/mcp", gateway::Access::Token,
               [&p](auto caller, http::Request&& request, net::ResponseWriter writer) {
                 p.mcp->on_request(std::move(caller), std::move(request), std::move(writer));
               });
  net::ServerOptions options;
  options.workers = static_cast<int>(p.settings.workers);
  options.connections_max = static_cast<int>(p.settings.connections_max);
  options.limits.body_bytes_max = static_cast<std::size_t>(p.settings.http_body_bytes_max);
  for (const Service& service : services())
    options.listeners.push_back({p.settings.listen_address,
                                 static_cast<std::uint16_t>(service.port + p.settings.port_offset),
                                 std::string(service.name)});
  TRY(p.server, net::Server::start(options, *p.gateway, p.metrics, p.log));
  return {};
}

}  // namespace

Platform::Platform(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Platform::~Platform() {
  stop();
}

base::Result<std::unique_ptr<Platform>> Platform::start(const settings::Settings& settings,
                                                        const SayPassword& say_password) {
  TRY_STATUS(check_layout(settings));
  TRY_STATUS(make_data_folder(settings.data_folder));
  // Made first, so that every way out of here takes down what was started, in order.
  std::unique_ptr<Platform> platform(new Platform(std::make_unique<Parts>(settings)));
  Parts& p = *platform->parts_;
  TRY_STATUS(recover_state(p));
  TRY_STATUS(open_identity(p));
  // At once: were the start to fail later, nobody would know it.
  if (!p.generated_password.empty()) say_password(std::exchange(p.generated_password, {}));
  start_engine(p);
  TRY_STATUS(open_first_account(p));
  TRY_STATUS(make_market_source(p));
  add_health(p);
  add_operations(p);
  add_gauges(p);
  TRY_STATUS(open_doors(p));
  p.gauges->each_second([&p] { log_health_changes(p); });
  p.gauges->start();
  return platform;
}

base::Result<std::string> Platform::reference() {
  std::string folder =
      (std::filesystem::temp_directory_path() / "trading-reference-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr)
    return base::fail("data_folder", "cannot make a scratch folder");
  settings::Settings settings;
  settings.data_folder = folder;
  const auto describe = [&]() -> base::Result<std::string> {
    std::unique_ptr<Platform> platform(new Platform(std::make_unique<Parts>(settings)));
    Parts& p = *platform->parts_;
    TRY_STATUS(recover_state(p));
    TRY_STATUS(open_identity(p));
    start_engine(p);
    add_operations(p);
    return operations::reference_markdown(p.table) + "\n" + operations::reasons_markdown() + "\n" +
           settings::reference();
  };
  auto text = describe();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
  return text;
}

const std::vector<net::BoundPort>& Platform::ports() const {
  return parts_->server->ports();
}

void Platform::reload(const settings::Settings& settings) {
  if (const auto level = telemetry::parse_level(settings.log_level)) parts_->log.set_level(*level);
}

void Platform::stop() {
  if (!parts_) return;
  Parts& p = *parts_;
  if (p.gauges) p.gauges->stop();
  if (p.market_source) p.market_source->stop();
  if (p.streams) p.streams->stop();
  if (p.server) p.server->stop(drain_ms);
  if (p.sequencer) p.sequencer->stop();
  p.work.reset();       // what waits for history is answered or dropped before its parts go
  p.projector.reset();  // writes what is queued
  parts_.reset();
}

}  // namespace platform
