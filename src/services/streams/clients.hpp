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
  std::string remote_address;
  std::optional<operations::Caller> caller;  // nullopt = not authenticated yet
  base::Timestamp connected;
  std::uint64_t missed = 0;
  bool closed = false;
};

struct Channels {
  bool quotes = false;
  bool depth = false;
  bool trades = false;
  bool bars = false;
};

struct Hub::MarketClient : Hub::Client {
  std::map<model::InstrumentId, Channels> subscriptions;
};

struct Hub::OrderClient : Hub::Client {
  std::set<model::AccountId> accounts;   // empty = not subscribed
  bool live = false;                     // false: catching up from the projections
  bool reading = false;                  // a page is being read, or waits for the client to drain
  store_sqlite::EventPosition position;  // everything up to here was sent
};

// What was last published of one instrument.
struct Hub::Published {
  market_data::Versions versions;
  market::EventPlace last_trade;
  std::string feed_state;
};

}  // namespace streams
