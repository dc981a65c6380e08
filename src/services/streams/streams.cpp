#include "streams/streams.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "http/message.hpp"
#include "json/fields.hpp"
#include "streams/clients.hpp"
#include "streams/messages.hpp"
#include "websocket/frame.hpp"

namespace streams {

Hub::Hub(Parts parts) : parts_(std::move(parts)) {}

Hub::~Hub() {
  stop();
}

void Hub::start() {
  parts_.market.listen(*this);
  thread_ = std::jthread([this] { serve(); });
}

void Hub::stop() {
  {
    const std::scoped_lock lock(queue_mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) {
    thread_.join();
    parts_.market.forget(*this);
  }
}

Stats Hub::stats() const {
  const std::scoped_lock lock(mutex_);
  Stats stats = stats_;
  stats.market_clients = market_clients_.size();
  stats.order_clients = order_clients_.size();
  return stats;
}

// --- sockets
// --------------------------------------------------------------------------------------

void Hub::on_market_socket(std::optional<operations::Caller> caller, const http::Request& request,
                           net::ResponseWriter writer) {
  auto client = std::make_shared<MarketClient>();
  client->caller = std::move(caller);
  open_socket(client, request, std::move(writer));
}

void Hub::on_order_socket(std::optional<operations::Caller> caller, const http::Request& request,
                          net::ResponseWriter writer) {
  auto client = std::make_shared<OrderClient>();
  client->caller = std::move(caller);
  open_socket(client, request, std::move(writer));
}

void Hub::open_socket(const std::shared_ptr<Client>& client, const http::Request& request,
                      net::ResponseWriter writer) {
  client->remote_address = writer.remote_address();
  client->connected = parts_.clock();
  if (const auto token = request.bearer_token()) client->token = std::string(*token);
  net::WebSocketEvents events;
  events.on_open = [this, client](const std::shared_ptr<net::WebSocket>& socket) {
    const std::scoped_lock lock(mutex_);
    client->socket = socket;
    if (auto market = std::dynamic_pointer_cast<MarketClient>(client)) {
      market_clients_.push_back(std::move(market));
    } else {
      order_clients_.push_back(std::static_pointer_cast<OrderClient>(client));
      order_client_count_ = order_clients_.size();
    }
  };
  events.on_message = [this, client](const std::shared_ptr<net::WebSocket>&, std::string&& text) {
    on_message(client, text);
  };
  events.on_close = [this, client](std::uint16_t) { on_closed(client); };
  events.on_drain = [this, client](const std::shared_ptr<net::WebSocket>&) {
    if (auto order = std::dynamic_pointer_cast<OrderClient>(client)) resume(order);
  };
  writer.accept_websocket(request, std::move(events));
}

void Hub::on_closed(const std::shared_ptr<Client>& client) {
  const std::scoped_lock lock(mutex_);
  client->closed = true;
  std::erase(market_clients_, client);
  std::erase(order_clients_, client);
  order_client_count_ = order_clients_.size();
}

// The mutex is held. Counts what a full buffer refused.
bool Hub::send(Client& client, const net::Frame& frame) {
  if (client.socket->try_send(frame)) {
    ++stats_.messages;
    return true;
  }
  ++client.missed;
  return false;
}

bool Hub::authenticate(Client& client, const std::string& token) {
  auto caller = parts_.authenticator.verify(token);
  if (!caller) {
    client.socket->try_send_text(error_message(operations::unauthenticated(caller.error().message)));
    client.socket->close(close_unauthenticated, "the token is not valid");
    return false;
  }
  client.caller = *std::move(caller);
  client.token = token;
  return true;
}

void Hub::on_message(const std::shared_ptr<Client>& client, std::string_view text) {
  const auto refuse = [&](const operations::ApiError& error) {
    client->socket->try_send_text(error_message(error));
  };
  const auto value = json::parse(text);
  if (!value) return refuse(operations::invalid(value.error().code, value.error().message));
  const auto message = json::read<ClientMessage>(*value);
  if (!message) return refuse(operations::invalid(message.error().code, message.error().message));

  const std::scoped_lock lock(mutex_);
  if (client->closed) return;
  if (message->action == "authenticate") {
    if (!message->token)
      return refuse(operations::invalid("invalid_request", "authenticate needs a token."));
    if (authenticate(*client, *message->token))
      client->socket->try_send_text(R"({"type":"authenticated"})");
    return;
  }
  if (!client->caller) {
    refuse(operations::unauthenticated("Send {\"action\":\"authenticate\",\"token\":...} first."));
    return client->socket->close(close_unauthenticated, "not authenticated");
  }
  if (auto market = std::dynamic_pointer_cast<MarketClient>(client)) {
    if (!operations::may(*client->caller, "market_data.read"))
      return refuse(operations::forbidden("market_data.read"));
    return subscribe_market(*market, message->symbols.value_or(std::vector<std::string>{}),
                            message->channels.value_or(std::vector<std::string>{}),
                            message->action == "subscribe");
  }
  if (!operations::may(*client->caller, "trading.read"))
    return refuse(operations::forbidden("trading.read"));
  if (message->action == "unsubscribe") {
    std::static_pointer_cast<OrderClient>(client)->accounts.clear();
    client->socket->try_send_text(R"({"type":"unsubscribed"})");
    return;
  }
  subscribe_orders(std::static_pointer_cast<OrderClient>(client), message->account_id,
                   message->after_sequence);
}

// --- the thread
// -----------------------------------------------------------------------------------

void Hub::on_batch(std::shared_ptr<const sequencer::Batch> batch) {
  if (order_client_count_ == 0) {
    skipped_sequence_ = batch->last_sequence;
    return;
  }
  {
    const std::scoped_lock lock(queue_mutex_);
    if (batches_.size() >= batches_waiting_max) {
      overflowed_ = true;
      batches_.clear();
    }
    batches_.push_back(std::move(batch));
  }
  wake_.notify_one();
}

void Hub::on_market_changed(std::span<const model::InstrumentId>) {
  market_changed_ = true;
}

void Hub::serve() {
  using Clock = std::chrono::steady_clock;
  const auto market_step = std::chrono::milliseconds(conflation_ms);
  const auto heartbeat_step = std::chrono::milliseconds(heartbeat_ms);
  auto next_market = Clock::now() + market_step;
  auto next_heartbeat = Clock::now() + heartbeat_step;
  for (;;) {
    std::vector<std::shared_ptr<const sequencer::Batch>> batches;
    bool overflowed = false;
    {
      std::unique_lock lock(queue_mutex_);
      wake_.wait_until(lock, next_market, [this] { return stopping_ || !batches_.empty(); });
      if (stopping_) break;
      batches.swap(batches_);
      overflowed = std::exchange(overflowed_, false);
    }
    const std::scoped_lock lock(mutex_);
    if (overflowed) cut_order_clients();
    publish_orders(batches);
    const auto now = Clock::now();
    if (now >= next_market) {
      if (market_changed_.exchange(false)) publish_market();
      next_market = now + market_step;
    }
    if (now >= next_heartbeat) {
      heartbeat();
      next_heartbeat = now + heartbeat_step;
    }
  }
  const std::scoped_lock lock(mutex_);
  for (const auto& client : market_clients_)
    client->socket->close(websocket::close_going_away, "the platform stops");
  for (const auto& client : order_clients_)
    client->socket->close(websocket::close_going_away, "the platform stops");
}

void Hub::heartbeat() {
  const base::Timestamp now = parts_.clock();
  const auto beat = [&](Client& client) {
    if (!client.caller) {
      if (now - client.connected > authenticate_within_ms * base::ns_per_ms)
        client.socket->close(close_unauthenticated, "not authenticated in time");
      return;
    }
    if (!parts_.authenticator.verify(client.token))
      return client.socket->close(close_unauthenticated, "the token is no longer valid");
    if (client.socket->try_send_text(heartbeat_message(now, client.missed))) ++stats_.messages;
  };
  for (const auto& client : market_clients_)
    beat(*client);
  for (const auto& client : order_clients_)
    beat(*client);
}

}  // namespace streams
