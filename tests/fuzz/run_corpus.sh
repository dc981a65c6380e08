#!/bin/sh
# Runs a fuzz target: first every input of its corpus, then new ones for FUZZ_SECONDS (default 5).
# usage: run_corpus.sh FUZZ_BINARY
# The corpus of NAME_fuzz is tests/fuzz/corpus/NAME. It is never written to; what a failure leaves
# behind is kept in a temporary folder, named at the end.
set -eu

if [ $# -ne 1 ] || [ ! -x "$1" ]; then
  echo "usage: run_corpus.sh FUZZ_BINARY (built with -DPLATFORM_FUZZ=ON)" >&2
  exit 2
fi
binary=$1
name=$(basename "$binary")
name=${name%_fuzz}
corpus=$(cd "$(dirname "$0")" && pwd)/corpus/$name
seconds=${FUZZ_SECONDS:-5}
case $seconds in
  '' | *[!0-9]*) echo "FUZZ_SECONDS must be a number of seconds, not '$seconds'" >&2; exit 2 ;;
esac
if [ ! -d "$corpus" ] || [ -z "$(ls -A "$corpus")" ]; then
  echo "run_corpus.sh: no corpus for $name in $corpus" >&2
  exit 2
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/fuzz-$name.XXXXXX")
mkdir "$work/artifacts" "$work/found"

run() {
  if ! "$binary" -artifact_prefix="$work/artifacts/" -timeout=10 -rss_limit_mb=2048 "$@" \
    > "$work/log" 2>&1; then
    tail -n 60 "$work/log" >&2
    echo "$name: failed; the input is kept in $work/artifacts" >&2
    exit 1
  fi
}

run -runs=0 "$corpus"
echo "$name: corpus of $(find "$corpus" -type f | wc -l) inputs passed"
if [ "$seconds" -gt 0 ]; then
  run -max_total_time="$seconds" -max_len=16384 "$work/found" "$corpus"
  runs=$(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "$work/log")
  echo "$name: ${runs:-0} generated inputs passed in $seconds s"
fi
rm -rf "$work"
