#!/usr/bin/env bash
# Builds the dashboard into web/dist, only when its sources changed since the last time.
#   web/build.sh          install the tools, check the types, build
#   web/build.sh --test   the same, then run the unit tests
#   web/build.sh --tools  only install, and print the paths of Node.js 22 and of its npm
#
# The npm that is there (Debian's will do) fetches one thing: Node.js 22 with an npm that fits it,
# into web/node22. Everything else runs on those: an older npm would leave out packages that do not
# run on its own, older Node.js. npm's `node` package fetches its program in an install script;
# install scripts are off here, so the packages that carry the program are named instead.
set -euo pipefail
web=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$web"

say() { printf 'dashboard: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }
digest() { sha256sum "$@" | sha256sum | cut -d ' ' -f 1; }

# Installs the packages of a folder when its lock file changed: FOLDER NPM-COMMAND...
install() {
  local folder=$1 wanted
  shift
  wanted=$(digest "$folder/package.json" "$folder/package-lock.json")
  [ "$(cat "$folder/node_modules/.installed" 2>/dev/null || true)" != "$wanted" ] || return 0
  say "installing the packages of ${folder#"${web%/*}/"}"
  # Without a network npm's own pauses between tries would last minutes before it says so.
  (cd "$folder" && "$@" ci --ignore-scripts --no-audit --no-fund --loglevel=error \
    --fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=10000 >&2) ||
    stop "npm could not install them. Check the network, then run the same command again."
  printf '%s\n' "$wanted" >"$folder/node_modules/.installed"
}

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  say "npm or Node.js is missing, so the dashboard is not built and the platform's page says so." \
    "Install both (Debian: apt-get install npm) and run this again."
  exit 0
fi

# Two builds at once would undo each other.
exec 9<"$web"
flock 9

install "$web/node22" npm
node=$(find node22/node_modules/node-linux-*/bin/node 2>/dev/null | head -n 1 || true)
if [ -n "$node" ]; then
  node=$web/$node
else
  node=$(command -v node)
  [ "$("$node" -p 'process.versions.node.split(".")[0]')" -ge 22 ] ||
    stop "npm has no Node.js 22 for this machine ($(uname -sm)). Install it yourself and run this" \
      "again."
fi
npm=$web/node22/node_modules/npm/bin/npm-cli.js
export PATH="${node%/*}:$PATH"
if [ "${1:-}" = --tools ]; then
  printf '%s\n%s\n' "$node" "$npm"
  exit 0
fi
install "$web" "$node" "$npm"

mapfile -t sources < <(
  find src public index.html notices.html tsconfig.json vite.config.ts build.sh -type f |
    LC_ALL=C sort
)
built=$(digest package-lock.json "${sources[@]}")
if [ -f dist/index.html ] && [ "$(cat node_modules/.built 2>/dev/null || true)" = "$built" ]; then
  say "unchanged"
else
  say "checking the types and building"
  "$node" node_modules/typescript/bin/tsc -p . ||
    stop "the types do not fit; the lines above say where"
  out=node_modules/.dist
  rm -rf "$out"
  "$node" node_modules/vite/bin/vite.js build --outDir "$out" --emptyOutDir --logLevel warn ||
    stop "the build failed; the lines above say why"
  cp node_modules/lightweight-charts/LICENSE "$out/licences/lightweight-charts.txt"
  cp node_modules/preact/LICENSE "$out/licences/preact.txt"
  cp node_modules/@preact/signals/LICENSE "$out/licences/preact-signals.txt"
  chmod -R u+w,a+rX "$out"
  rm -rf dist
  mv "$out" dist
  printf '%s\n' "$built" >node_modules/.built
  say "built into web/dist"
fi

if [ "${1:-}" = --test ]; then
  "$node" --test --test-reporter=spec 'tests/*.test.ts'
fi
