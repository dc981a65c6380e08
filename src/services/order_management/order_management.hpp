#pragma once

// The order-management service: operations that show orders and executions.
//
// Called by every door through the table of operations. Working and remembered orders come from the
// engine, older ones and executions from the projections. Reads nobody may see answer exactly like
// reads of what does not exist.

#include "directory/directory.hpp"
#include "history/history.hpp"
#include "operations/operation.hpp"
#include "sequencer/sequencer.hpp"

namespace order_management {

// Adds the service's operations. All references must outlive the table.
void add_operations(operations::Table& table, sequencer::CommandPort& port,
                    const directory::Directory& directory, const history::History& history);

}  // namespace order_management
