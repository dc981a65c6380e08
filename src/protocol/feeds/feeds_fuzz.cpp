#include <algorithm>
#include <cstdlib>

#include "feeds/binance.hpp"
#include "feeds/lean.hpp"

// Any bytes as lines of a feed: refused or read, never a crash; what is read keeps its limits. The
// first byte chooses the format.

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const base::Result<feeds::Record>& record, const feeds::Scale& scale) {
  if (!record) return require(!record.error().code.empty());
  if (const auto* update = std::get_if<feeds::DepthUpdate>(&record->body)) {
    require(update->bids.size() <= feeds::levels_max && update->asks.size() <= feeds::levels_max);
    for (const feeds::Level& level : update->bids)
      require(level.price.ticks() > 0 && level.price.ticks() <= scale.steps_max &&
              level.quantity.lots() >= 0 && level.quantity.lots() <= scale.steps_max);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const feeds::Scale scale{10'000'000, 10'000, 1'000'000'000'000};
  feeds::LeanFile file;
  file.date = {2013, 10, 7};
  file.market = static_cast<feeds::LeanMarket>(1 + choice % 3);
  file.resolution = static_cast<feeds::LeanResolution>(1 + choice / 3 % 3);
  file.content = static_cast<feeds::LeanContent>(1 + choice / 9 % 2);
  const feeds::BinanceParser binance("BTCUSDT", scale);
  const feeds::LeanParser lean(file, scale);
  if (const auto named = feeds::parse_lean_name(rest, "forex"))
    require(feeds::is_valid(named->date));
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    check(binance.parse(line), scale);
    check(lean.parse(line), scale);
    (void)feeds::binance_symbol(line);
  }
  return 0;
}
