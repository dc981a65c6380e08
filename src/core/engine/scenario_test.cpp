#include "engine/scenario_test.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace engine {

using model::Side;

// --- words
// ----------------------------------------------------------------------------------------

std::string Scenario::word() {
  if (words_.empty()) fail("the line ends too early");
  std::string first = words_.front();
  words_.erase(words_.begin());
  return first;
}
bool Scenario::accept(const std::string& expected) {
  if (words_.empty() || words_.front() != expected) return false;
  words_.erase(words_.begin());
  return true;
}
void Scenario::need(const std::string& expected) {
  if (!accept(expected)) fail("expected the word '" + expected + "'");
}
void Scenario::fail(const std::string& what) const {
  throw std::runtime_error(file_ + ":" + std::to_string(line_) + ": " + what);
}
void Scenario::equal(const std::string& what, const std::string& found,
                     const std::string& expected) const {
  if (found != expected) fail(what + " is " + found + ", expected " + expected);
}

model::AccountId Scenario::account(const std::string& name) {
  if (!accounts_.contains(name)) fail("no account is called " + name);
  return accounts_.at(name);
}
const model::Instrument& Scenario::instrument() {
  const std::string symbol = word();
  const model::Instrument* found = engine_.find_instrument(symbol);
  if (found == nullptr) fail("no instrument is called " + symbol);
  return *found;
}
const model::Order& Scenario::order(model::AccountId account) {
  const std::string id = word();
  const model::Order* found = engine_.find_order(account, id);
  if (found == nullptr) fail("the account has no order " + id);
  return *found;
}
Side Scenario::side() {
  if (accept("buy")) return Side::Buy;
  need("sell");
  return Side::Sell;
}
money::Price Scenario::price(const model::Instrument& of) {
  const base::Result<money::Price> found = model::parse_price(of, word());
  if (!found) fail(found.error().message);
  return *found;
}
money::Quantity Scenario::quantity(const model::Instrument& of) {
  if (accept("0")) return {};
  const base::Result<money::Quantity> found = model::parse_quantity(of, word());
  if (!found) fail(found.error().message);
  return *found;
}
money::Money Scenario::amount() {
  const base::Result<money::Money> found = money::parse_money(word());
  if (!found) fail(found.error().message);
  return *found;
}

// --- lines
// ----------------------------------------------------------------------------------------

void Scenario::run() {
  std::ifstream in(file_);
  if (!in) throw std::runtime_error(file_ + " cannot be read");
  time_ = *base::parse_rfc3339("2026-01-05T09:00:00Z");
  for (std::string text; std::getline(in, text);) {
    ++line_;
    std::istringstream split(text.substr(0, text.find('#')));
    words_.clear();
    for (std::string each; split >> each;)
      words_.push_back(each);
    if (!words_.empty()) line();
    if (!words_.empty()) fail("'" + words_.front() + "' is not understood here");
    if (const std::string broken = engine_.broken_invariant(); !broken.empty()) fail(broken);
  }
}

void Scenario::apply(const model::CommandBody& body) {
  events_.clear();
  trades_seen_ = 0;
  outcome_ = engine_.apply(
      {engine_.last_sequence() + 1, time_, model::UserId(1), model::Channel::System, body},
      events_);
  reasons_.push_back(outcome_.reason);
  for (const model::Event& event : events_)
    if (const auto* update = std::get_if<model::OrderUpdated>(&event.body))
      reasons_.push_back(update->order.reason);
}

void Scenario::line() {
  const std::string first = word();
  if (first == "expect") return expect();
  if (accounts_.contains(first)) return act(first);
  administer(first);
}

