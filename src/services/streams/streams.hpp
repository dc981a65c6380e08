#pragma once

// The WebSocket door: /ws/market-data and /ws/orders.
//
// App mounts the two handlers at the gateway and subscribes the hub to the sequencer. One thread,
// `streams`, turns changes into messages; each message is serialised once and shared by all
// clients.
//
// Market data is conflated: at most one quote, depth, bar and trades message an instrument every
// conflation_ms, always with the newest state. A client that does not read misses the states in
// between, is told how many messages that were, and gets a snapshot of what it missed once it reads
// again. A snapshot may repeat trades; their trade_id tells. Order events are never conflated: a
// client that does not read is cut with code 1013 and resumes with after_sequence from the
// projections, without a gap and without a repetition.
//
// A client authenticates by the Authorization header or by its first message; the token is checked
// again every second, so that logout and expiry end the stream. Absent on purpose: orders over
// WebSocket, compression, tokens in the query.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "directory/directory.hpp"
#include "history/history.hpp"
#include "market_data/market_data.hpp"
#include "net/response_writer.hpp"
#include "operations/authenticator.hpp"
#include "sequencer/sequencer.hpp"

namespace streams {

inline constexpr std::int64_t conflation_ms = 50;
inline constexpr std::int64_t heartbeat_ms = 1'000;
inline constexpr std::int64_t authenticate_within_ms = 10'000;
inline constexpr std::size_t symbols_per_client_max = 256;
inline constexpr std::size_t depth_levels = 20;
inline constexpr std::size_t trades_per_message_max = 100;
inline constexpr std::size_t batches_waiting_max = 4'096;
inline constexpr std::size_t resume_page = 500;
inline constexpr std::size_t pending_events_max = 4'096;  // of one client that joins
inline constexpr int reads_behind_max = 30;  // then a resuming client is told to try again later

// Close codes of our own (RFC 6455 leaves 4000-4999 to applications).
inline constexpr std::uint16_t close_unauthenticated = 4401;

// State of an instrument's outside feed, for example live, stale or demo.
using FeedState = std::function<std::string(model::InstrumentId)>;

struct Parts {
  const operations::Authenticator& authenticator;
  const directory::Directory& directory;
  market_data::MarketData& market;
  const history::History& history;
  FeedState feed_state;
  std::function<base::Timestamp()> clock;
};

struct Stats {
  std::uint64_t market_clients = 0;
  std::uint64_t order_clients = 0;
  std::uint64_t messages = 0;   // accepted by a client's buffer
  std::uint64_t missed = 0;     // market messages skipped because a client did not read
  std::uint64_t slow_cut = 0;   // order streams cut because they did not read
  std::uint64_t overflows = 0;  // times all order streams were cut because the hub fell behind
};

class Hub : public sequencer::Subscriber, public market_data::Listener {
 public:
  explicit Hub(Parts parts);
  ~Hub() override;  // stop()

  void start();
  void stop();

  // The gateway's mounted handlers (Access::Open).
  void on_market_socket(std::optional<operations::Caller> caller, const http::Request& request,
                        net::ResponseWriter writer);
  void on_order_socket(std::optional<operations::Caller> caller, const http::Request& request,
                       net::ResponseWriter writer);

  void on_batch(std::shared_ptr<const sequencer::Batch> batch) override;
  void on_market_changed(std::span<const model::InstrumentId> changed) override;

  [[nodiscard]] Stats stats() const;

 private:
  struct Client;
  struct MarketClient;
  struct OrderClient;
  struct Published;

  void open_socket(const std::shared_ptr<Client>& client, const http::Request& request,
                   net::ResponseWriter writer);
  void on_message(const std::shared_ptr<Client>& client, std::string_view text);
  void on_opened(const std::shared_ptr<Client>& client,
                 const std::shared_ptr<net::WebSocket>& socket);
  void on_closed(const std::shared_ptr<Client>& client);
  void on_drained(const std::shared_ptr<Client>& client);

  // Everything below needs the mutex, unless it says otherwise.
  bool send(Client& client, const net::Frame& frame);
  static void refuse(Client& client, const operations::ApiError& error);
  static void close(Client& client, std::uint16_t code, std::string_view reason);
  void authenticate(Client& client, const std::optional<std::string>& token);

  // Market data.
  void subscribe_market(MarketClient& client, const std::vector<std::string>& symbols,
                        const std::vector<std::string>& channels, bool add);
  void follow(MarketClient& client, model::InstrumentId id);
  void unfollow(MarketClient& client, model::InstrumentId id);
  bool send_snapshot(MarketClient& client, const model::Instrument& instrument);
  void catch_up(MarketClient& client);
  void publish_market();
  void publish_instrument(const model::Instrument& instrument, Published& published);

  // Orders.
  void subscribe_orders(const std::shared_ptr<OrderClient>& client,
                        const std::optional<std::string>& account_id,
                        std::optional<std::uint64_t> after_sequence);
  void set_accounts(OrderClient& client, std::set<model::AccountId> accounts);
  void unsubscribe_orders(OrderClient& client);
  void read_on(const std::shared_ptr<OrderClient>& client);
  // These two take the mutex: threads of history run them.
  bool begin_history(OrderClient& client, std::uint64_t subscription,
                     std::optional<std::uint64_t> after_sequence,
                     store_sqlite::ProjectionReader& reader);
  void read_history(const std::shared_ptr<OrderClient>& client, std::uint64_t subscription,
                    store_sqlite::ProjectionReader& reader);
  static void await_drain(OrderClient& client);
  bool join(OrderClient& client, std::uint64_t reached);
  void publish_orders(const std::vector<std::shared_ptr<const sequencer::Batch>>& batches);
  void publish_order(const model::Event& event, const model::OrderUpdated& update);
  void cut(OrderClient& client, std::string_view reason);

  void serve();
  void heartbeat();

  const Parts parts_;

  // What the engine thread hands over; never held while messages are made or sent. Taken after
  // mutex_ where both are needed.
  std::mutex queue_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool overflowed_ = false;
  std::vector<std::shared_ptr<const sequencer::Batch>> batches_;
  bool orders_followed_ = false;        // there are order clients: batches are taken
  std::uint64_t skipped_sequence_ = 0;  // of the newest batch not taken
  std::uint64_t seen_sequence_ = 0;     // of the newest batch
  std::atomic<bool> market_changed_ = false;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<MarketClient>> market_clients_;
  std::vector<std::shared_ptr<OrderClient>> order_clients_;
  std::map<model::InstrumentId, Published> published_;
  std::map<model::AccountId, std::vector<OrderClient*>> order_followers_;
  std::uint64_t last_published_sequence_ = 0;
  Stats stats_;
  std::jthread thread_;
};

}  // namespace streams
