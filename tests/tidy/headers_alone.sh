#!/usr/bin/env bash
# Compiles every header of src alone: a header must include what it needs. Headers see only the
# rings at or below their own, so an include that points outward fails here too.
set -euo pipefail
cd "$(dirname "$0")/../.."
rings=(base core protocol io services app)
compiler=${CXX:-g++}

flags_for() { # RING
  local flags=() ring
  for ring in "${rings[@]}"; do
    flags+=("-Isrc/$ring")
    [ "$ring" = "$1" ] && break
  done
  echo "${flags[*]}"
}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
for ring in "${rings[@]}"; do
  flags=$(flags_for "$ring")
  find "src/$ring" -name '*.hpp' 2>/dev/null | sort | while read -r header; do
    printf '%s %s\n' "$header" "$flags"
  done
done >"$list"

check() {
  local header=$1
  shift
  "$COMPILER" -std=gnu++20 -fsyntax-only -w -x c++ "$@" "$header" || {
    echo "does not compile alone: $header" >&2
    return 1
  }
}
export -f check
export COMPILER=$compiler
xargs -P "$(nproc)" -L 1 bash -c 'check "$@"' _ <"$list"
echo "$(wc -l <"$list") headers compile alone"
