#pragma once

#include <vector>

#include "feeds/record.hpp"

namespace market_sources {

// Plays one bar as the four moments it tells of. A bar says where prices were, not when, so by rule
// the open comes at its start, the close at three quarters of its length, and between them at one
// and two quarters the high and the low: the low first in a bar that closes at or above its open,
// else the high first. A quote bar becomes four quotes with the sizes it closed with; a trade bar
// four prints of a quarter of its volume each, the rest with the last. A quote moment whose bid is
// not below its ask (the two sides' extremes need not have met) is left out.
//
// Appends Quote or Trade records in the order of time; any other record is appended as it is.
void play_bar(const feeds::Record& record, std::vector<feeds::Record>& out);

}  // namespace market_sources
