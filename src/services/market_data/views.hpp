#pragma once

#include <span>

#include "market_data/market_data.hpp"
#include "market_data/requests.hpp"
#include "model/instrument.hpp"

namespace market_data {

// How the values of this service look to callers.
InstrumentView view_of(const model::Instrument& instrument);
QuoteView view_of(const Quote& quote, const model::Instrument& instrument, base::Timestamp now);
DepthResponse view_of(const DepthView& depth, const model::Instrument& instrument);
void add_bars(GetBarsResponse& response, std::span<const market::Bar> bars,
              const model::Instrument& instrument, bool columns);

}  // namespace market_data
