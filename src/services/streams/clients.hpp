#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "streams/streams.hpp"

// The hub's records of its clients. Private to the module; guarded by the hub's mutex.

namespace streams {

struct Hub::Client {
  virtual ~Client() = default;
  std::shared_ptr<net::WebSocket> socket;
  std::string token;
  std::optional<operations::Caller> caller;  // nullopt = not authenticated yet
  base::Timestamp connected;
  std::uint64_t missed = 0;  // market messages skipped because the client did not read
  bool closed = false;       // or being closed: nothing more is sent
};

struct Channels {
  bool quotes = false;
  bool depth = false;
  bool trades = false;
  bool bars = false;
  [[nodiscard]] bool none() const { return !quotes && !depth && !trades && !bars; }
};

struct Hub::MarketClient : Hub::Client {
  std::map<model::InstrumentId, Channels> subscriptions;
  std::set<model::InstrumentId> behind;  // a message was missed: a snapshot follows when it reads
};

struct Hub::OrderClient : Hub::Client {
  // What becomes of events as they are published: nothing is sent while history is read; they wait
  // in `pending` once history is nearly read; they are sent at once when live.
  enum class Phase { Idle, History, Joining, Live };
  struct Pending {
    store_sqlite::EventPosition position;
    net::Frame frame;
  };
  Phase phase = Phase::Idle;
  std::set<model::AccountId> accounts;
  std::uint64_t subscription = 0;        // grows with each (un)subscribe: older reads stop
  bool reading = false;                  // a read of history is queued or runs
  int reads_behind = 0;                  // in a row that found the projections behind
  store_sqlite::EventPosition position;  // everything up to here was sent
  std::uint64_t joined_at = 0;           // events up to here come from history, later ones pend
  std::vector<Pending> pending;
};

// One instrument somebody follows, and what was last published of it.
struct Hub::Published {
  std::vector<MarketClient*> followers;
  market_data::Versions versions;
  market::EventPlace last_trade;
  std::string feed_state;
};

}  // namespace streams
