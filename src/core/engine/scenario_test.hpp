#pragma once

// Runs a scenario: text with one command or expectation a line (tests/scenarios/README.md has the
// grammar). Throws std::runtime_error with file:line and what was found instead of what was said.

#include <map>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace engine {

class Scenario {
 public:
  explicit Scenario(std::string file) : file_(std::move(file)) {}
  void run();
  // Every reason that a command of the scenario was refused with or an order ended with.
  [[nodiscard]] const std::vector<model::Reason>& reasons() const { return reasons_; }

 private:
  // The words of the line being read, taken from the front.
  std::string word();
  bool accept(const std::string& expected);
  void need(const std::string& expected);
  [[noreturn]] void fail(const std::string& what) const;
  void equal(const std::string& what, const std::string& found, const std::string& expected) const;

  void line();
  void administer(const std::string& verb);
  void act(const std::string& account);
  void submit(model::AccountId account, model::Side side);
  void replace(model::AccountId account);
  void outside(model::AccountId account, const std::string& verb);
  void expect();
  void expect_order(const std::string& account);
  void expect_cash();
  void expect_position();
  void expect_depth();
  void expect_trade();

  void apply(const model::CommandBody& body);
  model::AccountId account(const std::string& name);
  const model::Instrument& instrument();
  const model::Order& order(model::AccountId account);
  model::Side side();
  money::Price price(const model::Instrument& of);
  money::Quantity quantity(const model::Instrument& of);
  money::Money amount();

  std::string file_;
  int line_ = 0;
  std::vector<std::string> words_;
  Engine engine_{Limits{4, 8, 12, 6, 4}};
  base::Timestamp time_;
  std::map<std::string, model::AccountId> accounts_;
  std::vector<model::Event> events_;
  std::size_t trades_seen_ = 0;  // of the last command, by expectations
  Outcome outcome_;
  std::vector<model::Reason> reasons_;
};

}  // namespace engine
