# Sourced by the end-to-end tests: starts the real executable on a port range and data folder of its
# own, and stops it, by its process id, whatever happens.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
platform=${TRADING_PLATFORM:-$root/build/release/trading-platform}
[ -x "$platform" ] || { echo "there is no executable $platform; run ./dev build" >&2; exit 1; }

work=$(mktemp -d)
data=$work/data
: >"$work/log"
export TRADING_ADMIN_PASSWORD=an-end-to-end-password
platform_pid=
offset=

stop_platform() { # [SIGNAL]
  [ -n "$platform_pid" ] || return 0
  kill -"${1:-TERM}" "$platform_pid" 2>/dev/null || true
  local status=0
  wait "$platform_pid" || status=$?
  platform_pid=
  return $status
}

finish() {
  local status=$?
  stop_platform KILL 2>/dev/null || true
  if [ $status -ne 0 ] && [ -f "$work/log" ]; then
    echo "--- the platform's output:" >&2
    tail -n 30 "$work/log" >&2
  fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# Starts the platform with the arguments given; tries other port ranges when one is taken.
start_platform() {
  local try
  for try in 1 2 3 4 5 6 7 8; do
    offset=${offset:-$((1000 + (RANDOM % 200) * 100))}
    "$platform" run --data "$data" --port-offset "$offset" "$@" >>"$work/log" 2>&1 &
    platform_pid=$!
    if wait_for_ready; then
      base=http://127.0.0.1:$((8100 + offset))
      return
    fi
    wait "$platform_pid" || true
    grep -q listen_failed "$work/log" || grep -qi "cannot listen\|already in use" "$work/log" ||
      fail "the platform did not start"
    offset=
    : >"$work/log"
  done
  fail "found no free port range"
}

wait_for_ready() {
  local i
  for i in $(seq 1 600); do
    if grep -q '^Ready' "$work/log"; then
      : >"$work/ready" && sed -i 's/^Ready$/Was ready/' "$work/log"
      return 0
    fi
    kill -0 "$platform_pid" 2>/dev/null || return 1
    sleep 0.05
  done
  return 1
}

port() { # SERVICE PORT of the contract
  echo $(($1 + offset))
}

login() { # prints an access token
  curl -sS --fail "$base/auth/login" -H 'Content-Type: application/json' \
    -d "{\"username\":\"admin\",\"password\":\"$TRADING_ADMIN_PASSWORD\"}" | jq -re .access_token
}

api() { # METHOD PATH [BODY]; prints the JSON answer
  local method=$1 path=$2
  shift 2
  curl -sS -X "$method" "$base$path" -H "Authorization: Bearer $token" \
    ${1:+-H 'Content-Type: application/json' -d "$1"}
}

# Repeats a command until it succeeds or the patience (in tenths of a second) is over.
eventually() { # TENTHS COMMAND...
  local tenths=$1 i
  shift
  for i in $(seq 1 "$tenths"); do
    if "$@"; then return 0; fi
    sleep 0.1
  done
  return 1
}

has_quote() { # SYMBOL
  api GET "/market-data/$1" | jq -e '.bid_price and .ask_price' >/dev/null
}

# npm packages of the clients, once for each lock file.
install_clients() {
  local stamp=$here/clients/node_modules/.installed lock=$here/clients/package-lock.json
  command -v npm >/dev/null || fail "npm is missing; run ./dev setup"
  (
    flock 9
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(sha256sum <"$lock")" ] && exit 0
    cd "$here/clients"
    npm ci --ignore-scripts --no-audit --no-fund >"$work/npm.log" 2>&1 ||
      { tail -n 5 "$work/npm.log" >&2; exit 1; }
    sha256sum <"$lock" >"$stamp"
  ) 9>"$here/clients/.lock" || fail "the npm packages of the test clients cannot be installed"
}
