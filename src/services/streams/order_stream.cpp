#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "streams/clients.hpp"
#include "streams/messages.hpp"
#include "streams/streams.hpp"
#include "websocket/frame.hpp"

// Order events. A subscription first reads history from the projections. When a page shows that
// little is left, the client joins: from then on published events pend for it, and history is read
// on to the place where they begin. Then what pends is sent and the client is live. So there is
// neither a gap nor a repetition, however fast orders flow and however far the projections lag.

namespace streams {

using store_sqlite::ProjectionReader;

void Hub::subscribe_orders(const std::shared_ptr<OrderClient>& client,
                           const std::optional<std::string>& account_id,
                           std::optional<std::uint64_t> after_sequence) {
  std::set<model::AccountId> accounts;
  if (account_id) {
    const auto account = parts_.directory.resolve_account(*client->caller, account_id);
    if (!account) return refuse(*client, account.error());
    accounts.insert(account->id);
  } else {
    for (const model::Account& account : parts_.directory.accounts(*client->caller))
      if (account.kind == model::AccountKind::Paper) accounts.insert(account.id);
  }
  unsubscribe_orders(*client);
  set_accounts(*client, std::move(accounts));
  client->phase = OrderClient::Phase::History;
  client->reading = true;
  const auto first = [this, client, after_sequence,
                      subscription = client->subscription](ProjectionReader& reader) {
    if (begin_history(*client, subscription, after_sequence, reader))
      read_history(client, subscription, reader);
  };
  if (parts_.history.read(first)) return;
  unsubscribe_orders(*client);
  refuse(*client, operations::busy());
}

void Hub::set_accounts(OrderClient& client, std::set<model::AccountId> accounts) {
  for (const model::AccountId account : client.accounts) {
    std::erase(order_followers_[account], &client);
    if (order_followers_[account].empty()) order_followers_.erase(account);
  }
  client.accounts = std::move(accounts);
  for (const model::AccountId account : client.accounts)
    order_followers_[account].push_back(&client);
}

void Hub::unsubscribe_orders(OrderClient& client) {
  ++client.subscription;
  client.phase = OrderClient::Phase::Idle;
  client.reading = false;
  client.reads_behind = 0;
  client.pending.clear();
  set_accounts(client, {});
}

// Without after_sequence only what comes from now on is wanted; where "now" is, history says.
bool Hub::begin_history(OrderClient& client, std::uint64_t subscription,
                        std::optional<std::uint64_t> after_sequence, ProjectionReader& reader) {
  const auto reached = reader.last_sequence();
  const std::scoped_lock lock(mutex_);
  if (client.closed || client.subscription != subscription) return false;
  if (!reached) {
    cut(client, "the history cannot be read; subscribe again with after_sequence");
    return false;
  }
  std::uint64_t seen = *reached;
  {
    const std::scoped_lock queue_lock(queue_mutex_);
    seen = std::max(seen, seen_sequence_);
  }
  if (after_sequence && *after_sequence > seen) {
    unsubscribe_orders(client);
    refuse(client, operations::invalid(
                       "after_sequence_ahead",
                       "after_sequence lies after the last event, " + std::to_string(seen) + "."));
    return false;
  }
  client.position = store_sqlite::end_of(after_sequence.value_or(*reached));
  send(client, net::text_frame(R"({"type":"subscribed","sequence":)" +
                               std::to_string(client.position.sequence) + "}"));
  return true;
}

void Hub::read_history(const std::shared_ptr<OrderClient>& client, std::uint64_t subscription,
                       ProjectionReader& reader) {
  for (;;) {
    std::vector<model::AccountId> accounts;
    store_sqlite::EventPosition position;
    {
      const std::scoped_lock lock(mutex_);
      if (client->closed || client->subscription != subscription) return;
      accounts.assign(client->accounts.begin(), client->accounts.end());
      position = client->position;
    }
    const auto reached = reader.last_sequence();
    const auto page = reader.account_events_after(accounts, position, resume_page);
    const std::scoped_lock lock(mutex_);
    if (client->closed || client->subscription != subscription) return;
    if (!reached || !page)
      return cut(*client, "the history cannot be read; subscribe again with after_sequence");
    for (const store_sqlite::Execution& execution : *page) {
      const auto instrument = parts_.directory.instrument(execution.update.order.instrument);
      CHECK(instrument.has_value());
      const model::Event event{execution.position.sequence, execution.position.index,
                               execution.time, execution.update};
      if (!send(*client, net::text_frame(order_message(event, execution.update, *instrument))))
        return await_drain(*client);
      client->position = execution.position;
    }
    if (page->size() == resume_page) continue;
    if (join(*client, *reached)) return;
    if (++client->reads_behind > reads_behind_max)
      return cut(*client, "the history is behind; subscribe again with after_sequence");
    return read_on(client);  // that read waits for the projections
  }
}

void Hub::read_on(const std::shared_ptr<OrderClient>& client) {
  client->reading = true;
  const auto next = [this, client, subscription = client->subscription](ProjectionReader& reader) {
    read_history(client, subscription, reader);
  };
  if (!parts_.history.read(next)) cut(*client, "busy; subscribe again with after_sequence");
}

// A catching-up client is not cut for reading slowly: on_drained() reads on from its position.
void Hub::await_drain(OrderClient& client) {
  client.phase = OrderClient::Phase::History;
  client.pending.clear();
  client.reading = false;
}

// The client has everything up to `reached`. False when that is not yet where pending events begin.
bool Hub::join(OrderClient& client, std::uint64_t reached) {
  if (client.phase != OrderClient::Phase::Joining) {
    const std::scoped_lock queue_lock(queue_mutex_);
    client.joined_at = std::max(last_published_sequence_, skipped_sequence_);
    client.phase = OrderClient::Phase::Joining;
  }
  if (reached < client.joined_at) return false;
  client.position = std::max(client.position, store_sqlite::end_of(reached));
  for (const auto& [position, frame] : client.pending) {
    if (position <= client.position) continue;
    if (!send(client, frame)) return await_drain(client), true;
    client.position = position;
  }
  if (!send(client, net::text_frame(R"({"type":"live"})"))) return await_drain(client), true;
  client.phase = OrderClient::Phase::Live;
  client.pending.clear();
  client.reading = false;
  client.reads_behind = 0;
  return true;
}

void Hub::publish_orders(const std::vector<std::shared_ptr<const sequencer::Batch>>& batches) {
  for (const auto& batch : batches) {
    for (const model::Event& event : batch->events)
      if (const auto* update = std::get_if<model::OrderUpdated>(&event.body))
        publish_order(event, *update);
    last_published_sequence_ = batch->last_sequence;
  }
}

void Hub::publish_order(const model::Event& event, const model::OrderUpdated& update) {
  const auto followers = order_followers_.find(update.order.account);
  if (followers == order_followers_.end()) return;
  net::Frame frame;
  const store_sqlite::EventPosition position{event.sequence, event.index};
  for (OrderClient* client : followers->second) {
    const bool live = client->phase == OrderClient::Phase::Live;
    if (!live && client->phase != OrderClient::Phase::Joining) continue;
    if (client->closed || position <= client->position) continue;
    if (!frame) {
      const auto instrument = parts_.directory.instrument(update.order.instrument);
      CHECK(instrument.has_value());
      frame = net::text_frame(order_message(event, update, *instrument));
    }
    if (live && send(*client, frame)) {
      client->position = position;
    } else if (!live && client->pending.size() < pending_events_max) {
      client->pending.push_back({position, frame});
    } else {
      ++stats_.slow_cut;
      cut(*client, "not read in time; subscribe again with after_sequence");
    }
  }
}

// The accounts stay until the socket is closed: callers walk the lists of followers.
void Hub::cut(OrderClient& client, std::string_view reason) {
  client.phase = OrderClient::Phase::Idle;
  client.pending.clear();
  close(client, websocket::close_try_again, reason);
}

}  // namespace streams
