#include <algorithm>
#include <cmath>

#include "matching/command_stream.hpp"

namespace matching {
namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t word() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((word() >> 32) * bound) >> 32);
  }

 private:
  std::uint64_t state_;
};

struct Market {
  std::int32_t fair_price = 0;
  std::uint32_t resting_target = 0;
  std::vector<std::uint64_t> live;  // ids that may still rest, oldest first
};

struct Known {
  std::int32_t price = 0;
  std::uint8_t sell = 0;
};

class Generator {
 public:
  Generator(std::uint64_t seed, std::uint32_t symbols, std::size_t commands);
  CommandStream run(std::size_t commands);

 private:
  std::uint16_t draw_symbol();
  std::int32_t passive_price(std::uint16_t symbol, bool sell);
  void emit(StreamCommand command);
  void add_passive(std::uint16_t symbol);
  void add_marketable(std::uint16_t symbol);
  void cancel_or_replace(std::uint16_t symbol, bool replace);

  Random random_;
  CommandStream stream_;
  std::vector<double> weights_;  // cumulative
  std::vector<Market> markets_;
  std::vector<Known> known_;
  std::unique_ptr<StreamRunner> runner_;
  std::uint64_t next_id_ = 1;
};

Generator::Generator(std::uint64_t seed, std::uint32_t symbols, std::size_t commands)
    : random_(seed), markets_(symbols) {
  CHECK(symbols >= 1 && symbols <= 65'536);
  double sum = 0;
  std::size_t prefill = 0;
  for (std::uint32_t i = 0; i < symbols; ++i) {
    sum += 1.0 / std::pow(i + 1.0, 0.9);
    weights_.push_back(sum);
    markets_[i].fair_price = static_cast<std::int32_t>(3'000 + random_.below(40'000));
    markets_[i].resting_target = symbols == 1 ? 5'000 : symbols <= 10 ? 3'000 : 240;
    prefill += markets_[i].resting_target;
  }
  stream_.symbols = symbols;
  stream_.prefill = prefill;
  stream_.ids_max = commands + prefill + 1;
  stream_.commands.reserve(commands + prefill);
  known_.resize(stream_.ids_max + 1);
  runner_ = std::make_unique<StreamRunner>(stream_);
}

std::uint16_t Generator::draw_symbol() {
  if (weights_.size() == 1) return 0;
  const double draw = static_cast<double>(random_.word() >> 11) * 0x1p-53 * weights_.back();
  const auto at = std::lower_bound(weights_.begin(), weights_.end(), draw);
  return static_cast<std::uint16_t>(
      std::min<std::ptrdiff_t>(at - weights_.begin(), std::ssize(weights_) - 1));
}

// Mostly within a few dozen ticks of the best price, a tenth far away, never crossing.
std::int32_t Generator::passive_price(std::uint16_t symbol, bool sell) {
  const std::uint32_t draw = random_.below(100);
  std::uint32_t distance = 0;
  if (draw >= 30 && draw < 90) {
    distance = 1;
    while (random_.below(8) != 0 && distance < 80)
      ++distance;
  } else if (draw >= 90) {
    distance = 1 + random_.below(250);
  }
  const auto away = static_cast<std::int64_t>(1 + distance);
  std::int64_t price = markets_[symbol].fair_price + (sell ? away : -away);
  const auto other = runner_->book(symbol).best(sell ? model::Side::Buy : model::Side::Sell);
  if (other) {
    price = sell ? std::max(price, other->ticks() + 1) : std::min(price, other->ticks() - 1);
  }
  return static_cast<std::int32_t>(std::clamp<std::int64_t>(price, 1, 65'000));
}

void Generator::emit(StreamCommand command) {
  runner_->apply(command);
  stream_.commands.push_back(command);
}

void Generator::add_passive(std::uint16_t symbol) {
  const bool sell = random_.below(2) == 1;
  const std::uint64_t id = next_id_++;
  known_[id] = {passive_price(symbol, sell), sell ? std::uint8_t{1} : std::uint8_t{0}};
  emit({CommandKind::Add, known_[id].sell, symbol, 1 + random_.below(100), id, 0, known_[id].price,
        0});
  markets_[symbol].live.push_back(id);
}

void Generator::add_marketable(std::uint16_t symbol) {
  const bool sell = random_.below(2) == 1;
  const auto best = runner_->book(symbol).best(sell ? model::Side::Buy : model::Side::Sell);
  if (!best) return add_passive(symbol);
  const auto through = static_cast<std::int64_t>(random_.below(3));
  const std::int64_t price =
      std::clamp<std::int64_t>(best->ticks() + (sell ? -through : through), 1, 65'000);
  const std::uint64_t id = next_id_++;
  known_[id] = {static_cast<std::int32_t>(price), sell ? std::uint8_t{1} : std::uint8_t{0}};
  emit({CommandKind::Add, known_[id].sell, symbol, 1 + random_.below(140), id, 0, known_[id].price,
        0});
  markets_[symbol].live.push_back(id);
}

// Some of these find their order filled already, as in life.
void Generator::cancel_or_replace(std::uint16_t symbol, bool replace) {
  std::vector<std::uint64_t>& live = markets_[symbol].live;
  const auto size = static_cast<std::uint32_t>(live.size());
  const std::uint32_t position =
      random_.below(100) < 65 ? size - 1 - random_.below(std::min(size, 32U)) : random_.below(size);
  const std::uint64_t id = live[position];
  live[position] = live.back();
  live.pop_back();
  const Known known = known_[id];
  if (!replace) {
    emit({CommandKind::Cancel, known.sell, symbol, 0, id, 0, known.price, 0});
    return;
  }
  const std::uint64_t new_id = next_id_++;
  known_[new_id] = {passive_price(symbol, known.sell != 0), known.sell};
  emit({CommandKind::Replace, known.sell, symbol, 1 + random_.below(100), id, new_id,
        known_[new_id].price, 0});
  live.push_back(new_id);
}

CommandStream Generator::run(std::size_t commands) {
  for (std::size_t i = 0; i < stream_.prefill; ++i) {
    add_passive(static_cast<std::uint16_t>(i % markets_.size()));
  }
  for (std::size_t i = 0; i < commands; ++i) {
    const std::uint16_t symbol = draw_symbol();
    Market& market = markets_[symbol];
    if (random_.below(600) == 0) {
      market.fair_price += random_.below(2) == 1 ? 1 : -1;
      market.fair_price = std::clamp(market.fair_price, 600, 60'000);
    }
    // More adds when the book is thin, more cancels when it is full.
    const auto lack =
        static_cast<double>(market.resting_target) - static_cast<double>(market.live.size());
    const double share = std::clamp(lack / market.resting_target, -1.0, 1.0);
    const auto adds = static_cast<std::uint32_t>(4'600 + 1'200 * share);
    const std::uint32_t draw = random_.below(10'000);
    if (draw < 500) {
      add_marketable(symbol);
    } else if (draw < 500 + adds || market.live.size() < 20) {
      add_passive(symbol);
    } else {
      cancel_or_replace(symbol, draw >= 9'300);
    }
  }
  stream_.expected = runner_->totals();
  return std::move(stream_);
}

}  // namespace

CommandStream generate_stream(std::uint64_t seed, std::uint32_t symbols, std::size_t commands) {
  return Generator(seed, symbols, commands).run(commands);
}

}  // namespace matching
