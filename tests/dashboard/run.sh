#!/usr/bin/env bash
# Runs the dashboard's browser tests. Alone they use the fake server of this folder; with
#   DASHBOARD_URL=http://127.0.0.1:8100 TRADING_ADMIN_PASSWORD=... tests/dashboard/run.sh
# they click through a running platform. DASHBOARD_SCREENSHOTS=FOLDER keeps pictures of every state.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"

stop() { printf 'dashboard tests: %s\n' "$*" >&2; exit 1; }

bash ../../web/build.sh
[ -f ../../web/dist/index.html ] || stop "there is no dashboard to test; the line above says why"
browser=${CHROMIUM:-/usr/bin/chromium}
[ -x "$browser" ] || stop "no browser at $browser. Install it (Debian: apt-get install chromium)" \
  "or name another in CHROMIUM."
mapfile -t tools < <(bash ../../web/build.sh --tools)

exec 9<"$here"
flock 9
packages=$(sha256sum package.json package-lock.json | sha256sum | cut -d ' ' -f 1)
if [ "$(cat node_modules/.installed 2>/dev/null || true)" != "$packages" ]; then
  "${tools[@]}" ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
    stop "npm could not install the packages. Check the network, then run the same command again."
  printf '%s\n' "$packages" >node_modules/.installed
fi

"${tools[0]}" --test --test-reporter=spec dashboard_test.mjs
