#include <algorithm>

#include "streams/clients.hpp"
#include "streams/messages.hpp"
#include "streams/streams.hpp"
#include "websocket/frame.hpp"

// Order events. A client is either live (each event is sent as it is published) or catching up:
// pages are read from the projections until they reach what was last published; under the mutex
// nothing can be published in between, so the change to live leaves no gap and sends nothing twice.

namespace streams {

void Hub::subscribe_orders(const std::shared_ptr<OrderClient>& client,
                           const std::optional<std::string>& account_id,
                           std::optional<std::uint64_t> after_sequence) {
  std::set<model::AccountId> accounts;
  if (account_id) {
    const auto account = parts_.directory.resolve_account(*client->caller, account_id);
    if (!account) {
      client->socket->try_send_text(error_message(account.error()));
      return;
    }
    accounts.insert(account->id);
  } else {
    for (const model::Account& account : parts_.directory.accounts(*client->caller))
      if (account.kind == model::AccountKind::Paper) accounts.insert(account.id);
  }
  if (client->reading) {
    client->socket->try_send_text(error_message(
        operations::invalid("still_resuming", "Wait for \"live\" before subscribing again.")));
    return;
  }
  client->accounts = std::move(accounts);
  client->live = false;
  client->reading = true;
  client->position =
      after_sequence ? store_sqlite::end_of(*after_sequence) : store_sqlite::EventPosition{};
  // Without after_sequence only what comes from now on is wanted; where "now" is, the engine says.
  const bool from_now = !after_sequence;
  const bool taken =
      parts_.history.read([this, client, from_now](store_sqlite::ProjectionReader& reader) {
        if (from_now) {
          const auto last = reader.last_sequence();
          const std::scoped_lock lock(mutex_);
          client->position = store_sqlite::end_of(last ? *last : last_published_sequence_);
        }
        {
          const std::scoped_lock lock(mutex_);
          if (client->closed) return;
          std::string text = R"({"type":"subscribed","sequence":)";
          text += std::to_string(client->position.sequence) + "}";
          client->socket->try_send_text(text);
        }
        resume_page_read(client, reader);
      });
  if (!taken) {
    client->reading = false;
    client->accounts.clear();
    client->socket->try_send_text(error_message(operations::busy()));
  }
}

// Goes on reading when the client has taken what a full buffer held up.
void Hub::resume(const std::shared_ptr<OrderClient>& client) {
  {
    const std::scoped_lock lock(mutex_);
    if (client->closed || client->live || client->reading || client->accounts.empty()) return;
    client->reading = true;
  }
  const bool taken = parts_.history.read(
      [this, client](store_sqlite::ProjectionReader& reader) { resume_page_read(client, reader); });
  if (taken) return;
  const std::scoped_lock lock(mutex_);
  client->socket->close(websocket::close_try_again, "busy; subscribe again with after_sequence");
}

void Hub::resume_page_read(const std::shared_ptr<OrderClient>& client,
                           store_sqlite::ProjectionReader& reader) {
  for (bool behind = false; !behind;) {
    std::vector<model::AccountId> accounts;
    store_sqlite::EventPosition position;
    {
      const std::scoped_lock lock(mutex_);
      if (client->closed) return;
      accounts.assign(client->accounts.begin(), client->accounts.end());
      position = client->position;
    }
    const auto reached = reader.last_sequence();
    const auto page = reader.account_events_after(accounts, position, resume_page);
    const std::scoped_lock lock(mutex_);
    if (client->closed) return;
    if (!reached || !page)
      return client->socket->close(websocket::close_try_again, "the history cannot be read");
    for (const store_sqlite::Execution& execution : *page) {
      const auto instrument = parts_.directory.instrument(execution.update.order.instrument);
      CHECK(instrument.has_value());
      const model::Event event{execution.position.sequence, execution.position.index,
                               execution.time, execution.update};
      if (!send(*client, net::text_frame(order_message(event, execution.update, *instrument)))) {
        client->reading = false;  // on_drain reads on from the position
        return;
      }
      client->position = execution.position;
    }
    if (page->size() == resume_page) continue;
    if (*reached >= std::max<std::uint64_t>(last_published_sequence_, skipped_sequence_)) {
      client->position = std::max(client->position, store_sqlite::end_of(*reached));
      client->live = true;
      client->reading = false;
      client->socket->try_send_text(R"({"type":"live"})");
      return;
    }
    client->reading = false;
    behind = true;  // the projections are: a new read waits for them
  }
  resume(client);
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
  net::Frame frame;
  const store_sqlite::EventPosition position{event.sequence, event.index};
  for (const auto& client : order_clients_) {
    if (!client->live || position <= client->position ||
        !client->accounts.contains(update.order.account))
      continue;
    if (!frame) {
      const auto instrument = parts_.directory.instrument(update.order.instrument);
      CHECK(instrument.has_value());
      frame = net::text_frame(order_message(event, update, *instrument));
    }
    if (send(*client, frame)) {
      client->position = position;
      continue;
    }
    ++stats_.slow_cut;
    client->live = false;
    client->accounts.clear();
    client->socket->close(websocket::close_try_again,
                          "not read in time; subscribe again with after_sequence");
  }
}

void Hub::cut_order_clients() {
  ++stats_.overflows;
  for (const auto& client : order_clients_) {
    client->live = false;
    client->accounts.clear();
    client->socket->close(websocket::close_try_again,
                          "the stream fell behind; subscribe again with after_sequence");
  }
}

}  // namespace streams
