#pragma once

// The trading-engine service: operations that change orders (preview, place, replace, cancel,
// cancel all) and the kill switch.
//
// Called by every door through the table of operations. It translates symbols, accounts and decimal
// text into a model::Command on the caller's thread, hands it to the sequencer, and answers with
// the outcome once that is durable. It decides nothing about an order itself: what cannot be
// expressed as a command is refused here (unknown symbol, off-tick price), everything else by the
// engine.

#include "directory/directory.hpp"
#include "operations/operation.hpp"
#include "sequencer/sequencer.hpp"

namespace trading_engine {

// Adds the service's operations. `port` and `directory` must outlive the table.
void add_operations(operations::Table& table, sequencer::CommandPort& port,
                    const directory::Directory& directory);

}  // namespace trading_engine
