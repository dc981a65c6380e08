#include "market/trade_tape.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace market {

TradeTape::TradeTape(std::size_t capacity) : capacity_(capacity) {
  CHECK(capacity >= 1);
}

bool TradeTape::add(const TapeTrade& trade) {
  if (!trades_.empty() && trade.place <= back(0).place) return false;
  if (trades_.size() < capacity_) {
    trades_.push_back(trade);
  } else {
    trades_[first_] = trade;
    first_ = (first_ + 1) % capacity_;
  }
  return true;
}

const TapeTrade& TradeTape::back(std::size_t position) const {
  CHECK(position < size());
  return trades_[(first_ + size() - 1 - position) % size()];
}

std::vector<TapeTrade> TradeTape::last(std::size_t limit) const {
  std::vector<TapeTrade> result;
  for (std::size_t i = 0; i < std::min(limit, size()); ++i)
    result.push_back(back(i));
  return result;
}

std::vector<TapeTrade> TradeTape::after(EventPlace place, std::size_t limit) const {
  std::size_t count = 0;
  while (count < std::min(limit, size()) && back(count).place > place)
    ++count;
  std::vector<TapeTrade> result;
  while (count > 0)
    result.push_back(back(--count));
  return result;
}

}  // namespace market
