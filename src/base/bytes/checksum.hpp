#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// Checksums of durable formats. CRC32C finds damage in a record; Hash128 (XXH3) is the state hash
// and links records to a chain. Neither is a defence against a forger: audit has its own.

namespace bytes {

using View = std::span<const std::uint8_t>;

inline View view(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// CRC-32C (Castagnoli, RFC 3720 appendix B.4). `seed` continues an earlier checksum.
std::uint32_t crc32c(View data, std::uint32_t seed = 0);

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  auto operator<=>(const Hash128&) const = default;
};

std::uint64_t hash64(View data, std::uint64_t seed = 0);
Hash128 hash128(View data, std::uint64_t seed = 0);

}  // namespace bytes
