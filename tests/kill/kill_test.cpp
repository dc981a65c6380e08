// Kills a process that takes durable orders, at random moments, and counts what became of them.
//
//   kill_test [KILLS] [SEED] [FOLDER]
//
// Sixteen clients live here, outside the process that is killed, and keep the ledger of what was
// acknowledged. Each sends one order at a time and waits; an order without an answer is sent again
// to the next process with the same client order id. In the end the whole journal is replayed:
// every acknowledged order must be there once, at the place it was acknowledged with, and the state
// must have the hash that the last start reached from its snapshot. Exit status 0 = all holds.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.hpp"
#include "journal/disk.hpp"
#include "sequencer/recovery.hpp"
#include "sequencer/sequencer.hpp"

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr int clients = 16;
constexpr std::uint32_t market_maker = clients + 1;  // an account
constexpr int kill_delay_ms_min = 5;
constexpr int kill_delay_ms_max = 500;
constexpr int kills_before_ready_percent = 10;
constexpr std::uint32_t price = 100;

struct Request {
  std::uint64_t number;
};
struct Acknowledgement {
  std::uint64_t number;
  std::uint64_t sequence;
  std::uint64_t order;
  bool duplicate;
};
struct Ready {
  std::uint64_t last_sequence;
  bytes::Hash128 state_hash;
};

engine::Limits limits() {
  return {4, 64, 200'000, 50'000, 16};
}

