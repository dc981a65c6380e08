#pragma once

#include <functional>
#include <optional>
#include <string>

#include "directory/directory.hpp"
#include "history/history.hpp"
#include "market_data/market_data.hpp"
#include "operations/operation.hpp"
#include "store_sqlite/projections.hpp"

namespace market_data {

// The time now, for a quote's age.
using Now = std::function<base::Timestamp()>;
// State of the outside feed behind an instrument (live, stale, gapped, crossed, stopped); nullopt
// where there is none. Any thread.
using FeedState = std::function<std::optional<std::string>(model::InstrumentId)>;

struct Parts {
  const MarketData* market = nullptr;
  const directory::Directory* directory = nullptr;
  const history::History* history = nullptr;  // null = memory only
  Now now;
  FeedState feed_state;  // empty = no feeds
};

// Adds list_instruments, get_instrument, get_quote, get_depth, list_trades and get_bars. What the
// parts point to must outlive the table.
void add_operations(operations::Table& table, const Parts& parts);

// Fills memory with the newest trades and bars of every listed instrument; after load(), before
// the sequencer starts. Errors: those of the store.
base::Status warm(MarketData& market, const directory::Directory& directory,
                  store_sqlite::ProjectionReader& reader);

}  // namespace market_data