void Scenario::administer(const std::string& verb) {
  static const std::map<std::string, model::AccountKind> kinds{
      {"account", model::AccountKind::Paper},
      {"simulated", model::AccountKind::Simulated},
      {"external", model::AccountKind::External}};
  static const std::map<std::string, model::TradingState> states{
      {"resume", model::TradingState::Active},
      {"reduce", model::TradingState::Reducing},
      {"halt", model::TradingState::Halted}};
  static const std::map<std::string, model::InstrumentState> instrument_states{
      {"open", model::InstrumentState::Open},
      {"pause", model::InstrumentState::Halted},
      {"close", model::InstrumentState::Closed}};
  if (verb == "instrument") {
    model::Instrument made;
    made.symbol = model::Symbol(word());
    made.quote_currency = *money::Currency::parse(word());
    need("tick");
    made.tick_size_nano = static_cast<std::int64_t>(amount().nano());
    need("lot");
    made.lot_size_nano = static_cast<std::int64_t>(amount().nano());
    made.order_quantity_max = money::Quantity(1'000);
    made.order_notional_max = *money::parse_money("50000");
    if (accept("collar")) made.collar_bps = std::stoi(word());
    return apply(model::ListInstrument{made});
  }
  if (kinds.contains(verb)) {
    const std::string name = word();
    model::Account made;
    made.kind = kinds.at(verb);
    const money::Money cash = words_.empty() ? money::Money() : amount();
    made.base_currency = *money::Currency::parse(words_.empty() ? "USD" : word());
    apply(model::OpenAccount{made});
    if (outcome_.reason != model::Reason::None) return;
    accounts_[name] = model::AccountId(outcome_.created_id);
    if (cash != money::Money())
      apply(model::TransferCash{accounts_[name], made.base_currency, cash});
    return;
  }
  if (states.contains(verb)) {
    const model::AccountId of = accept("firm") ? model::AccountId() : account(word());
    return apply(model::SetTradingState{of, states.at(verb)});
  }
  if (instrument_states.contains(verb))
    return apply(model::SetInstrumentState{instrument().id, instrument_states.at(verb)});
  if (verb == "time") {
    time_ = *base::parse_rfc3339(word());
    return apply(model::AdvanceTime{});
  }
  fail("'" + verb + "' is neither a command nor an account");
}

void Scenario::act(const std::string& name) {
  const model::AccountId id = account(name);
  const std::string verb = word();
  if (verb == "buys" || verb == "sells") return submit(id, verb == "buys" ? Side::Buy : Side::Sell);
  if (verb == "replaces") return replace(id);
  if (verb == "shows" || verb == "trades" || verb == "clears") return outside(id, verb);
  if (verb == "cancels") {
    if (!accept("all")) return apply(model::CancelOrder{id, order(id).id});
    return apply(
        model::CancelAllOrders{id, words_.empty() ? model::InstrumentId() : instrument().id});
  }
  if (verb == "deposits" || verb == "withdraws") {
    const money::Money moved = amount();
    return apply(model::TransferCash{id, *money::Currency::parse(word()),
                                     verb == "deposits" ? moved : -moved});
  }
  if (verb == "limits") {
    model::RiskLimits limits;
    if (accept("quantity")) limits.order_quantity_max = money::Quantity(std::stoi(word()));
    if (accept("notional")) limits.order_notional_max = amount();
    if (accept("orders")) limits.open_orders_max = static_cast<std::uint32_t>(std::stoi(word()));
    return apply(model::SetRiskLimits{id, limits});
  }
  fail("an account cannot '" + verb + "'");
}

void Scenario::submit(model::AccountId account, Side side) {
  static const std::map<std::string, model::TimeInForce> times{
      {"day", model::TimeInForce::Day},
      {"gtc", model::TimeInForce::GoodTillCancel},
      {"ioc", model::TimeInForce::ImmediateOrCancel},
      {"fok", model::TimeInForce::FillOrKill}};
  model::SubmitOrder submit;
  submit.account = account;
  submit.side = side;
  const std::string lots = word();
  const model::Instrument& of = instrument();
  submit.instrument = of.id;
  words_.insert(words_.begin(), lots);
  submit.quantity = quantity(of);
  need("at");
  if (accept("market")) {
    submit.type = model::OrderType::Market;
  } else {
    submit.limit_price = price(of);
  }
  const std::string time = word();
  if (!times.contains(time)) fail("'" + time + "' is not day, gtc, ioc or fok");
  submit.time_in_force = times.at(time);
  if (accept("id")) submit.client_order_id = model::ClientOrderId(word());
  const Preview preview = engine_.preview(submit);
  apply(submit);
  if (!submit.client_order_id.empty() && preview.reason != outcome_.reason)
    fail("the preview said otherwise");
}

void Scenario::replace(model::AccountId account) {
  const model::Order& old = order(account);
  const model::Instrument& of = *engine_.instrument(old.instrument);
  model::ReplaceOrder replace{account, old.id, {}, {}};
  if (accept("to")) replace.quantity = quantity(of);
  if (accept("at")) replace.limit_price = price(of);
  apply(replace);
}

void Scenario::outside(model::AccountId account, const std::string& verb) {
  if (verb == "clears") return apply(model::ClearExternalBook{account, instrument().id});
  const Side on = side();
  const std::string lots = word();
  const model::Instrument& of = instrument();
  words_.insert(words_.begin(), lots);
  const money::Quantity size = quantity(of);
  need("at");
  const money::Price at = price(of);
  if (verb == "shows") return apply(model::SetExternalLevel{account, of.id, on, at, size});
  apply(model::ApplyExternalTrade{account, of.id, on, at, size});
}

// --- expectations
// ---------------------------------------------------------------------------------

void Scenario::expect() {
  const std::string what = word();
  const std::string reason(model::describe(outcome_.reason).name);
  if (what == "refused") return equal("the reason", reason, word());
  if (what == "accepted") return equal("the reason", reason, "none");
  if (what == "duplicate") return equal("duplicate", outcome_.duplicate ? "yes" : "no", "yes");
  if (what == "canceled") return equal("canceled", std::to_string(outcome_.canceled), word());
  if (what == "trade" || what == "no") return words_.insert(words_.begin(), what), expect_trade();
  if (what == "cash") return expect_cash();
  if (what == "position") return expect_position();
  if (what == "depth") return expect_depth();
  if (what == "last") {
    const model::Instrument& of = instrument();
    return equal("the last price", model::format_price(of, engine_.last_price(of.id)), word());
  }
  expect_order(what);
}

void Scenario::expect_trade() {
  std::vector<model::Traded> trades;
  for (const model::Event& event : events_)
    if (const auto* trade = std::get_if<model::Traded>(&event.body)) trades.push_back(*trade);
  if (accept("no")) {
    need("trade");
    if (accept("more"))
      return equal("trades", std::to_string(trades.size()), std::to_string(trades_seen_));
    return equal("trades", std::to_string(trades.size()), "0");
  }
  need("trade");
  if (trades_seen_ == trades.size()) fail("there was no further trade");
  const model::Traded& trade = trades[trades_seen_++];
  const model::Instrument& of = *engine_.instrument(trade.instrument);
  equal("the quantity", model::format_quantity(of, trade.quantity), word());
  equal("the instrument", std::string(of.symbol.view()), word());
  need("at");
  equal("the price", model::format_price(of, trade.price), word());
  if (accept("outside") && (trade.buy_order.valid() || trade.sell_order.valid()))
    fail("an order here took part");
}

void Scenario::expect_cash() {
  const model::AccountId id = account(word());
  const std::string balance = word();
  need("held");
  const std::string held = word();
  for (const model::Balance& line : engine_.balances(id)) {
    if (line.currency.text() != (words_.empty() ? "USD" : words_.front())) continue;
    words_.clear();
    equal("cash", money::format_money(line.balance), balance);
    return equal("cash held", money::format_money(line.held), held);
  }
  fail("the account has no such cash");
}

void Scenario::expect_position() {
  const model::AccountId id = account(word());
  const std::string size = word();
  const model::Instrument& of = instrument();
  model::Position found;
  for (const model::Position& position : engine_.positions(id))
    if (position.instrument == of.id) found = position;
  equal("the position", model::format_quantity(of, found.quantity), size);
  if (accept("held")) equal("held", model::format_quantity(of, found.held), word());
  if (accept("cost")) equal("the cost", money::format_money(found.cost), word());
  if (accept("profit")) equal("the profit", money::format_money(found.realised_profit), word());
}

void Scenario::expect_depth() {
  const model::Instrument& of = instrument();
  std::string found;
  for (const PriceLevel& level : engine_.depth(of.id, side(), 10))
    found += (found.empty() ? "" : ", ") + model::format_quantity(of, level.quantity) + "@" +
             model::format_price(of, level.price) + "/" + std::to_string(level.order_count);
  std::string expected;
  while (!words_.empty())
    expected += (expected.empty() ? "" : ", ") + word();
  equal("the depth", found.empty() ? "empty" : found, expected);
}

void Scenario::expect_order(const std::string& name) {
  const model::Order& found = order(account(name));
  const model::Instrument& of = *engine_.instrument(found.instrument);
  equal("the status", std::string(model::name_of(found.status)), word());
  if (accept("filled")) equal("filled", model::format_quantity(of, found.filled), word());
  if (accept("held")) equal("held", money::format_money(found.held), word());
  if (accept("ahead")) equal("ahead", std::to_string(engine_.lots_ahead(found.id)), word());
  if (accept("because"))
    equal("the reason", std::string(model::describe(found.reason).name), word());
}

// --- the tests
// ------------------------------------------------------------------------------------

namespace {

std::vector<std::string> scenario_files() {
  std::vector<std::string> files;
  const std::filesystem::path folder =
      std::filesystem::path(PLATFORM_SOURCE_DIR) / "tests" / "scenarios";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".scenario") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Scenarios, AllHold) {
  const std::vector<std::string> files = scenario_files();
  EXPECT_GE(files.size(), 8U);
  for (const std::string& file : files) {
    try {
      Scenario(file).run();
    } catch (const std::runtime_error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

// A reason nobody can meet is a promise nobody keeps. Those left out cannot come from the text:
// identifiers it cannot spell, and fields only a malformed command has.
TEST(Scenarios, ReachEveryReason) {
  std::set<model::Reason> reached;
  for (const std::string& file : scenario_files()) {
    Scenario scenario(file);
    try {
      scenario.run();
    } catch (const std::runtime_error&) {
      continue;
    }
    reached.insert(scenario.reasons().begin(), scenario.reasons().end());
  }
  const std::set<model::Reason> unspeakable{
      model::Reason::UnknownInstrument, model::Reason::UnknownOrder, model::Reason::InvalidPrice,
      model::Reason::InvalidTimeInForce};
  for (const model::ReasonText& row : model::all_reasons())
    EXPECT_TRUE(reached.contains(row.reason) || unspeakable.contains(row.reason)) << row.name;
}

}  // namespace
}  // namespace engine
