#!/usr/bin/env bash
# The dashboard of the real executable, clicked through in Chromium: log in, preview, buy, see the
# fill and the position, place and cancel a resting order.
source "$(dirname "$0")/lib.sh"

start_platform
token=$(login)
eventually 100 has_quote ACME || fail "the demo market shows no quote"
DASHBOARD_URL=$base bash "$root/tests/dashboard/run.sh"
stop_platform || fail "SIGTERM did not end the platform with 0"
