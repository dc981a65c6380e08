#include "market/depth.hpp"

namespace market {
namespace {

bool is_worse(model::Side side, money::Price a, money::Price b) {
  return side == model::Side::Buy ? a < b : a > b;
}

// The first level, from worst to best, that is not worse than `price`.
template <class Levels>
auto position_of(Levels& levels, model::Side side, money::Price price) {
  return std::lower_bound(levels.begin(), levels.end(), price,
                          [side](const DepthLevel& level, money::Price value) {
                            return is_worse(side, level.price, value);
                          });
}

}  // namespace

void Depth::apply(const model::LevelChanged& change) {
  std::vector<DepthLevel>& levels = change.side == model::Side::Buy ? bids_ : asks_;
  const auto place = position_of(levels, change.side, change.price);
  const bool there = place != levels.end() && place->price == change.price;
  if (change.quantity.lots() == 0) {
    if (there) levels.erase(place);
    return;
  }
  const DepthLevel level{change.price, change.quantity, change.order_count};
  if (there) {
    *place = level;
  } else {
    levels.insert(place, level);
  }
}

void Depth::clear() {
  bids_.clear();
  asks_.clear();
}

std::optional<DepthLevel> Depth::best(model::Side side) const {
  if (levels(side).empty()) return std::nullopt;
  return levels(side).back();
}

DepthLevel Depth::level(model::Side side, money::Price price) const {
  const auto place = position_of(levels(side), side, price);
  const bool there = place != levels(side).end() && place->price == price;
  return there ? *place : DepthLevel{price, money::Quantity(0), 0};
}

std::vector<DepthLevel> Depth::top(model::Side side, std::size_t count) const {
  std::vector<DepthLevel> result;
  result.reserve(std::min(count, levels(side).size()));
  for_each_level(side, count, [&](const DepthLevel& level) { result.push_back(level); });
  return result;
}

bool Depth::crossed() const {
  return !bids_.empty() && !asks_.empty() && bids_.back().price >= asks_.back().price;
}

}  // namespace market
