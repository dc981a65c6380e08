#include "bytes/checksum.hpp"

#include <array>
#include <cstring>

#include <xxhash.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace bytes {
namespace {

constexpr std::uint32_t polynomial_reflected = 0x82F63B78;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ ((crc & 1) ? polynomial_reflected : 0);
    table[i] = crc;
  }
  return table;
}

constexpr auto table = make_table();

std::uint32_t crc_portable(View data, std::uint32_t crc) {
  for (std::uint8_t byte : data)
    crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF];
  return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_hardware(View data, std::uint32_t crc) {
  std::uint64_t wide = crc;
  std::size_t at = 0;
  for (; at + 8 <= data.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, data.data() + at, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<std::uint32_t>(wide);
  for (; at < data.size(); ++at)
    crc = _mm_crc32_u8(crc, data[at]);
  return crc;
}
#endif

}  // namespace

std::uint32_t crc32c(View data, std::uint32_t seed) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return ~crc_hardware(data, ~seed);
#endif
  return ~crc_portable(data, ~seed);
}

std::uint64_t hash64(View data, std::uint64_t seed) {
  return XXH3_64bits_withSeed(data.data(), data.size(), seed);
}

Hash128 hash128(View data, std::uint64_t seed) {
  const XXH128_hash_t hash = XXH3_128bits_withSeed(data.data(), data.size(), seed);
  return {hash.low64, hash.high64};
}

}  // namespace bytes
