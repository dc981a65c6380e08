#!/usr/bin/env bash
# Measures the platform as built in build/release and prints one report. Every figure is the median
# of several runs with the smallest and largest beside it; goals and what was reached stand last.
#
#   tests/benchmark/run.sh [--quick]        ./dev bench builds first and then calls it
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${BENCH_BUILD:-$root/build/release}
platform=$build/trading-platform
recorded=$root/../shared/data
clients=$build/tests/benchmark

runs=5 seconds=5 repetitions=5 mode=full
if [ "${1:-}" = --quick ]; then
  runs=3 seconds=1 repetitions=3 mode=quick
fi
preload=
source "$here/lib.sh"

[ -x "$platform" ] && [ -x "$clients/http_load" ] || stop_bench "build first: ./dev bench"
cmake --build "$build" --target state_hash >"$work/build.log" 2>&1 || {
  tail -n 5 "$work/build.log" >&2
  stop_bench "state_hash does not build"
}
state_hash=$build/tests/determinism/state_hash
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true

measure_sync() { # NAME
  collect_words "$1" "$("$clients/sync_rate" "$work" 1)"
}
sync_row() { # NAME LABEL
  row "$2" "$(median "$1.rate")/s, p50 $(median "$1.p50_us") us, p99 $(median "$1.p99_us") us"
}

machine() {
  title "Machine ($mode run, $(date -u +%Y-%m-%dT%H:%MZ))"
  row "processor" "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sort -u | head -n 1), $(nproc) cores"
  row "memory, system" "$(awk '/MemTotal/ {printf "%.0f MiB", $2 / 1024}' /proc/meminfo), Linux $(uname -r)"
  row "load average before" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
  local i
  for i in 1 2 3; do measure_sync sync; done
  sync_row sync "4 KiB overwrite + fdatasync"
}

benchmark_json() { # PROGRAM [ARGUMENTS]; prints name<TAB>counter<TAB>value of each run
  "$@" --benchmark_format=json --benchmark_repetitions="$repetitions" 2>>"$work/log" |
    jq -r '.benchmarks[] | select(.run_type == "iteration") | . as $b | to_entries[]
      | select(.value | type == "number") | [$b.name, .key, .value] | @tsv'
}

matching() {
  title "Matching core (order books alone, cancel-heavy stream of 1 M commands)"
  local instruments name counter value
  while IFS=$'\t' read -r name counter value; do
    instruments=$(sed -n 's/.*instruments:\([0-9]*\).*/\1/p' <<<"$name")
    collect "match.$instruments.$counter" "$value"
  done < <(benchmark_json "$build/src/matching_bench")
  for instruments in 1 10 1000; do
    awk '{printf "%.1f\n", $1 / 1e6}' "$work/figure-match.$instruments.items_per_second" \
      >"$work/figure-match.$instruments.rate"
    row "$instruments instruments" "$(figure "match.$instruments.rate") M commands/s, \
p50 $(median "match.$instruments.p50_ns"), p99 $(median "match.$instruments.p99_ns"), \
p99.9 $(median "match.$instruments.p99.9_ns") ns"
  done
}

engine() {
  title "Whole engine (risk, holds, matching, ledger, positions, events; 300 accounts)"
  local instruments
  "$build/src/engine_bench" >"$work/engine"
  for instruments in 1 10 1000; do
    awk -v n="$instruments" '$1 == n && $2 == "instruments:" {
      print "rate=" $3
      if ($6 ~ /^\(/) print "rate=" substr($6, 2) " rate=" $8
      for (i = 5; i < NF; ++i)
        if ($i ~ /^p[0-9.]+$/) { name = $i; sub(/\./, "", name); print name "=" $(i + 1) }
    }' "$work/engine" >"$work/line"
    [ -s "$work/line" ] || stop_bench "engine_bench says nothing of $instruments instruments"
    collect_words "engine.$instruments" "$(cat "$work/line")"
    row "$instruments instruments" "$(figure "engine.$instruments.rate") M commands/s, \
p50 $(median "engine.$instruments.p50"), p99 $(median "engine.$instruments.p99"), \
p99.9 $(median "engine.$instruments.p999") ns"
  done
}

