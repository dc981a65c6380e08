#!/usr/bin/env bash
# One journal, four builds: g++ and clang, without optimisation and with -O3, must replay it into the
# same state and the same events. Builds only what the replay needs, in build/determinism-*.
#
#   tests/determinism/run.sh [COMMANDS] [SEED]      default: 1000000 commands, seed 7
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
count=${1:-1000000}
seed=${2:-7}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$root"

stop() {
  echo "determinism: $*" >&2
  exit 1
}

clang=$(command -v clang++-14 || command -v clang++) || stop "clang is missing; run ./dev setup"

build() { # NAME COMPILER BUILD_TYPE
  local folder=build/determinism-$1
  {
    cmake -S . -B "$folder" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_BUILD_TYPE="$3" \
      -DPLATFORM_TESTS=OFF && cmake --build "$folder" --target state_hash
  } >"$work/build.log" 2>&1 || {
    tail -n 25 "$work/build.log" >&2
    stop "the build $1 failed"
  }
}

echo "Building the replay four times"
build gcc-O3 g++ Release
build gcc-O0 g++ Debug
build clang-O3 "$clang" Release
build clang-O0 "$clang" Debug

echo "Writing a journal of $count commands, seed $seed"
program=tests/determinism/state_hash
build/determinism-gcc-O3/$program generate "$work/data" "$seed" "$count"

expected=
for name in gcc-O3 gcc-O0 clang-O3 clang-O0; do
  build/determinism-$name/$program verify "$work/data" >"$work/$name" 2>"$work/time" || {
    cat "$work/time" >&2
    stop "$name cannot replay the journal"
  }
  printf '%-9s %s, %s\n' "$name" "$(tr '\n' ' ' <"$work/$name")" "$(cat "$work/time")"
  expected=${expected:-$(cat "$work/$name")}
  [ "$(cat "$work/$name")" = "$expected" ] || stop "$name has other hashes than gcc-O3"
done

if [ -x build/release/trading-platform ]; then
  build/release/trading-platform replay verify --data "$work/data" >"$work/verify" ||
    stop "trading-platform replay verify refuses the journal"
  for name in state event; do
    grep -q "^$name hash  *$(sed -n "s/^${name}_hash //p" "$work/gcc-O3")$" "$work/verify" ||
      stop "trading-platform replay verify has another $name hash"
  done
  echo "trading-platform replay verify: the same"
fi
echo "All builds agree."
