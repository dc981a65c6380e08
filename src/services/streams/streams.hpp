#pragma once

// The WebSocket door: /ws/market-data and /ws/orders.
//
// App mounts the two handlers at the gateway and subscribes the hub to the sequencer. One thread,
// `streams`, turns changes into messages; each message is serialised once and shared by all
// clients.
//
// Market data is conflated: at most one quote, depth, bar and trades message an instrument every
// conflation_ms, always with the newest state; a client that does not read misses the states in
// between and is told how many messages it missed. Right after subscribing a trade may come twice;
// its trade_id tells. Order events are never conflated: a client that
// does not read is cut with code 1013 and resumes with after_sequence from the projections, without
// a gap and without a repetition.
//
// A client authenticates by the Authorization header or by its first message; the token is checked
// again every second, so that logout and expiry end the stream. Absent on purpose: orders over
// WebSocket, compression, tokens in the query.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
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
  std::uint64_t missed = 0;     // market messages refused by a full buffer
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
  void on_closed(const std::shared_ptr<Client>& client);
  bool authenticate(Client& client, const std::string& token);
  void subscribe_market(MarketClient& client, const std::vector<std::string>& symbols,
                        const std::vector<std::string>& channels, bool add);
  void subscribe_orders(const std::shared_ptr<OrderClient>& client,
                        const std::optional<std::string>& account_id,
                        std::optional<std::uint64_t> after_sequence);
  void resume(const std::shared_ptr<OrderClient>& client);
  void resume_page_read(const std::shared_ptr<OrderClient>& client,
                        store_sqlite::ProjectionReader& reader);

  void serve();
  void publish_market();
  void publish_instrument(model::InstrumentId id);
  void publish_orders(const std::vector<std::shared_ptr<const sequencer::Batch>>& batches);
  void publish_order(const model::Event& event, const model::OrderUpdated& update);
  void cut_order_clients();
  void heartbeat();
  void send_snapshot(MarketClient& client, const model::Instrument& instrument);
  bool send(Client& client, const net::Frame& frame);

  const Parts parts_;

  // What the engine thread hands over; never held while messages are made or sent.
  std::mutex queue_mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool overflowed_ = false;
  std::vector<std::shared_ptr<const sequencer::Batch>> batches_;
  std::atomic<bool> market_changed_ = false;
  std::atomic<std::uint64_t> order_client_count_ = 0;
  std::atomic<std::uint64_t> skipped_sequence_ = 0;  // newest batch not taken: nobody listened

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<MarketClient>> market_clients_;
  std::vector<std::shared_ptr<OrderClient>> order_clients_;
  std::vector<std::unique_ptr<Published>> published_;  // by instrument id
  std::uint64_t last_published_sequence_ = 0;
  Stats stats_;
  std::jthread thread_;
};

}  // namespace streams
