#include <benchmark/benchmark.h>

#include "base/check.hpp"
#include "crypto/password.hpp"
#include "crypto/token.hpp"

namespace {

// What every request pays.
void verify_token(benchmark::State& state) {
  const auto issuer = crypto::TokenIssuer::make(
      {"trading-platform", "trading-platform", {{"1", "k2J9vQ7xLm4Rt8WzBn1Yp6Cs3Hd5Gf0A"}}});
  const base::Timestamp now(1'800'000'000 * base::ns_per_s);
  const std::string token = issuer->sign(
      {"7", "0123456789abcdef", 3, "fedcba9876543210", now, now, now + 3'600 * base::ns_per_s});
  for (auto _ : state)
    CHECK(issuer->verify(token, now).has_value());
}
BENCHMARK(verify_token);

// What every login pays.
void verify_password(benchmark::State& state) {
  const std::string encoded = crypto::hash_password("a long phrase").value();
  for (auto _ : state)
    CHECK(crypto::verify_password(encoded, "a long phrase"));
}
BENCHMARK(verify_password)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
