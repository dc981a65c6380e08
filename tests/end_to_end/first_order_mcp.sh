#!/usr/bin/env bash
# The first order again, with the client of the npm package @modelcontextprotocol/sdk.
source "$(dirname "$0")/lib.sh"

install_clients
start_platform
token=$(login)
eventually 100 has_quote ORBT || fail "the demo market shows no quote"
node "$here/clients/first_order_mcp.mjs" "$base" "$platform"
stop_platform || fail "SIGTERM did not end the platform with 0"
