#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/result.hpp"
#include "base/strong_id.hpp"

namespace model {

using InstrumentId = base::StrongId<struct InstrumentTag, std::uint32_t>;
using AccountId = base::StrongId<struct AccountTag, std::uint32_t>;
using UserId = base::StrongId<struct UserTag, std::uint32_t>;
using OrderId = base::StrongId<struct OrderTag, std::uint64_t>;
using TradeId = base::StrongId<struct TradeTag, std::uint64_t>;
using TransactionId = base::StrongId<struct TransactionTag, std::uint64_t>;

// Text of at most N bytes inside the value, zero-padded, so that state stays flat and hashable.
template <std::size_t N>
class InlineText {
 public:
  constexpr InlineText() = default;
  // Keeps the first N bytes.
  constexpr explicit InlineText(std::string_view text) {
    size_ = static_cast<std::uint8_t>(text.size() < N ? text.size() : N);
    for (std::size_t i = 0; i < size_; ++i)
      bytes_[i] = text[i];
  }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  constexpr bool operator==(const InlineText& other) const { return view() == other.view(); }
  constexpr auto operator<=>(const InlineText& other) const { return view() <=> other.view(); }

  static constexpr std::size_t capacity = N;

 private:
  static_assert(N < 256);
  std::array<char, N> bytes_{};
  std::uint8_t size_ = 0;
};

using Symbol = InlineText<15>;
using ClientOrderId = InlineText<64>;
using Name = InlineText<47>;

// 1 to 15 characters of A-Z, 0-9, '.', '-', '/', '_'. Errors: invalid_symbol.
base::Result<Symbol> parse_symbol(std::string_view text);
// 1 to 64 printable ASCII characters without space. Errors: invalid_client_order_id.
base::Result<ClientOrderId> parse_client_order_id(std::string_view text);

}  // namespace model
