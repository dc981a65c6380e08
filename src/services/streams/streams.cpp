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
  client->connected = parts_.clock();
  if (const auto token = request.bearer_token()) client->token = std::string(*token);
  using Socket = std::shared_ptr<net::WebSocket>;
  net::WebSocketEvents events;
  events.on_open = [this, client](const Socket& socket) { on_opened(client, socket); };
  events.on_message = [this, client](const Socket&, std::string&& text) {
    on_message(client, text);
  };
  events.on_close = [this, client](std::uint16_t) { on_closed(client); };
  events.on_drain = [this, client](const Socket&) { on_drained(client); };
  writer.accept_websocket(request, std::move(events));
}

void Hub::on_opened(const std::shared_ptr<Client>& client,
                    const std::shared_ptr<net::WebSocket>& socket) {
  const std::scoped_lock lock(mutex_);
  client->socket = socket;
  if (auto market = std::dynamic_pointer_cast<MarketClient>(client)) {
    market_clients_.push_back(std::move(market));
    return;
  }
  order_clients_.push_back(std::static_pointer_cast<OrderClient>(client));
  const std::scoped_lock queue_lock(queue_mutex_);
  orders_followed_ = true;
}

void Hub::on_closed(const std::shared_ptr<Client>& client) {
  const std::scoped_lock lock(mutex_);
  client->closed = true;
  if (const auto market = std::dynamic_pointer_cast<MarketClient>(client)) {
    for (const auto& [id, channels] : market->subscriptions)
      unfollow(*market, id);
    std::erase(market_clients_, market);
    return;
  }
  const auto order = std::static_pointer_cast<OrderClient>(client);
  unsubscribe_orders(*order);
  std::erase(order_clients_, order);
  const std::scoped_lock queue_lock(queue_mutex_);
  orders_followed_ = !order_clients_.empty();
}

void Hub::on_drained(const std::shared_ptr<Client>& client) {
  const std::scoped_lock lock(mutex_);
  if (client->closed) return;
  if (const auto market = std::dynamic_pointer_cast<MarketClient>(client)) return catch_up(*market);
  const auto order = std::static_pointer_cast<OrderClient>(client);
  if (order->phase == OrderClient::Phase::History && !order->reading) read_on(order);
}

// False when the client's buffer is full.
bool Hub::send(Client& client, const net::Frame& frame) {
  if (!client.socket->try_send(frame)) return false;
  ++stats_.messages;
  return true;
}

void Hub::refuse(Client& client, const operations::ApiError& error) {
  client.socket->try_send_text(error_message(error));
}

void Hub::close(Client& client, std::uint16_t code, std::string_view reason) {
  client.closed = true;
  client.socket->close(code, reason);
}

// A token of the same user prolongs the stream; subscriptions never pass to another user.
void Hub::authenticate(Client& client, const std::optional<std::string>& token) {
  if (!token)
    return refuse(client, operations::invalid("invalid_request", "authenticate needs a token."));
  auto caller = parts_.authenticator.verify(*token);
  if (!caller) {
    refuse(client, operations::unauthenticated(caller.error().message));
    return close(client, close_unauthenticated, "the token is not valid");
  }
  if (client.caller && client.caller->user != caller->user)
    return refuse(client, operations::invalid("other_user",
                                              "This connection belongs to another user; open a "
                                              "new one."));
  client.caller = *std::move(caller);
  client.token = *token;
  client.socket->try_send_text(R"({"type":"authenticated"})");
}

void Hub::on_message(const std::shared_ptr<Client>& client, std::string_view text) {
  const auto value = json::parse(text);
  const auto message = value ? json::read<ClientMessage>(*value) : tl::unexpected(value.error());
  const std::scoped_lock lock(mutex_);
  if (client->closed) return;
  if (!message)
    return refuse(*client, operations::invalid(message.error().code, message.error().message));
  if (message->action == "authenticate") return authenticate(*client, message->token);
  if (!client->caller) {
    refuse(*client,
           operations::unauthenticated("Send {\"action\":\"authenticate\",\"token\":...} first."));
    return close(*client, close_unauthenticated, "not authenticated");
  }
  const auto market = std::dynamic_pointer_cast<MarketClient>(client);
  const std::string_view permission = market ? "market_data.read" : "trading.read";
  if (!operations::may(*client->caller, permission))
    return refuse(*client, operations::forbidden(permission));
  if (market)
    return subscribe_market(*market, message->symbols.value_or(std::vector<std::string>{}),
                            message->channels.value_or(std::vector<std::string>{}),
                            message->action == "subscribe");
  const auto order = std::static_pointer_cast<OrderClient>(client);
  if (message->action == "subscribe")
    return subscribe_orders(order, message->account_id, message->after_sequence);
  unsubscribe_orders(*order);
  client->socket->try_send_text(R"({"type":"unsubscribed"})");
}

void Hub::on_batch(std::shared_ptr<const sequencer::Batch> batch) {
  {
    const std::scoped_lock lock(queue_mutex_);
    seen_sequence_ = batch->last_sequence;
    if (!orders_followed_) {
      skipped_sequence_ = batch->last_sequence;
      return;
    }
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
    if (overflowed) {
      ++stats_.overflows;
      for (const auto& client : order_clients_)
        cut(*client, "the stream fell behind; subscribe again with after_sequence");
    }
    publish_orders(batches);
    const auto now = Clock::now();
    const bool beat = now >= next_heartbeat;
    if (now >= next_market) {
      // A feed also goes stale while nothing changes: with each heartbeat all is looked at.
      if (market_changed_.exchange(false) || beat) publish_market();
      next_market = now + market_step;
    }
    if (beat) {
      heartbeat();
      next_heartbeat = now + heartbeat_step;
    }
  }
  const std::scoped_lock lock(mutex_);
  for (const auto& client : market_clients_)
    close(*client, websocket::close_going_away, "the platform stops");
  for (const auto& client : order_clients_)
    close(*client, websocket::close_going_away, "the platform stops");
}

void Hub::heartbeat() {
  const base::Timestamp now = parts_.clock();
  const auto beat = [&](Client& client) {
    if (client.closed) return;
    if (!client.caller) {
      if (now - client.connected > authenticate_within_ms * base::ns_per_ms)
        close(client, close_unauthenticated, "not authenticated in time");
      return;
    }
    auto caller = parts_.authenticator.verify(client.token);
    if (!caller) return close(client, close_unauthenticated, "the token is no longer valid");
    client.caller = *std::move(caller);
    send(client, net::text_frame(heartbeat_message(now, client.missed)));
  };
  for (const auto& client : market_clients_)
    beat(*client);
  for (const auto& client : order_clients_)
    beat(*client);
}

}  // namespace streams
