#pragma once

#include <cstdint>
#include <span>

#include "base/result.hpp"
#include "store_sqlite/database.hpp"

// The tables of the projections, and how one order is laid out in them.

namespace store_sqlite {

// What the rows mean. Raise it when existing rows would have to be computed again from events; a
// file of another version is emptied and filled from the journal.
inline constexpr std::int64_t projection_version = 1;

std::span<const char* const> projection_migrations();

// Drops every table and forgets the schema version, inside the open file.
base::Status drop_projections(Database& database);

// The columns of an order in `orders` and in `executions`, in the order rows.cpp binds them.
inline constexpr const char* order_columns =
    "id, account, instrument, side, type, time_in_force, status, reason, user, limit_price, "
    "quantity, filled, filled_notional, held, created, updated, created_sequence, order_sequence, "
    "client_order_id";
inline constexpr int order_column_count = 19;

}  // namespace store_sqlite
