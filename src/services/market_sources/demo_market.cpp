#include "market_sources/demo_market.hpp"

#include <algorithm>

namespace market_sources {

using model::Side;

namespace {

constexpr std::int64_t one_nano = 1'000'000'000;
constexpr std::int64_t pull_back_steps = 2'000;  // how slowly the fair value returns
constexpr std::int64_t orders_looked_at = 1'000;
constexpr std::int64_t prices_per_side = std::int64_t{demo_makers * maker_orders_per_side};
constexpr std::int64_t momentum_spacings = 3;  // a move of that many spacings is followed

DemoInstrument describe(const char* symbol, const char* name, model::AssetClass asset_class,
                        std::int64_t tick_nano, std::int64_t lot_nano, std::int64_t quantity_max) {
  DemoInstrument demo;
  model::Instrument& instrument = demo.instrument;
  instrument.symbol = model::Symbol(symbol);
  instrument.name = model::Name(name);
  instrument.asset_class = asset_class;
  instrument.quote_currency = *money::Currency::parse("USD");
  instrument.tick_size_nano = tick_nano;
  instrument.lot_size_nano = lot_nano;
  instrument.order_quantity_max = money::Quantity(quantity_max);
  instrument.order_notional_max = money::Money(static_cast<numeric::Int128>(5'000'000) * one_nano);
  instrument.collar_bps = 500;
  return demo;
}

DemoInstrument with_market(DemoInstrument demo, std::int64_t price_nano, std::int64_t spacing_nano,
                           std::int64_t size_nano, std::int64_t walk) {
  demo.price_nano = price_nano;
  demo.spacing_nano = spacing_nano;
  demo.size_nano = size_nano;
  demo.walk = walk;
  return demo;
}

}  // namespace

std::uint64_t SeededNumbers::next() {
  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::int64_t SeededNumbers::between(std::int64_t low, std::int64_t high) {
  const auto span = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(next() % span);
}

const std::vector<DemoInstrument>& demo_instruments() {
  using model::AssetClass;
  constexpr std::int64_t cent = 10'000'000;
  static const std::vector<DemoInstrument> all{
      with_market(
          describe("ACME", "Acme Industries (demo)", AssetClass::Equity, cent, one_nano, 100'000),
          101 * one_nano, cent, 20 * one_nano, 500),
      with_market(
          describe("ORBT", "Orbital Works (demo)", AssetClass::Equity, cent, one_nano, 100'000),
          42 * one_nano + 50 * cent, cent, 50 * one_nano, 350),
      with_market(
          describe("WIDE", "Wide Market Fund (demo)", AssetClass::Etf, cent, one_nano, 100'000),
          250 * one_nano, 2 * cent, 20 * one_nano, 400),
      with_market(describe("EURUSD", "Euro / US dollar (demo)", AssetClass::Currency, 10'000,
                           1'000 * one_nano, 5'000),
                  one_nano + 8'500 * 10'000, 20'000, 10'000 * one_nano, 450),
      with_market(describe("BTCUSD", "Bitcoin / US dollar (demo)", AssetClass::Crypto, cent,
                           100'000, 1'000'000),
                  60'000 * one_nano, 5 * one_nano, 20'000'000, 600)};
  return all;
}

std::string_view demo_account_name(std::size_t account) {
  static constexpr std::string_view names[demo_accounts] = {"Demo maker 1", "Demo maker 2",
                                                            "Demo maker 3", "Demo taker 1",
                                                            "Demo taker 2", "Demo momentum"};
  return names[account];
}

void DemoMarket::add_instrument(const DemoInstrument& demo, const model::Instrument& listed,
                                money::Price last) {
  Book book;
  book.instrument = listed;
  const auto ticks = [&](std::int64_t nano) {
    return std::max<std::int64_t>(1, nano / listed.tick_size_nano);
  };
  book.spacing = ticks(demo.spacing_nano);
  book.size =
      std::clamp<std::int64_t>(demo.size_nano / listed.lot_size_nano, 1,
                               std::max<std::int64_t>(1, listed.order_quantity_max.lots() / 16));
  book.walk = demo.walk * book.spacing;
  book.anchor = (last.ticks() > 0 ? last.ticks() : ticks(demo.price_nano)) * 1'000;
  book.fair = book.anchor;
  book.last_prices.assign(momentum_steps, book.anchor / 1'000);
  books_.push_back(std::move(book));
}

std::vector<DemoView> DemoMarket::look(const engine::Engine& engine) const {
  std::vector<DemoView> views(books_.size());
  const bool active = engine.trading_state() == model::TradingState::Active;
  for (std::size_t i = 0; i < books_.size(); ++i) {
    const model::InstrumentId id = books_[i].instrument.id;
    const model::Instrument* const instrument = engine.instrument(id);
    DemoView& view = views[i];
    view.open =
        active && instrument != nullptr && instrument->state == model::InstrumentState::Open;
    view.last = engine.last_price(id);
    const auto bids = engine.depth(id, Side::Buy, 1);
    const auto asks = engine.depth(id, Side::Sell, 1);
    if (!bids.empty()) view.bid = bids[0].price;
    if (!asks.empty()) view.ask = asks[0].price;
  }
  for (std::size_t maker = 0; maker < demo_makers; ++maker) {
    for (model::Order& order : engine.open_orders(accounts_[maker], orders_looked_at)) {
      const auto book = std::find_if(books_.begin(), books_.end(), [&](const Book& candidate) {
        return candidate.instrument.id == order.instrument;
      });
      if (book != books_.end())
        views[static_cast<std::size_t>(book - books_.begin())].maker_orders[maker].push_back(
            std::move(order));
    }
  }
  return views;
}

void DemoMarket::plan(std::span<const DemoView> views, std::vector<model::CommandBody>& commands) {
  for (std::size_t i = 0; i < books_.size() && i < views.size(); ++i) {
    move_fair_value(books_[i]);
    if (!views[i].open) continue;
    plan_makers(books_[i], views[i], commands);
    plan_takers(books_[i], views[i], commands);
  }
}

void DemoMarket::move_fair_value(Book& book) {
  book.fair +=
      numbers_.between(-book.walk, book.walk) + (book.anchor - book.fair) / pull_back_steps;
  // Far from zero and from the limits, whatever the walk did.
  book.fair = std::clamp(book.fair, book.anchor / 2, book.anchor * 2);
}

model::SubmitOrder DemoMarket::order(const Book& book, std::size_t account, Side side,
                                     std::int64_t ticks, std::int64_t lots,
                                     model::TimeInForce time_in_force) const {
  model::SubmitOrder submit;
  submit.account = accounts_[account];
  submit.instrument = book.instrument.id;
  submit.side = side;
  submit.type = model::OrderType::Limit;
  submit.time_in_force = time_in_force;
  submit.limit_price = money::Price(std::max<std::int64_t>(1, ticks));
  submit.quantity = money::Quantity(lots);
  return submit;
}

// The makers share the prices around the fair value: every demo_makers-th price belongs to the same
// one. When the fair value moves by one spacing, one order a side moves from one end to the other
// and all others stay. What would be traded through moves first, then what is missing near the
// middle; a new book is filled at once.
void DemoMarket::plan_makers(const Book& book, const DemoView& view,
                             std::vector<model::CommandBody>& commands) {
  std::vector<Need> needs;
  for (std::size_t maker = 0; maker < demo_makers; ++maker)
    for (const Side side : {Side::Buy, Side::Sell})
      plan_maker(book, maker, side, view.maker_orders[maker], needs);
  std::stable_sort(needs.begin(), needs.end(),
                   [](const Need& a, const Need& b) { return a.urgency > b.urgency; });
  const bool empty = view.bid.ticks() == 0 && view.ask.ticks() == 0;
  const std::size_t count = empty ? needs.size() : std::min(needs.size(), maker_commands_per_step);
  for (std::size_t i = 0; i < count; ++i)
    commands.push_back(std::move(needs[i].command));
}

void DemoMarket::plan_maker(const Book& book, std::size_t maker, Side side,
                            const std::vector<model::Order>& orders, std::vector<Need>& needs) {
  const std::int64_t middle = book.fair / 1'000 / book.spacing;  // in spacings, like all below
  const std::int64_t away = side == Side::Buy ? -1 : 1;
  std::vector<std::int64_t> missing;  // nearest first
  for (std::int64_t distance = 1; distance <= prices_per_side; ++distance) {
    const std::int64_t price = middle + away * distance;
    if (price > 0 && price % std::int64_t{demo_makers} == static_cast<std::int64_t>(maker))
      missing.push_back(price);
  }
  std::vector<const model::Order*> misplaced;
  for (const model::Order& working : orders) {
    if (working.side != side) continue;
    const auto place = std::find_if(missing.begin(), missing.end(), [&](std::int64_t price) {
      return price * book.spacing == working.limit_price.ticks();
    });
    if (place == missing.end())
      misplaced.push_back(&working);
    else
      missing.erase(place);
  }
  for (const model::Order* working : misplaced) {
    // Positive: on the wrong side of the middle, by so many spacings.
    const std::int64_t exposed =
        away * (middle * book.spacing - working->limit_price.ticks()) / book.spacing;
    const std::int64_t urgency = exposed >= 0 ? 2'000 + exposed : 0;
    if (missing.empty()) {
      needs.push_back({urgency, model::CancelOrder{working->account, working->id}});
      continue;
    }
    // An exposed order goes to the far end, a far one comes to the middle.
    const auto to = exposed >= 0 ? missing.end() - 1 : missing.begin();
    const money::Price price(*to * book.spacing);
    const std::int64_t nearness = 1'000 - std::abs(*to - middle);
    needs.push_back({std::max(urgency, nearness),
                     model::ReplaceOrder{working->account, working->id, price, {}}});
    missing.erase(to);
  }
  for (const std::int64_t price : missing)
    needs.push_back(
        {1'000 - std::abs(price - middle),
         order(book, maker, side, price * book.spacing, book.size * numbers_.between(1, 8),
               model::TimeInForce::GoodTillCancel)});
}

void DemoMarket::plan_takers(Book& book, const DemoView& view,
                             std::vector<model::CommandBody>& commands) {
  const std::int64_t last = view.last.ticks() > 0 ? view.last.ticks() : book.anchor / 1'000;
  std::int64_t& oldest = book.last_prices[book.steps++ % momentum_steps];
  const std::int64_t moved = last - oldest;
  oldest = last;
  if (view.bid.ticks() == 0 || view.ask.ticks() == 0) return;

  std::size_t account =
      demo_makers + static_cast<std::size_t>(numbers_.between(0, demo_takers - 1));
  std::int64_t lots = book.size * numbers_.between(1, 4);
  Side side = numbers_.one_in(2) ? Side::Buy : Side::Sell;
  // Half of the takers know the fair value: they buy below it and sell above it.
  const std::int64_t middle = (view.bid.ticks() + view.ask.ticks()) / 2;
  if (numbers_.one_in(2)) side = book.fair / 1'000 >= middle ? Side::Buy : Side::Sell;
  const bool takes = numbers_.one_in(4);
  const bool follows = numbers_.one_in(20) && std::abs(moved) >= momentum_spacings * book.spacing;
  if (!takes && !follows) return;
  if (!takes) {
    account = demo_accounts - 1;
    side = moved > 0 ? Side::Buy : Side::Sell;
    lots = book.size * 2;
  }
  const std::int64_t reach = 2 * book.spacing;
  const std::int64_t ticks =
      side == Side::Buy ? view.ask.ticks() + reach : view.bid.ticks() - reach;
  commands.push_back(
      order(book, account, side, ticks, lots, model::TimeInForce::ImmediateOrCancel));
}

money::Price DemoMarket::fair_value(std::size_t index) const {
  return money::Price(books_[index].fair / 1'000);
}

}  // namespace market_sources