journal() {
  title "Journal (one write and one fdatasync a batch, 96-byte records)"
  local size name counter value
  while IFS=$'\t' read -r name counter value; do
    [ "$counter" = records/s ] || continue
    size=$(cut -d / -f 2 <<<"$name")
    collect "journal.$size" "$(printf '%.0f' "$value")"
  done < <(TMPDIR=$work benchmark_json "$build/src/journal_bench" --benchmark_min_time=0.2)
  for size in 1 64 1024 4096; do
    row "$size records a batch" "$(figure "journal.$size") records/s"
  done
}

# load NAME MODE PORT CONNECTIONS RUNS
load() {
  local i
  for ((i = 0; i < $5; ++i)); do
    collect_words "$1" "$("$clients/http_load" "$2" "$(port "$3")" "$4" "$seconds")"
  done
}
in_ms() { # NAME of a figure in us
  median "$1" | awk '{printf "%.2f", $1 / 1000}'
}
load_row() { # NAME LABEL
  row "$2" "$(figure "$1.rate")/s, p50 $(in_ms "$1.p50_us"), p99 $(in_ms "$1.p99_us"), \
p99.9 $(in_ms "$1.p999_us") ms$(awk '{n += $1} END {if (n) printf ", %d REFUSED", n}' "$work/figure-$1.refused")"
}

doors() {
  title "Durable orders over HTTP (POST /orders answered after fdatasync; demo market running)"
  start_platform "$work/doors"
  local connections
  for connections in 1 16 64; do
    load "orders.$connections" orders 8010 "$connections" "$runs"
    load_row "orders.$connections" "$connections connections"
    measure_sync "sync_doors"
  done
  load pairs pairs 8010 64 1
  load_row pairs "64 connections, place and cancel in turns"
  sync_row sync_doors "fdatasync between these runs"
  stop_platform

  title "The same on a disk whose sync takes 3 ms (fdatasync lengthened)"
  preload=$clients/libslow_sync.so
  start_platform "$work/slow"
  load slow orders 8010 64 "$runs"
  load_row slow "64 connections"
  stop_platform
  preload=

  title "Reads over HTTP, 16 connections"
  start_platform "$work/doors"
  load read read 8001 16 "$runs"
  load_row read "GET /market-data/ACME"
  load mcp mcp 8001 16 "$runs"
  load_row mcp "MCP tools/call get_quote"
  stop_platform
}

fan_out() {
  title "Quotes to 1,000 WebSocket clients (5 instruments, newest state every 50 ms)"
  local i fan_runs=$(((runs + 1) / 2))
  MAX_CONNECTIONS=2000 start_platform "$work/doors"
  for ((i = 0; i < fan_runs; ++i)); do
    collect_words fan "$("$clients/ws_fanout" "$(port 8001)" 1000 "$((seconds + 1))")"
  done
  stop_platform
  row "delivered" "$(figure fan.rate) messages/s, missed $(spread fan.missed)"
  row "messages/s of one client" "least $(median fan.per_client_min), median $(median fan.per_client_median)"
  row "heartbeat to receipt" "p50 $(median fan.beat_p50_ms), p99 $(median fan.beat_p99_ms) ms"
  row "quote's change to receipt" "p50 $(median fan.quote_p50_ms), p99 $(median fan.quote_p99_ms) ms"
}

