#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

#include "matching/command_stream.hpp"

namespace matching {
namespace {

struct Header {
  std::array<char, 8> magic;
  std::uint32_t symbols, flags;
  std::uint64_t seed, commands, prefill, ids_max;
  std::uint32_t price_min, price_max;
  std::uint64_t trades, volume, notional, digest, resting, resting_quantity;
  std::array<std::uint64_t, 3> unused;
};
static_assert(sizeof(Header) == 128);

void fold(std::uint64_t& digest, std::uint64_t maker, std::uint64_t taker, std::uint64_t price,
          std::uint64_t quantity) {
  digest = (digest ^ (maker * 0x9E3779B97F4A7C15U + taker * 0xC2B2AE3D27D4EB4FU +
                      price * 0x165667B19E3779F9U + quantity)) *
           0xD6E8FEB86659FD93U;
  digest ^= digest >> 32;
}

}  // namespace

base::Result<CommandStream> read_stream(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Header header{};
  file.read(reinterpret_cast<char*>(&header), sizeof header);
  if (!file || std::string_view(header.magic.data(), 8) != "LOBSTRM1" || header.flags != 0) {
    return base::fail("bad_stream", path + " is not an order command stream");
  }
  CommandStream stream;
  stream.symbols = header.symbols;
  stream.ids_max = header.ids_max;
  stream.prefill = header.prefill;
  stream.expected = {header.trades, header.volume,  header.notional,
                     header.digest, header.resting, header.resting_quantity};
  stream.commands.resize(header.commands);
  file.read(reinterpret_cast<char*>(stream.commands.data()),
            static_cast<std::streamsize>(header.commands * sizeof(StreamCommand)));
  if (!file) return base::fail("bad_stream", path + " ends before its last command");
  return stream;
}

StreamRunner::StreamRunner(const CommandStream& stream)
    : pool_(static_cast<std::uint32_t>(
          std::clamp<std::size_t>(stream.ids_max, 1, OrderPool::capacity_max))),
      handles_(stream.ids_max + 1, no_handle) {
  for (std::uint32_t symbol = 0; symbol < stream.symbols; ++symbol)
    books_.emplace_back(pool_);
}

void StreamRunner::submit(OrderBook& book, const StreamCommand& command, std::uint64_t id,
                          bool may_rest) {
  const model::Side side = command.sell != 0 ? model::Side::Sell : model::Side::Buy;
  const money::Price price(command.price);
  const money::Quantity left =
      book.match(side, price, money::Quantity(command.quantity), [&](const Fill& fill) {
        const auto ticks = static_cast<std::uint64_t>(fill.price.ticks());
        const auto lots = static_cast<std::uint64_t>(fill.quantity.lots());
        ++totals_.trades;
        totals_.volume += lots;
        totals_.notional += ticks * lots;
        fold(totals_.digest, fill.maker.value(), id, ticks, lots);
        if (fill.maker_remaining.lots() == 0) handles_[fill.maker.value()] = no_handle;
      });
  if (may_rest && left.lots() > 0) {
    handles_[id] = book.rest(model::OrderId(id), side, price, left);
    CHECK(handles_[id] != no_handle);
  }
}

void StreamRunner::apply(const StreamCommand& command) {
  OrderBook& book = books_[command.symbol];
  switch (command.kind) {
    case CommandKind::Add:
    case CommandKind::Immediate:
      submit(book, command, command.id, command.kind == CommandKind::Add);
      return;
    case CommandKind::Cancel:
    case CommandKind::Reduce:
    case CommandKind::Replace: break;
  }
  Handle& handle = handles_[command.id];
  if (handle == no_handle) return;  // filled or canceled before
  if (command.kind == CommandKind::Reduce) {
    book.reduce(handle, money::Quantity(command.quantity));
    return;
  }
  book.cancel(handle);
  handle = no_handle;
  if (command.kind == CommandKind::Replace) submit(book, command, command.new_id, true);
}

void StreamRunner::apply_all(std::span<const StreamCommand> commands) {
  for (const StreamCommand& command : commands)
    apply(command);
}

StreamTotals StreamRunner::totals() const {
  StreamTotals totals = totals_;
  for (const OrderBook& book : books_) {
    book.for_each_order([&](const RestingOrder& order) {
      ++totals.resting;
      totals.resting_quantity += static_cast<std::uint64_t>(order.remaining.lots());
    });
  }
  return totals;
}

}  // namespace matching
