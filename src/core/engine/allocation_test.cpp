#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "engine/fixture_test.hpp"

// Counts what this executable allocates. Not inlined: g++ warns of a mismatch where it sees only
// one of a pair.

namespace {
std::size_t allocations = 0;
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace engine {
namespace {

using model::Side;
using money::Price;
using money::Quantity;

// Every round rests, replaces, trades, cancels, is refused and moves the outside's levels, and
// leaves the engine as full as it was.
void run_round(Fixture& f, std::vector<model::Event>& events, std::uint64_t& orders) {
  const auto apply = [&](const model::CommandBody& body) {
    events.clear();
    return f.engine.apply({f.engine.last_sequence() + 1, f.time, {}, model::Channel::System, body},
                          events);
  };
  const auto submit = [&](std::uint32_t account, Side side, std::int64_t price) {
    const model::ClientOrderId id("order-" + std::to_string(orders++ % 10'000'000));
    return apply(f.order(account, side, price, 5, id.view())).order.id;
  };
  const model::OrderId bid = submit(1, Side::Buy, 95);
  apply(model::ReplaceOrder{f.id(1), bid, {}, Quantity(3)});
  apply(model::ReplaceOrder{f.id(1), bid, Price(96), {}});
  apply(model::CancelOrder{f.id(1), bid});
  apply(model::CancelOrder{f.id(1), bid});
  submit(Fixture::simulated, Side::Sell, 100);
  submit(1, Side::Buy, 100);
  submit(1, Side::Sell, 100);
  submit(Fixture::simulated, Side::Buy, 100);
  apply(model::SetExternalLevel{f.id(Fixture::external), f.acme, Side::Sell, Price(104),
                                Quantity(static_cast<std::int64_t>(orders % 7))});
}

TEST(Engine, AllocatesNothingInSteadyState) {
  Fixture f;
  std::vector<model::Event> events;
  std::uint64_t orders = 0;
  for (int i = 0; i < 2'000; ++i)  // until more orders are closed than are remembered
    run_round(f, events, orders);
  const std::size_t before = allocations;
  for (int i = 0; i < 2'000; ++i)
    run_round(f, events, orders);
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(f.engine.broken_invariant(), "");
}

}  // namespace
}  // namespace engine
