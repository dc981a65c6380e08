#include <algorithm>

#include "market_data/operations.hpp"

namespace market_data {

namespace {

// The newest bars_kept bars; the store gives at most rows_max at a time.
base::Result<std::vector<market::Bar>> newest_bars(store_sqlite::ProjectionReader& reader,
                                                   model::InstrumentId instrument,
                                                   market::BarInterval interval) {
  std::vector<market::Bar> bars;
  base::Timestamp end(INT64_MAX);
  while (bars.size() < bars_kept) {
    const std::size_t wanted = std::min(bars_kept - bars.size(), store_sqlite::rows_max);
    TRY(const auto stored, reader.list_bars(instrument, interval, {}, end, wanted));
    bars.insert(bars.begin(), stored.begin(), stored.end());
    if (stored.size() < wanted) break;
    end = stored.front().start;
  }
  return bars;
}

}  // namespace

base::Status warm(MarketData& market, const directory::Directory& directory,
                  store_sqlite::ProjectionReader& reader) {
  for (const model::Instrument& instrument : directory.instruments()) {
    TRY(const auto stored, reader.list_trades(instrument.id, trades_kept));
    std::vector<market::TapeTrade> trades;
    for (auto trade = stored.rbegin(); trade != stored.rend(); ++trade)
      trades.push_back(
          {{trade->position.sequence, trade->position.index}, trade->time, trade->traded});
    market.warm_trades(instrument.id, trades);
    for (const market::BarInterval interval : market::bar_intervals) {
      TRY(const auto bars, newest_bars(reader, instrument.id, interval));
      market.warm_bars(instrument.id, interval, bars);
    }
  }
  return {};
}

}  // namespace market_data
