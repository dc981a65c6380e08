#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "directory/directory.hpp"
#include "gateway/gateway.hpp"
#include "history/history.hpp"
#include "identity/identity.hpp"
#include "journal/disk.hpp"
#include "market_data/market_data.hpp"
#include "market_sources/market_source.hpp"
#include "mcp_server/mcp_server.hpp"
#include "net/server.hpp"
#include "operations/operation.hpp"
#include "platform/adapters.hpp"
#include "platform/gauges.hpp"
#include "platform/platform.hpp"
#include "platform/quote_cash.hpp"
#include "projector/projector.hpp"
#include "sequencer/sequencer.hpp"
#include "store_sqlite/projections.hpp"
#include "streams/streams.hpp"
#include "system_health/health.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "work/work_queue.hpp"

// Everything one embedded platform consists of, in the order in which it is made; it is taken down
// in the reverse order. Private to the module.

namespace platform {

// Contract section 3: asynchronous work.
inline constexpr std::size_t work_threads = 8;
inline constexpr std::size_t work_queue_max = 10'000;

struct Platform::Parts {
  explicit Parts(const settings::Settings& given)
      : settings(given),
        log("trading-platform",
            telemetry::parse_level(given.log_level).value_or(telemetry::Level::Info)),
        disk(journal::real_disk()) {}

  settings::Settings settings;
  telemetry::Log log;
  telemetry::Metrics metrics;
  std::unique_ptr<journal::Disk> disk;
  std::unique_ptr<projector::Projector> projector;
  std::unique_ptr<store_sqlite::ProjectionReader> reader;
  directory::Directory directory;
  market_data::MarketData market_data;
  QuoteCash quote_cash;
  std::unique_ptr<sequencer::Sequencer> sequencer;
  std::unique_ptr<work::WorkQueue> work;
  std::unique_ptr<history::History> history;
  operations::Table table;  // before identity, which answers logins through it until it is gone
  std::unique_ptr<identity::Identity> identity;
  market_sources::SystemClock market_clock;
  std::unique_ptr<market_sources::MarketSource> market_source;
  bool demo_market = true;
  std::unique_ptr<streams::Hub> streams;
  system_health::HealthRegistry health;
  std::map<std::string, system_health::State> logged_health;  // of the gauges' thread
  std::unique_ptr<mcp_server::McpServer> mcp;
  EmbeddedAssets assets;
  std::unique_ptr<gateway::Gateway> gateway;
  std::unique_ptr<net::Server> server;
  std::unique_ptr<Gauges> gauges;
  std::string generated_password;
};

// market.cpp
base::Status make_market_source(Platform::Parts& parts);
base::Status open_first_account(Platform::Parts& parts);
std::string feed_state(const Platform::Parts& parts, model::InstrumentId instrument);

}  // namespace platform
