#!/usr/bin/env bash
# Bad input at every door of the real executable; then the journal is verified.
source "$(dirname "$0")/lib.sh"

install_clients
start_platform
token=$(login)
eventually 100 has_quote ACME || fail "the demo market shows no quote"
node "$here/clients/hostile_input.mjs" "$base"
stop_platform || fail "SIGTERM did not end the platform with 0"
"$platform" replay verify --data "$data" >/dev/null || fail "replay verify"
