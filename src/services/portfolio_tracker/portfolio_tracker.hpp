#pragma once

// The portfolio-tracker service: operations that show accounts, balances, positions and the ledger,
// and the administrator's operations that open accounts and move paper cash.
//
// Called by every door through the table of operations. Balances and positions come from the engine
// and are marked to the last price (or the middle of the book before the first trade); the ledger
// comes from the projections.

#include <functional>

#include "directory/directory.hpp"
#include "history/history.hpp"
#include "operations/operation.hpp"
#include "sequencer/sequencer.hpp"

namespace portfolio_tracker {

// Whether a user may own an account. Any thread.
using UserExists = std::function<bool(model::UserId)>;

// Adds the service's operations. All references must outlive the table. Without `user_exists` an
// account may be opened for any user id.
void add_operations(operations::Table& table, sequencer::CommandPort& port,
                    const directory::Directory& directory, const history::History& history,
                    UserExists user_exists = {});

}  // namespace portfolio_tracker