replay() {
  title "Replay"
  "$state_hash" generate "$work/million" 7 1000000 >/dev/null
  local i began
  for ((i = 0; i < runs; ++i)); do
    began=${EPOCHREALTIME/./}
    "$platform" replay verify --data "$work/million" >>"$work/log"
    collect replay $((1000000 * 1000000 / (${EPOCHREALTIME/./} - began)))
  done
  row "replay verify, 1 M commands" "$(figure replay) commands/s"
  began=${EPOCHREALTIME/./}
  "$platform" rebuild --data "$work/million" >>"$work/log"
  row "rebuild of the projections" "$((1000000 * 1000000 / (${EPOCHREALTIME/./} - began))) commands/s (one run)"
  market_replay
}

# Records used so far by the market source.
feed_records() {
  curl -s "http://127.0.0.1:$(port 8001)/metrics" | awk '/^feed_records/ {print int($2)}'
}

market_replay() {
  local file=$recorded/orderbook/hftbacktest_binance-spot_btcusdt_20240808.gz i
  if [ ! -r "$file" ]; then
    row "recorded market at full speed" "skipped: no recorded markets in ../shared/data"
    return
  fi
  local before=0 now=0 began unchanged=0 last
  start_platform "$work/replayed" --replay "$file" --speed max
  began=$((${EPOCHREALTIME/./} - ready_ms * 1000))
  last=$began
  for ((i = 0; i < 1200 && unchanged < 20; ++i)); do
    sleep 0.05
    now=$(feed_records)
    if [ "${now:-0}" -gt "$before" ]; then
      before=$now last=${EPOCHREALTIME/./} unchanged=0
    elif [ "$before" -gt 0 ]; then
      unchanged=$((unchanged + 1))
    fi
  done
  stop_platform
  row "recorded market (BTCUSDT) at full speed" "$((before * 1000000 / (last - began + 1))) records/s \
through journal, engine and projections ($before records, one run, start included)"
}

resting_memory() {
  awk '/VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$platform_pid/status"
}

start_up() {
  title "Start and memory"
  local i
  for ((i = 0; i < runs; ++i)); do
    start_platform "$work/empty-$i"
    collect ready_empty "$ready_ms"
    [ $i -lt $((runs - 1)) ] || sleep 10
    [ $i -lt $((runs - 1)) ] || collect idle "$(resting_memory)"
    stop_platform
  done
  for ((i = 0; i < runs; ++i)); do
    start_platform "$work/million"
    collect ready_million "$ready_ms"
    stop_platform
  done
  row "start to Ready, empty folder" "$(figure ready_empty) ms"
  row "start to Ready, 1 M commands and snapshot" "$(figure ready_million) ms"
  row "resident memory after 10 s, demo market" "$(median idle) MiB"
}

goal() { # LABEL VALUE RELATION LIMIT UNIT
  local verdict
  verdict=$(awk -v v="$2" -v l="$4" -v r="$3" \
    'BEGIN {print (r == ">=" ? v + 0 >= l : v + 0 <= l) ? "reached" : "NOT REACHED"}')
  printf '  %-52s %12s   %s %-8s %s\n' "$1" "$2 $5" "$3" "$4" "$verdict"
}

goals() {
  title "Goals"
  local worst
  worst=$(for i in 1 10 1000; do median "engine.$i.rate"; done | sort -g | head -n 1)
  goal "whole engine, slowest of the three" "$worst" '>=' 2 "M/s"
  goal "durable orders over HTTP, 64 connections" "$(median orders.64.rate)" '>=' 10000 "/s"
  goal "p99 of an order, 64 connections, 3 ms sync" "$(in_ms slow.p99_us)" '<=' 10 ms
  goal "start to Ready, empty folder" "$(median ready_empty)" '<=' 1000 ms
  goal "start to Ready, 1 M commands and snapshot" "$(median ready_million)" '<=' 1000 ms
  goal "resident memory, idle" "$(median idle)" '<=' 80 MiB
  row "load average after" "$(cut -d ' ' -f 1-3 /proc/loadavg)"
}

machine
matching
engine
journal
doors
fan_out
replay
start_up
goals
