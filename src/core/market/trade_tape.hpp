#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "model/event.hpp"

namespace market {

// Where an event stands in the stream: the command's sequence, then the place within it.
struct EventPlace {
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;
  auto operator<=>(const EventPlace&) const = default;
};

struct TapeTrade {
  EventPlace place;
  base::Timestamp time;
  model::Traded traded;
};

// The last trades of one instrument, at most `capacity`, in the order of their places.
class TradeTape {
 public:
  explicit TradeTape(std::size_t capacity);

  // A trade that is not after the newest one is already known and left out; false is returned.
  bool add(const TapeTrade& trade);

  [[nodiscard]] std::size_t size() const { return trades_.size(); }
  // 0 = the newest.
  [[nodiscard]] const TapeTrade& back(std::size_t position) const;
  // Newest first, at most `limit`.
  [[nodiscard]] std::vector<TapeTrade> last(std::size_t limit) const;
  // Trades after that place, oldest first. When more than `limit` follow, the newest `limit` of
  // them: a slow reader skips.
  [[nodiscard]] std::vector<TapeTrade> after(EventPlace place, std::size_t limit) const;

 private:
  std::size_t capacity_;
  std::size_t first_ = 0;  // place of the oldest, once the ring is full
  std::vector<TapeTrade> trades_;
};

}  // namespace market
