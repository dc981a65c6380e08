#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "engine/engine.hpp"
#include "engine/mirror_test.hpp"
#include "engine/random_commands_test.hpp"

// A million random commands against what must always hold.

namespace engine {
namespace {

constexpr int commands_per_run = 26'000;

// What `preview` promised of a submit, held against what it then did.
std::string broken_promise(const Preview& preview, const model::SubmitOrder& order,
                           const Outcome& outcome) {
  // An empty client order id is only refused when the order is really sent.
  if (order.client_order_id.empty() && outcome.reason == model::Reason::InvalidOrderType) return "";
  if (preview.reason != outcome.reason)
    return "reason " + std::string(model::describe(preview.reason).name) + " became " +
           std::string(model::describe(outcome.reason).name);
  if (outcome.duplicate || outcome.reason != model::Reason::None) return "";
  if (preview.fill_quantity != outcome.order.filled) return "fill quantity";
  if (preview.fill_notional != outcome.order.filled_notional) return "fill notional";
  return preview.rest_quantity == outcome.order.remaining() ? "" : "rest quantity";
}

bool same(const model::OrderUpdated& a, const model::OrderUpdated& b) {
  return a.type == b.type && a.order == b.order && a.trade == b.trade && a.price == b.price &&
         a.quantity == b.quantity && a.liquidity == b.liquidity;
}
bool same(const model::Traded& a, const model::Traded& b) {
  return a.trade == b.trade && a.price == b.price && a.quantity == b.quantity &&
         a.buy_order == b.buy_order && a.sell_order == b.sell_order && a.aggressor == b.aggressor;
}
bool same(const model::LevelChanged& a, const model::LevelChanged& b) {
  return a.instrument == b.instrument && a.side == b.side && a.price == b.price &&
         a.quantity == b.quantity && a.order_count == b.order_count;
}
bool same(const model::BalanceChanged& a, const model::BalanceChanged& b) {
  return a.balance == b.balance;
}
bool same(const model::PositionChanged& a, const model::PositionChanged& b) {
  return a.position == b.position;
}
bool same(const model::LedgerPosted& a, const model::LedgerPosted& b) {
  return a.transaction == b.transaction && a.account == b.account && a.amount == b.amount &&
         a.quantity == b.quantity && a.trade == b.trade;
}
bool same(const model::CommandRejected& a, const model::CommandRejected& b) {
  return a.account == b.account && a.order == b.order && a.reason == b.reason;
}
template <class T>
bool same(const T&, const T&) {
  return true;
}

bool same(const std::vector<model::Event>& a, const std::vector<model::Event>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i].body.index() != b[i].body.index() || a[i].index != b[i].index) return false;
    const bool equal = std::visit(
        [&](const auto& body) {
          return same(body, std::get<std::decay_t<decltype(body)>>(b[i].body));
        },
        a[i].body);
    if (!equal) return false;
  }
  return true;
}

Engine copy_by_snapshot(const Engine& engine) {
  bytes::Encoder out;
  engine.save(out);
  bytes::Decoder in(out.view());
  base::Result<Engine> copy = Engine::load(in, RandomCommands::limits());
  RC_ASSERT(copy.has_value());
  RC_ASSERT(in.at_end());
  return *std::move(copy);
}

void run(std::uint64_t seed) {
  RandomCommands commands(seed);
  Engine engine(RandomCommands::limits());
  Engine twin(RandomCommands::limits());
  Mirror mirror;
  std::vector<model::Event> events;
  std::vector<model::Event> twin_events;
  for (int i = 1; i <= commands_per_run; ++i) {
    const model::Command command = commands.next(engine);
    const auto* order = std::get_if<model::SubmitOrder>(&command.body);
    // A new day ends day orders first, which a preview cannot know.
    const bool previewed = order != nullptr && command.time.ns() / base::ns_per_day ==
                                                   engine.last_time().ns() / base::ns_per_day;
    const Preview preview = previewed ? engine.preview(*order) : Preview{};
    events.clear();
    const Outcome outcome = engine.apply(command, events);
    if (previewed) RC_ASSERT(broken_promise(preview, *order, outcome) == "");
    RC_ASSERT(mirror.take(events, command.sequence) == "");
    twin_events.clear();
    twin.apply(command, twin_events);
    RC_ASSERT(same(events, twin_events));
    if (i % 1'000 != 0) continue;
    RC_ASSERT(engine.broken_invariant() == "");
    RC_ASSERT(mirror.difference(engine) == "");
    RC_ASSERT(engine.state_hash() == twin.state_hash());
    // From now on the twin is the engine's snapshot and must go on the same.
    if (i % 5'000 == 0) twin = copy_by_snapshot(engine);
    RC_ASSERT(engine.state_hash() == twin.state_hash());
  }
}

TEST(Engine, HoldsItsPromisesOverAMillionRandomCommands) {
  std::uint64_t applied = 0;
  const bool held = rc::check([&] {
    if (applied >= 1'000'000) return;
    run(*rc::gen::noShrink(rc::gen::arbitrary<std::uint64_t>()));
    applied += commands_per_run;
  });
  EXPECT_TRUE(held);
  EXPECT_GE(applied, 1'000'000U);
}

}  // namespace
}  // namespace engine
