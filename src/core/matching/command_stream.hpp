#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "matching/order_book.hpp"

// Order command streams for benchmarks: fixed 32-byte little-endian records behind a 128-byte
// header that carries what a correct price-time engine reaches. Only the benchmark uses this.

namespace matching {

enum class CommandKind : std::uint8_t {
  Add = 'A',        // rests its remainder
  Immediate = 'I',  // never rests
  Cancel = 'D',
  Reduce = 'X',   // to a quantity, keeps its place
  Replace = 'U',  // id -> new_id, place lost
};

struct StreamCommand {
  CommandKind kind = CommandKind::Add;
  std::uint8_t sell = 0;
  std::uint16_t symbol = 0;
  std::uint32_t quantity = 0;
  std::uint64_t id = 0;
  std::uint64_t new_id = 0;
  std::int32_t price = 0;
  std::uint32_t elapsed_ns = 0;
};
static_assert(sizeof(StreamCommand) == 32);

struct StreamTotals {
  std::uint64_t trades = 0;
  std::uint64_t volume = 0;
  std::uint64_t notional = 0;
  std::uint64_t digest = 0;  // of (maker, taker, price, quantity) of each fill, in order
  std::uint64_t resting = 0;
  std::uint64_t resting_quantity = 0;
  bool operator==(const StreamTotals&) const = default;
};

struct CommandStream {
  std::uint32_t symbols = 1;
  std::uint64_t ids_max = 0;
  std::size_t prefill = 0;  // the first commands fill the books and are not timed
  StreamTotals expected;
  std::vector<StreamCommand> commands;
};

// Errors: bad_stream when it cannot be read or is not such a stream.
base::Result<CommandStream> read_stream(const std::string& path);

// A stream of the usual mix: 47 % add, 41 % cancel (two thirds of them of the newest orders), 7 %
// replace, 5 % marketable; symbols by a Zipf law with exponent 0.9. The same arguments give the
// same stream everywhere but for the last bits of the C library's pow().
CommandStream generate_stream(std::uint64_t seed, std::uint32_t symbols, std::size_t commands);

// The books of a stream and the direct table from its ids to their handles.
class StreamRunner {
 public:
  explicit StreamRunner(const CommandStream& stream);

  void apply(const StreamCommand& command);
  void apply_all(std::span<const StreamCommand> commands);
  [[nodiscard]] StreamTotals totals() const;
  [[nodiscard]] const OrderBook& book(std::uint32_t symbol) const { return books_[symbol]; }

 private:
  void submit(OrderBook& book, const StreamCommand& command, std::uint64_t id, bool may_rest);

  OrderPool pool_;
  std::vector<OrderBook> books_;
  std::vector<Handle> handles_;  // by id; no_handle = not resting
  StreamTotals totals_;
};

}  // namespace matching