struct Channel {
  int parent = -1;
  int child = -1;
};
Channel make_channel() {
  int ends[2];
  CHECK(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  return {ends[0], ends[1]};
}
template <class T>
bool send_to(int socket, const T& message) {
  return ::send(socket, &message, sizeof message, MSG_NOSIGNAL) == sizeof message;
}
template <class T>
bool receive_from(int socket, T& message) {
  return ::recv(socket, &message, sizeof message, 0) == sizeof message;
}

// --- the process that is killed ------------------------------------------------------------------

base::Timestamp now() {
  return base::Timestamp(std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count());
}

std::vector<model::CommandBody> missing_stage(const engine::Engine& engine) {
  std::vector<model::CommandBody> stage;
  const auto usd = *money::Currency::parse("USD");
  const auto dollars = [](std::int64_t n) {
    return money::Money(numeric::Int128{n} * 1'000'000'000);
  };
  if (engine.instrument_count() == 0) {
    model::Instrument instrument;
    instrument.symbol = model::Symbol("ACME");
    instrument.quote_currency = usd;
    instrument.tick_size_nano = 1'000'000'000;
    instrument.lot_size_nano = 1'000'000'000;
    instrument.order_quantity_max = money::Quantity(1'000);
    instrument.order_notional_max = dollars(1'000'000);
    stage.push_back(model::ListInstrument{instrument});
  }
  for (std::uint32_t id = 1; id <= market_maker; ++id) {
    const bool paper = id != market_maker;
    if (engine.account_count() < id) {
      model::Account account;
      account.kind = paper ? model::AccountKind::Paper : model::AccountKind::Simulated;
      account.owner = model::UserId(id);
      account.base_currency = usd;
      account.limits.open_orders_max = 100'000;
      stage.push_back(model::OpenAccount{account});
    }
    const bool funded =
        engine.account_count() >= id && !engine.balances(model::AccountId(id)).empty();
    if (paper && !funded)
      stage.push_back(model::TransferCash{model::AccountId(id), usd, dollars(1'000'000'000'000)});
  }
  // Something to buy from: the market maker's orders need no client order id.
  model::SubmitOrder supply;
  supply.account = model::AccountId(market_maker);
  supply.instrument = model::InstrumentId(1);
  supply.side = model::Side::Sell;
  supply.time_in_force = model::TimeInForce::GoodTillCancel;
  supply.limit_price = money::Price(price);
  supply.quantity = money::Quantity(1'000);
  stage.push_back(supply);
  return stage;
}

model::SubmitOrder order_of(int client, std::uint64_t number) {
  model::SubmitOrder order;
  order.account = model::AccountId(static_cast<std::uint32_t>(client) + 1);
  order.instrument = model::InstrumentId(1);
  order.side = number % 2 == 1 ? model::Side::Buy : model::Side::Sell;
  order.time_in_force = model::TimeInForce::GoodTillCancel;
  order.limit_price = money::Price(price);
  order.quantity = money::Quantity(1 + static_cast<std::int64_t>(number % 3));
  order.client_order_id = model::ClientOrderId(std::to_string(number));
  return order;
}

void serve_client(sequencer::Sequencer& sequencer, int client, int socket) {
  Request request{};
  while (receive_from(socket, request)) {
    const bool taken = sequencer.submit(
        model::UserId(1), model::Channel::Rest, order_of(client, request.number),
        [socket, number = request.number](const engine::Outcome& outcome, std::uint64_t sequence) {
          send_to(socket,
                  Acknowledgement{number, sequence, outcome.order.id.value(), outcome.duplicate});
        });
    CHECK(taken);
  }
}

[[noreturn]] void child_process(const std::string& folder, const Channel& control,
                                const std::vector<Channel>& channels) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (const Channel& channel : channels)
    ::close(channel.parent);
  const auto disk = journal::real_disk();
  auto recovered = sequencer::recover(*disk, folder, {limits(), {}, 0, {}});
  if (!recovered) {
    std::fprintf(stderr, "the start was refused: %s\n", recovered.error().message.c_str());
    std::_Exit(2);
  }
  const Ready ready{recovered->report.last_sequence, recovered->report.state_hash};
  const auto stage = missing_stage(recovered->engine);
  sequencer::Options options;
  options.checkpoint_commands = 2'000;
  options.snapshot_commands = 10'000;
  {
    sequencer::Sequencer sequencer(std::move(*recovered), now, options);
    sequencer.start();
    for (const model::CommandBody& body : stage)
      CHECK(sequencer.submit({}, model::Channel::System, body, {}));
    send_to(control.child, ready);
    std::vector<std::thread> threads;
    for (int client = 0; client < clients; ++client)
      threads.emplace_back(serve_client, std::ref(sequencer), client,
                           channels[static_cast<std::size_t>(client)].child);
    for (std::thread& thread : threads)
      thread.join();
    sequencer.stop();
  }
  std::_Exit(0);
}

// --- the clients and their ledger ----------------------------------------------------------------

struct Entry {
  std::uint64_t sequence;
  std::uint64_t order;
};
struct Client {
  std::uint64_t next = 1;
  std::vector<Entry> acknowledged;  // [number - 1]
  std::uint64_t sent_again = 0;
  std::uint64_t found_again = 0;  // of them, already in the journal
  bool out_of_order = false;
};

void run_client(Client& client, int socket) {
  bool first = client.next > 1;
  while (send_to(socket, Request{client.next})) {
    Acknowledgement ack{};
    if (!receive_from(socket, ack)) break;
    if (ack.number != client.next) client.out_of_order = true;
    client.sent_again += first ? 1 : 0;
    client.found_again += ack.duplicate ? 1 : 0;
    if (ack.duplicate && !first) client.out_of_order = true;
    if (!ack.duplicate && !client.acknowledged.empty() &&
        ack.sequence <= client.acknowledged.back().sequence)
      client.out_of_order = true;
    first = false;
    client.acknowledged.push_back({ack.sequence, ack.order});
    ++client.next;
  }
}

struct Round {
  bool ready = false;
  Ready found{};
  double start_ms = 0;
  int status = 0;
};

// One life of the process: start, clients, and its end by SIGKILL after `delay`, or cleanly when
// `delay` is negative.
Round live(const std::string& folder, std::vector<Client>& ledger, std::chrono::milliseconds delay,
           bool wait_for_ready) {
  const Channel control = make_channel();
  std::vector<Channel> channels;
  for (int i = 0; i < clients; ++i)
    channels.push_back(make_channel());
  const auto begin = SteadyClock::now();
  const pid_t child = ::fork();
  CHECK(child >= 0);
  if (child == 0) {
    ::close(control.parent);
    child_process(folder, control, channels);
  }
  ::close(control.child);
  for (const Channel& channel : channels)
    ::close(channel.child);
  Round round;
  if (wait_for_ready) {
    round.ready = receive_from(control.parent, round.found);
    round.start_ms = std::chrono::duration<double, std::milli>(SteadyClock::now() - begin).count();
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < clients; ++i)
    threads.emplace_back(run_client, std::ref(ledger[static_cast<std::size_t>(i)]),
                         channels[static_cast<std::size_t>(i)].parent);
  std::this_thread::sleep_for(delay.count() < 0 ? std::chrono::milliseconds(200) : delay);
  if (delay.count() >= 0) {
    ::kill(child, SIGKILL);
  } else {
    for (const Channel& channel : channels)
      ::shutdown(channel.parent, SHUT_WR);
  }
  CHECK(::waitpid(child, &round.status, 0) == child);
  for (std::thread& thread : threads)
    thread.join();
  for (const Channel& channel : channels)
    ::close(channel.parent);
  ::close(control.parent);
  return round;
}

// --- the count -----------------------------------------------------------------------------------

struct Count {
  std::uint64_t acknowledged = 0, lost = 0, doubled = 0, misplaced = 0;
  std::uint64_t commands = 0, checkpoints = 0;
  bytes::Hash128 state_hash;
  bool readable = false;
};

struct Found {
  std::uint64_t times = 0, order = 0, sequence = 0;
};

Count count(const std::string& folder, const std::vector<Client>& ledger) {
  std::map<std::pair<std::uint32_t, std::string>, Found> orders;
  const auto collect = [&orders](std::span<const model::Event> events) -> base::Status {
    for (const model::Event& event : events) {
      const auto* updated = std::get_if<model::OrderUpdated>(&event.body);
      if (updated == nullptr || updated->order.created_sequence != event.sequence ||
          updated->order.client_order_id.empty())
        continue;
      Found& found = orders[{updated->order.account.value(),
                             std::string(updated->order.client_order_id.view())}];
      if (found.order == updated->order.id.value()) continue;
      ++found.times;
      found.order = updated->order.id.value();
      found.sequence = event.sequence;
    }
    return {};
  };
  Count result;
  const auto disk = journal::real_disk();
  const auto report = sequencer::verify_journal(*disk, folder, limits(), collect);
  if (!report) {
    std::printf("the journal cannot be replayed: %s\n", report.error().message.c_str());
    return result;
  }
  result.readable = true;
  result.commands = report->commands;
  result.checkpoints = report->checkpoints;
  result.state_hash = report->state_hash;
  for (std::size_t client = 0; client < ledger.size(); ++client) {
    for (std::size_t i = 0; i < ledger[client].acknowledged.size(); ++i) {
      const Entry& entry = ledger[client].acknowledged[i];
      const Found found = orders[{static_cast<std::uint32_t>(client) + 1, std::to_string(i + 1)}];
      ++result.acknowledged;
      result.lost += found.times == 0 ? 1 : 0;
      result.misplaced += found.times > 0 && found.order != entry.order ? 1 : 0;
    }
  }
  for (const auto& [key, found] : orders)
    result.doubled += found.times > 1 ? 1 : 0;
  return result;
}

int report(int kills, const std::vector<Client>& ledger, const Count& result, bool same_hash,
           double start_ms_max) {
  std::uint64_t again = 0;
  std::uint64_t found_again = 0;
  bool in_order = true;
  for (const Client& client : ledger) {
    again += client.sent_again;
    found_again += client.found_again;
    in_order = in_order && !client.out_of_order;
  }
  const bool good = result.readable && same_hash && in_order && result.lost == 0 &&
                    result.doubled == 0 && result.misplaced == 0 && result.acknowledged > 0;
  std::printf(
      "kills %d, acknowledged %llu, lost %llu, doubled %llu, misplaced %llu, sent again %llu "
      "(already in the journal %llu), in order %s\n"
      "journal: %llu commands, %llu checkpoints compared, state hash %s; slowest start %.0f "
      "ms\n%s\n",
      kills, static_cast<unsigned long long>(result.acknowledged),
      static_cast<unsigned long long>(result.lost), static_cast<unsigned long long>(result.doubled),
      static_cast<unsigned long long>(result.misplaced), static_cast<unsigned long long>(again),
      static_cast<unsigned long long>(found_again), in_order ? "yes" : "no",
      static_cast<unsigned long long>(result.commands),
      static_cast<unsigned long long>(result.checkpoints), same_hash ? "equal" : "DIFFERENT",
      start_ms_max, good ? "ok" : "FAILED");
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int kills = argc > 1 ? std::atoi(argv[1]) : 300;
  const auto seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const std::filesystem::path folder = argc > 3 ? std::filesystem::path(argv[3])
                                                : std::filesystem::temp_directory_path() /
                                                      ("kill_test_" + std::to_string(::getpid()));
  std::filesystem::remove_all(folder);
  std::mt19937_64 random(seed);
  std::vector<Client> ledger(clients);
  double start_ms_max = 0;
  std::uint64_t known_end = 0;
  for (int i = 0; i < kills; ++i) {
    const bool wait = random() % 100 >= kills_before_ready_percent;
    const auto delay = std::chrono::milliseconds(
        kill_delay_ms_min + static_cast<int>(random() % (kill_delay_ms_max - kill_delay_ms_min)));
    const Round round = live(folder, ledger, wait ? delay : delay / 20, wait);
    start_ms_max = std::max(start_ms_max, round.start_ms);
    if (wait && (!round.ready || round.found.last_sequence < known_end)) {
      std::printf("start %d: %s\nFAILED\n", i + 1,
                  round.ready ? "the journal is shorter than before" : "refused");
      return 1;
    }
    for (const Client& client : ledger)
      if (!client.acknowledged.empty())
        known_end = std::max(known_end, client.acknowledged.back().sequence);
  }
  live(folder, ledger, std::chrono::milliseconds(-1), true);  // ends cleanly
  const Round last = live(folder, ledger, std::chrono::milliseconds(0), true);
  const Count result = count(folder, ledger);
  const auto disk = journal::real_disk();
  const auto again = sequencer::recover(*disk, folder, {limits(), {}, 0, {}});
  const bool same_hash = last.ready && again && again->report.state_hash == result.state_hash;
  const int status = report(kills, ledger, result, same_hash, start_ms_max);
  if (status == 0) std::filesystem::remove_all(folder);
  return status;
}
